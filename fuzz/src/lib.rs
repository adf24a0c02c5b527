//! What several targets begin with.

use bytes::Bytes;
use crossgate_gate::RequestLine;
use crossgate_http1::{HeadEnd, RequestHead};
use crossgate_model::{PublicAddress, PublicScheme};

/// How browsers reach the listener that fuzzed requests come to.
pub const PUBLIC: PublicAddress = PublicAddress { scheme: PublicScheme::Http, port: 8080 };

/// The bytes of a request's head, if all of it is there, and what follows them.
pub fn head_and_rest(data: &[u8]) -> Option<(Bytes, &[u8])> {
    let end = HeadEnd::default().find(data)?;
    let (head, rest) = data.split_at(end);
    Some((Bytes::copy_from_slice(head), rest))
}

/// The line of a request from an address that nobody trusts.
pub fn request_line<'a>(read: &'a RequestHead<'a>) -> RequestLine<'a> {
    RequestLine {
        method: &read.method,
        authority: read.target.authority,
        path: read.target.path,
        query: read.target.query,
        protocol: None,
        client: [203, 0, 113, 9].into(),
        public: PUBLIC,
    }
}
