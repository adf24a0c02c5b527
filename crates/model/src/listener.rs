//! Where the gateway listens.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::{Acme, Host, PublicAddress};

/// A listener for visitors.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The address it binds.
    pub address: SocketAddr,
    /// Certificates, chosen by SNI.
    pub tls: Vec<CertificateFiles>,
    /// Names whose certificates an authority issues. Without this and `tls` it speaks plain HTTP.
    pub acme: Option<Acme>,
    /// Plain HTTP that leads to HTTPS, and nothing else but challenges of an authority.
    pub redirect_https: bool,
    /// What browsers see; of a listener that redirects: what they are redirected to.
    pub public: PublicAddress,
}

impl Listener {
    /// Plain HTTP at an address.
    #[must_use]
    pub const fn plain(address: SocketAddr, public: PublicAddress) -> Self {
        Self { address, tls: Vec::new(), acme: None, redirect_https: false, public }
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub const fn has_tls(&self) -> bool {
        !self.tls.is_empty() || self.acme.is_some()
    }
}

/// A certificate chain and its key, both PEM; paths resolved against the config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub private_key: PathBuf,
}

/// The listener for operators.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The address it binds.
    pub address: SocketAddr,
    /// Other names it may be called by.
    pub hostnames: Vec<Host>,
}
