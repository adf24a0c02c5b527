//! Which upstream serves a host and path.

use std::path::PathBuf;
use std::time::Duration;

use crate::Host;

/// One rule: the first that matches a request's host and path names its upstreams.
#[derive(Clone, Debug)]
pub struct IngressRule {
    /// The host; `None` matches every host.
    pub hostname: Option<crate::HostPattern>,
    /// A path prefix, by segment; empty matches every path.
    pub path: String,
    /// The upstreams, at least one.
    pub service: Vec<UpstreamUrl>,
    /// How they are spoken to.
    pub origin_request: OriginRequest,
}

/// An upstream's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UpstreamUrl {
    /// Plain or TLS.
    pub scheme: UpstreamScheme,
    /// Its host.
    pub host: Host,
    /// Its port.
    pub port: u16,
}

/// How an upstream connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamScheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS, verified.
    Https,
}

/// How upstreams are spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginRequest {
    /// Certificate authorities to trust instead of the system's.
    pub ca_pool: Option<PathBuf>,
    /// The name asked for by SNI and expected in the certificate.
    pub server_name: Option<String>,
    /// The Host header sent; the visitor's host when left out.
    pub host_header: Option<String>,
    /// HTTP/2 to the upstream (prior knowledge without TLS).
    pub http2: bool,
    /// Longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// Longest wait for the response's head.
    pub response_timeout: Duration,
}
