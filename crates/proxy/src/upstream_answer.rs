//! The response of an upstream, whatever protocol it came by.

use std::task::{Context, Poll};

use bytes::Bytes;
use crossgate_http1::{BodyLength, ResponseHead};
use http::header::{CONNECTION, InvalidHeaderValue};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::body_source::{BodyBroken, BodySource, Piece};
use crate::exchange::{Connection, Exchange};
use crate::exchange_http2::Http2Exchange;
use crate::least_request::Turn;
use crate::upstream_response::ResponseField;

/// Longest head that a single one of its values may keep in memory.
const SHARED: usize = 1_024;

/// A response of which the head is there, and what is still to be sent of its request.
pub(crate) enum UpstreamAnswer {
    Http1(Box<Exchange>),
    Http2(Box<Http2Exchange>),
}

impl UpstreamAnswer {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Http1(exchange) => {
                exchange.head().map_or(StatusCode::BAD_GATEWAY, |(head, _)| head.status)
            }
            Self::Http2(exchange) => exchange.head.status,
        }
    }

    /// Shows each field and what it is.
    pub(crate) fn each_field(&self, show: impl FnMut(ResponseField, &[u8], &[u8])) {
        match self {
            Self::Http1(exchange) => {
                if let Some((head, bytes)) = exchange.head() {
                    each_of_http1(head, bytes, show);
                }
            }
            Self::Http2(exchange) => each_of_http2(&exchange.head.headers, show),
        }
    }

    /// The fields that the visitor gets, as a map.
    pub(crate) fn headers(&self) -> HeaderMap {
        match self {
            Self::Http1(exchange) => {
                let Some((head, bytes)) = exchange.head() else { return HeaderMap::new() };
                // One copy that all values share, if none of them keeps much more than itself alive.
                let shared = Bytes::copy_from_slice(bytes);
                let (count, small) = (head.fields(bytes).count(), bytes.len() <= SHARED);
                let mut headers = HeaderMap::with_capacity(count);
                each_of_http1(head, &shared, |kind, name, value| {
                    let value = if small {
                        HeaderValue::from_maybe_shared(shared.slice_ref(value))
                    } else {
                        HeaderValue::from_bytes(value)
                    };
                    add(&mut headers, kind, name, value);
                });
                headers
            }
            Self::Http2(exchange) => {
                let mut headers = HeaderMap::with_capacity(exchange.head.headers.len());
                each_of_http2(&exchange.head.headers, |kind, name, value| {
                    add(&mut headers, kind, name, HeaderValue::from_bytes(value));
                });
                headers
            }
        }
    }

    /// Keeps the request's turn at its upstream until the response is through.
    pub(crate) fn keep(&mut self, turn: Turn) {
        match self {
            Self::Http1(exchange) => exchange.keep(turn),
            Self::Http2(exchange) => exchange.turn = Some(turn),
        }
    }

    /// Goes on from the head to the body.
    pub(crate) fn take_head(&mut self) {
        if let Self::Http1(exchange) = self {
            exchange.take_head();
        }
    }

    /// Goes on with sending the request.
    pub(crate) fn poll_send<S: BodySource>(
        &mut self,
        body: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), BodyBroken>> {
        match self {
            Self::Http1(exchange) => exchange.poll_send(body, context),
            Self::Http2(exchange) => exchange.poll_send(body, context),
        }
    }

    /// Whether the request is out.
    pub(crate) fn is_sent(&self) -> bool {
        match self {
            Self::Http1(exchange) => exchange.is_sent(),
            Self::Http2(exchange) => exchange.is_sent(),
        }
    }

    /// Whether the request's body is waited for.
    pub(crate) fn waits_for_body(&self) -> bool {
        match self {
            Self::Http1(exchange) => exchange.waits_for_body(),
            Self::Http2(exchange) => exchange.waits_for_body(),
        }
    }

    /// What is out of the request: it grows as long as there is progress.
    pub(crate) fn progress(&self) -> u64 {
        match self {
            Self::Http1(exchange) => exchange.progress(),
            Self::Http2(exchange) => exchange.progress(),
        }
    }

    /// The piece of the body that is there, as a whole.
    pub(crate) fn take_piece(&mut self) -> Bytes {
        match self {
            Self::Http1(exchange) => {
                let piece = Bytes::copy_from_slice(exchange.data());
                exchange.consume(piece.len());
                piece
            }
            Self::Http2(exchange) => exchange.take_piece(),
        }
    }

    /// The connection, where it switches protocols.
    pub(crate) fn into_connection(self) -> Option<Box<Connection>> {
        match self {
            Self::Http1(exchange) => exchange.into_connection(),
            Self::Http2(_) => None,
        }
    }
}

fn each_of_http1<'a>(
    head: &'a ResponseHead,
    bytes: &'a [u8],
    mut show: impl FnMut(ResponseField, &'a [u8], &'a [u8]),
) {
    let is_connection = |name: &[u8]| name.eq_ignore_ascii_case(b"connection");
    let lines = head.fields(bytes).filter(|(name, _)| is_connection(name));
    let named = if head.options.names_more {
        lines.map(|(_, value)| value).collect::<Vec<_>>()
    } else {
        Vec::new()
    };
    for (name, value) in head.fields(bytes) {
        show(ResponseField::of(name, value, &named), name, value);
    }
}

fn each_of_http2(headers: &HeaderMap, mut show: impl FnMut(ResponseField, &[u8], &[u8])) {
    let named = headers.get_all(CONNECTION).iter().map(HeaderValue::as_bytes);
    let named = named.collect::<Vec<_>>();
    for (name, value) in headers {
        let (name, value) = (name.as_str().as_bytes(), value.as_bytes());
        show(ResponseField::of(name, value, &named), name, value);
    }
}

/// Adds a field that the visitor gets.
fn add(
    headers: &mut HeaderMap,
    kind: ResponseField,
    name: &[u8],
    value: Result<HeaderValue, InvalidHeaderValue>,
) {
    let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), value) else { return };
    match kind {
        ResponseField::Stays => {}
        ResponseField::ContentLength | ResponseField::Date => {
            headers.insert(name, value);
        }
        ResponseField::Passes | ResponseField::SetCookie => {
            headers.append(name, value);
        }
    }
}

/// The response's body.
impl BodySource for UpstreamAnswer {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        match self {
            Self::Http1(exchange) => exchange.poll_piece(context),
            Self::Http2(exchange) => exchange.poll_piece(context),
        }
    }

    fn data(&self) -> &[u8] {
        match self {
            Self::Http1(exchange) => exchange.data(),
            Self::Http2(exchange) => exchange.data(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::Http1(exchange) => exchange.consume(count),
            Self::Http2(exchange) => exchange.consume(count),
        }
    }

    fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        match self {
            Self::Http1(exchange) => exchange.take_trailers(),
            Self::Http2(exchange) => exchange.take_trailers(),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Http1(exchange) => exchange.is_over(),
            Self::Http2(exchange) => exchange.is_over(),
        }
    }

    fn length(&self) -> BodyLength {
        match self {
            Self::Http1(exchange) => exchange.length(),
            Self::Http2(exchange) => exchange.length(),
        }
    }
}
