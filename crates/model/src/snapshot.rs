//! The immutable value that decisions are made on.

use std::sync::Arc;

use ipnet::IpNet;

use crate::{Application, IngressRule, Listener, Organization, PublicAddress};

/// Everything a decision reads of the config. Swapped whole, never changed.
#[derive(Debug)]
pub struct Snapshot {
    /// Counts up with every change of the config; what was decided on an older one is decided anew.
    pub generation: u64,
    /// The organization.
    pub organization: Organization,
    /// The public address of redirects and tokens.
    pub public: PublicAddress,
    /// The listeners.
    pub listeners: Vec<Listener>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Which upstream serves what, first match wins.
    pub ingress: Vec<IngressRule>,
    /// The applications.
    pub applications: Vec<Arc<Application>>,
}
