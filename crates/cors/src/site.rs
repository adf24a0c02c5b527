//! Sites: which origins browsers count as one party (HTML standard, "same site").

use crate::Origin;

/// The schemeful site of an origin: its scheme and its registrable domain by the public suffix
/// list, or the whole host where there is none (IP addresses, `localhost`, public suffixes).
///
/// Every first label below `localhost` is a site of its own, as browsers treat it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Site {
    scheme: Box<str>,
    domain: Box<str>,
}

impl Site {
    /// The site that an origin belongs to. The port does not matter.
    pub fn of(origin: &Origin) -> Self {
        let (scheme, domain) = parts(origin);
        Self { scheme: scheme.into(), domain: domain.into() }
    }

    /// The scheme, without the colon.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The registrable domain, or the host where it has none.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

/// Whether browsers count two origins as same-site: cookies with `SameSite=Lax` go from one to
/// the other, and `Sec-Fetch-Site` is `same-site` or better.
pub fn same_site(one: &Origin, other: &Origin) -> bool {
    parts(one) == parts(other)
}

fn parts(origin: &Origin) -> (&str, &str) {
    (origin.scheme(), registrable_domain(origin.host()).unwrap_or_else(|| origin.host()))
}

fn registrable_domain(host: &str) -> Option<&str> {
    let address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if address { None } else { psl::domain_str(host) }
}
