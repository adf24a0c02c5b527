//! The head of a response.

use std::mem::MaybeUninit;

use http::{Method, StatusCode};

use crate::body_length::{Contradiction, Said};
use crate::{BodyLength, ConnectionOptions, MAX_FIELDS, ResponseHeadError};

/// Where something stands in the bytes of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

/// The head of a response: what it says of the connection, and where its fields are. The bytes stay where they are. Made once for each
/// connection and filled anew for each response.
#[derive(Debug)]
pub struct ResponseHead {
    /// The status.
    pub status: StatusCode,
    /// How long the body is.
    pub body: BodyLength,
    /// What `Connection` says.
    pub options: ConnectionOptions,
    /// Whether the server keeps the connection open when the body is through.
    pub persists: bool,
    fields: Vec<(Span, Span)>,
}

impl Default for ResponseHead {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            body: BodyLength::None,
            options: ConnectionOptions::default(),
            persists: false,
            fields: Vec::new(),
        }
    }
}

impl ResponseHead {
    /// Reads a head: all bytes up to and with the empty line. `method` is the request's: the response to HEAD has no body.
    ///
    /// # Errors
    /// What is no head, or announces a body of two lengths.
    pub fn parse(&mut self, head: &[u8], method: &Method) -> Result<(), ResponseHeadError> {
        let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
        let mut parsed = httparse::Response::new(&mut []);
        let config = httparse::ParserConfig::default();
        match config.parse_response_with_uninit_headers(&mut parsed, head, &mut fields) {
            Ok(httparse::Status::Complete(length)) if length == head.len() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(ResponseHeadError::TooLarge),
            Ok(_) | Err(_) => return Err(ResponseHeadError::Malformed),
        }
        let status = StatusCode::from_u16(parsed.code.unwrap_or_default());
        self.status = status.map_err(|_| ResponseHeadError::Malformed)?;
        self.options = ConnectionOptions::default();
        self.fields.clear();
        let mut said = Said::default();
        for field in parsed.headers.iter() {
            match field.name.len() {
                10 if field.name.eq_ignore_ascii_case("connection") => {
                    self.options.add(field.value);
                }
                14 if field.name.eq_ignore_ascii_case("content-length") => {
                    said.content_length(field.value);
                }
                17 if field.name.eq_ignore_ascii_case("transfer-encoding") => {
                    said.transfer_encoding(field.value);
                }
                _ => {}
            }
            let name = Span::of(field.name.as_bytes(), head);
            let value = Span::of(field.value, head);
            self.fields.push(name.zip(value).ok_or(ResponseHeadError::TooLarge)?);
        }
        let length = said.of_response().map_err(|contradiction| match contradiction {
            Contradiction::Length => ResponseHeadError::Length,
            Contradiction::TransferEncoding => ResponseHeadError::TransferEncoding,
        })?;
        self.body = if self.has_no_body(method) { BodyLength::None } else { length };
        let by_version = match parsed.version {
            Some(1) => !self.options.close,
            _ => self.options.keep_alive && !self.options.close,
        };
        self.persists = by_version && self.body != BodyLength::UntilClose;
        Ok(())
    }

    /// The fields, in order: names as sent, values without the spaces around them. `head` are the bytes that were parsed.
    pub fn fields<'a>(&'a self, head: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.fields.iter().map(|(name, value)| (name.of_bytes(head), value.of_bytes(head)))
    }

    /// RFC 9112, section 6.3.
    fn has_no_body(&self, method: &Method) -> bool {
        *method == Method::HEAD
            || self.status.is_informational()
            || self.status == StatusCode::NO_CONTENT
            || self.status == StatusCode::NOT_MODIFIED
    }
}

impl Span {
    /// Where `part` stands in `whole`. `None`: it does not, or too far in.
    fn of(part: &[u8], whole: &[u8]) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
        // An empty value may stand anywhere.
        let start = if part.is_empty() { 0 } else { start };
        let end = start.checked_add(part.len()).filter(|end| *end <= whole.len())?;
        Some(Self { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
    }

    fn of_bytes(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;

    use super::ResponseHead;
    use crate::{BodyLength, ResponseHeadError};

    #[test]
    fn the_body_is_as_long_as_status_method_and_fields_say() {
        use BodyLength::{Chunked, Exactly, None, UntilClose};
        let rows = [
            ("a length", Method::GET, "200 OK\r\nContent-Length: 5\r\n\r\n", Exactly(5), true),
            ("chunks", Method::GET, "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Chunked, true),
            ("neither", Method::GET, "200 OK\r\nA: b\r\n\r\n", UntilClose, false),
            ("no reason", Method::GET, "200\r\nContent-Length: 0\r\n\r\n", Exactly(0), true),
            ("HEAD", Method::HEAD, "200 OK\r\nContent-Length: 5\r\n\r\n", None, true),
            ("no content", Method::GET, "204 No Content\r\n\r\n", None, true),
            ("not modified", Method::GET, "304 x\r\nContent-Length: 5\r\n\r\n", None, true),
            (
                "closing",
                Method::GET,
                "200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n",
                Exactly(1),
                false,
            ),
        ];
        for (row, method, head, body, persists) in rows {
            let mut read = ResponseHead::default();
            read.parse(format!("HTTP/1.1 {head}").as_bytes(), &method).unwrap();
            assert_eq!((read.body, read.persists), (body, persists), "{row}");
        }
    }

    #[test]
    fn an_older_server_closes_unless_it_says_otherwise() {
        let mut read = ResponseHead::default();
        read.parse(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", &Method::GET).unwrap();
        assert!(!read.persists);
        let head = b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n";
        read.parse(head, &Method::GET).unwrap();
        assert!(read.persists);
    }

    #[test]
    fn fields_are_found_where_they_stand() {
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Empty:\r\nSet-Cookie: a=b\r\n\r\n";
        let mut read = ResponseHead::default();
        read.parse(head, &Method::GET).unwrap();
        let expected: [(&[u8], &[u8]); 3] =
            [(b"Content-Type", b"text/plain"), (b"X-Empty", b""), (b"Set-Cookie", b"a=b")];
        assert_eq!(read.fields(head).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_has_two_readings_is_an_error() {
        use ResponseHeadError::{Length, Malformed, TransferEncoding};
        for (row, head, expected) in [
            ("two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", Length),
            (
                "a length beside chunks",
                "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                Length,
            ),
            ("another encoding", "Transfer-Encoding: gzip, chunked\r\n", TransferEncoding),
            ("a folded line", "A: b\r\n c\r\n", Malformed),
            ("a space in a name", "A b: c\r\n", Malformed),
        ] {
            let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
            let read = ResponseHead::default().parse(head.as_bytes(), &Method::GET);
            assert_eq!(read, Err(expected), "{row}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_to_be_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _read_or_refused = ResponseHead::default().parse(&bytes, &Method::GET).is_ok();
        }
    }
}
