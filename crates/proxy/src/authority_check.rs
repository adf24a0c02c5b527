//! Whether a connection may be asked for a host: only for what its certificate has shown it to be.
//!
//! Browsers send requests for several hosts over one connection where its certificate covers them all (RFC 9113, section
//! 9.1.1). For a host with another certificate, whoever checked the handshake (a visitor, a proxy on the way that reads SNI,
//! later rules on client certificates) checked it for the wrong host: 421 (RFC 9110, section 15.5.20).

use std::net::IpAddr;
use std::sync::Arc;

use crossgate_model::Host;

/// The names that a certificate is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CoveredNames {
    /// Sorted.
    exact: Box<[Box<str>]>,
    /// What stands after `*.`, sorted.
    wildcards: Box<[Box<str>]>,
    addresses: Box<[IpAddr]>,
}

impl CoveredNames {
    /// Takes DNS names, with `*.` in front of some, and addresses.
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n str>, addresses: Vec<IpAddr>) -> Self {
        let (mut exact, mut wildcards) = (Vec::<Box<str>>::new(), Vec::<Box<str>>::new());
        for name in names.map(str::to_ascii_lowercase) {
            match name.strip_prefix("*.") {
                Some(parent) => wildcards.push(parent.into()),
                None => exact.push(name.into()),
            }
        }
        exact.sort_unstable();
        wildcards.sort_unstable();
        Self { exact: exact.into(), wildcards: wildcards.into(), addresses: addresses.into() }
    }

    /// Names without a wildcard.
    pub(crate) fn exact(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().map(AsRef::as_ref)
    }

    /// What stands after `*.` in names with a wildcard.
    pub(crate) fn wildcards(&self) -> impl Iterator<Item = &str> {
        self.wildcards.iter().map(AsRef::as_ref)
    }

    /// Whether it is for a host: by its name, by a wildcard that stands for the whole first label (RFC 9525, section 6.3), or
    /// by its address.
    pub(crate) fn covers(&self, host: &Host) -> bool {
        let name = host.as_str();
        let has = |list: &[Box<str>], name: &str| {
            list.binary_search_by(|entry| entry.as_ref().cmp(name)).is_ok()
        };
        has(&self.exact, name)
            || name.split_once('.').is_some_and(|(_, parent)| has(&self.wildcards, parent))
            || (!self.addresses.is_empty()
                && host.ip().is_some_and(|address| self.addresses.contains(&address)))
    }
}

/// What a connection has shown itself to be. Made once a connection.
#[derive(Clone, Debug)]
pub(crate) enum Presented {
    /// Nothing: it is plain HTTP, and what is in front of it answers for the names.
    Nothing,
    /// A certificate for these names.
    Certificate(Arc<CoveredNames>),
}

impl Presented {
    /// Whether a request for a host may come over the connection.
    pub(crate) fn covers(&self, host: &Host) -> bool {
        match self {
            Self::Nothing => true,
            Self::Certificate(names) => names.covers(host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_for_the_names_of_its_certificate() {
        let names = ["app.acme.example", "*.Other.example"];
        let addresses = vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let certificate =
            Presented::Certificate(Arc::new(CoveredNames::new(names.into_iter(), addresses)));
        let rows = [
            ("its name", "app.acme.example", true),
            ("its name in capitals and with a dot at the end", "APP.acme.example.", true),
            ("a sibling", "login.acme.example", false),
            ("the name above", "acme.example", false),
            ("a name below", "x.app.acme.example", false),
            ("what a wildcard covers", "a.other.example", true),
            ("a wildcard stands for one label", "a.b.other.example", false),
            ("and for one at least", "other.example", false),
            ("an address", "192.0.2.1", true),
            ("another address", "192.0.2.2", false),
            ("an IPv6 address", "[2001:db8:0::1]", true),
            ("a single label", "localhost", false),
        ];
        for (row, host, expected) in rows {
            let host = Host::parse(host).unwrap();
            assert_eq!(certificate.covers(&host), expected, "{row}");
            assert!(Presented::Nothing.covers(&host), "{row}");
            let nobody = Presented::Certificate(Arc::default());
            assert!(!nobody.covers(&host), "{row}");
        }
    }
}
