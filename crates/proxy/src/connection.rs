//! One connection of a visitor's: TLS, then requests until it ends.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use crossgate_model::PublicAddress;
use hyper::rt::{Read, Write};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::Limits;
use crate::activity::Activity;
use crate::local::LocalExecutor;
use crate::serve_request::serve_request;
use crate::server::Worker;
use crate::stall::Stalling;

/// What all connections of a listener have in common.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) public: PublicAddress,
    /// Swapped when the config is reloaded; `None` is plain HTTP.
    pub(crate) tls: ArcSwapOption<ServerConfig>,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) ip: IpAddr,
    pub(crate) public: PublicAddress,
}

/// Serves a connection until it ends, or until `stop` and its requests in flight are through.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    entrance: Arc<Entrance>,
    stream: TcpStream,
    address: SocketAddr,
    stop: CancellationToken,
) {
    // Latency only; a socket without it works as well.
    let _kept_as_it_is = stream.set_nodelay(true);
    let peer = Peer { ip: address.ip().to_canonical(), public: entrance.public };
    let stream = Stalling::new(stream, worker.limits.write_pause);
    match entrance.tls.load_full() {
        None => serve_http(worker, TokioIo::new(stream), peer, stop).await,
        Some(config) => {
            let handshake = TlsAcceptor::from(config).accept(stream);
            match timeout(worker.limits.tls_handshake, handshake).await {
                Ok(Ok(stream)) => serve_http(worker, TokioIo::new(stream), peer, stop).await,
                Ok(Err(error)) => {
                    tracing::debug!(peer = %peer.ip, %error, "a TLS handshake failed")
                }
                Err(_) => tracing::debug!(peer = %peer.ip, "a TLS handshake took too long"),
            }
        }
    }
}

async fn serve_http<S>(worker: Rc<Worker>, stream: S, peer: Peer, stop: CancellationToken)
where
    S: Read + Write + Unpin + Send + 'static,
{
    let limits = worker.limits;
    let builder = builder(&limits);
    let activity = Activity::new();
    let of_service = Rc::clone(&activity);
    let service = service_fn(move |request| {
        let (worker, in_flight) = (Rc::clone(&worker), of_service.begin());
        async move {
            let response = serve_request(&worker, peer, request).await;
            drop(in_flight);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = builder.serve_connection_with_upgrades(stream, service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        // First: an answer that is written after the stop says that the connection closes.
        biased;
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        ended = connection.as_mut() => ended,
        () = activity.is_over(limits.head, limits.idle) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(peer = %peer.ip, error, "a connection broke");
    }
}

fn builder(limits: &Limits) -> Builder<LocalExecutor> {
    let mut builder = Builder::new(LocalExecutor);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers);
    builder
        .http2()
        .timer(TokioTimer::new())
        .enable_connect_protocol()
        .keep_alive_interval(Some(limits.head))
        .keep_alive_timeout(limits.head)
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    builder
}
