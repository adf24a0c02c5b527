//! `listeners` and `admin`

use std::net::SocketAddr;

use super::Context;
use super::acme::ServedHosts;
use crate::place::Place;
use crate::report::Finding;
use crate::{Admin, Host, IngressRule, Listener, PublicAddress, PublicScheme, raw};

/// Where the admin listener is when nothing is said.
const ADMIN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8444);

impl Context<'_, '_> {
    pub(super) fn listeners(
        &self,
        raw: &raw::Config,
        auth_domain: Option<&Host>,
        ingress: &[(usize, IngressRule)],
    ) -> Vec<Listener> {
        let root = Place::default();
        let place = root.key("listeners");
        if self.required(&raw.listeners, &root, "listeners").is_some_and(Vec::is_empty) {
            let message = "there is no listener, so nobody could reach the gateway";
            let fix = "add one: `- address: 127.0.0.1:8080`";
            self.report.add(&place, Finding::error("no-listeners", message, fix));
        }
        let hosts = ServedHosts::of(auth_domain, ingress);
        let mut listeners = Vec::<Listener>::new();
        for (index, item) in raw.listeners.items() {
            let place = place.index(index);
            let Some(listener) = self.listener(raw, item, &hosts, &place) else { continue };
            let port = listener.address.port();
            if port != 0 && listeners.iter().any(|other| other.address == listener.address) {
                let message =
                    format!("a listener before this one has {} already", listener.address);
                let finding = Finding::error("duplicate-listener", message, "remove one of them");
                self.report.add(&place.key("address"), finding.value(listener.address));
            }
            listeners.push(listener);
        }
        self.one_authority(raw, &place);
        self.challenges_are_reachable(raw, &listeners, &place);
        self.redirects_lead_somewhere(raw, &mut listeners, &place);
        listeners
    }

    fn listener(
        &self,
        raw: &raw::Config,
        item: &raw::Listener,
        hosts: &ServedHosts,
        place: &Place,
    ) -> Option<Listener> {
        let (tls, known) = self.certificates(item, place);
        let has_tls = !item.tls.is_empty() || !item.acme.is_absent();
        let redirect_https = item.redirect_https.or(false);
        let address = self.required(&item.address, place, "address")?;
        let address = self.address(address, &place.key("address"))?;
        let public = match item.public.get() {
            Some(public) => {
                self.proxied(raw, public, has_tls, place);
                self.public(public, place)?
            }
            None if has_tls => PublicAddress { scheme: PublicScheme::Https, port: address.port() },
            None => {
                if !redirect_https && !address.ip().to_canonical().is_loopback() {
                    self.report.add(&place.key("address"), exposed().value(address));
                }
                PublicAddress { scheme: PublicScheme::Http, port: address.port() }
            }
        };
        let acme = self.acme(item, &known, hosts, public, place);
        Some(Listener { address, tls, acme, redirect_https, public })
    }

    fn public(&self, public: &raw::Public, place: &Place) -> Option<PublicAddress> {
        let place = place.key("public");
        let scheme = match self.required(&public.scheme, &place, "scheme")? {
            raw::PublicScheme::Http => PublicScheme::Http,
            raw::PublicScheme::Https => PublicScheme::Https,
        };
        let port = public.port.get().copied().unwrap_or_else(|| scheme.default_port());
        if port == 0 {
            let message = "no URL can have port 0";
            let fix = "write the port that browsers use, or leave it out";
            let finding = Finding::error("invalid-port", message, fix).value(port);
            self.report.add(&place.key("port"), finding);
            return None;
        }
        Some(PublicAddress { scheme, port })
    }

    /// What must hold where a proxy stands in front.
    fn proxied(&self, raw: &raw::Config, public: &raw::Public, has_tls: bool, place: &Place) {
        let scheme = public.scheme.get().copied();
        if has_tls && scheme == Some(raw::PublicScheme::Http) {
            let message = "the listener speaks TLS, and browsers are said to see plain HTTP";
            let fix = "write `scheme: https`, or remove `tls`";
            let finding = Finding::error("public-http-over-tls", message, fix).value("http");
            self.report.add(&place.key("public").key("scheme"), finding);
        }
        if !has_tls && scheme == Some(raw::PublicScheme::Https) && raw.trusted_proxies.is_empty() {
            let finding = Finding::error(
                "trusted-proxies-missing",
                "a TLS proxy stands in front, and nothing says which: every request would seem to come from it, \
                 and rules on addresses would see its address",
                "list its addresses in `trusted_proxies`, such as `[127.0.0.1/32]`",
            );
            self.report.add(&place.key("public"), finding);
        }
    }

    pub(super) fn admin(&self, raw: &raw::Config) -> Option<Admin> {
        let Some(admin) = raw.admin.get() else {
            return Some(Admin { address: ADMIN, hostnames: Vec::new() });
        };
        let place = Place::default().key("admin");
        let address = match admin.address.text() {
            Some(text) => self.address(text, &place.key("address")),
            None => Some(ADMIN),
        };
        if let Some(address) = address.filter(|it| !it.ip().to_canonical().is_loopback()) {
            let finding = Finding::warning(
                "admin-not-on-loopback",
                "the admin listener is plain HTTP, and others than this machine can reach it: \
                 metrics are for anyone, and tokens can be read on the way",
                "listen on `127.0.0.1`, and reach it by a tunnel or a proxy of your own",
            );
            self.report.add(&place.key("address"), finding.value(address));
        }
        let mut hostnames = Vec::new();
        for (index, item) in admin.hostnames.get().into_iter().flatten().enumerate() {
            hostnames.extend(self.host(item, &place.key("hostnames").index(index)));
        }
        Some(Admin { address: address?, hostnames })
    }
}

fn exposed() -> Finding {
    Finding::error(
        "plain-http-listener",
        "the listener speaks plain HTTP, and others than this machine can reach it: sessions could be read on the way",
        "add `tls` or `acme`; or `redirect_https: true`; or listen on loopback; or, behind a TLS proxy, add `public: { scheme: https }`",
    )
}
