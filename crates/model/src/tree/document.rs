//! Text into a tree, within bounds.

use serde_saphyr::{DuplicateKeyPolicy, Error, Location, NonFiniteFloatPolicy, Options};

use super::build::span_of;
use super::{Node, Value};
use crate::Span;
use crate::report::Finding;

/// Bytes of the longest config that is read.
const LONGEST: usize = 16 * 1024 * 1024;

/// Why nothing of a document can be read, and where that shows.
pub(crate) struct Unreadable {
    pub(crate) finding: Finding,
    pub(crate) span: Option<Span>,
}

/// Reads a document. An empty one is an empty mapping.
///
/// # Errors
/// The one mistake that makes it no YAML, or more than is read, and its place.
pub(crate) fn parse(text: &str) -> Result<Node, Box<Unreadable>> {
    if text.len() > LONGEST {
        let finding = Finding::error(
            "config-too-large",
            format!("the config has {} bytes, and no more than {LONGEST} are read", text.len()),
            "split what generates it, or use wildcards and groups instead of long lists",
        );
        return Err(Box::new(Unreadable { finding, span: None }));
    }
    let node = serde_saphyr::from_str_with_options::<Node>(text, options()).map_err(|error| {
        let span = error.location().and_then(|location| place_of(text, location));
        Box::new(Unreadable { finding: syntax(&error), span })
    })?;
    Ok(match node.value {
        Value::Null => Node { value: Value::Mapping(Vec::new()), span: node.span },
        _ => node,
    })
}

/// YAML 1.2's booleans only, numbers in their plain spelling only, keys as often as they come, and bounds on what
/// aliases can blow up.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 8_000_000,
            max_nodes: 4_000_000,
            max_documents: 1,
            max_aliases: 10_000,
            max_depth: 64,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 200_000,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn syntax(error: &Error) -> Finding {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Finding::error(
        "yaml-syntax",
        format!("this is not a YAML document that can be read: {message}"),
        "correct the YAML here; nothing after it was read",
    )
}

/// The place of a syntax error, whose bytes the library does not know.
fn place_of(text: &str, location: Location) -> Option<Span> {
    if let Some(span) = span_of(location) {
        return Some(span);
    }
    let line = usize::try_from(location.line()).ok()?;
    let column = usize::try_from(location.column()).ok()?;
    let start = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    let rest = text.get(start..)?.lines().next().unwrap_or_default();
    let before = rest.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum::<usize>();
    let start = start + before;
    let length = rest.get(before..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Some(Span { line, column, start, end: start + length })
}
