//! A visitor's HTTP/1.1 connection: request after request, until it ends.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use crossgate_gate::Malformed;
use crossgate_http1::{BodyLength, HeadEnd, RequestHead, RequestHeadError};
use http::HeaderMap;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use crate::body_pause::{BodyPause, QUIET_PAUSES};
use crate::body_source::{BodyBroken, BodySource, Http1, Http1Body, NoBody, Piece};
use crate::buffer::Filled;
use crate::byte_stream::ByteStream;
use crate::connection::Peer;
use crate::cut::{BODY_TIMEOUT, IDLE};
use crate::drain::Told;
use crate::head_bytes;
use crate::header_maps;
use crate::outgoing::Outgoing;
use crate::patience::Patience;
use crate::reply::Reply;
use crate::reply_head::{ReplyHead, write_own, write_switch, write_upstream};
use crate::serve_request::{Asked, refuse_unread, serve_request};
use crate::server::Worker;
use crate::tunnel::tunnel;
use crate::upstream_answer::UpstreamAnswer;
use crate::upstream_request::remove_forged_trailers;

/// What clients send first that speak HTTP/2 without having agreed to (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\n";

/// Bytes of further requests that may wait while one is served.
const PIPELINED: usize = 16 * 1024;

/// How long a visitor may take for the first request on a connection, though nobody else is served any more.
const FIRST_WORD: Duration = Duration::from_secs(2);

/// How long a visitor may go on sending what nobody reads, so that it gets to read the answer.
const LINGER: Duration = Duration::from_secs(2);

/// How much of that is taken.
const LINGER_BYTES: usize = 1 << 20;

/// A visitor's connection.
struct Visitor {
    http1: Http1,
    outgoing: Outgoing,
    patience: Patience,
    told: Told,
}

/// What comes next on a connection.
enum Next {
    Head(Bytes),
    Http2,
    /// Nothing.
    End,
    /// Nothing for too long.
    Idle,
    Malformed(Malformed),
}

/// A connection on which HTTP/2 is spoken from the beginning.
pub(crate) struct SpeaksHttp2(pub(crate) Http1);

/// Serves a connection until it ends.
pub(crate) async fn serve_visitor(
    worker: &Rc<Worker>,
    stream: ByteStream,
    peer: &Peer,
) -> Option<SpeaksHttp2> {
    let told = poll_fn(|context| Poll::Ready(worker.drain.tell(context.waker()))).await;
    let mut visitor = Visitor {
        http1: Http1::new(stream),
        outgoing: Outgoing::default(),
        patience: Patience::default(),
        told,
    };
    let mut served = false;
    loop {
        let bytes = match visitor.next(worker, served).await {
            Next::Head(bytes) => bytes,
            Next::Http2 => return Some(SpeaksHttp2(visitor.http1)),
            Next::End => break,
            Next::Idle => {
                worker.gateway.connection_cut(IDLE);
                break;
            }
            Next::Malformed(malformed) => {
                visitor.refuse(worker, peer, malformed).await;
                break;
            }
        };
        let head = match RequestHead::parse_with(&bytes, header_maps::empty()) {
            Ok(head) => head,
            Err(error) => {
                tracing::debug!(peer = %peer.ip, %error, "a request cannot be read");
                let too_large = error == RequestHeadError::TooLarge;
                let malformed = if too_large { Malformed::TooLarge } else { Malformed::Message };
                visitor.refuse(worker, peer, malformed).await;
                break;
            }
        };
        let done = visitor.serve(worker, peer, &head).await;
        header_maps::give_back(head.headers);
        match done {
            Served::GoOn => served = true,
            Served::Over => break,
            Served::Tunnel(spawn) => {
                spawn(visitor.http1);
                break;
            }
        }
    }
    None
}

/// What becomes of the connection after a request.
enum Served {
    GoOn,
    Over,
    /// It is somebody else's.
    Tunnel(Box<dyn FnOnce(Http1)>),
}

impl Visitor {
    /// Waits for the head of the next request. A connection that has nothing to say is closed before long; one that has begun to say it, too.
    async fn next(&mut self, worker: &Worker, served: bool) -> Next {
        let limits = &worker.limits;
        let Self { http1: Http1 { stream, input }, patience, told, .. } = self;
        let mut head_end = HeadEnd::default();
        let patience_of_idle = if served { limits.idle } else { limits.head };
        let (mut since, mut begun) = (None, None);
        poll_fn(|context| {
            loop {
                if let Some(length) = head_end.find(input.bytes()) {
                    if length > limits.head_bytes {
                        return Poll::Ready(Next::Malformed(Malformed::TooLarge));
                    }
                    if !served && input.bytes().starts_with(PREFACE) {
                        return Poll::Ready(Next::Http2);
                    }
                    let head = input.bytes().get(..length).unwrap_or_default();
                    let head = head_bytes::copied(head);
                    input.consume(length);
                    return Poll::Ready(Next::Head(head));
                }
                match input.poll_fill(stream, context, limits.head_bytes) {
                    Poll::Ready(Ok(Filled::More)) => {}
                    Poll::Ready(Ok(Filled::Full)) => {
                        return Poll::Ready(Next::Malformed(Malformed::TooLarge));
                    }
                    Poll::Ready(Ok(Filled::End) | Err(_)) => return Poll::Ready(Next::End),
                    Poll::Pending if input.is_empty() => {
                        input.rest();
                        let now = Instant::now();
                        let since = *since.get_or_insert(now);
                        let idle = since + patience_of_idle;
                        let idle = told.idle_until().map_or(idle, |until| {
                            let until = if served { until } else { until.max(since + FIRST_WORD) };
                            until.min(idle)
                        });
                        let over = if told.is_draining() { Next::End } else { Next::Idle };
                        return patience.poll_at(now, context, idle).map(|()| over);
                    }
                    Poll::Pending => {
                        let begun = *begun.get_or_insert_with(Instant::now);
                        return patience
                            .poll(context, begun + limits.head)
                            .map(|()| Next::Malformed(Malformed::Timeout));
                    }
                }
            }
        })
        .await
    }

    async fn serve(&mut self, worker: &Rc<Worker>, peer: &Peer, head: &RequestHead<'_>) -> Served {
        let Self { http1, outgoing, patience, told } = self;
        let mut body = VisitorBody {
            connection: http1,
            body: Http1Body::new(head.body),
            awaits_continue: head.expects_continue && head.body != BodyLength::None,
            interim: &[],
        };
        let asked = Asked {
            method: &head.method,
            target: head.target,
            protocol: None,
            headers: &head.headers,
        };
        let reply = serve_request(worker, peer, asked, &mut body, patience).await;
        let date = || worker.dates.at(worker.gateway.now());
        let as_asked = ReplyHead {
            method: &head.method,
            version: head.version,
            persists: head.persists() && !told.is_draining(),
            date: &date,
        };
        let (kept, written) = match reply {
            Reply::Own(response) => {
                body.skip_what_is_there();
                let kept = as_asked.persists && body.is_over();
                outgoing.begin(BodyLength::None, |output| {
                    write_own(output, &response, &ReplyHead { persists: kept, ..as_asked });
                });
                let stream = &mut body.connection.stream;
                (kept, send(outgoing, stream).await.is_ok())
            }
            Reply::Upstream { mut answer, headers } => {
                let framing = as_asked.framing(answer.status(), answer.length());
                let kept = as_asked.persists && framing != BodyLength::UntilClose;
                outgoing.begin(framing, |output| {
                    let as_asked = ReplyHead { persists: kept, ..as_asked };
                    write_upstream(output, &answer, headers.as_ref(), framing, &as_asked);
                });
                answer.take_head();
                let relayed = relay(worker, &mut answer, &mut body, outgoing, patience).await;
                if relayed.is_ok() {
                    body.skip_what_is_there();
                }
                (kept && body.is_over(), relayed.is_ok())
            }
            Reply::Tunnel { status, headers, upstream, standing } => {
                outgoing.begin(BodyLength::None, |output| write_switch(output, status, &headers));
                if send(outgoing, &mut body.connection.stream).await.is_err() {
                    return Served::Over;
                }
                let (tunnels, cut) = (worker.tunnels.clone(), worker.cut.clone());
                return Served::Tunnel(Box::new(move |visitor| {
                    tunnels.spawn_local(async move {
                        let Http1 { stream, input } = visitor;
                        tunnel(stream, input.bytes(), upstream, standing, cut).await;
                    });
                }));
            }
        };
        if !written {
            return Served::Over;
        }
        outgoing.rest();
        if kept {
            return Served::GoOn;
        }
        let unread = !body.is_over() || !body.connection.input.is_empty();
        drop(body);
        self.close(unread).await;
        Served::Over
    }

    /// Answers what is no request, and closes: nobody knows where another one would begin.
    async fn refuse(&mut self, worker: &Worker, peer: &Peer, malformed: Malformed) {
        let Reply::Own(response) = refuse_unread(worker, peer, malformed) else { return };
        let date = || worker.dates.at(worker.gateway.now());
        self.outgoing.begin(BodyLength::None, |output| {
            write_own(output, &response, &ReplyHead::closing(&date));
        });
        if send(&mut self.outgoing, &mut self.http1.stream).await.is_ok() {
            self.close(true).await;
        }
    }

    /// Closes. What the visitor still sends is taken for a while: if it were not, the answer would be lost on the way (RFC 9112, section 9.6).
    async fn close(&mut self, unread: bool) {
        let Self { http1: Http1 { stream, input }, patience, .. } = self;
        if stream.shutdown().await.is_err() || !unread {
            return;
        }
        let (deadline, mut left) = (Instant::now() + LINGER, LINGER_BYTES);
        poll_fn(|context| {
            while left > 0 {
                let count = input.bytes().len();
                left = left.saturating_sub(count);
                input.consume(count);
                match input.poll_fill(stream, context, usize::MAX) {
                    Poll::Ready(Ok(Filled::More)) => {}
                    Poll::Ready(_) => return Poll::Ready(()),
                    Poll::Pending => return patience.poll(context, deadline),
                }
            }
            Poll::Ready(())
        })
        .await;
    }
}

/// Writes what is staged.
async fn send(outgoing: &mut Outgoing, stream: &mut ByteStream) -> Result<(), Broken> {
    poll_fn(|context| outgoing.poll_send(&mut NoBody, stream, remove_forged_trailers, context))
        .await
        .map_err(|_| Broken)
}

/// The connection broke.
struct Broken;

/// Brings the response while the rest of the request goes the other way. A visitor who leaves that lying, and takes nothing either, is given up.
async fn relay(
    worker: &Worker,
    answer: &mut UpstreamAnswer,
    body: &mut VisitorBody<'_>,
    outgoing: &mut Outgoing,
    patience: &mut Patience,
) -> Result<(), Broken> {
    // Whoever waits to be told to go on has been told something else now.
    let withheld = body.awaits_continue;
    let mut pause = BodyPause::default();
    poll_fn(|context| {
        let sends = !withheld && !answer.is_sent();
        if sends && matches!(answer.poll_send(body, context), Poll::Ready(Err(_))) {
            return Poll::Ready(Err(Broken));
        }
        let stream = &mut body.connection.stream;
        let sent = outgoing.poll_send(answer, stream, remove_forged_trailers, context);
        if let Poll::Ready(sent) = sent {
            return Poll::Ready(sent.map_err(|_| Broken));
        }
        if sends && !answer.is_sent() {
            let pauses = if answer.waits_for_body() { 1 } else { QUIET_PAUSES };
            let most = worker.limits.body_pause * pauses;
            let progress = answer.progress() + outgoing.progress();
            ready!(pause.poll(progress, most, patience, context));
            worker.gateway.connection_cut(BODY_TIMEOUT);
            return Poll::Ready(Err(Broken));
        }
        if outgoing.waits_for_body() && body.poll_left(context).is_ready() {
            return Poll::Ready(Err(Broken));
        }
        Poll::Pending
    })
    .await
}

/// The body of a visitor's request.
struct VisitorBody<'c> {
    connection: &'c mut Http1,
    body: Http1Body,
    /// The visitor sends it only after `100 Continue`.
    awaits_continue: bool,
    /// What is left to be written of that.
    interim: &'static [u8],
}

impl VisitorBody<'_> {
    /// Passes over a rest of the body that has arrived already, so that the connection can be used on.
    fn skip_what_is_there(&mut self) {
        let mut context = Context::from_waker(std::task::Waker::noop());
        while !self.awaits_continue && !self.is_over() && !self.connection.input.is_empty() {
            match self.body.poll_piece(self.connection, &mut context) {
                Poll::Ready(Ok(Piece::Data)) => {
                    let count = self.data().len();
                    self.consume(count);
                }
                Poll::Ready(_) | Poll::Pending => return,
            }
        }
    }

    fn poll_say_continue(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.awaits_continue) && self.connection.input.is_empty() {
            self.interim = b"HTTP/1.1 100 Continue\r\n\r\n";
        }
        let stream = &mut self.connection.stream;
        while !self.interim.is_empty() {
            let count = ready!(Pin::new(&mut *stream).poll_write(context, self.interim))?;
            self.interim = self.interim.get(count..).unwrap_or_default();
            ready!(Pin::new(&mut *stream).poll_flush(context))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl BodySource for VisitorBody<'_> {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        if (self.awaits_continue || !self.interim.is_empty())
            && ready!(self.poll_say_continue(context)).is_err()
        {
            return Poll::Ready(Err(BodyBroken));
        }
        self.body.poll_piece(self.connection, context)
    }

    fn data(&self) -> &[u8] {
        self.body.data(self.connection)
    }

    fn consume(&mut self, count: usize) {
        self.body.consume(self.connection, count);
    }

    fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        self.body.take_trailers()
    }

    fn is_over(&self) -> bool {
        self.body.is_over()
    }

    fn length(&self) -> BodyLength {
        self.body.length
    }

    /// Looks ahead as far as another request may wait already.
    fn poll_left(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_over() {
            return Poll::Pending;
        }
        let Http1 { stream, input } = &mut *self.connection;
        loop {
            match ready!(input.poll_fill(stream, context, PIPELINED)) {
                Ok(Filled::More) => {}
                Ok(Filled::Full) => return Poll::Pending,
                Ok(Filled::End) | Err(_) => return Poll::Ready(()),
            }
        }
    }
}
