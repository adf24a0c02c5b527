//! Where things stand in a config's text, for reports that point at a line.

use crate::Span;
use crate::place::Place;
use crate::tree::{Node, Value, parse};

/// A config's text as an outline of its sections and items.
pub struct Outline(Node);

impl Outline {
    /// Reads a config's text; nothing if it is no YAML.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        parse(text).ok().map(Self)
    }

    /// What to point at for a setting of the top level or below: `["mail", "from"]`. Where it is not in the text, what comes nearest
    /// above it.
    #[must_use]
    pub fn setting(&self, path: &[&str]) -> Option<Span> {
        self.span(Place::default(), path)
    }

    /// What to point at for a setting of the item of a section that has this name: `("applications", "api", ["cors_headers"])`. Where the
    /// setting is not in the text, what comes nearest above it.
    #[must_use]
    pub fn item(&self, section: &str, name: &str, path: &[&str]) -> Option<Span> {
        let Value::Mapping(sections) = &self.0.value else { return None };
        let found = sections.iter().find(|entry| entry.key == section)?;
        let Value::Sequence(items) = &found.node.value else { return None };
        let index = items.iter().position(|item| has_name(item, name))?;
        self.span(Place::default().key(section).index(index), path)
    }

    fn span(&self, start: Place, path: &[&str]) -> Option<Span> {
        self.0.span_at(&path.iter().fold(start, |place, key| place.key(key)))
    }
}

fn has_name(item: &Node, name: &str) -> bool {
    let Value::Mapping(entries) = &item.value else { return false };
    let named = |key: &str| entries.iter().find(|entry| entry.key == key);
    named("name").and_then(|entry| entry.node.scalar()).is_some_and(|own| own == name)
}

#[cfg(test)]
mod tests {
    use super::Outline;

    const TEXT: &str = "organization:
  name: Acme
applications:
  - name: app
    domain: app.acme.example
  - name: api
    domain: api.acme.example
    cors_headers:
      allowed_origins: [ \"https://app.acme.example\" ]
";

    #[test]
    fn a_report_finds_its_line() {
        let outline = Outline::read(TEXT).unwrap();
        let line =
            |section, name, path: &[&str]| outline.item(section, name, path).map(|span| span.line);
        let rows = [
            ("an item", line("applications", "api", &[]), Some(6)),
            ("a setting of it", line("applications", "api", &["domain"]), Some(7)),
            ("a section of it", line("applications", "api", &["cors_headers"]), Some(8)),
            (
                "what is not there: the nearest above",
                line("applications", "api", &["cors_headers", "allowed_methods"]),
                Some(8),
            ),
            ("no such item", line("applications", "web", &[]), None),
            ("no such section", line("policies", "web", &[]), None),
            ("a section", outline.setting(&["applications"]).map(|span| span.line), Some(3)),
            (
                "a setting",
                outline.setting(&["organization", "name"]).map(|span| span.line),
                Some(2),
            ),
        ];
        for (row, found, expected) in rows {
            assert_eq!(found, expected, "{row}");
        }
    }

    #[test]
    fn what_is_no_yaml_has_no_outline() {
        assert!(Outline::read("a: [").is_none());
    }
}
