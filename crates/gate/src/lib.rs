//! The decision of the gateway: what becomes of a request, and why.
//!
//! Everything here is a function over plain data. A request is read once, by [`Head::read`]; what that read is
//! what is decided on and what is forwarded. [`Gate::decide`] walks the ordered table of
//! `docs/request-path.md`: the first row that fits answers. It comes in two steps, because only some rows need
//! to know who is asking: [`Gate::before_authentication`] ends or names the application, and
//! [`Pending::decide`] ends it with the [`Evidence`] that the caller found for the presented credentials.
//!
//! Invariants: no verdict without a reason; nothing malformed passes; nobody passes whom no policy admits.

mod access_path;
mod admission;
mod application_index;
mod bound_null;
mod client_address;
mod decide;
mod endpoint_request;
mod evidence;
mod head;
mod host_index;
mod ingress_index;
mod owned_headers;
mod path_index;
mod return_path;
mod target;
mod trust;
mod verdict;

pub use access_path::{AccessEndpoint, AccessPath};
pub use bound_null::ServeOriginal;
pub use client_address::{client_address, forwarded_for, is_trusted_proxy};
pub use decide::{Gate, Pending, Step};
pub use endpoint_request::EndpointRequest;
pub use evidence::{Evidence, NoSession, Person, Presence, TokenEvidence};
pub use head::{Head, Malformed, RequestLine};
pub use owned_headers::{folded, is_gateway_header, is_hop_by_hop};
pub use return_path::{ReturnPath, ReturnPathError};
pub use target::{Target, TargetError};
pub use trust::{Stamp, Standing, trusts_by_name};
pub use verdict::{
    Action, Answer, EndpointRefusal, Format, Forward, LoginRedirect, PolicyHit, Reason, Row,
    UpstreamIdentity, Verdict,
};
