//! Entries of a list of origins: one origin, all below a domain, or all ports of a host.

use std::fmt;

use super::{Origin, OriginError, RequestOrigin};

/// What one entry of `allowed_origins` names. There are two wildcards and no others: `*.` for one or more labels before a
/// domain, and `:*` for any port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OriginPattern {
    written: Box<str>,
    example: Origin,
    subdomains: bool,
    any_port: bool,
}

impl OriginPattern {
    /// Reads an entry: an origin in the spelling of browsers, with `*.` at the start of the host or `*` for the port perhaps.
    ///
    /// # Errors
    ///
    /// Says what is wrong with anything else. `null` is not an origin that has a host; `*` anywhere else is refused, and so are
    /// wildcards on IP addresses, which have no subdomains.
    pub fn parse(written: &str) -> Result<Self, OriginError> {
        let (rest, any_port) = match written.strip_suffix(":*") {
            Some(rest) => (rest, true),
            None => (written, false),
        };
        let (plain, subdomains) = match rest.split_once("://*.") {
            Some((scheme, domain)) => (format!("{scheme}://{domain}"), true),
            None => (rest.to_owned(), false),
        };
        let RequestOrigin::Tuple(base) = Origin::parse(plain.as_bytes())? else {
            return Err(OriginError::MissingScheme);
        };
        if any_port && base.as_str().len() != base.host_end() {
            return Err(OriginError::BadPort);
        }
        if !subdomains {
            return Ok(Self { written: written.into(), example: base, subdomains, any_port });
        }
        if base.host_is_address() {
            return Err(OriginError::Wildcard);
        }
        let label = format!("{}://any.{}", base.scheme(), &plain[base.scheme().len() + 3..]);
        let RequestOrigin::Tuple(example) = Origin::parse(label.as_bytes())? else {
            return Err(OriginError::Wildcard);
        };
        Ok(Self { written: written.into(), example, subdomains, any_port })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// An origin that it names: itself where it has no wildcard, else one below the domain, on the scheme's own port. All
    /// origins that it names are on the same site, unless the domain is a [public suffix](Self::domain).
    pub const fn example(&self) -> &Origin {
        &self.example
    }

    /// The one origin that it names, where it has no wildcard.
    pub const fn exact(&self) -> Option<&Origin> {
        if self.subdomains || self.any_port { None } else { Some(&self.example) }
    }

    /// The domain below which it names every host, if it does.
    pub fn domain(&self) -> Option<&str> {
        if self.subdomains { self.example.host().strip_prefix("any.") } else { None }
    }

    /// Whether it names every port.
    pub const fn any_port(&self) -> bool {
        self.any_port
    }

    /// Whether it names this origin. What a compiled policy does for all its entries at once.
    pub fn matches(&self, origin: &Origin) -> bool {
        if let Some(exact) = self.exact() {
            return exact == origin;
        }
        let host = match self.domain() {
            Some(domain) => origin
                .host()
                .strip_suffix(domain)
                .and_then(|labels| labels.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty()),
            None => origin.host() == self.example.host(),
        };
        host && origin.scheme() == self.example.scheme()
            && (self.any_port || origin.port() == self.example.port())
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::OriginPattern;
    use crate::{Origin, OriginError as Mistake};

    fn origin(text: &str) -> Origin {
        Origin::parse(text.as_bytes()).unwrap().tuple().unwrap().clone()
    }

    #[test]
    fn a_pattern_names_what_is_below_its_domain_and_nothing_that_looks_like_it() {
        let rows = [
            ("one label below", "https://*.acme.example", "https://app.acme.example", true),
            ("several labels below", "https://*.acme.example", "https://a.b.acme.example", true),
            ("the domain itself", "https://*.acme.example", "https://acme.example", false),
            ("cors 3.3: an ending", "https://*.acme.example", "https://evilacme.example", false),
            (
                "cors 3.3: a beginning",
                "https://*.acme.example",
                "https://a.acme.example.evil.test",
                false,
            ),
            ("a letter for the dot", "https://*.acme.example", "https://aXacme.example", false),
            ("the other scheme", "https://*.acme.example", "http://app.acme.example", false),
            ("another port", "https://*.acme.example", "https://app.acme.example:8443", false),
            ("its port", "https://*.acme.example:8443", "https://app.acme.example:8443", true),
            ("any port", "http://localhost:*", "http://localhost:5173", true),
            ("any port: the default one", "http://localhost:*", "http://localhost", true),
            ("any port of another host", "http://localhost:*", "http://a.localhost:1", false),
            ("any host and port", "https://*.acme.example:*", "https://b.acme.example:1", true),
            ("no wildcard", "https://acme.example", "https://acme.example", true),
            ("an IPv6 address, any port", "http://[::1]:*", "http://[::1]:3000", true),
        ];
        for (row, pattern, asked, expected) in rows {
            if let Ok(asked) = Origin::parse(asked.as_bytes()) {
                let asked = asked.tuple().unwrap();
                let pattern = OriginPattern::parse(pattern).unwrap();
                assert_eq!(pattern.matches(asked), expected, "{row}");
            } else {
                assert!(!expected, "{row}: no browser sends that");
            }
        }
    }

    #[test]
    fn there_are_two_wildcards_and_no_others() {
        for (row, text, mistake) in [
            ("inside a label", "https://app*.acme.example", Mistake::Wildcard),
            ("in the middle", "https://app.*.example", Mistake::Wildcard),
            ("at the end", "https://acme.*", Mistake::Wildcard),
            ("for everything", "https://*", Mistake::Wildcard),
            ("alone", "*", Mistake::MissingScheme),
            ("for the scheme", "*://acme.example", Mistake::BadScheme),
            ("twice", "https://*.*.example", Mistake::Wildcard),
            ("on an address", "https://*.192.0.2.1", Mistake::Wildcard),
            ("for a part of the port", "https://acme.example:8*", Mistake::Wildcard),
            ("a port and any port", "https://acme.example:1:*", Mistake::BadPort),
            ("a regular expression", "https://.*\\.acme\\.example", Mistake::Path),
            ("with a path", "https://*.acme.example/", Mistake::TrailingSlash),
            ("null", "null", Mistake::MissingScheme),
        ] {
            assert_eq!(OriginPattern::parse(text).unwrap_err(), mistake, "{row}");
        }
    }

    #[test]
    fn its_example_is_below_its_domain() {
        let pattern = OriginPattern::parse("https://*.acme.example:*").unwrap();
        assert_eq!(pattern.example(), &origin("https://any.acme.example"));
        assert_eq!(pattern.domain(), Some("acme.example"));
        assert!(pattern.matches(pattern.example()) && pattern.exact().is_none());
    }
}
