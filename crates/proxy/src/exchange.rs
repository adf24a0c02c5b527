//! One request and its response on an HTTP/1.1 connection to an upstream.

use std::rc::Rc;
use std::task::{Context, Poll};

use crossgate_http1::{BodyLength, HeadEnd, ResponseHead};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;

use crate::Failure;
use crate::body_source::{BodyBroken, BodySource, Http1, Http1Body, Piece};
use crate::buffer::Filled;
use crate::least_request::Turn;
use crate::outgoing::{Outgoing, TransferError};
use crate::pool::{Open, Upstream};
use crate::upstream_request::remove_forged_trailers;

/// Longest head of a response.
const HEAD: usize = 256 * 1024;

/// Interim responses that are passed over before the final one (RFC 9110, section 15.2).
const INTERIM: usize = 16;

/// A connection to an upstream.
pub(crate) struct Connection {
    pub(crate) http1: Http1,
    outgoing: Outgoing,
    pub(crate) head: ResponseHead,
    /// When it was last put back.
    pub(crate) idle_since: Instant,
    /// The request that it serves, where there was a choice of upstreams.
    pub(crate) turn: Option<Turn>,
    /// It counts for as long as it is open.
    _open: Open,
}

/// A request and its response.
pub(crate) struct Exchange {
    /// Gone once the response is through.
    connection: Option<Box<Connection>>,
    /// Where the connection goes when the response is through.
    home: Option<Rc<Upstream>>,
    sending: Sending,
    head_end: HeadEnd,
    /// Length of the response's head, until it is taken.
    head_length: usize,
    interim: usize,
    body: Http1Body,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    Going,
    Done,
    /// The upstream takes no more of it; it may have answered before.
    Refused,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum NoResponse {
    /// The visitor's body broke off.
    Body,
    /// The connection ended before anything came.
    Nothing,
    /// What came is no response, or not all of one.
    Broken,
}

impl Connection {
    pub(crate) fn new(http1: Http1, open: Open) -> Box<Self> {
        Box::new(Self {
            http1,
            outgoing: Outgoing::default(),
            head: ResponseHead::default(),
            idle_since: Instant::now(),
            turn: None,
            _open: open,
        })
    }
}

impl Exchange {
    /// Begins to send a request; `head` writes its head.
    pub(crate) fn begin(
        mut connection: Box<Connection>,
        home: Option<Rc<Upstream>>,
        length: BodyLength,
        head: impl FnOnce(&mut Vec<u8>),
    ) -> Self {
        connection.outgoing.begin(length, head);
        Self {
            connection: Some(connection),
            home,
            sending: Sending::Going,
            head_end: HeadEnd::default(),
            head_length: 0,
            interim: 0,
            body: Http1Body::new(BodyLength::None),
        }
    }

    /// Keeps the request's turn until it is through.
    pub(crate) fn keep(&mut self, turn: Turn) {
        if let Some(connection) = &mut self.connection {
            connection.turn = Some(turn);
        }
    }

    /// Goes on with sending. An error is the visitor's; the upstream's own is found where its response is awaited.
    pub(crate) fn poll_send<S: BodySource>(
        &mut self,
        body: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), BodyBroken>> {
        let (Sending::Going, Some(connection)) = (self.sending, &mut self.connection) else {
            return Poll::Ready(Ok(()));
        };
        let Connection { http1, outgoing, .. } = &mut **connection;
        let sent = outgoing.poll_send(body, &mut http1.stream, remove_forged_trailers, context);
        self.sending = match sent {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) => Sending::Done,
            Poll::Ready(Err(TransferError::To(error))) => {
                tracing::debug!(%error, "the upstream takes no more of a request");
                Sending::Refused
            }
            Poll::Ready(Err(TransferError::From)) => return Poll::Ready(Err(BodyBroken)),
        };
        Poll::Ready(Ok(()))
    }

    /// Sends, and waits for the head of the response.
    pub(crate) fn poll_head<S: BodySource>(
        &mut self,
        method: &Method,
        body: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), NoResponse>> {
        if matches!(self.poll_send(body, context), Poll::Ready(Err(_))) {
            return Poll::Ready(Err(NoResponse::Body));
        }
        loop {
            let Some(connection) = &mut self.connection else {
                return Poll::Ready(Err(NoResponse::Broken));
            };
            let Http1 { stream, input } = &mut connection.http1;
            if let Some(length) = self.head_end.find(input.bytes()) {
                let head = input.bytes().get(..length).unwrap_or_default();
                if let Err(error) = connection.head.parse(head, method) {
                    tracing::warn!(%error, "the upstream's answer is broken");
                    return Poll::Ready(Err(NoResponse::Broken));
                }
                let status = connection.head.status;
                if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
                    input.consume(length);
                    self.head_end = HeadEnd::default();
                    self.interim += 1;
                    if self.interim > INTERIM {
                        return Poll::Ready(Err(NoResponse::Broken));
                    }
                    continue;
                }
                self.head_length = length;
                self.body = Http1Body::new(connection.head.body);
                return Poll::Ready(Ok(()));
            }
            let nothing = input.is_empty();
            return Poll::Ready(Err(match input.poll_fill(stream, context, HEAD) {
                Poll::Pending if self.sending == Sending::Refused && nothing => NoResponse::Nothing,
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(Filled::More)) => continue,
                Poll::Ready(Ok(Filled::End) | Err(_)) if nothing => NoResponse::Nothing,
                Poll::Ready(Ok(Filled::End | Filled::Full) | Err(_)) => NoResponse::Broken,
            }));
        }
    }

    /// Whether the request is out, or will not go out any more.
    pub(crate) fn is_sent(&self) -> bool {
        self.sending != Sending::Going
    }

    /// Whether the upstream has had nothing of the request.
    pub(crate) fn is_untouched(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.outgoing.is_untouched())
    }

    /// Whether the last wait was for the visitor's body.
    pub(crate) fn waits_for_body(&self) -> bool {
        self.sending == Sending::Going
            && self.connection.as_ref().is_some_and(|it| it.outgoing.waits_for_body())
    }

    /// What is out of the request: it grows as long as there is progress.
    pub(crate) fn progress(&self) -> u64 {
        self.connection.as_ref().map_or(0, |connection| connection.outgoing.progress())
    }

    /// The head of the response, and its bytes, until they are taken.
    pub(crate) fn head(&self) -> Option<(&ResponseHead, &[u8])> {
        let connection = self.connection.as_deref()?;
        let bytes = connection.http1.input.bytes().get(..self.head_length)?;
        Some((&connection.head, bytes))
    }

    /// Goes on from the head to the body.
    pub(crate) fn take_head(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.http1.input.consume(std::mem::take(&mut self.head_length));
        }
        if self.body.is_over() {
            self.release();
        }
    }

    /// The connection, once both sides have agreed to use it for something else.
    pub(crate) fn into_connection(mut self) -> Option<Box<Connection>> {
        let mut connection = self.connection.take()?;
        connection.http1.input.consume(self.head_length);
        Some(connection)
    }

    /// The response is through: the connection is free, if both sides want to keep it.
    fn release(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let clean = connection.http1.input.is_empty();
        if self.sending == Sending::Done && connection.head.persists && clean {
            connection.http1.input.rest();
            connection.outgoing.rest();
            connection.turn = None;
            if let Some(home) = &self.home {
                home.put_back(connection);
            }
        }
    }
}

/// The response's body.
impl BodySource for Exchange {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        let Some(connection) = &mut self.connection else { return Poll::Ready(Ok(Piece::End)) };
        let piece = self.body.poll_piece(&mut connection.http1, context);
        if matches!(piece, Poll::Ready(Ok(Piece::End))) {
            self.release();
        }
        piece
    }

    fn data(&self) -> &[u8] {
        self.connection.as_ref().map_or(&[], |connection| self.body.data(&connection.http1))
    }

    fn consume(&mut self, count: usize) {
        if let Some(connection) = &mut self.connection {
            self.body.consume(&mut connection.http1, count);
        }
        if self.body.is_over() {
            self.release();
        }
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
}

/// Whose fault it was.
impl From<NoResponse> for Failure {
    fn from(why: NoResponse) -> Self {
        match why {
            NoResponse::Body => Self::BodyBroken,
            NoResponse::Nothing | NoResponse::Broken => Self::UpstreamBroken,
        }
    }
}
