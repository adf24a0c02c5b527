//! The cookies of a client, as a browser keeps them: per host, replaced by name and path, gone when expired.

use std::collections::BTreeMap;

/// A cookie as it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its attributes: names in lower case, values as they are.
    pub attributes: BTreeMap<String, String>,
}

impl Cookie {
    /// Reads a `Set-Cookie` value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let attributes = parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Some(Self {
            name: name.to_owned(),
            value: value.to_owned(),
            attributes: attributes.collect(),
        })
    }

    /// Whether it has this attribute.
    #[must_use]
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
    }

    /// Whether it says that the cookie is to be forgotten.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.attributes.get("max-age").is_some_and(|age| age.parse().is_ok_and(|age: i64| age <= 0))
            || self.attributes.get("expires").is_some_and(|date| date.contains(" 1970 "))
    }

    fn path(&self) -> &str {
        self.attributes.get("path").map_or("/", String::as_str)
    }
}

/// Cookies by host.
#[derive(Clone, Debug, Default)]
pub struct Jar(BTreeMap<String, Vec<Cookie>>);

impl Jar {
    /// Stores a cookie of this host.
    pub fn store(&mut self, host: &str, cookie: Cookie) {
        let cookies = self.0.entry(host.to_owned()).or_default();
        cookies.retain(|old| (&old.name, old.path()) != (&cookie.name, cookie.path()));
        if !cookie.is_expired() {
            cookies.push(cookie);
        }
    }

    /// The cookies of this host.
    #[must_use]
    pub fn of(&self, host: &str) -> &[Cookie] {
        self.0.get(host).map_or(&[], Vec::as_slice)
    }

    /// The `Cookie` header for this host and path, if there is anything to send.
    #[must_use]
    pub fn header(&self, host: &str, path: &str) -> Option<String> {
        let sent = self.of(host).iter().filter(|cookie| path_matches(cookie.path(), path));
        let pairs = sent.map(|cookie| format!("{}={}", cookie.name, cookie.value));
        let header = pairs.collect::<Vec<_>>().join("; ");
        (!header.is_empty()).then_some(header)
    }
}

/// RFC 6265, section 5.1.4.
fn path_matches(cookie: &str, path: &str) -> bool {
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie.ends_with('/'))
}
