//! `listeners[].acme`

use crossgate_policy::EmailAddress;
use url::Url;

use super::Context;
use crate::place::Place;
use crate::report::Finding;
use crate::{
    Acme, AcmeAuthority, AcmeChallenge, CertificateSummary, Host, IngressRule, Listener,
    PublicAddress, raw,
};

const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// The hosts that visitors may ask for.
pub(super) struct ServedHosts {
    exact: Vec<Host>,
    /// Patterns with a `*`.
    wildcards: Vec<String>,
}

impl ServedHosts {
    pub(super) fn of(auth_domain: Option<&Host>, ingress: &[(usize, IngressRule)]) -> Self {
        let (mut exact, mut wildcards) = (Vec::from_iter(auth_domain.cloned()), Vec::new());
        for pattern in ingress.iter().filter_map(|(_, rule)| rule.hostname.as_ref()) {
            match pattern.host().filter(|_| pattern.is_exact()) {
                Some(host) => exact.push(host),
                None => wildcards.push(pattern.as_str().to_owned()),
            }
        }
        Self { exact, wildcards }
    }
}

impl Context<'_, '_> {
    /// What a listener wants of an authority. `known`: the listener's other certificates; `hosts`: those that want one.
    pub(super) fn acme(
        &self,
        item: &raw::Listener,
        known: &[CertificateSummary],
        hosts: &ServedHosts,
        public: PublicAddress,
        place: &Place,
    ) -> Option<Acme> {
        let raw = item.acme.get()?;
        let place = place.key("acme");
        if !raw.terms_of_service_agreed.or(false) {
            let finding = Finding::error(
                "acme-terms-not-agreed",
                "an authority issues certificates only to who agrees to its terms of service",
                "read them, and write `terms_of_service_agreed: true`",
            );
            self.report.add(&place, finding);
        }
        let authority = self.authority(raw, &place);
        let names = match raw.names.is_absent() {
            true => {
                if item.tls.is_empty() || !known.is_empty() {
                    self.wildcards_are_covered(known, hosts, &place);
                }
                self.names_from_hosts(known, &hosts.exact, &place)
            }
            false => self.names_given(raw, known, &place),
        };
        let authority = authority?;
        if authority.challenge == AcmeChallenge::TlsAlpn01 && public.port != 443 {
            let finding = Finding::warning(
                "acme-port",
                format!(
                    "the authority connects to port 443, and the listener is reached at port {}",
                    public.port
                ),
                "listen on port 443; where port 443 of the names leads here, say so: `public: { scheme: https, port: 443 }`",
            );
            self.report.add(&place, finding);
        }
        Some(Acme { authority, names })
    }

    fn authority(&self, raw: &raw::Acme, place: &Place) -> Option<AcmeAuthority> {
        let directory = match raw.directory.is_absent() {
            true => Some(LETS_ENCRYPT.to_owned()),
            false => {
                raw.directory.text().and_then(|it| self.directory(it, &place.key("directory")))
            }
        };
        let contact = raw.contact.text().map(str::to_owned);
        if let Some(contact) = contact.as_deref().filter(|it| EmailAddress::parse(it).is_err()) {
            let finding = Finding::error(
                "invalid-email",
                "this is not an e-mail address",
                "write an address such as `ops@acme.example`, without `mailto:`",
            );
            self.report.add(&place.key("contact"), finding.value(contact));
        }
        let challenge = match raw.challenge.get() {
            Some(raw::AcmeChallenge::Http01) => AcmeChallenge::Http01,
            Some(raw::AcmeChallenge::TlsAlpn01) | None => AcmeChallenge::TlsAlpn01,
        };
        let ca_pool = raw.ca_pool.text().map(|text| self.authorities(text, &place.key("ca_pool")));
        Some(AcmeAuthority { directory: directory?, contact, challenge, ca_pool })
    }

    fn directory(&self, text: &str, place: &Place) -> Option<String> {
        let url = Url::parse(text).ok();
        let url = url
            .filter(|url| url.scheme() == "https" && url.has_host() && url.username().is_empty());
        if url.is_none() {
            let message = "this is not the https URL of an authority's directory";
            let fix = format!("write a URL such as `{LETS_ENCRYPT}`");
            let finding = Finding::error("invalid-acme-directory", message, fix).value(text);
            self.report.add(place, finding);
        }
        url.map(String::from)
    }

    fn names_given(
        &self,
        raw: &raw::Acme,
        known: &[CertificateSummary],
        place: &Place,
    ) -> Vec<Host> {
        let place = place.key("names");
        let mut names = Vec::<Host>::new();
        for (index, item) in raw.names.get().into_iter().flatten().enumerate() {
            let place = place.index(index);
            if item.text().is_some_and(|text| text.contains('*')) {
                let finding = Finding::error(
                    "acme-wildcard",
                    "a certificate for a wildcard takes a challenge by DNS, which the gateway does not answer",
                    "list the names one by one, or name the files of a wildcard certificate in `tls`",
                );
                self.report.add(&place, finding.value(item.text().unwrap_or_default()));
                continue;
            }
            let Some(name) = self.host(item, &place) else { continue };
            if name.ip().is_some() {
                let message = "authorities issue certificates for names here, not for addresses";
                let finding = Finding::error("acme-address", message, "remove it").value(&name);
                self.report.add(&place, finding);
            } else if names.contains(&name) {
                let message = "the name is in the list already";
                let finding = Finding::error("duplicate-name", message, "remove it").value(&name);
                self.report.add(&place, finding);
            } else {
                let listed =
                    |it: &&CertificateSummary| it.names.iter().any(|it| it == name.as_str());
                if known.iter().find(listed).is_some() {
                    let finding = Finding::error(
                        "certificate-conflict",
                        format!(
                            "a certificate in `tls` is for `{name}` as well: which of the two visitors get would be left to chance"
                        ),
                        "remove the name here, or the certificate there",
                    );
                    self.report.add(&place, finding.value(&name));
                }
                names.push(name);
            }
        }
        self.some_names(&names, !raw.names.is_empty(), &place);
        names
    }

    fn names_from_hosts(
        &self,
        known: &[CertificateSummary],
        hosts: &[Host],
        place: &Place,
    ) -> Vec<Host> {
        let mut names = Vec::<Host>::new();
        for host in hosts {
            let covered = known.iter().any(|certificate| certificate.covers(host.as_str()));
            if !covered && host.ip().is_none() && !names.contains(host) {
                names.push(host.clone());
            }
        }
        self.some_names(&names, false, place);
        names
    }

    /// Hosts behind a `*` get no certificate by themselves.
    fn wildcards_are_covered(
        &self,
        known: &[CertificateSummary],
        hosts: &ServedHosts,
        place: &Place,
    ) {
        let covered = |pattern: &str| {
            known.iter().any(|certificate| certificate.covers(&pattern.replace('*', "x")))
        };
        for pattern in hosts.wildcards.iter().filter(|pattern| !covered(pattern)) {
            let finding = Finding::warning(
                "acme-host-left-out",
                format!(
                    "no certificate is asked for `{pattern}`: nobody could connect to the hosts that it stands for"
                ),
                "list those hosts in `names`, or name the files of a wildcard certificate in `tls`",
            );
            self.report.add(place, finding.value(pattern));
        }
    }

    fn some_names(&self, names: &[Host], reported: bool, place: &Place) {
        if names.is_empty() && !reported {
            let finding = Finding::error(
                "acme-without-names",
                "there is no name to ask a certificate for: hosts with a `*`, addresses, and what `tls` covers are left out",
                "list `names`, or remove `acme`",
            );
            self.report.add(place, finding);
        }
    }

    /// One account and one way for all listeners: only `names` may differ.
    pub(super) fn one_authority(&self, raw: &raw::Config, place: &Place) {
        let said = |it: &raw::Acme| {
            let text = |field: &raw::Field<String>| field.text().map(str::to_owned);
            let challenge = it.challenge.get().copied() == Some(raw::AcmeChallenge::Http01);
            (text(&it.directory), text(&it.contact), challenge, text(&it.ca_pool))
        };
        let mut first = None;
        for (index, acme) in raw.listeners.items().filter_map(|(i, it)| Some((i, it.acme.get()?))) {
            let said = said(acme);
            if first.get_or_insert_with(|| said.clone()) != &said {
                let finding = Finding::error(
                    "acme-settings-differ",
                    "another listener asks another authority, or in another way: a name could get either certificate",
                    "write the same `directory`, `contact`, `challenge` and `ca_pool` on each listener; only `names` may differ",
                );
                self.report.add(&place.index(index).key("acme"), finding);
            }
        }
    }

    /// `http-01` takes a listener that speaks plain HTTP.
    pub(super) fn challenges_are_reachable(
        &self,
        raw: &raw::Config,
        listeners: &[Listener],
        place: &Place,
    ) {
        if listeners.iter().any(|listener| !listener.has_tls()) {
            return;
        }
        for (index, acme) in raw.listeners.items().filter_map(|(i, it)| Some((i, it.acme.get()?))) {
            if acme.challenge.get() == Some(&raw::AcmeChallenge::Http01) {
                let finding = Finding::error(
                    "acme-http-listener-missing",
                    "the authority asks at port 80 without TLS, and no listener speaks plain HTTP",
                    "add `- { address: \"[::]:80\", redirect_https: true }`, or use `challenge: tls-alpn-01`",
                );
                self.report.add(&place.index(index).key("acme").key("challenge"), finding);
            }
        }
    }
}
