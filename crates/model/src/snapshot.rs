//! The immutable value that decisions are made on.

mod login_cookie;
mod suffix;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ipnet::IpNet;

use crate::{
    Application, Config, Identifier, IngressRule, Listener, Organization, PublicAddress, SameSite,
    ServiceToken,
};

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
    /// The service tokens that are declared.
    pub service_tokens: Vec<ServiceToken>,
    /// How the login host's `CF_Authorization` is set: `None` if an application that redirects fetches trusts an
    /// origin on another site than the login host's, else `Lax`.
    pub login_same_site: SameSite,
}

impl Snapshot {
    pub(crate) fn new(config: Config, identifiers: &[Identifier], generation: u64) -> Self {
        // A config has a listener: without one it has an error.
        let public = config.listeners.first().map_or(PublicAddress::STANDARD, |it| it.public);
        let login_same_site =
            login_cookie::same_site(&config.applications, &config.organization.auth_domain, public);
        let shared = suffix::shares_a_host(&config.applications);
        let applications = config.applications.into_iter().zip(shared).zip(identifiers);
        let applications = applications.filter_map(|((settings, shared), identifier)| {
            let aud = identifier.aud.clone()?;
            let cookie_suffix = if shared { suffix::of(&aud) } else { String::new() };
            let id = identifier.id.clone();
            Some(Arc::new(Application { id, aud, cookie_suffix, settings }))
        });
        Self {
            generation,
            organization: config.organization,
            public,
            applications: applications.collect(),
            listeners: config.listeners,
            trusted_proxies: config.trusted_proxies,
            ingress: config.ingress,
            service_tokens: config.service_tokens,
            login_same_site,
        }
    }
}
