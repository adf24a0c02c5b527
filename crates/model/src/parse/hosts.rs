//! Checks of hosts across sections.

use std::collections::{HashMap, HashSet};

use super::Context;
use super::applications::Parsed;
use crate::place::Place;
use crate::report::Finding;
use crate::{Host, IngressRule, Listener, PublicScheme};

impl Context<'_, '_> {
    pub(super) fn hosts(
        &self,
        auth_domain: Option<&Host>,
        listeners: &[Listener],
        ingress: &[(usize, IngressRule)],
        applications: &[Parsed],
    ) {
        if let Some(auth_domain) = auth_domain {
            self.login_host_is_the_gateways(auth_domain, ingress, applications);
        }
        if listeners.iter().any(|listener| listener.public.scheme == PublicScheme::Http) {
            self.plain_http_is_local(auth_domain, ingress, applications);
        }
        self.patterns_are_unique(applications);
    }

    fn login_host_is_the_gateways(
        &self,
        auth_domain: &Host,
        ingress: &[(usize, IngressRule)],
        applications: &[Parsed],
    ) {
        let rules = ingress.iter().filter(|(_, rule)| {
            rule.hostname.as_ref().is_some_and(|hostname| hostname.as_str() == auth_domain.as_str())
        });
        let rules = rules.map(|(index, _)| hostname(*index));
        let domains = domains(applications)
            .filter(|(domain, _)| domain.host.as_str() == auth_domain.as_str());
        for place in rules.chain(domains.map(|(_, place)| place.clone())) {
            let finding = Finding::error(
                "auth-domain-in-use",
                "this is `organization.auth_domain`, whose every path is the gateway's own: what runs there could \
                 take sign-ins over",
                "give the application a host of its own, or the organization another `auth_domain`",
            );
            self.report.add(&place, finding.value(auth_domain));
        }
    }

    fn plain_http_is_local(
        &self,
        auth_domain: Option<&Host>,
        ingress: &[(usize, IngressRule)],
        applications: &[Parsed],
    ) {
        let login = Place::default().key("organization").key("auth_domain");
        let login = auth_domain.map(|host| (host.as_str().to_owned(), login));
        let rules = ingress.iter().filter_map(|(index, rule)| {
            Some((rule.hostname.as_ref()?.as_str().to_owned(), hostname(*index)))
        });
        let domains =
            domains(applications).map(|(it, place)| (it.host.as_str().to_owned(), place.clone()));
        for (host, place) in login.into_iter().chain(rules).chain(domains) {
            if !is_local(&host) {
                let finding = Finding::error(
                    "insecure-public-host",
                    format!(
                        "a listener's public scheme is plain HTTP, where browsers keep no session for `{host}`: \
                             its cookies are Secure, which without TLS works for `localhost` names only"
                    ),
                    "add `tls` to the listener, or `public: { scheme: https }` behind a TLS proxy; to try things \
                     out, use a name under `localhost`",
                );
                self.report.add(&place, finding.value(&host));
            }
        }
    }

    fn patterns_are_unique(&self, applications: &[Parsed]) {
        let mut seen = HashMap::new();
        for (domain, place) in domains(applications) {
            if let Some(first) = seen.insert(domain, place) {
                let finding = Finding::error(
                    "application-already-exists",
                    format!(
                        "{first} covers exactly the same, so it would be chance which application answers"
                    ),
                    "give one of them another host or path, or make one application of both",
                );
                self.report.add(place, finding.value(domain));
            }
        }
    }

    /// Once all rules could be read.
    pub(super) fn applications_are_served(
        &self,
        auth_domain: Option<&Host>,
        ingress: &[(usize, IngressRule)],
        applications: &[Parsed],
    ) {
        let hostnames = ingress.iter().map(|(_, rule)| rule.hostname.as_ref());
        let Some(hostnames) = hostnames.collect::<Option<Vec<_>>>() else { return };
        let (exact, wildcards) =
            hostnames.into_iter().partition::<Vec<_>, _>(|hostname| hostname.is_exact());
        let names = exact.iter().map(|hostname| hostname.as_str()).collect::<HashSet<_>>();
        for (domain, place) in domains(applications) {
            let host = &domain.host;
            let is_served = names.contains(host.as_str())
                || wildcards.iter().any(|hostname| hostname.overlaps(host))
                || (!host.is_exact() && exact.iter().any(|hostname| hostname.overlaps(host)));
            let is_login = auth_domain.is_some_and(|it| it.as_str() == domain.host.as_str());
            if !is_served && !is_login {
                let finding = Finding::warning(
                    "application-without-ingress",
                    "no ingress rule serves this host, so every request for it gets 421",
                    format!(
                        "add `{{ hostname: \"{}\", service: … }}` to `ingress`",
                        domain.host.as_str()
                    ),
                );
                self.report.add(place, finding.value(domain));
            }
        }
    }
}

fn hostname(index: usize) -> Place {
    Place::default().key("ingress").index(index).key("hostname")
}

fn domains(applications: &[Parsed]) -> impl Iterator<Item = (&crate::DomainPattern, &Place)> {
    applications.iter().flat_map(|it| it.settings.domains.iter().zip(&it.domain_places))
}

/// Whether browsers take a host for this machine (Secure Contexts, section 3.1).
fn is_local(host: &str) -> bool {
    let ip = Host::parse(host).ok().and_then(|host| host.ip());
    host == "localhost" || host.ends_with(".localhost") || ip.is_some_and(|ip| ip.is_loopback())
}
