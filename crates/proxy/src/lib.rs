//! The data plane: it accepts, has the gate decide, and acts.
//!
//! One thread a core, each with a runtime, listeners and upstream connections of its own: no locks on the path. What may
//! wait (endpoints, the store) is the [`Gateway`]'s, which runs it elsewhere.
//!
//! Invariants: an upstream gets the request that was decided on, built in `upstream_request.rs`; identity headers are set
//! after everything of the client's that could touch them is gone; every answer of the gateway's own is stamped in
//! `reply.rs`; nothing buffers a body.
//!
//! Entry points: [`bind`] and [`Server::start`]. The request path is one page: `serve_request.rs`.

mod account;
mod activity;
mod authority_check;
mod balance;
mod bells;
mod body_pause;
mod body_source;
mod buffer;
mod byte_stream;
mod connect;
mod connection;
mod crowd;
mod cut;
mod date;
mod door;
mod drain;
mod exchange;
mod exchange_http2;
mod form;
mod forward;
mod framed;
mod gateway;
mod head_bytes;
mod header_maps;
mod http2;
mod http2_body;
mod http2_budget;
mod http2_meter;
mod http2_stream;
mod http2_tunnel;
mod least_request;
mod limits;
mod listen;
mod listening;
mod local;
mod outgoing;
mod outlier;
mod patience;
mod pool;
mod reply;
mod reply_head;
mod retry;
mod rewound;
mod serve_original;
mod serve_request;
mod server;
mod stall;
mod standing;
mod tls;
mod tunnel;
mod undelivered;
mod upstream_answer;
mod upstream_request;
mod upstream_response;
mod visitor;

pub use gateway::{CorsOutcome, Failure, Gateway, Record};
pub use limits::Limits;
pub use listen::{BindError, Bound, bind};
pub use outlier::HealthChange;
pub use server::{Drained, Server, StartError};
pub use tls::{
    ChainAndKey, HttpChallenge, Issued, ListenerTls, TlsError, TlsFilesOnDisk, expiries,
};
pub use upstream_request::UpstreamRequest;
