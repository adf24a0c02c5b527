//! Host names, read one way for the config and for every request.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A host without a port: a lower-case DNS name without a trailing dot, or an IP address.
///
/// Two spellings of one host are equal: case, a trailing dot and the notation of an IPv6 address don't count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(Box<str>);

/// Why a text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Nothing there.
    #[error("the host is empty")]
    Empty,
    /// A byte that no host name has.
    #[error("the host has a character that no host name has")]
    InvalidCharacter,
    /// An IPv6 address that cannot be read, or one with a zone.
    #[error("the bracketed address is not an IPv6 address")]
    InvalidIpv6,
    /// Digits and dots that read as an address to some and as a name to others.
    #[error("the host looks like an IPv4 address but is not one")]
    InvalidIpv4,
    /// More than 253 bytes, or a label of more than 63.
    #[error("the host is longer than a host name can be")]
    TooLong,
    /// Two dots in a row, or a leading one.
    #[error("the host has an empty label")]
    EmptyLabel,
}

impl Host {
    /// Reads a host without a port. IPv6 addresses stand in brackets (RFC 3986, section 3.2.2).
    ///
    /// # Errors
    /// Whatever no browser and no resolver would take for a host.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or(HostError::InvalidIpv6)?;
            let address: Ipv6Addr = inner.parse().map_err(|_| HostError::InvalidIpv6)?;
            return Ok(Self(format!("[{address}]").into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() {
            return Err(HostError::Empty);
        }
        let last = last_label(name)?;
        let numeric = last.iter().all(u8::is_ascii_digit)
            || matches!(last, [b'0', b'x' | b'X', hex @ ..] if hex.iter().all(u8::is_ascii_hexdigit));
        if numeric && name.parse::<std::net::Ipv4Addr>().is_err() {
            return Err(HostError::InvalidIpv4);
        }
        let mut name = Box::<str>::from(name);
        name.make_ascii_lowercase();
        Ok(Self(name))
    }

    /// The canonical spelling; IPv6 addresses in brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, if the host is one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }
}

/// The last label of a name whose labels are all well formed. One pass: this is on the way of every request.
fn last_label(name: &str) -> Result<&[u8], HostError> {
    let (mut start, mut empty) = (0, false);
    for (at, byte) in name.bytes().enumerate() {
        match KINDS.get(usize::from(byte)) {
            Some(Kind::OfLabel) => {}
            Some(Kind::Dot) => {
                if at - start > 63 {
                    return Err(HostError::TooLong);
                }
                empty |= at == start;
                start = at + 1;
            }
            Some(Kind::Other) | None => return Err(HostError::InvalidCharacter),
        }
    }
    let last = name.as_bytes().get(start..).unwrap_or_default();
    if name.len() > 253 || last.len() > 63 {
        return Err(HostError::TooLong);
    }
    if empty || last.is_empty() { Err(HostError::EmptyLabel) } else { Ok(last) }
}

/// What a byte is in a host name.
#[derive(Clone, Copy)]
enum Kind {
    OfLabel,
    Dot,
    Other,
}

#[expect(clippy::indexing_slicing, reason = "there is an entry for each byte")]
const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Other; 256];
    let mut byte = 0_u8;
    loop {
        kinds[byte as usize] = match byte {
            b'.' => Kind::Dot,
            b'-' | b'_' => Kind::OfLabel,
            _ if byte.is_ascii_alphanumeric() => Kind::OfLabel,
            _ => Kind::Other,
        };
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Host {
    fn borrow(&self) -> &str {
        &self.0
    }
}
