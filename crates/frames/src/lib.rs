//! The frames of HTTP/2 and of WebSockets, as they pass by: where they begin and end, and of which kind they are.
//!
//! Bytes in, heads out; no sockets and no clock. Nothing is refused here: whoever lets the bytes pass judges them. Payloads are
//! passed over, and a head is the same in whatever pieces it comes.

pub mod http2;
pub mod web_socket;
