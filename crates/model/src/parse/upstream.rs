//! Addresses of upstreams

use url::Url;

use super::Context;
use crate::place::Place;
use crate::report::Finding;
use crate::{Host, UpstreamScheme, UpstreamUrl};

impl Context<'_, '_> {
    pub(super) fn upstream(&self, text: &str, place: &Place) -> Option<UpstreamUrl> {
        let (message, fix) = match upstream(text) {
            Ok(upstream) => return Some(upstream),
            Err(mistake) => mistake,
        };
        let finding = Finding::error("invalid-service", message, fix);
        let shown = text.rsplit_once('@').map_or(text, |(_, host)| host);
        self.report.add(place, finding.value(shown));
        None
    }
}

fn upstream(text: &str) -> Result<UpstreamUrl, (&'static str, &'static str)> {
    const EXAMPLE: &str = "write `http://HOST:PORT` or `https://HOST:PORT`";
    let url = Url::parse(text).map_err(|_| ("this is not the URL of an upstream", EXAMPLE))?;
    let scheme = match url.scheme() {
        "http" | "ws" => UpstreamScheme::Http,
        "https" | "wss" => UpstreamScheme::Https,
        "unix" | "unix+tls" => {
            return Err(("upstreams are reached by TCP, not by a socket file", EXAMPLE));
        }
        "http_status" | "hello_world" => {
            return Err((
                "the gateway serves nothing itself: a host without a rule gets 421",
                "remove the rule",
            ));
        }
        _ => return Err(("upstreams speak HTTP or HTTPS", EXAMPLE)),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(("upstreams are not signed in to", "take the user name out of the URL"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err((
            "paths are forwarded as they are, so an upstream has none of its own",
            "write scheme, host and port alone; `path` of the rule says which requests go there",
        ));
    }
    let host = url.host_str().and_then(|host| Host::parse(host).ok());
    let host = host.ok_or(("the upstream's host cannot be read", EXAMPLE))?;
    match url.port_or_known_default() {
        None | Some(0) => Err(("no upstream has port 0", EXAMPLE)),
        Some(port) => Ok(UpstreamUrl { scheme, host, port }),
    }
}
