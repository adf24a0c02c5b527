//! Certificates of the gateway's own hosts: asked for at an authority (ACME, RFC 8555), kept, renewed.
//!
//! One certificate a name, so that a name that cannot be shown to be ours keeps no other from its certificate. Account, keys,
//! certificates, challenges and failures are in the store: a restart asks nothing again, and of several processes one asks
//! while all answer the authority.
//!
//! Invariants: an old certificate stays in force until a new one is on disk; a challenge is answered only while its order
//! runs; failures are repeated ever more slowly, across restarts.
//!
//! Entry points: [`material`] for the start, [`Upkeep::run`] from then on.

mod authority;
mod challenge_certificate;
mod due;
mod http_client;
mod material;
mod order;
mod schedule;
mod upkeep;
mod wanted;

pub use material::{HttpAnswer, Material, NamedKey, material};
pub use upkeep::{Notice, Upkeep};
pub use wanted::Wanted;
