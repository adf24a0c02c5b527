//! A whole config, validated.

use std::path::{Path, PathBuf};

use ipnet::IpNet;

use crate::{
    Admin, ApplicationSettings, Identifier, IngressRule, Listener, Mail, Organization, Problem,
    Snapshot, Wanted,
};

/// A config that can be used.
#[derive(Clone, Debug)]
pub struct Config {
    /// The organization.
    pub organization: Organization,
    /// At least one; the first one's public address is that of redirects and tokens.
    pub listeners: Vec<Listener>,
    /// The listener for operators.
    pub admin: Admin,
    /// The store's URL, its path resolved against the config file.
    pub store: String,
    /// The key that encrypts secrets in the store, if one is given.
    pub store_key: Option<String>,
    /// How codes are mailed.
    pub mail: Option<Mail>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Which upstream serves what.
    pub ingress: Vec<IngressRule>,
    /// The applications.
    pub applications: Vec<ApplicationSettings>,
    /// Resources whose ids are to be remembered, applications first and in order.
    pub wanted: Vec<Wanted>,
}

impl Config {
    /// Reads a config. `file` names it in problems and is what relative paths are resolved against.
    ///
    /// Returns the config unless a problem is an error; warnings come along in both cases.
    #[must_use]
    pub fn parse(text: &str, file: &Path, environment: &dyn Fn(&str) -> Option<String>) -> (Option<Self>, Vec<Problem>) {
        let _ = (text, file, environment, PathBuf::new());
        todo!()
    }

    /// The snapshot of this config, with the identifiers remembered for [`Config::wanted`], in that order.
    #[must_use]
    pub fn snapshot(self, identifiers: &[Identifier], generation: u64) -> Snapshot {
        let _ = (identifiers, generation);
        todo!()
    }
}
