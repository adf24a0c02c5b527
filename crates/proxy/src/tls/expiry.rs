//! When certificates end.

use crossgate_model::Listener;

use super::Issued;
use super::certificate::Certificate;

/// When the certificates of listeners end, in unix time, each under its first name. A file that cannot be read is left out.
#[must_use]
pub fn expiries(listeners: &[Listener], issued: &Issued) -> Vec<(String, i64)> {
    let files = listeners.iter().flat_map(|listener| &listener.tls);
    let files = files.filter_map(|files| Certificate::read(files).ok()).filter_map(|certificate| {
        let wildcard = certificate.names.wildcards().next().map(|parent| format!("*.{parent}"));
        let name = certificate.names.exact().next().map(str::to_owned).or(wildcard)?;
        Some((name, certificate.not_after))
    });
    let names = listeners.iter().filter_map(|listener| listener.acme.as_ref());
    let names = names.flat_map(|acme| &acme.names);
    let issued =
        names.filter_map(|name| Some((name.to_string(), issued.certificate(name)?.not_after)));
    let mut found = files.chain(issued).collect::<Vec<_>>();
    found.sort();
    found.dedup();
    found
}
