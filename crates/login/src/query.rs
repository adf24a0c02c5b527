//! Fields of a query or a form, each of which counts only if it is there once.

use url::form_urlencoded;

/// The fields of an `application/x-www-form-urlencoded` text (URL standard, section 5).
#[derive(Debug)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// More fields than any form of ours has; the rest is not read.
    const MAX_FIELDS: usize = 32;

    /// Reads a query or a body.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(text)
                .take(Self::MAX_FIELDS)
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The value of a field that is there exactly once.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Whether a field is there, once or more often.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn a_doubled_field_counts_as_none() {
        let fields = Fields::read(b"a=1&b=2&b=2&c=x%20y+z&d");
        assert_eq!(fields.one("a"), Some("1"));
        assert_eq!(fields.one("b"), None, "doubled, even if equal");
        assert!(fields.has("b"));
        assert_eq!(fields.one("c"), Some("x y z"));
        assert_eq!(fields.one("d"), Some(""));
        assert_eq!(fields.one("e"), None);
    }
}
