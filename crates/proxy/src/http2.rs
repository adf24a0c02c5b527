//! A visitor's HTTP/2 connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use crossgate_http1::RequestTarget;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use hyper::ext::Protocol;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_util::sync::CancellationToken;

use crate::Limits;
use crate::activity::{Activity, InFlight};
use crate::body_source::{BodyBroken, BodySource, Http1, Http2Body, Piece};
use crate::connection::Peer;
use crate::http2_meter::{Meter, Metered};
use crate::local::LocalExecutor;
use crate::patience::Patience;
use crate::reply::Reply;
use crate::rewound::Rewound;
use crate::serve_request::{Asked, serve_request};
use crate::server::Worker;
use crate::tunnel::tunnel;
use crate::undelivered::{Delivery, Undelivered};
use crate::upstream_answer::UpstreamAnswer;

/// Serves a connection until it ends, or until `stop` and its requests in flight are through.
pub(crate) async fn serve_http2(
    worker: Rc<Worker>,
    connection: Http1,
    peer: Peer,
    stop: CancellationToken,
) {
    let limits = worker.limits;
    let (activity, peer) = (Activity::new(), Rc::new(peer));
    let (meter, undelivered) = (Meter::new(), Rc::<Undelivered>::default());
    let stream = TokioIo::new(Metered::new(Rewound::new(connection), Rc::clone(&meter)));
    let (of_service, of_peer) = (Rc::clone(&activity), Rc::clone(&peer));
    let (of_worker, answers) = (Rc::clone(&worker), Rc::clone(&undelivered));
    let service = service_fn(move |request| {
        let (worker, peer) = (Rc::clone(&of_worker), Rc::clone(&of_peer));
        let (in_flight, answers) = (of_service.begin(), Rc::clone(&answers));
        async move { Ok::<_, Infallible>(respond(&worker, &peer, request, in_flight, &answers).await) }
    });
    let connection = builder(&limits).serve_connection(stream, service);
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
        () = undelivered.is_given_up(limits.write_pause, || meter.progress()) => {
            worker.gateway.connection_cut("slow-reader");
            return;
        }
    };
    if let Some(reason) = meter.cut_for() {
        worker.gateway.connection_cut(reason);
    }
    if let Err(error) = ended {
        tracing::debug!(peer = %peer.ip, %error, "a connection broke");
    }
}

fn builder(limits: &Limits) -> Builder<LocalExecutor> {
    let mut builder = Builder::new(LocalExecutor);
    builder
        .timer(TokioTimer::new())
        .enable_connect_protocol()
        .keep_alive_interval(Some(limits.head))
        .keep_alive_timeout(limits.head)
        .max_concurrent_streams(limits.streams)
        // The meter ends floods sooner, and counts them.
        .max_pending_accept_reset_streams(1_024)
        .max_local_error_reset_streams(1_024)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    builder
}

async fn respond(
    worker: &Worker,
    peer: &Peer,
    mut request: Request<Incoming>,
    in_flight: InFlight,
    answers: &Rc<Undelivered>,
) -> Response<ReplyBody> {
    let extended = request.extensions().get::<Protocol>().is_some();
    let upgrade = extended.then(|| hyper::upgrade::on(&mut request));
    let (parts, incoming) = request.into_parts();
    let mut body = Http2Body::new(incoming);
    let asked = Asked {
        method: &parts.method,
        target: RequestTarget {
            authority: parts.uri.authority().map(http::uri::Authority::as_str),
            path: parts.uri.path(),
            query: parts.uri.query(),
        },
        protocol: parts.extensions.get::<Protocol>().map(Protocol::as_str),
        headers: &parts.headers,
    };
    let reply = serve_request(worker, peer, asked, &mut body, &mut Patience::default()).await;
    match reply {
        Reply::Own(response) => response.map(|bytes| ReplyBody::own(bytes, answers.begin())),
        Reply::Upstream { mut answer, headers } => {
            let mut response = Response::new(ReplyBody::own(Bytes::new(), answers.begin()));
            *response.status_mut() = answer.status();
            *response.headers_mut() = headers.unwrap_or_else(|| answer.headers());
            answer.take_head();
            let upstream = Some(Box::new((answer, body)));
            let body = response.body_mut();
            (body.upstream, body._in_flight) = (upstream, Some(in_flight));
            response
        }
        Reply::Tunnel { status, headers, upstream, standing } => {
            let mut response = Response::new(ReplyBody::own(Bytes::new(), answers.begin()));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            if let Some(upgrade) = upgrade {
                let cut = worker.cut.clone();
                worker.tunnels.spawn_local(async move {
                    let Ok(visitor) = upgrade.await else { return };
                    tunnel(TokioIo::new(visitor), &[], upstream, standing, cut).await;
                });
            }
            response
        }
    }
}

/// A response's body on its way to the visitor: never buffered.
pub(crate) struct ReplyBody {
    /// The gateway's own answer.
    bytes: Bytes,
    /// The upstream's, and what is still to come of the request.
    upstream: Option<Box<(UpstreamAnswer, Http2Body)>>,
    delivery: Delivery,
    /// The request is in flight until its response is through.
    _in_flight: Option<InFlight>,
}

impl ReplyBody {
    const fn own(bytes: Bytes, delivery: Delivery) -> Self {
        Self { bytes, upstream: None, delivery, _in_flight: None }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BodyBroken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyBroken>>> {
        let this = self.get_mut();
        this.delivery.goes_on();
        let Some((answer, request)) = this.upstream.as_deref_mut() else {
            let bytes = std::mem::take(&mut this.bytes);
            this.delivery.waits();
            return Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))));
        };
        if let Poll::Ready(Err(broken)) = answer.poll_send(request, context) {
            return Poll::Ready(Some(Err(broken)));
        }
        Poll::Ready(match ready!(answer.poll_piece(context)) {
            Err(broken) => Some(Err(broken)),
            Ok(Piece::Data) => {
                this.delivery.waits();
                Some(Ok(Frame::data(answer.take_piece())))
            }
            Ok(Piece::End) => {
                let trailers = answer.take_trailers();
                this.upstream = None;
                trailers.map(|trailers: Box<HeaderMap>| Ok(Frame::trailers(*trailers)))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.upstream.as_ref().is_none_or(|upstream| upstream.0.is_over())
    }
}
