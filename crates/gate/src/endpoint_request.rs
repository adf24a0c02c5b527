//! What an endpoint gets to see.

use std::net::IpAddr;

use bytes::Bytes;
use crossgate_model::PublicAddress;

/// A request to an endpoint, its body read.
#[derive(Debug)]
pub struct EndpointRequest {
    /// Its head.
    pub parts: http::request::Parts,
    /// Its body, bounded by whoever read it.
    pub form: Bytes,
    /// The visitor's address.
    pub client: IpAddr,
    /// The public address of the listener.
    pub public: PublicAddress,
    /// Its number, as in the log and on pages.
    pub request_id: String,
}
