//! One connection of a visitor's: TLS, then requests until it ends.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use crossgate_model::PublicAddress;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::body_source::Http1;
use crate::byte_stream::ByteStream;
use crate::crowd::Place;
use crate::cut::TLS_HANDSHAKE_TIMEOUT;
use crate::door::Door;
use crate::http2::serve_http2;
use crate::server::Worker;
use crate::stall::Stalling;
use crate::visitor::{SpeaksHttp2, serve_visitor};
use crate::{Issued, ListenerTls};

/// What all connections of a listener have in common.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) public: PublicAddress,
    /// Swapped when the config is reloaded; `None` is plain HTTP.
    pub(crate) tls: ArcSwapOption<ListenerTls>,
    /// Whether it only leads to HTTPS. Changed with the config, too.
    pub(crate) redirects: AtomicBool,
    pub(crate) issued: Arc<Issued>,
}

/// Where a connection comes from.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) ip: IpAddr,
    /// The same, as text: it is sent on with each request.
    pub(crate) address: Box<str>,
    pub(crate) public: PublicAddress,
    /// What is settled before anybody looks at applications.
    pub(crate) door: Door,
}

/// Serves a connection until it ends, or until `stop` and its requests in flight are through.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    entrance: Arc<Entrance>,
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    stop: CancellationToken,
) {
    // Latency only; a socket without it works as well.
    let _kept_as_it_is = stream.set_nodelay(true);
    let ip = address.ip().to_canonical();
    let stream = Stalling::new(stream, place, Rc::clone(&worker));
    let (stream, door) = match entrance.tls.load_full() {
        None => {
            let redirects = entrance.redirects.load(Ordering::Relaxed);
            (ByteStream::Visitor(stream), Door::plain(redirects, Arc::clone(&entrance.issued)))
        }
        Some(tls) => {
            let handshake = Box::pin(tls.accept(stream));
            match timeout(worker.limits.tls_handshake, handshake).await {
                Ok(Ok(Some((stream, presented)))) => {
                    (ByteStream::VisitorTls(Box::new(stream)), Door::tls(presented))
                }
                Ok(Ok(None)) => return,
                Ok(Err(error)) => {
                    tracing::debug!(peer = %ip, %error, "a TLS handshake failed");
                    return;
                }
                Err(_) => {
                    tracing::debug!(peer = %ip, "a TLS handshake took too long");
                    worker.gateway.connection_cut(TLS_HANDSHAKE_TIMEOUT);
                    return;
                }
            }
        }
    };
    let peer = Peer { ip, address: ip.to_string().into(), public: entrance.public, door };
    // Boxed: a connection has room for one protocol, and for none while it is in its handshake.
    if stream.speaks_http2() {
        Box::pin(serve_http2(worker, Http1::new(stream), peer, stop)).await;
    } else if let Some(SpeaksHttp2(begun)) = Box::pin(serve_visitor(&worker, stream, &peer)).await {
        Box::pin(serve_http2(worker, begun, peer, stop)).await;
    }
}
