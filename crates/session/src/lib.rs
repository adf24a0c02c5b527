//! Sessions: what the credentials of a request are worth, and how sessions begin and end.
//!
//! One [`Sessions`] serves the whole process. What requests need is in memory; the store is asked on a miss only, so
//! that people who are signed in stay so while the store is away. Nothing here decides who may pass: the outcome is
//! [`gate::Evidence`](crossgate_gate::Evidence).
//!
//! Invariants: a sign-in, a session and a sign-out are on disk before anything acts on them; what is remembered of a
//! token is that its signature is good, everything that can change is looked at with each request; whatever cannot be
//! told leads to nobody; memory is bounded.
//!
//! Entry points: [`Sessions::open`], then [`Sessions::try_credentials`] and [`Sessions::credentials`] for requests,
//! [`Sessions::sign_in`], [`Sessions::open_application`] and [`Sessions::sign_out`] for the login host, and
//! [`Sessions::maintain`] beside them.

mod assertions;
mod credentials;
mod error;
mod identity;
mod ids;
mod liveness;
mod maintain;
mod master_keys;
mod open_application;
mod presented;
mod records;
mod request_tokens;
mod service_tokens;
mod sessions;
mod sign_in;
mod signing_keys;
mod tag;
mod tokens;
mod verified_token;
mod verified_tokens;

pub use credentials::{Credentials, UpstreamAssertion};
pub use error::SessionError;
pub use identity::Identity;
pub use master_keys::MasterKeys;
pub use open_application::ApplicationTokens;
pub use sessions::{Capacity, Sessions};
pub use sign_in::{SignIn, TeamSession};

#[cfg(test)]
mod tests;
