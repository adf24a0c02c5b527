//! Whose address counts as the visitor's.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// The visitor's address: the peer's, or, where the peer is a trusted proxy, the right-most address of
/// `X-Forwarded-For` that is not one. A chain with an entry that is no address ends at that entry's neighbour, whom
/// we can still vouch for. IPv4-mapped addresses are IPv4 addresses.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| trusted_proxies.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        for entry in line.as_bytes().rsplit(|byte| *byte == b',') {
            if !trusted(&client) {
                return client;
            }
            let address = std::str::from_utf8(entry).ok().and_then(|text| text.trim().parse::<IpAddr>().ok());
            match address {
                Some(address) => client = address.to_canonical(),
                None => return client,
            }
        }
    }
    client
}
