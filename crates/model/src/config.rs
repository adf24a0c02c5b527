//! A whole config, validated.

use std::path::Path;

use ipnet::IpNet;

use crate::{
    Admin, ApplicationSettings, Identifier, IngressRule, Listener, Mail, Organization, Problem,
    Secret, ServiceToken, Snapshot, Surroundings, Wanted, parse,
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
    pub store_key: Option<Secret<[u8; 32]>>,
    /// How codes are mailed.
    pub mail: Option<Mail>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Which upstream serves what.
    pub ingress: Vec<IngressRule>,
    /// The service tokens that are declared.
    pub service_tokens: Vec<ServiceToken>,
    /// The applications.
    pub applications: Vec<ApplicationSettings>,
    /// Resources whose ids are to be remembered, applications first and in order.
    pub wanted: Vec<Wanted>,
}

impl Config {
    /// Reads a config. `file` names it, and is what relative paths are resolved against; the files that it refers to
    /// are looked for on this machine.
    ///
    /// Returns the config unless a problem is an error, and all problems in the order of the text. Warnings come along
    /// in both cases.
    #[must_use]
    pub fn parse(
        text: &str,
        file: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> (Option<Self>, Vec<Problem>) {
        Self::parse_in(text, file, &Surroundings::of_this_machine(environment))
    }

    /// As [`Config::parse`], in surroundings of the caller's choice.
    #[must_use]
    pub fn parse_in(
        text: &str,
        file: &Path,
        surroundings: &Surroundings<'_>,
    ) -> (Option<Self>, Vec<Problem>) {
        parse::parse(text, file, surroundings)
    }

    /// The snapshot of this config, with the identifiers remembered for [`Config::wanted`], in that order.
    ///
    /// An application without an identifier, or whose identifier has no audience tag, is left out: its hosts are then
    /// refused.
    #[must_use]
    pub fn snapshot(self, identifiers: &[Identifier], generation: u64) -> Snapshot {
        Snapshot::new(self, identifiers, generation)
    }
}
