//! Where the gateway listens.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::{Host, PublicAddress};

/// A listener for visitors.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The address it binds.
    pub address: SocketAddr,
    /// Certificates, chosen by SNI; empty for plain HTTP.
    pub tls: Vec<CertificateFiles>,
    /// What browsers see.
    pub public: PublicAddress,
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
