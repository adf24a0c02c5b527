//! Tokens, keys and cookies: everything the gateway signs, seals, or recognises as its own.
//!
//! Invariants: each key has one purpose, derived under a label of its own; what is opened was sealed here, by the same
//! key, and has not ended; a token counts only in the place that its `use` names; secrets are compared in constant time,
//! overwritten when dropped, and have no `Debug`; no input makes anything panic, and work on any input is bounded.
//! Nothing reads a clock: time is `now`, in Unix seconds. Randomness is handed in, but for RSA keys (`ring/signing_key.rs`).
//!
//! Entry points: [`KeyRing`] signs and verifies tokens, [`Claims`] are what they say, [`MasterKey`] is where all other
//! keys come from. [`meta`] and [`code`] carry a sign-in from one host to the other, a [`ticket`] carries a session. [`cookie`] reads, writes and strips
//! cookies. [`service_token`] reads the credentials of machines.
//!
//! Not here: what a session is, who may pass, where anything is stored.

pub mod binding;
pub mod claims;
pub mod code;
pub mod cookie;
pub mod csrf;
pub mod device;
pub mod meta;
pub mod pin;
pub mod ring;
pub mod secret;
pub mod service_token;
pub mod shortened;
pub mod ticket;

mod octets;

pub use claims::{Claims, Expectation, Scope, TokenType, Use};
pub use ring::{KeyError, KeyRing, SigningKey, TokenError};
pub use secret::{CsrfKey, DeviceKey, MacKey, MasterKey, PinKey, SealKey};
pub use shortened::Shortened;
