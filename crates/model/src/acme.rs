//! Certificates that an authority issues by itself (ACME, RFC 8555).

use std::path::PathBuf;

use crate::Host;

/// What a listener wants of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acme {
    /// Whom to ask, and how.
    pub authority: AcmeAuthority,
    /// The names that get a certificate each, in the order of the config.
    pub names: Vec<Host>,
}

/// An authority, and how it makes sure that a name is ours. One for all listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeAuthority {
    /// The URL of its directory.
    pub directory: String,
    /// The e-mail address that it may write to.
    pub contact: Option<String>,
    /// How it makes sure that a name is ours.
    pub challenge: AcmeChallenge,
    /// PEM file of authorities that the directory's own certificate may stem from; the system's where there is none.
    pub ca_pool: Option<PathBuf>,
}

/// How an authority makes sure that a name is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcmeChallenge {
    /// By a TLS handshake at port 443 (RFC 8737).
    TlsAlpn01,
    /// By a request at port 80 (RFC 8555, section 8.3).
    Http01,
}
