//! Hosts as the URL standard serialises them ("host serializing").

use std::net::Ipv4Addr;

use url::Host;

use super::OriginError;

/// Accepts exactly the hosts that come out of a browser's URL parser unchanged, as far as they
/// are IP addresses or made of letters, digits, `-` and `_`.
pub(super) fn check(host: &str) -> Result<(), OriginError> {
    if host.starts_with('[') {
        return unchanged(host, OriginError::IpSpelling);
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.is_empty() || name.len() > 253 || !name.split('.').all(is_label) {
        return Err(OriginError::InvalidHost);
    }
    if ends_in_number(name) {
        // The URL standard reads such a host as an IPv4 address and writes it anew.
        return host.parse::<Ipv4Addr>().map(drop).map_err(|_| OriginError::IpSpelling);
    }
    if name.split('.').any(|label| label.starts_with("xn--")) {
        return unchanged(host, OriginError::InvalidHost);
    }
    Ok(())
}

/// Whether the URL standard's host parser knows no better spelling.
fn unchanged(host: &str, otherwise: OriginError) -> Result<(), OriginError> {
    match Host::parse(host) {
        Ok(parsed) if parsed.to_string() == host => Ok(()),
        Ok(_) => Err(otherwise),
        Err(_) => Err(OriginError::InvalidHost),
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        })
}

/// The URL standard's "ends in a number checker".
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.bytes().all(|byte| byte.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
