//! From raw types to types that cannot be wrong, one file a section.
//!
//! A section returns what it could make sense of, even when something in it is wrong, so that the sections after it
//! are checked as well; a config with an error is thrown away at the end.

mod acme;
mod applications;
mod basics;
mod certificates;
mod groups;
mod hosts;
mod identity;
mod ingress;
mod listeners;
mod logins;
mod mail;
mod names;
mod organization;
mod policies;
mod redirects;
mod rules;
mod secrets;
mod service_tokens;
mod store;
#[cfg(test)]
mod tests;
mod upstream;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::place::Place;
use crate::report::{Finding, Report, unreadable};
use crate::{Config, Problem, Surroundings, raw, read, tree};

/// A config, unless something is wrong with it, and everything that is.
pub(crate) fn parse(
    text: &str,
    file: &Path,
    surroundings: &Surroundings<'_>,
) -> (Option<Config>, Vec<Problem>) {
    let tree = match tree::parse(text) {
        Ok(tree) => tree,
        Err(mistake) => return (None, vec![unreadable(text, *mistake)]),
    };
    let report = Report::new(&tree);
    let directory = file.parent().unwrap_or_else(|| Path::new(""));
    let context = Context { report: &report, directory, surroundings };
    let raw = read::read::<raw::Config>(&tree, &report);
    let config = raw.and_then(|raw| context.config(&raw)).filter(|_| !report.has_errors());
    (config, report.into_problems())
}

/// What every section needs.
struct Context<'c, 't> {
    report: &'c Report<'t>,
    directory: &'c Path,
    surroundings: &'c Surroundings<'c>,
}

impl Context<'_, '_> {
    fn config(&self, raw: &raw::Config) -> Option<Config> {
        let organization = self.organization(raw);
        let trusted_proxies = self.trusted_proxies(raw);
        let ingress = self.ingress(raw);
        let listeners = self.listeners(raw, organization.auth_domain.as_ref(), &ingress);
        let admin = self.admin(raw);
        let store = self.store(raw);
        let store_key = self.store_key(raw);
        let mail = self.mail(raw);
        let providers = self.identity_providers(raw);
        let tokens = self.service_tokens(raw);
        let groups = self.groups(raw, &tokens);
        let policies = self.policies(raw, &groups, &tokens);
        let applications = applications::Applications {
            context: self,
            session_duration: organization.session_duration,
            auth_domain: organization.auth_domain.as_ref(),
            public: listeners.iter().map(|listener| listener.public).collect(),
            providers: &providers,
            policies: &policies,
            groups: &groups,
            tokens: &tokens,
            compiled: RefCell::default(),
        };
        let applications = applications.parse(raw);
        self.hosts(organization.auth_domain.as_ref(), &listeners, &ingress, &applications);
        if ingress.len() == raw.ingress.get().map_or(0, Vec::len) {
            self.applications_are_served(
                organization.auth_domain.as_ref(),
                &ingress,
                &applications,
            );
        }
        self.loops(&listeners, admin.as_ref(), &ingress);
        self.logins(raw, &applications, &providers);
        let wanted = identity::wanted(&applications, &groups, &providers, &policies);
        Some(Config {
            organization: organization.complete()?,
            listeners,
            admin: admin?,
            store: store?,
            store_key,
            mail,
            trusted_proxies,
            ingress: ingress.into_iter().map(|(_, rule)| rule).collect(),
            service_tokens: tokens,
            applications: applications
                .into_iter()
                .map(|application| application.settings)
                .collect(),
            wanted,
        })
    }

    /// A path of the config, from the config's own directory.
    fn resolve(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// The value of a key that must be there. `place` is that of the mapping.
    fn required<'f, T>(&self, field: &'f raw::Field<T>, place: &Place, key: &str) -> Option<&'f T> {
        if field.is_absent() {
            let finding = Finding::error(
                "missing-key",
                format!("`{key}` is missing, and nothing can stand in for it"),
                format!("add `{key}`"),
            );
            self.report.add(place, finding);
        }
        field.get()
    }
}
