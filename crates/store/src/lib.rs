//! What must last: identifiers, keys, sessions, codes, revocations, service tokens.
//!
//! A [`Store`] is an embedded SQLite database. A method returns when what it wrote is on disk: an acknowledged write survives
//! the end of the process and of the machine. Times are unix seconds and come in as parameters, as do ids.
//!
//! Invariants: a code, a key or a revocation is on disk before its method returns; single use is decided by the database,
//! in one transaction; secrets are encrypted where a key is given; the file is nobody else's to read.
//!
//! One file a table. Entry point: [`Store::open`].

mod acme_account;
mod acme_certificates;
mod application_sessions;
mod consumed;
mod cors_refusals;
mod counters;
mod encryption;
mod error;
mod identifiers;
mod leases;
mod master_key;
mod open;
mod pins;
mod revision;
mod service_tokens;
mod sessions;
mod signing_keys;
mod sweep;
mod users;

pub use acme_account::{AcmeAccount, AcmeChallenge};
pub use acme_certificates::{AcmeCertificate, AcmeFailure};
pub use application_sessions::{ApplicationSession, StoredApplicationSession};
pub use cors_refusals::{CORS_REFUSAL_DAYS, CorsRefusal, CorsRefusalCount};
pub use counters::Counted;
pub use encryption::EncryptionKey;
pub use error::{StoreError, StoreErrorKind};
pub use identifiers::{Identifier, Wanted};
pub use open::Store;
pub use pins::{Pin, PinOutcome};
pub use service_tokens::ServiceToken;
pub use sessions::Session;
pub use signing_keys::StoredKey;
