//! One request of a visitor's on its HTTP/2 stream, and its answer.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use crossgate_gate::Malformed;
use crossgate_http1::RequestTarget;
use h2::ext::Protocol;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::header::{CONTENT_LENGTH, COOKIE, DATE};
use http::{HeaderMap, HeaderValue, Method, Request, Response};

use crate::activity::Activity;
use crate::body_pause::{BodyPause, QUIET_PAUSES};
use crate::body_source::{BodySource, Piece};
use crate::connection::Peer;
use crate::cut::BODY_TIMEOUT;
use crate::http2_body::{StreamBody, said_length};
use crate::http2_tunnel::StreamTunnel;
use crate::patience::Patience;
use crate::reply::Reply;
use crate::serve_request::{Asked, refuse_unread, serve_request};
use crate::server::Worker;
use crate::tunnel::tunnel;
use crate::undelivered::{Delivery, Undelivered};
use crate::upstream_answer::UpstreamAnswer;

/// Bytes of an answer for which a visitor is given the whole time once more: a few at a time are none.
const ENOUGH: usize = 4 * 1024;

/// What the streams of a connection have in common.
pub(crate) struct Line {
    pub(crate) worker: Rc<Worker>,
    pub(crate) peer: Peer,
    /// Requests, and WebSockets for as long as they are open.
    pub(crate) activity: Rc<Activity>,
    pub(crate) undelivered: Rc<Undelivered>,
}

/// Serves a request until its answer is handed over, or until the visitor takes it back.
pub(crate) async fn serve_stream(
    line: Rc<Line>,
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
) {
    let in_flight = line.activity.begin();
    let worker = &line.worker;
    let (head, stream) = request.into_parts();
    // What follows the head of a CONNECT is no body.
    let (stream, beyond) = match head.method {
        Method::CONNECT => (None, Some(stream)),
        _ => (Some(stream), None),
    };
    if beyond.is_some() && said_length(&head.headers).is_some_and(|length| length > 0) {
        return respond.send_reset(Reason::PROTOCOL_ERROR);
    }
    let too_many = has_more_fields_than(worker.limits.headers, &head.headers);
    let mut body = StreamBody::new(stream, &head.headers);
    let asked = Asked {
        method: &head.method,
        target: RequestTarget {
            authority: head.uri.authority().map(http::uri::Authority::as_str),
            path: head.uri.path(),
            query: head.uri.query(),
        },
        protocol: head.extensions.get::<Protocol>().map(Protocol::as_str),
        headers: &head.headers,
    };
    let mut patience = Patience::default();
    let replied = if too_many {
        Some(refuse_unread(worker, &line.peer, Malformed::TooLarge))
    } else {
        let serving = serve_request(worker, &line.peer, asked, &mut body, &mut patience);
        let mut serving = pin!(serving);
        poll_fn(|context| match serving.as_mut().poll(context) {
            Poll::Ready(reply) => Poll::Ready(Some(reply)),
            Poll::Pending => respond.poll_reset(context).map(|_taken_back| None),
        })
        .await
    };
    match replied {
        None => {}
        Some(Reply::Own(response)) => {
            let (head_of_it, bytes) = response.into_parts();
            let last = bytes.is_empty() || head.method == Method::HEAD;
            let response = Response::from_parts(head_of_it, ());
            let Some(stream) = begin(worker, &mut respond, response, last) else { return };
            if !last {
                let mut sending = Sending::new(stream, &line.undelivered);
                sending.piece = Some((bytes, true));
                poll_fn(|context| sending.poll_piece(context)).await;
            }
        }
        Some(Reply::Upstream { mut answer, headers }) => {
            let mut response = Response::new(());
            *response.status_mut() = answer.status();
            *response.headers_mut() = headers.unwrap_or_else(|| answer.headers());
            answer.take_head();
            let last = answer.is_over();
            let Some(stream) = begin(worker, &mut respond, response, last) else { return };
            if !last {
                let sending = Sending::new(stream, &line.undelivered);
                let relaying = relay(worker, sending, &mut answer, &mut body, &mut patience);
                relaying.await;
            }
        }
        Some(Reply::Tunnel { status, mut headers, upstream, standing }) => {
            headers.remove(CONTENT_LENGTH);
            let mut response = Response::new(());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            let sent = begin(worker, &mut respond, response, false);
            if let (Some(send), Some(receive)) = (sent, beyond) {
                let (visitor, cut) = (StreamTunnel::new(send, receive), worker.cut.clone());
                worker.tunnels.spawn_local(async move {
                    tunnel(visitor, &[], upstream, standing, cut).await;
                    drop(in_flight);
                });
            }
        }
    }
}

/// Whether there are more than `most`. The lines into which `Cookie` may be split are one (RFC 9113, section 8.2.3).
fn has_more_fields_than(most: usize, headers: &HeaderMap) -> bool {
    headers.len() > most && headers.len() - headers.get_all(COOKIE).iter().skip(1).count() > most
}

/// Brings an answer while the rest of its request goes the other way. A call in both directions may be quiet for long, but not for ever.
async fn relay(
    worker: &Worker,
    mut sending: Sending<'_>,
    answer: &mut UpstreamAnswer,
    request: &mut StreamBody,
    patience: &mut Patience,
) {
    let (most, mut pause) = (worker.limits.body_pause * QUIET_PAUSES, BodyPause::default());
    poll_fn(|context| {
        if sending.poll_relay(answer, request, context).is_ready() {
            return Poll::Ready(());
        }
        if answer.is_sent() {
            return Poll::Pending;
        }
        let progress = answer.progress().wrapping_add(sending.pieces);
        ready!(pause.poll(progress, most, patience, context));
        worker.gateway.connection_cut(BODY_TIMEOUT);
        sending.stream.send_reset(Reason::CANCEL);
        Poll::Ready(())
    })
    .await;
}

/// Sends a head; `last` says that nothing follows it.
fn begin(
    worker: &Worker,
    respond: &mut SendResponse<Bytes>,
    mut response: Response<()>,
    last: bool,
) -> Option<SendStream<Bytes>> {
    if !response.headers().contains_key(DATE)
        && let Ok(date) = HeaderValue::from_bytes(&worker.dates.at(worker.gateway.now()))
    {
        response.headers_mut().insert(DATE, date);
    }
    match respond.send_response(response, last) {
        Ok(stream) => Some(stream),
        Err(error) => {
            tracing::debug!(%error, "an answer cannot be sent");
            respond.send_reset(Reason::INTERNAL_ERROR);
            None
        }
    }
}

/// A body on its way to the visitor: never buffered.
struct Sending<'l> {
    stream: SendStream<Bytes>,
    /// What the visitor has yet to make room for, and whether it is the last.
    piece: Option<(Bytes, bool)>,
    /// Pieces so far.
    pieces: u64,
    undelivered: &'l Rc<Undelivered>,
    /// There, once the visitor has made no room, until the piece at hand is through, or enough of it.
    waits: Option<Delivery>,
    /// What is through of the piece meanwhile.
    moved: usize,
}

impl<'l> Sending<'l> {
    const fn new(stream: SendStream<Bytes>, undelivered: &'l Rc<Undelivered>) -> Self {
        Self { stream, piece: None, pieces: 0, undelivered, waits: None, moved: 0 }
    }

    /// Sends the piece at hand as far as there is room for it: what were handed over beyond that would wait where nobody looks how long.
    /// Ready, once all of it is through, with whether more may follow.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let Self { stream, piece, undelivered, waits, moved, pieces } = self;
        let Some((bytes, last)) = piece else { return Poll::Ready(true) };
        loop {
            stream.reserve_capacity(bytes.len());
            let room = stream.capacity();
            if room >= bytes.len() {
                let (bytes, last) = (std::mem::take(bytes), *last);
                (*piece, *moved, *waits) = (None, 0, None);
                return Poll::Ready(stream.send_data(bytes, last).is_ok() && !last);
            }
            if room > 0 {
                if stream.send_data(bytes.split_to(room), false).is_err() {
                    return Poll::Ready(false);
                }
                *pieces += 1;
                *moved += room;
                if *moved >= ENOUGH {
                    (*moved, *waits) = (0, None);
                }
                continue;
            }
            match stream.poll_capacity(context) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => return Poll::Ready(false),
                Poll::Pending => {
                    waits.get_or_insert_with(|| undelivered.begin());
                    return Poll::Pending;
                }
            }
        }
    }

    /// Brings an answer while the rest of its request goes the other way.
    fn poll_relay(
        &mut self,
        answer: &mut UpstreamAnswer,
        request: &mut StreamBody,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            if !ready!(self.poll_piece(context)) {
                return Poll::Ready(());
            }
            if let Poll::Ready(Err(_)) = answer.poll_send(request, context) {
                self.stream.send_reset(Reason::INTERNAL_ERROR);
                return Poll::Ready(());
            }
            match answer.poll_piece(context) {
                Poll::Pending => return self.stream.poll_reset(context).map(|_taken_back| ()),
                Poll::Ready(Err(_)) => {
                    self.stream.send_reset(Reason::INTERNAL_ERROR);
                    return Poll::Ready(());
                }
                Poll::Ready(Ok(Piece::Data)) => {
                    let bytes = answer.take_piece();
                    self.pieces += 1;
                    self.piece = Some((bytes, answer.is_over()));
                }
                Poll::Ready(Ok(Piece::End)) => match answer.take_trailers() {
                    None => self.piece = Some((Bytes::new(), true)),
                    Some(trailers) => {
                        // Where the stream is gone, nobody is left to get them.
                        let _sent = self.stream.send_trailers(*trailers);
                        return Poll::Ready(());
                    }
                },
            }
        }
    }
}
