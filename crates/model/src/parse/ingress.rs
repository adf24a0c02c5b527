//! `ingress`

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::Context;
use crate::domain::canonical_prefix;
use crate::place::Place;
use crate::raw::TextOrList;
use crate::report::Finding;
use crate::{
    Admin, Host, HostPattern, IngressRule, Listener, OriginRequest, UpstreamScheme, UpstreamUrl,
    raw,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

impl Context<'_, '_> {
    /// The rules under their numbers in the config.
    pub(super) fn ingress(&self, raw: &raw::Config) -> Vec<(usize, IngressRule)> {
        let place = Place::default().key("ingress");
        let mut rules = Vec::new();
        let mut seen = HashMap::new();
        for (index, item) in raw.ingress.items() {
            let place = place.index(index);
            let Some(rule) = self.ingress_rule(item, &place) else { continue };
            let before = seen.insert((rule.hostname.clone(), rule.path.clone()), index);
            let before = before
                .or_else(|| seen.get(&(None, String::new())).copied().filter(|it| *it != index));
            if let Some(before) = before {
                let message = format!("ingress[{before}] takes every request that this rule could");
                let finding =
                    Finding::warning("ingress-unreachable", message, "remove it, or move it up");
                self.report.add(&place, finding);
            }
            rules.push((index, rule));
        }
        rules
    }

    fn ingress_rule(&self, item: &raw::IngressRule, place: &Place) -> Option<IngressRule> {
        let service = self.required(&item.service, place, "service");
        let service = service.map(|service| self.services(service, &place.key("service")));
        let origin_request = self.origin_request(item, service.as_deref(), place);
        let hostname = match item.hostname.text() {
            None if item.hostname.is_absent() => None,
            None => return None,
            Some("*") => {
                let message = "a `*` stands for one part of a host, and a host has several";
                let fix = "leave `hostname` out to match every host";
                let finding = Finding::error("invalid-host-pattern", message, fix).value("*");
                self.report.add(&place.key("hostname"), finding);
                return None;
            }
            Some(text) => Some(self.host_pattern(text, &place.key("hostname"))?),
        };
        let path = match item.path.text() {
            None => String::new(),
            Some(text) => self.path_prefix(text, &place.key("path"))?,
        };
        Some(IngressRule { hostname, path, service: service?, origin_request })
    }

    fn host_pattern(&self, text: &str, place: &Place) -> Option<HostPattern> {
        let pattern = HostPattern::parse(text);
        if let Err(error) = pattern {
            let finding = Finding::error("invalid-host-pattern", error.to_string(), error.fix());
            self.report.add(place, finding.value(text));
        }
        pattern.ok()
    }

    /// A path prefix, in the spelling of requests.
    pub(super) fn path_prefix(&self, text: &str, place: &Place) -> Option<String> {
        let path = canonical_prefix(text);
        if let Err(error) = path {
            let finding = Finding::error("invalid-path", error.to_string(), error.fix());
            self.report.add(place, finding.value(text));
        }
        path.ok()
    }

    fn services(&self, service: &TextOrList, place: &Place) -> Vec<UpstreamUrl> {
        let list = match service {
            TextOrList::Text(text) => return self.upstream(text, place).into_iter().collect(),
            TextOrList::List(list) => list,
        };
        if list.is_empty() {
            let message = "the rule names no upstream";
            let fix = "add one, such as `http://127.0.0.1:9001`, or remove the rule";
            self.report.add(place, Finding::error("service-empty", message, fix));
        }
        let items = list.iter().enumerate();
        let items = items.filter_map(|(index, item)| Some((index, item.text()?)));
        items.filter_map(|(index, text)| self.upstream(text, &place.index(index))).collect()
    }

    fn origin_request(
        &self,
        item: &raw::IngressRule,
        service: Option<&[UpstreamUrl]>,
        place: &Place,
    ) -> OriginRequest {
        let nothing = raw::OriginRequest::default();
        let raw = item.origin_request.get().unwrap_or(&nothing);
        let place = place.key("origin_request");
        let range = Duration::from_millis(1)..=Duration::from_secs(3600);
        let timeout = |field, key| self.duration(field, &place.key(key), range.clone());
        let plain = |it: &UpstreamUrl| it.scheme == UpstreamScheme::Http;
        if service.is_some_and(|service| !service.is_empty() && service.iter().all(plain)) {
            for (field, key) in [(&raw.ca_pool, "ca_pool"), (&raw.server_name, "server_name")] {
                if !field.is_absent() {
                    let message =
                        format!("the upstream speaks plain HTTP, so `{key}` means nothing");
                    let fix = "write `https://` in `service`, or remove it";
                    self.report
                        .add(&place.key(key), Finding::warning("tls-setting-unused", message, fix));
                }
            }
        }
        OriginRequest {
            ca_pool: raw.ca_pool.text().map(|text| self.authorities(text, &place.key("ca_pool"))),
            server_name: self
                .host(&raw.server_name, &place.key("server_name"))
                .map(|host| host.as_str().to_owned()),
            host_header: self.host_header(raw, &place.key("host_header")),
            http2: raw.http2.or(false),
            connect_timeout: timeout(&raw.connect_timeout, "connect_timeout")
                .unwrap_or(CONNECT_TIMEOUT),
            response_timeout: timeout(&raw.response_timeout, "response_timeout")
                .unwrap_or(RESPONSE_TIMEOUT),
        }
    }

    fn host_header(&self, raw: &raw::OriginRequest, place: &Place) -> Option<String> {
        let text = raw.host_header.text()?;
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (text, None),
        };
        let is_port =
            |port: &str| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
        if Host::parse(host).is_err() || !port.is_none_or(is_port) {
            let message = "this is neither a host nor a host and a port";
            let fix = "write a host, such as `api.internal`, or a host and port";
            self.report.add(place, Finding::error("invalid-host", message, fix).value(text));
            return None;
        }
        Some(text.to_owned())
    }

    /// Upstreams that are the gateway itself.
    pub(super) fn loops(
        &self,
        listeners: &[Listener],
        admin: Option<&Admin>,
        rules: &[(usize, IngressRule)],
    ) {
        for (index, rule) in rules {
            let place = Place::default().key("ingress").index(*index).key("service");
            let is_at = |address: SocketAddr| rule.service.iter().find(|it| reaches(it, address));
            if let Some(upstream) = admin.and_then(|admin| is_at(admin.address)) {
                let finding = Finding::error(
                    "ingress-to-admin",
                    "the rule leads to the admin listener, which trusts whoever can reach it",
                    "name another upstream",
                );
                self.report.add(&place, finding.value(spell(upstream)));
            }
            if let Some(upstream) = listeners.iter().find_map(|listener| is_at(listener.address)) {
                let message = "the rule leads to a listener of this gateway: requests would go round for ever";
                let finding =
                    Finding::error("ingress-loop", message, "name the upstream's own address");
                self.report.add(&place, finding.value(spell(upstream)));
            }
        }
    }
}

/// Whether a connection to the upstream ends at a listener of this machine.
fn reaches(upstream: &UpstreamUrl, listener: SocketAddr) -> bool {
    if upstream.port != listener.port() {
        return false;
    }
    let ip = listener.ip().to_canonical();
    let everywhere = ip.is_unspecified();
    match upstream.host.ip().as_ref().map(IpAddr::to_canonical) {
        Some(address) if address.is_loopback() => everywhere || address == ip,
        Some(address) if address.is_unspecified() => everywhere || ip.is_loopback(),
        Some(address) => address == ip,
        None => {
            let name = upstream.host.as_str();
            (name == "localhost" || name.ends_with(".localhost"))
                && (everywhere || ip.is_loopback())
        }
    }
}

fn spell(upstream: &UpstreamUrl) -> String {
    let scheme = match upstream.scheme {
        UpstreamScheme::Http => "http",
        UpstreamScheme::Https => "https",
    };
    format!("{scheme}://{}:{}", upstream.host, upstream.port)
}
