//! Sites: which origins browsers count as one party (HTML standard, "same site").

use std::net::Ipv4Addr;

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

/// HTML standard, "schemelessly same site".
pub(crate) fn schemelessly_same_site(one: &Origin, other: &Origin) -> bool {
    parts(one).1 == parts(other).1
}

fn parts(origin: &Origin) -> (&str, &str) {
    (origin.scheme(), registrable_domain(origin.host()).unwrap_or_else(|| origin.host()))
}

/// Keeps a dot at the end, which makes for another site (URL standard, "host's registrable
/// domain").
fn registrable_domain(host: &str) -> Option<&str> {
    if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    let bare = host.strip_suffix('.').unwrap_or(host);
    let start = bare.len().checked_sub(psl::domain_str(bare)?.len())?;
    host.get(start..)
}

#[cfg(test)]
mod tests {
    use super::{Site, same_site};
    use crate::Origin;

    fn origin(text: &str) -> Origin {
        Origin::parse(text.as_bytes()).unwrap().tuple().unwrap().clone()
    }

    #[test]
    fn origins_are_same_site_by_scheme_and_registrable_domain() {
        let rows = [
            ("an origin and itself", "https://a.example", "https://a.example", true),
            ("two subdomains", "https://a.acme.com", "https://b.acme.com", true),
            ("a domain and a deep subdomain", "https://acme.com", "https://x.y.acme.com", true),
            ("two ports", "https://acme.com:1", "https://acme.com:2", true),
            ("two schemes", "https://acme.com", "http://acme.com", false),
            ("two domains", "https://acme.com", "https://acme.org", false),
            ("a domain that ends alike", "https://acme.com", "https://evilacme.com", false),
            ("a suffix of two labels", "https://a.co.uk", "https://b.co.uk", false),
            ("shared hosting", "https://a.github.io", "https://b.github.io", false),
            ("a public suffix and itself", "https://github.io", "https://github.io", true),
            ("a public suffix and a name in it", "https://github.io", "https://a.github.io", false),
            ("unlisted top-level names", "https://a.corp.lan", "https://b.corp.lan", true),
            ("one address", "http://10.0.0.1:1", "http://10.0.0.1:2", true),
            ("two addresses that end alike", "http://10.1.0.1", "http://10.2.0.1", false),
            ("two IPv6 addresses", "http://[::1]", "http://[::2]", false),
            ("a name with and without its dot", "https://acme.com.", "https://acme.com", false),
            (
                "cors.md 1.5: two names of the demo",
                "http://app1.demo.localhost:8080",
                "http://app2.demo.localhost:8080",
                true,
            ),
            (
                "cors.md 1.5: the demo and its partner",
                "http://app1.demo.localhost:8080",
                "http://partner.other.localhost:8080",
                false,
            ),
            ("localhost on two ports", "http://localhost:1", "http://localhost:2", true),
            ("localhost and a name in it", "http://localhost", "http://demo.localhost", false),
        ];
        for (row, one, other, expected) in rows {
            let (one, other) = (origin(one), origin(other));
            assert_eq!(same_site(&one, &other), expected, "{row}");
            assert_eq!(same_site(&other, &one), expected, "{row}, the other way round");
            assert_eq!(Site::of(&one) == Site::of(&other), expected, "{row}, as sites");
        }
    }

    #[test]
    fn a_site_is_named_by_its_registrable_domain() {
        let site = Site::of(&origin("https://app.eu.acme.co.uk:8443"));
        assert_eq!((site.scheme(), site.domain()), ("https", "acme.co.uk"));
    }
}
