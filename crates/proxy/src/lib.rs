//! The data plane: it accepts, has the gate decide, and acts.
//!
//! One thread a core, each with a runtime, listeners and upstream connections of its own: no locks on the path. What may
//! wait (endpoints, the store) is the [`Gateway`]'s, which runs it elsewhere.
//!
//! Invariants: an upstream gets the request that was decided on, built in `upstream_request.rs`; identity headers are set
//! after everything of the client's that could touch them is gone; every answer of the gateway's own is stamped in
//! `stamp.rs`; nothing buffers a body.
//!
//! Entry points: [`bind`] and [`Server::start`]. The request path is one page: `serve_request.rs`.

mod account;
mod activity;
mod balance;
mod body;
mod connect;
mod connection;
mod exchange;
mod forward;
mod gateway;
mod limits;
mod listen;
mod local;
mod pool;
mod serve_original;
mod serve_request;
mod server;
mod stall;
mod stamp;
mod standing;
mod tls;
mod tunnel;
mod upstream_request;
mod upstream_response;

pub use gateway::{CorsOutcome, Failure, Gateway, Record};
pub use limits::Limits;
pub use listen::{BindError, Bound, bind};
pub use server::{Drained, Server, StartError};
pub use tls::{TlsError, server_config};
