//! Why visitors' connections are cut: what `crossgate_connections_cut_total` counts beside what has codes of its own.

/// Nothing was asked for too long.
pub(crate) const IDLE: &str = "idle";

/// Nothing was heard of an HTTP/2 client for too long, not even an answer to PING.
pub(crate) const DEAF: &str = "http2-ping-timeout";

/// An answer was not read for too long.
pub(crate) const SLOW_READER: &str = "slow-reader";

/// Nothing of a body came for too long, while its answer was coming already.
pub(crate) const BODY_TIMEOUT: &str = "body-timeout";

/// The TLS handshake took too long.
pub(crate) const TLS_HANDSHAKE_TIMEOUT: &str = "tls-handshake-timeout";
