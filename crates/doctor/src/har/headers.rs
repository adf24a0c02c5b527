//! The headers of a message: all names, and the values that a diagnosis needs.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::text::printable;

/// Longer values are of no header whose value is kept.
const MAX_VALUE: usize = 512;

/// Headers whose values are kept: none of them is a credential.
const KEPT: [&str; 31] = [
    "accept",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "age",
    "cache-control",
    "cf-cache-status",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "origin",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-storage-access",
    "server",
    "timing-allow-origin",
    "upgrade",
    "vary",
    "via",
    "x-cache",
    "x-content-type-options",
    "x-crossgate-reason",
    "x-request-id",
    "x-requested-with",
];

/// Names in lower case, in order, with the values that are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers(Vec<(String, Option<String>)>);

impl Headers {
    /// Adds a line. Exporters that join the lines of one header put line feeds between them.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let name = printable(&name.to_ascii_lowercase(), 64);
        if name.is_empty() || name.starts_with(':') {
            return;
        }
        if !KEPT.contains(&name.as_str()) {
            self.0.push((name, None));
            return;
        }
        for line in value.split('\n').take(8) {
            self.0.push((name.clone(), Some(printable(line.trim(), MAX_VALUE))));
        }
    }

    /// Whether there are none: then nothing is known about them.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As a browser holds them; values that no header can have are left out.
    pub(crate) fn to_map(&self) -> HeaderMap {
        let line = |(name, value): &(String, Option<String>)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value.as_deref()?).ok()?))
        };
        let mut map = HeaderMap::new();
        for (name, value) in self.0.iter().filter_map(line) {
            // Full: more than any server sends.
            if map.try_append(name, value).is_err() {
                break;
            }
        }
        map
    }

    /// Whether a header of this name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The first value.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The values, a line each.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .filter_map(|(_, value)| value.as_deref())
    }

    /// The members of a list header, over all of its lines, trimmed, without empty ones.
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values(name)
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|it| !it.is_empty())
    }

    /// Roughly the memory that they take, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.0
            .iter()
            .map(|(name, value)| 64 + name.len() + value.as_ref().map_or(0, String::len))
            .sum()
    }
}
