//! `ip`: an address range.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// A text that is no address range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Bits are set to the right of the prefix.
    #[error("the address has bits set outside of its prefix")]
    HostBits,
    /// Neither an address nor a range.
    #[error("an address range is written 192.0.2.0/24 or 2001:db8::/32")]
    Invalid,
}

/// Reads a range or a single address. A range of IPv4-mapped addresses is the IPv4 range.
///
/// # Errors
/// Whatever is no range, and ranges with bits outside of the prefix, which mean something else than they say.
pub fn parse_address_range(text: &str) -> Result<IpNet, AddressError> {
    let range = match text.parse::<IpNet>() {
        Ok(range) => range,
        Err(_) => IpNet::from(text.parse::<IpAddr>().map_err(|_| AddressError::Invalid)?),
    };
    if range.addr() != range.network() {
        return Err(AddressError::HostBits);
    }
    match range {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => {
                IpNet::new(IpAddr::V4(v4), v6.prefix_len() - 96).map_err(|_| AddressError::Invalid)
            }
            None => Ok(range),
        },
        IpNet::V4(_) | IpNet::V6(_) => Ok(range),
    }
}

/// Any number of ranges, merged and sorted: a look-up is a binary search.
///
/// IPv4 addresses live at their mapped IPv6 addresses, so that one order holds both families.
#[derive(Clone, Debug, Default)]
pub(crate) struct AddressRanges(Vec<(u128, u128)>);

impl AddressRanges {
    pub(crate) fn new<'r>(ranges: impl Iterator<Item = &'r IpNet>) -> Self {
        let mut ends = ranges
            .map(|range| (position(range.network()), position(range.broadcast())))
            .collect::<Vec<_>>();
        ends.sort_unstable();
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(ends.len());
        for (first, last) in ends {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => {
                    previous.1 = previous.1.max(last)
                }
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let position = position(address);
        let after = self.0.partition_point(|(first, _)| *first <= position);
        after
            .checked_sub(1)
            .and_then(|at| self.0.get(at))
            .is_some_and(|(_, last)| position <= *last)
    }
}

fn position(address: IpAddr) -> u128 {
    let v6: Ipv6Addr = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    v6.to_bits()
}
