//! Limits and timeouts of every phase.

use std::time::Duration;

/// Limits that hold for every connection. The defaults are meant for the open internet.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most connections of visitors at once, on all threads.
    pub connections: usize,
    /// Most of those from one IPv4 address or IPv6 /64, those of trusted proxies apart.
    pub connections_of_a_network: usize,
    /// Most WebSockets at once, on all threads, those that are asked for and not there yet among them.
    pub web_sockets: usize,
    /// Most of those from one network, as of connections: many fit into one of HTTP/2.
    pub web_sockets_of_a_network: usize,
    /// Longest TLS handshake.
    pub tls_handshake: Duration,
    /// Longest wait for a request's head, and for the next request on an idle connection.
    pub head: Duration,
    /// Longest time without a request on a connection that had one, where [`Limits::head`] does not end it sooner.
    pub idle: Duration,
    /// Longest time in which a visitor takes nothing of what is sent.
    pub write_pause: Duration,
    /// Longest pause within a request's body.
    pub body_pause: Duration,
    /// Largest head of a request, in bytes.
    pub head_bytes: usize,
    /// Most headers of a request.
    pub headers: usize,
    /// Most concurrent requests on an HTTP/2 connection.
    pub streams: u32,
    /// Largest form that an endpoint takes, in bytes.
    pub form_bytes: usize,
    /// How long an upstream connection may idle.
    pub upstream_idle: Duration,
    /// Most connections to one upstream, on each thread.
    pub upstream_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 32_768,
            connections_of_a_network: 4_096,
            web_sockets: 32_768,
            web_sockets_of_a_network: 4_096,
            tls_handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            write_pause: Duration::from_secs(60),
            body_pause: Duration::from_secs(30),
            head_bytes: 64 * 1024,
            headers: 128,
            streams: 128,
            form_bytes: 64 * 1024,
            upstream_idle: Duration::from_secs(50),
            upstream_connections: 4096,
        }
    }
}
