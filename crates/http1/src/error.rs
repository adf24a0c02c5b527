//! Why a message cannot be read.

/// Why the head of a request cannot be read. After each of them the connection has to close: nobody knows where the next request
/// would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestHeadError {
    /// A CR without LF, or an LF without CR.
    #[error("a line ends with a lone CR or LF")]
    BareLineBreak,
    /// A field's name or value has a byte that it cannot have, or a line is folded.
    #[error("a header is malformed")]
    Field,
    /// `Content-Length` and `Transfer-Encoding`, several lengths, or one that is no plain number.
    #[error("the length of the body has two readings or none")]
    Length,
    /// The first line is not a method, a target and a version with a space between them.
    #[error("the request line is malformed")]
    RequestLine,
    /// A target that no form of the standard fits (RFC 9112, section 3.2).
    #[error("the target is malformed")]
    Target,
    /// More lines of headers than [`MAX_FIELDS`](crate::MAX_FIELDS), or a head that is too long.
    #[error("the request's head is too large")]
    TooLarge,
    /// Any encoding but `chunked` alone, or one in HTTP/1.0.
    #[error("the transfer encoding is not `chunked` alone")]
    TransferEncoding,
    /// Not HTTP/1.0 or HTTP/1.1.
    #[error("the version is not HTTP/1.0 or HTTP/1.1")]
    Version,
}

/// Why the head of a response cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseHeadError {
    /// The status line or a field is malformed.
    #[error("the response's head is malformed")]
    Malformed,
    /// Lengths that contradict each other, or a length beside an encoding.
    #[error("the length of the response's body has two readings")]
    Length,
    /// Too many or too long headers.
    #[error("the response's head is too large")]
    TooLarge,
    /// Any encoding but `chunked` alone.
    #[error("the response's transfer encoding is not `chunked` alone")]
    TransferEncoding,
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// A chunk's size, extension or end is malformed or too long.
    #[error("a chunk is malformed")]
    Chunk,
    /// The connection ended before the body did.
    #[error("the body broke off")]
    Incomplete,
    /// A trailer is malformed, or there are too many.
    #[error("the trailers are malformed")]
    Trailers,
}
