//! The data plane over real sockets: real gate, real sessions, upstreams of the test's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answers;
mod connections;
mod drain;
mod framing;
mod http2;
mod large_heads;
mod preflight;
mod several_upstreams;
mod streaming;
mod tls;
mod tls_attacks;
mod tls_authority;
mod to_upstream;
mod upstream;
mod upstream_failures;
mod web_socket;
mod world;
