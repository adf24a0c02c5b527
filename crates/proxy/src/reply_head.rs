//! The head of an answer, as a visitor of HTTP/1.1 gets it.

use bytes::Bytes;
use crossgate_http1::{BodyLength, Version, write};
use http::header::{CONTENT_LENGTH, DATE};
use http::{HeaderMap, Method, Response, StatusCode};

use crate::upstream_answer::UpstreamAnswer;
use crate::upstream_response::ResponseField;

/// What the request and the connection ask of a head.
#[derive(Clone, Copy)]
pub(crate) struct ReplyHead<'a> {
    pub(crate) method: &'a Method,
    pub(crate) version: Version,
    /// Whether the connection goes on.
    pub(crate) persists: bool,
    /// Says what time it is, where nobody else has said so.
    pub(crate) date: &'a dyn Fn() -> [u8; 29],
}

impl<'a> ReplyHead<'a> {
    /// For an answer after which the connection closes.
    pub(crate) const fn closing(date: &'a dyn Fn() -> [u8; 29]) -> Self {
        Self { method: &Method::GET, version: Version::Http11, persists: false, date }
    }

    /// How a body of this length is framed. HTTP/1.0 knows no chunks.
    pub(crate) fn framing(&self, status: StatusCode, length: BodyLength) -> BodyLength {
        match length {
            _ if self.has_no_body(status) => BodyLength::None,
            BodyLength::None => BodyLength::Exactly(0),
            BodyLength::Exactly(length) => BodyLength::Exactly(length),
            BodyLength::Chunked | BodyLength::UntilClose => match self.version {
                Version::Http10 => BodyLength::UntilClose,
                Version::Http11 => BodyLength::Chunked,
            },
        }
    }

    fn has_no_body(&self, status: StatusCode) -> bool {
        *self.method == Method::HEAD
            || status == StatusCode::NO_CONTENT
            || status == StatusCode::NOT_MODIFIED
    }

    fn finish(&self, output: &mut Vec<u8>, has_date: bool) {
        if !has_date {
            write::field(output, b"date", &(self.date)());
        }
        match (self.persists, self.version) {
            (true, Version::Http11) => {}
            (true, Version::Http10) => write::field(output, b"connection", b"keep-alive"),
            (false, _) => write::field(output, b"connection", b"close"),
        }
        write::end_of_head(output);
    }
}

/// Writes the gateway's own answer, body and all.
pub(crate) fn write_own(output: &mut Vec<u8>, response: &Response<Bytes>, head: &ReplyHead<'_>) {
    let status = response.status();
    write::status_line(output, status);
    for (name, value) in response.headers() {
        if *name != CONTENT_LENGTH {
            write::field(output, name.as_str().as_bytes(), value.as_bytes());
        }
    }
    let body = response.body();
    if status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED {
        write::number(output, b"content-length", body.len() as u64);
    }
    head.finish(output, response.headers().contains_key(DATE));
    if !head.has_no_body(status) {
        output.extend_from_slice(body);
    }
}

/// Writes the head of an upstream's answer: with the headers that it has, or with those of the map.
pub(crate) fn write_upstream(
    output: &mut Vec<u8>,
    answer: &UpstreamAnswer,
    map: Option<&HeaderMap>,
    framing: BodyLength,
    head: &ReplyHead<'_>,
) {
    let status = answer.status();
    write::status_line(output, status);
    // What a response without a body says of the length that it would have had.
    let says_length = framing == BodyLength::None && status != StatusCode::NO_CONTENT;
    let mut has_date = false;
    let mut add = |kind, name: &[u8], value: &[u8]| match kind {
        ResponseField::Stays => {}
        ResponseField::ContentLength if !says_length => {}
        ResponseField::Date if has_date => {}
        ResponseField::Date => {
            has_date = true;
            write::field(output, name, value);
        }
        ResponseField::ContentLength | ResponseField::Passes | ResponseField::SetCookie => {
            write::field(output, name, value);
        }
    };
    match map {
        None => answer.each_field(add),
        Some(map) => {
            for (name, value) in map {
                let (name, value) = (name.as_str().as_bytes(), value.as_bytes());
                add(ResponseField::of(name, value, &[]).of_the_gateway(), name, value);
            }
        }
    }
    match framing {
        BodyLength::Exactly(length) => write::number(output, b"content-length", length),
        BodyLength::Chunked => write::field(output, b"transfer-encoding", b"chunked"),
        BodyLength::None | BodyLength::UntilClose => {}
    }
    head.finish(output, has_date);
}

/// Writes the head of an answer that switches protocols.
pub(crate) fn write_switch(output: &mut Vec<u8>, status: StatusCode, headers: &HeaderMap) {
    write::status_line(output, status);
    for (name, value) in headers {
        write::field(output, name.as_str().as_bytes(), value.as_bytes());
    }
    write::end_of_head(output);
}
