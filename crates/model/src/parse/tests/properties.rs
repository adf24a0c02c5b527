use std::path::Path;

use proptest::prelude::*;

use super::{PLAIN, parse};
use crate::{Config, Severity};

/// Pieces that mean something in a config, to put where they don't belong.
const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "  ",
    ":",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "~",
    "*a",
    "&a ",
    "'",
    "\"",
    "|",
    "#",
    "?",
    "<<",
    "!!int ",
    "0",
    "-1",
    "99999999999999999999",
    ".nan",
    "true",
    "name",
    "null",
    "everyone",
    "*",
    "https://",
    "ä",
    "\u{0}",
    "\t",
];

proptest! {
    #[test]
    fn any_text_is_a_config_or_has_a_problem(text in any::<String>()) {
        consistent(&text)?;
    }

    #[test]
    fn any_mutation_of_a_config_is_a_config_or_has_a_problem(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(PIECES)), 1..4),
    ) {
        let mut text = PLAIN.to_owned();
        for (at, length, piece) in edits {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, piece);
            }
        }
        consistent(&text)?;
    }

    #[test]
    fn values_of_any_text_are_read_or_reported(value in "[ -~ä]{0,24}") {
        let quoted = serde_json::Value::from(value).to_string();
        for place in ["Acme,", "login.acme.example", "app.acme.example", "acme.example }", "access@acme.example"] {
            consistent(&PLAIN.replace(place, &place.replace(place.trim_end_matches([',', ' ', '}']), &quoted)))?;
        }
    }
}

/// A config comes without errors, no config with at least one; and every place is in the text.
fn consistent(text: &str) -> Result<(), TestCaseError> {
    let (config, problems) = parse(text);
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    prop_assert_eq!(config.is_some(), errors == 0);
    for problem in problems {
        prop_assert!(!problem.fix.is_empty());
        if let Some(span) = problem.span {
            prop_assert!(text.get(span.start..span.end).is_some(), "{:?}", span);
            prop_assert!(span.line >= 1 && span.column >= 1, "{:?}", span);
            prop_assert!(span.line <= text.chars().count() + 1, "{:?}", span);
        }
    }
    Ok(())
}

#[test]
fn a_flood_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let previous = format!("*a{},", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{previous}]\n"));
    }
    let (config, problems) = parse(&text);
    assert!(config.is_none());
    assert_eq!(problems.first().map(|problem| problem.code), Some("yaml-syntax"));
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "[".repeat(100_000);
    let large = format!("# {}", "x".repeat(17 * 1024 * 1024));
    for (text, code) in [(deep, "yaml-syntax"), (large, "config-too-large")] {
        let (config, problems) = Config::parse(&text, Path::new("config.yaml"), &|_| None);
        assert!(config.is_none());
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [code]);
    }
}
