//! The CORS protocol of the Fetch standard, as pure functions over headers.
//!
//! What an administrator wrote ([`Settings`]) is compiled once into a [`Policy`], or into every
//! [`Problem`] it has. The policy then answers preflights and says which origins it allows and
//! which it trusts; [`Preflight::recognise`] and [`FetchMetadata`] read what a browser said.
//!
//! Invariants:
//!
//! * Nothing is allowed that the settings do not name.
//! * An origin is compared as browsers write it: whole, or with everything below a domain by whole labels. No prefixes, no
//!   regular expressions, no normalising.
//! * A response gets at most one `Access-Control-Allow-Origin`, and it is never `*`.
//! * All origins or `null` together with credentials exist only under a named danger
//!   ([`Dangers`]), and never for WebSockets.
//! * No function here panics, and each does work linear in its input, most of it bounded.
//!
//! The other side of the wire is [`browser`]: what Chromium and Firefox send, check and let a page
//! see, hop by hop.
//!
//! Entry points: [`Policy::compile`], [`Policy::answer`], [`Policy::trusts`], [`Policy::stamp`],
//! [`needed_preflight`], [`same_site`]. Not here: who is signed in, what an application is, and
//! what status an answer has.

pub mod browser;
mod origin;
mod policy;
mod preflight;
mod problem;
mod request;
mod sec_fetch;
mod settings;
mod site;
mod stamp;
mod vary;

pub use origin::{Origin, OriginError, OriginHeader, OriginPattern, RequestOrigin};
pub use policy::{Allowance, Policy};
pub use preflight::{Answer, Kept, PREFLIGHT_VARY, Preflight, Refusal};
pub use problem::{Problem, Severity};
pub use request::{is_unsafe, needed_preflight};
pub use sec_fetch::{FetchMetadata, SecFetchDest, SecFetchMode, SecFetchSite};
pub use settings::{Dangers, Settings, listed_origin};
pub use site::{Site, same_site};
pub use stamp::{stamp_nobody, stamp_origin};
pub use vary::vary_on;
