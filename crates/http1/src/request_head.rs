//! The head of a request.

use std::mem::MaybeUninit;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::body_length::{Contradiction, Said};
use crate::{BodyLength, ConnectionOptions, MAX_FIELDS, RequestHeadError, RequestTarget};

/// The head of a request.
#[derive(Debug)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: Method,
    /// The target, in its parts.
    pub target: RequestTarget<'a>,
    /// The version.
    pub version: Version,
    /// The headers, names in lower case, values without the spaces around them.
    pub headers: HeaderMap,
    /// How long the body is.
    pub body: BodyLength,
    /// What `Connection` says.
    pub options: ConnectionOptions,
    /// Whether the body comes only after `100 Continue` (RFC 9110, section 10.1.1).
    pub expects_continue: bool,
}

/// The version of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    Http11,
}

impl<'a> RequestHead<'a> {
    /// Reads a head: all bytes up to and with the empty line. One empty line before it is passed over (RFC 9112, section 2.2).
    ///
    /// # Errors
    /// Whatever no client sends in earnest, and two readers could read in two ways.
    pub fn parse(bytes: &'a Bytes) -> Result<Self, RequestHeadError> {
        Self::parse_with(bytes, HeaderMap::new())
    }

    /// The same with an empty map for the headers, whose memory is used again.
    ///
    /// # Errors
    /// As [`RequestHead::parse`].
    pub fn parse_with(bytes: &'a Bytes, empty: HeaderMap) -> Result<Self, RequestHeadError> {
        let head = bytes.strip_prefix(b"\r\n").unwrap_or(bytes);
        if matches!(head, [b'\r' | b'\n', ..]) {
            return Err(RequestHeadError::RequestLine);
        }
        let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
        let mut parsed = httparse::Request::new(&mut []);
        match parsed.parse_with_uninit_headers(head, &mut fields) {
            Ok(httparse::Status::Complete(length)) if length == head.len() => {}
            Ok(_) => return Err(RequestHeadError::RequestLine),
            Err(error) => return Err(error_of(error)),
        }
        if !lines_end_properly(head, parsed.headers) {
            return Err(RequestHeadError::BareLineBreak);
        }
        let version = match parsed.version {
            Some(0) => Version::Http10,
            Some(1) => Version::Http11,
            _ => return Err(RequestHeadError::Version),
        };
        let method = parsed.method.unwrap_or_default();
        let method =
            Method::from_bytes(method.as_bytes()).map_err(|_| RequestHeadError::RequestLine)?;
        let target = RequestTarget::parse(&method, parsed.path.unwrap_or_default())
            .ok_or(RequestHeadError::Target)?;
        let mut read = Self {
            method,
            target,
            version,
            headers: empty,
            body: BodyLength::None,
            options: ConnectionOptions::default(),
            expects_continue: false,
        };
        read.headers.reserve(parsed.headers.len());
        read.add_fields(parsed.headers, bytes)?;
        // An authority in the target stands beside a Host, never for it (RFC 9112, section 3.2).
        let names_host = read.version == Version::Http10 || read.headers.contains_key(HOST);
        if read.target.authority.is_some() && !names_host {
            return Err(RequestHeadError::Target);
        }
        Ok(read)
    }

    /// Whether the client wants to go on with the connection (RFC 9112, section 9.3).
    #[must_use]
    pub fn persists(&self) -> bool {
        match self.version {
            Version::Http10 => self.options.keep_alive && !self.options.close,
            Version::Http11 => !self.options.close,
        }
    }

    fn add_fields(
        &mut self,
        fields: &[httparse::Header<'_>],
        bytes: &Bytes,
    ) -> Result<(), RequestHeadError> {
        let mut said = Said::default();
        for field in fields {
            let name = HeaderName::from_bytes(field.name.as_bytes())
                .map_err(|_| RequestHeadError::Field)?;
            if name == CONNECTION {
                self.options.add(field.value);
            } else if name == CONTENT_LENGTH {
                said.content_length(field.value);
            } else if name == TRANSFER_ENCODING {
                said.transfer_encoding(field.value);
            } else if name == EXPECT {
                self.expects_continue |= field.value.eq_ignore_ascii_case(b"100-continue");
            }
            let value = HeaderValue::from_maybe_shared(bytes.slice_ref(field.value))
                .map_err(|_| RequestHeadError::Field)?;
            self.headers.append(name, value);
        }
        let http_1_0 = self.version == Version::Http10;
        self.body = said.of_request(http_1_0).map_err(|contradiction| match contradiction {
            Contradiction::Length => RequestHeadError::Length,
            Contradiction::TransferEncoding => RequestHeadError::TransferEncoding,
        })?;
        // HTTP/1.0 knows no interim responses.
        self.expects_continue &= !http_1_0;
        Ok(())
    }
}

/// Whether each line ends with CR LF: what was parsed so far ends each with a LF, and has no CR but before one.
fn lines_end_properly(head: &[u8], fields: &[httparse::Header<'_>]) -> bool {
    let begins_properly = |field: &httparse::Header<'_>| {
        let at = field.name.as_ptr().addr().wrapping_sub(head.as_ptr().addr());
        head.get(..at).is_some_and(|before| before.ends_with(b"\r\n"))
    };
    head.ends_with(b"\r\n\r\n") && fields.iter().all(begins_properly)
}

const fn error_of(error: httparse::Error) -> RequestHeadError {
    match error {
        httparse::Error::HeaderName | httparse::Error::HeaderValue => RequestHeadError::Field,
        httparse::Error::TooManyHeaders => RequestHeadError::TooLarge,
        httparse::Error::Version => RequestHeadError::Version,
        httparse::Error::NewLine | httparse::Error::Status | httparse::Error::Token => {
            RequestHeadError::RequestLine
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{RequestHead, Version};
    use crate::{BodyLength, RequestHeadError};

    fn error(head: &str) -> Option<RequestHeadError> {
        RequestHead::parse(&Bytes::copy_from_slice(head.as_bytes())).err()
    }

    #[test]
    fn a_head_is_read_into_its_parts() {
        let bytes = Bytes::from_static(
            b"\r\nPOST /a?b HTTP/1.1\r\nHost: app.example\r\nContent-Length:  5 \r\nExpect: 100-Continue\r\nX: a\r\nx: b\r\nConnection: Keep-Alive, x-y\r\n\r\n",
        );
        let head = RequestHead::parse(&bytes).unwrap();
        assert_eq!(
            (head.method.as_str(), head.target.path, head.target.query),
            ("POST", "/a", Some("b"))
        );
        assert_eq!((head.version, head.body), (Version::Http11, BodyLength::Exactly(5)));
        assert!(head.expects_continue && head.persists() && head.options.names_more);
        assert_eq!(head.headers.get_all("x").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(head.headers["content-length"], "5");
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        use RequestHeadError::{
            BareLineBreak, Field, Length, RequestLine, Target, TransferEncoding, Version,
        };
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(129));
        let rows = [
            ("a lone LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", BareLineBreak),
            ("a lone CR in a value", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", Field),
            ("a folded line", "GET / HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n", Field),
            ("a space before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n", Field),
            ("a space before the first name", "GET / HTTP/1.1\r\n A: b\r\n\r\n", Field),
            ("no colon", "GET / HTTP/1.1\r\nA\r\n\r\n", Field),
            ("no name", "GET / HTTP/1.1\r\n: b\r\n\r\n", Field),
            ("a NUL in a value", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", Field),
            ("two spaces", "GET  / HTTP/1.1\r\n\r\n", RequestLine),
            ("a tab", "GET\t/ HTTP/1.1\r\n\r\n", RequestLine),
            ("a space at the end of the line", "GET / HTTP/1.1 \r\n\r\n", RequestLine),
            ("no version", "GET /\r\n\r\n", RequestLine),
            ("a line feed before it", "\nGET / HTTP/1.1\r\n\r\n", RequestLine),
            ("two empty lines before it", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", RequestLine),
            ("a method that is no token", "G(T / HTTP/1.1\r\n\r\n", RequestLine),
            ("another version", "GET / HTTP/1.2\r\n\r\n", Version),
            ("a version in small letters", "GET / http/1.1\r\n\r\n", Version),
            ("HTTP/2", "PRI * HTTP/2.0\r\n\r\n", Version),
            ("a fragment", "GET /#a HTTP/1.1\r\n\r\n", Target),
            ("an authority for a Host", "GET http://a/ HTTP/1.1\r\n\r\n", Target),
            ("a relative path", "GET a HTTP/1.1\r\n\r\n", Target),
            (
                "two lengths",
                "GET / HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n",
                Length,
            ),
            (
                "a length and an encoding",
                "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                Length,
            ),
            (
                "an encoding in HTTP/1.0",
                "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                TransferEncoding,
            ),
            ("too many headers", &many, RequestHeadError::TooLarge),
        ];
        for (row, head, expected) in rows {
            assert_eq!(error(head), Some(expected), "{row}");
        }
    }

    #[test]
    fn connections_persist_as_their_version_has_it() {
        for (line, connection, expected) in [
            ("1.1", "", true),
            ("1.1", "Connection: close\r\n", false),
            ("1.1", "Connection: x, CLOSE\r\n", false),
            ("1.0", "", false),
            ("1.0", "Connection: keep-alive\r\n", true),
            ("1.0", "Connection: keep-alive, close\r\n", false),
        ] {
            let head = format!("GET / HTTP/{line}\r\n{connection}\r\n");
            let head = Bytes::from(head);
            assert_eq!(RequestHead::parse(&head).unwrap().persists(), expected, "{head:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_to_be_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _read_or_refused = RequestHead::parse(&Bytes::from(bytes)).is_ok();
        }
    }
}
