//! Why a cross-origin call failed: the recording of a browser in, causes and fixes out.
//!
//! A HAR ([`Har::read`]) and the console's text ([`Console::read`]) of one recording are laid beside each other, and
//! [`diagnose`] walks the decision tree: what is not CORS at all, then the preflight, the response, the redirects, the session,
//! and what passed every check and went wrong all the same. With the gateway's config ([`Configured`]) a finding comes with the
//! change that repairs it, which was read again and tried out before.
//!
//! Invariants:
//!
//! * No secret is kept: values of cookies, tokens, queries and bodies are dropped while reading.
//! * Work and memory are bounded, whatever is read; nothing here panics.
//! * A cause is named as far as the evidence goes. What would be needed to say more is named, too.
//!
//! Not here: files, sockets, how findings are printed.

mod call;
mod cause;
mod config;
mod console;
mod cors_check;
mod diagnose;
mod finding;
mod fix;
mod har;
mod net_error;
mod symptom;
mod target;
mod text;

pub use cause::Cause;
pub use config::Configured;
pub use console::Console;
pub use diagnose::diagnose;
pub use finding::{Confidence, ConfigChange, Diagnosis, Evidence, Finding, HeaderToSend, On};
pub use har::{Engine, Har, ReadError};
pub use symptom::Symptom;
pub use target::Target;
