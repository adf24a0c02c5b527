//! HTTP/1.1 messages (RFC 9112), read one way.
//!
//! Bytes in, heads and bodies out; no sockets and no clock. Whatever two readers could take for two different messages is an
//! error: a lone CR or LF, a folded line, a length beside an encoding, two lengths, an encoding that is not `chunked` alone, a
//! chunk size that is not plain hexadecimal digits. What is written is written anew from what was read, never copied along.
//!
//! Entry points: [`HeadEnd`] finds the end of a head, [`RequestHead::parse`] and [`ResponseHead::parse`] read it,
//! [`BodyDecoder`] reads the body that [`BodyLength`] announces, and [`write`](mod@write) writes.

mod body_decoder;
mod body_length;
mod chunked;
mod connection_options;
mod error;
mod head_end;
mod lines;
mod request_head;
mod request_target;
mod response_head;
pub mod write;

pub use body_decoder::{BodyDecoder, Decoded};
pub use body_length::BodyLength;
pub use connection_options::ConnectionOptions;
pub use error::{BodyError, RequestHeadError, ResponseHeadError};
pub use head_end::HeadEnd;
pub use request_head::{RequestHead, Version};
pub use request_target::RequestTarget;
pub use response_head::{ResponseHead, Span};

/// Most lines of fields that a head or the trailers of a body may have.
pub const MAX_FIELDS: usize = 128;
