//! Whose address counts as the visitor's.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The visitor's address: the peer's, or, where the peer is a trusted proxy, the right-most address of
/// `X-Forwarded-For` that is not one. A chain with an entry that is no address ends at that entry's neighbour, whom
/// we can still vouch for. IPv4-mapped addresses are IPv4 addresses.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| is_trusted_proxy(*address, trusted_proxies);
    let mut client = peer.to_canonical();
    for (_, address) in forwarded_for(headers) {
        if !trusted(&client) {
            break;
        }
        client = address.to_canonical();
    }
    client
}

/// The addresses of `X-Forwarded-For`, as they are spelt and as they are meant, the nearest first. The first entry that is none ends them.
pub fn forwarded_for(headers: &HeaderMap) -> impl Iterator<Item = (&str, IpAddr)> {
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    entries.map_while(|entry| {
        let text = std::str::from_utf8(entry).ok()?.trim();
        Some((text, text.parse().ok()?))
    })
}

/// Whether an address is a trusted proxy's, which speaks for visitors of its own.
#[must_use]
pub fn is_trusted_proxy(address: IpAddr, trusted_proxies: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted_proxies.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_most_address_that_is_no_trusted_proxy_counts() {
        let rows: &[(&str, &str, &[&str], &str)] = &[
            (
                "sec-C3-F1 a stranger's header does not count",
                "198.51.100.1",
                &["192.0.2.1"],
                "198.51.100.1",
            ),
            ("a trusted proxy's does", "127.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            (
                "sec-C3-F4 what the client wrote first does not",
                "127.0.0.1",
                &["6.6.6.6, 192.0.2.1"],
                "192.0.2.1",
            ),
            (
                "proxies in a row are passed over",
                "127.0.0.1",
                &["6.6.6.6, 192.0.2.1, 10.0.0.2"],
                "192.0.2.1",
            ),
            ("several lines are one list", "127.0.0.1", &["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
            (
                "sec-C3-F5 what is no address ends the chain",
                "127.0.0.1",
                &["192.0.2.1, unknown, 10.0.0.2"],
                "10.0.0.2",
            ),
            ("without a header it is the proxy", "127.0.0.1", &[], "127.0.0.1"),
            (
                "a mapped peer is its IPv4 address",
                "::ffff:127.0.0.1",
                &["::ffff:192.0.2.1"],
                "192.0.2.1",
            ),
        ];
        let trusted = ["127.0.0.1/32", "10.0.0.0/8"].map(|net| net.parse().unwrap());
        for (name, peer, lines, expected) in rows {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let found = client_address(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{name}");
        }
    }
}
