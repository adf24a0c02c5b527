//! Edits of a config's text, which keep everything else as it is written.
//!
//! Only what people write is understood: block or flow mappings, one application an item. Where that is not enough the edit
//! is not made; and whoever edits reads the result again.

use std::ops::Range;

/// The text with a value added to a list of an application; the list, and its section, are made if need be.
pub(super) fn append(
    text: &str,
    application: &str,
    section: &str,
    key: &str,
    value: &str,
) -> Option<String> {
    let value = scalar(value);
    edit(text, application, section, key, &format!("[ {value} ]"), |text, after| {
        let rest = text.get(after..)?;
        let start = after + rest.len() - rest.trim_start_matches(' ').len();
        if text.get(start..)?.starts_with('[') {
            let inner = start + 1..close(text, start)?;
            let kept = text.get(inner.clone())?.trim();
            let list = if kept.is_empty() {
                format!("[ {value} ]")
            } else {
                format!("[ {kept}, {value} ]")
            };
            return splice(text, start..inner.end + 1, &list);
        }
        let mut lines = lines_from(text, line_end(text, after));
        let last = lines
            .by_ref()
            .take_while(|line| {
                text.get(line.clone()).is_some_and(|it| it.trim_start().starts_with("- "))
            })
            .last()?;
        let indent = indent(text.get(last.clone())?);
        splice(text, last.end..last.end, &format!("{}- {value}\n", " ".repeat(indent)))
    })
}

/// The text with a setting of an application set.
pub(super) fn set(
    text: &str,
    application: &str,
    section: &str,
    key: &str,
    value: &str,
) -> Option<String> {
    edit(text, application, section, key, value, |text, after| {
        let rest = text.get(after..)?;
        let start = after + rest.len() - rest.trim_start_matches(' ').len();
        let length = text
            .get(start..)?
            .find(|it: char| it.is_whitespace() || matches!(it, ',' | '}' | '#'))?;
        splice(text, start..start + length, value)
    })
}

/// The difference of two texts that differ in one application, as a unified diff.
pub(super) fn diff(old: &str, new: &str, file: &str, application: &str) -> Option<String> {
    let (old_lines, new_lines) = (old.lines().collect::<Vec<_>>(), new.lines().collect::<Vec<_>>());
    let same = old_lines.iter().zip(&new_lines).take_while(|(one, other)| one == other).count();
    let tail = old_lines.iter().skip(same).rev().zip(new_lines.iter().skip(same).rev());
    let same_end = tail.take_while(|(one, other)| one == other).count();
    // Lines of other applications, and of what is no application, are not shown: they may hold secrets.
    let item = item(old, application)?;
    let first = old.get(..item.start)?.lines().count();
    let last = first + old.get(item)?.lines().count();
    let start = same.saturating_sub(2).max(first).min(same);
    let after = (old_lines.len() - same_end + 2).min(last).max(old_lines.len() - same_end);
    let context = after - (old_lines.len() - same_end);
    let removed = old_lines.get(same..old_lines.len() - same_end)?;
    let added = new_lines.get(same..new_lines.len() - same_end)?;
    let before = old_lines.get(start..same)?;
    let behind = old_lines.get(old_lines.len() - same_end..after)?;
    let (old_count, new_count) =
        (before.len() + removed.len() + context, before.len() + added.len() + context);
    let mut out = format!(
        "--- {file}\n+++ {file}\n@@ -{},{old_count} +{},{new_count} @@ application {application}\n",
        start + 1,
        start + 1
    );
    for (sign, lines) in [(' ', before), ('-', removed), ('+', added), (' ', behind)] {
        for line in lines {
            out.push(sign);
            out.push_str(line);
            out.push('\n');
        }
    }
    Some(out)
}

/// Edits the value of a key where it stands (`change` gets the place after the colon), or puts `fresh` there.
fn edit(
    text: &str,
    application: &str,
    section: &str,
    key: &str,
    fresh: &str,
    change: impl Fn(&str, usize) -> Option<String>,
) -> Option<String> {
    let item = item(text, application)?;
    let is_flow =
        text.get(item.clone())?.trim_start().trim_start_matches('-').trim_start().starts_with('{');
    let Some(after) = find_key(text, item.clone(), section) else {
        return fresh_section(text, &item, is_flow, &format!("{section}:"), key, fresh);
    };
    let rest = text.get(after..item.end)?;
    let start = after + rest.len() - rest.trim_start_matches(' ').len();
    if text.get(start..)?.starts_with('{') {
        let body = start + 1..close(text, start)?;
        if let Some(after) = find_key(text, body.clone(), key) {
            return change(text, after);
        }
        let is_empty = text.get(body.clone())?.trim().is_empty();
        let comma = if is_empty { " " } else { "," };
        return splice(text, body.start..body.start, &format!(" {key}: {fresh}{comma}"));
    }
    let body = block(text, after, item.end)?;
    if let Some(after) = find_key(text, body.clone(), key) {
        return change(text, after);
    }
    let first = lines_from(text, body.start)
        .find(|line| text.get(line.clone()).is_some_and(|it| !is_void(it)))?;
    let indent = indent(text.get(first.clone())?);
    splice(text, first.start..first.start, &format!("{}{key}: {fresh}\n", " ".repeat(indent)))
}

fn fresh_section(
    text: &str,
    item: &Range<usize>,
    is_flow: bool,
    section: &str,
    key: &str,
    fresh: &str,
) -> Option<String> {
    if is_flow {
        let open = item.start + text.get(item.clone())?.find('{')?;
        let end = close(text, open)?;
        let kept = text.get(..end)?.trim_end().len();
        return splice(text, kept..end, &format!(", {section} {{ {key}: {fresh} }} "));
    }
    let line = text.get(item.clone())?.lines().next()?;
    let indent = line.len() - line.trim_start().trim_start_matches('-').trim_start().len();
    let end = item.start + text.get(item.clone())?.trim_end().len();
    let pad = " ".repeat(indent);
    splice(text, end..end, &format!("\n{pad}{section}\n{pad}  {key}: {fresh}"))
}

/// The text of an application, from its dash on.
fn item(text: &str, application: &str) -> Option<Range<usize>> {
    let mut lines = lines_from(text, 0);
    lines.find(|line| {
        text.get(line.clone()).and_then(|it| it.strip_prefix("applications:")).is_some_and(is_void)
    })?;
    let mut dash = None;
    let mut items: Vec<Range<usize>> = Vec::new();
    for line in lines {
        let content = text.get(line.clone())?;
        if is_void(content) {
            continue;
        }
        let starts = content.trim_start().starts_with('-');
        let column = indent(content);
        let dash = *dash.get_or_insert(column);
        if column < dash || column == dash && !starts {
            break;
        }
        if column == dash {
            items.push(line);
        } else if let Some(last) = items.last_mut() {
            last.end = line.end;
        }
    }
    items.into_iter().find(|item| {
        let name = find_key(text, item.clone(), "name").and_then(|after| text.get(after..item.end));
        name.is_some_and(|rest| {
            let rest = rest.lines().next().unwrap_or_default().trim();
            let value = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => rest.get(1..).and_then(|it| it.split(quote).next()),
                _ => rest.split([',', '}', '#']).next(),
            };
            value.is_some_and(|it| it.trim() == application)
        })
    })
}

/// The lines below a key whose value is a block mapping.
fn block(text: &str, after: usize, end: usize) -> Option<Range<usize>> {
    let line = text.get(..after)?.rfind('\n').map_or(0, |at| at + 1);
    let head = text.get(line..after)?;
    let column = head.len() - head.trim_start().trim_start_matches("- ").trim_start().len();
    let start = line_end(text, after);
    let mut body = start..start;
    for line in lines_from(text, start).take_while(|line| line.start < end) {
        let content = text.get(line.clone())?;
        if !is_void(content) && indent(content) <= column {
            break;
        }
        body.end = line.end;
    }
    (!body.is_empty()).then_some(body)
}

/// The place after the colon of a key.
fn find_key(text: &str, within: Range<usize>, key: &str) -> Option<usize> {
    let mut from = within.start;
    loop {
        let at = from + text.get(from..within.end)?.find(key)?;
        let after = at + key.len();
        let line = text.get(..at)?.rfind('\n').map_or(0, |it| it + 1);
        let before = text.get(line..at)?;
        let is_key = text.get(after..)?.starts_with(':')
            && before.chars().next_back().is_none_or(|it| matches!(it, ' ' | '{' | ','))
            && !before.contains('#');
        if is_key {
            return Some(after + 1);
        }
        from = after;
    }
}

/// Where the bracket at `open` is closed.
fn close(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, character) in text.get(open..)?.char_indices() {
        match (quote, character) {
            (Some(end), it) if it == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(open + at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

fn lines_from(text: &str, mut start: usize) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let end = line_end(text, start);
        let line = start..end;
        start = end;
        (!line.is_empty()).then_some(line)
    })
}

/// The place after the line's end.
fn line_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |at| from + at + 1)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Empty but for a comment.
fn is_void(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn splice(text: &str, range: Range<usize>, new: &str) -> Option<String> {
    Some(format!("{}{new}{}", text.get(..range.start)?, text.get(range.end..)?))
}

/// A value as it stands in YAML.
fn scalar(value: &str) -> String {
    let is_plain = value.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && value.bytes().next().is_some_and(|it| it.is_ascii_alphabetic());
    if is_plain { value.to_owned() } else { format!("{value:?}") }
}

#[cfg(test)]
mod tests {
    use super::{append, diff, set};

    const HEAD: &str = "secret: hidden\napplications:\n  - name: other\n    domain: o.example\n";

    #[test]
    fn a_setting_is_changed_where_it_stands_and_nothing_else() {
        let rows = [
            (
                "a list in brackets",
                "  - name: api\n    cors_headers:\n      allowed_origins: [ \"https://a\" ] # who\n      max_age: 1\n",
                "  - name: api\n    cors_headers:\n      allowed_origins: [ \"https://a\", \"https://b\" ] # who\n      max_age: 1\n",
            ),
            (
                "a list in lines",
                "  - name: \"api\"\n    cors_headers:\n      allowed_origins:\n        - \"https://a\"\n      max_age: 1\n",
                "  - name: \"api\"\n    cors_headers:\n      allowed_origins:\n        - \"https://a\"\n        - \"https://b\"\n      max_age: 1\n",
            ),
            (
                "a section without the list",
                "  - name: api\n    cors_headers:\n      max_age: 1\n    policies: [ x ]\n",
                "  - name: api\n    cors_headers:\n      allowed_origins: [ \"https://b\" ]\n      max_age: 1\n    policies: [ x ]\n",
            ),
            (
                "no section",
                "  - name: api\n    policies: [ x ]\n\n",
                "  - name: api\n    policies: [ x ]\n    cors_headers:\n      allowed_origins: [ \"https://b\" ]\n\n",
            ),
            (
                "a section in braces",
                "  - name: api\n    cors_headers: { max_age: 1 }\n",
                "  - name: api\n    cors_headers: { allowed_origins: [ \"https://b\" ], max_age: 1 }\n",
            ),
            (
                "an application in braces",
                "  - { name: api, domain: a.example }\n",
                "  - { name: api, domain: a.example, cors_headers: { allowed_origins: [ \"https://b\" ] } }\n",
            ),
            (
                "an empty list",
                "  - domain: x\n    name: api\n    cors_headers: { allowed_origins: [] }\n",
                "  - domain: x\n    name: api\n    cors_headers: { allowed_origins: [ \"https://b\" ] }\n",
            ),
        ];
        for (row, before, after) in rows {
            let text = format!("{HEAD}{before}");
            let edited =
                append(&text, "api", "cors_headers", "allowed_origins", "https://b").unwrap();
            assert_eq!(edited, format!("{HEAD}{after}"), "{row}");
            let diff = diff(&text, &edited, "c.yaml", "api").unwrap();
            assert!(!diff.contains("hidden") && !diff.contains("o.example"), "{row}: {diff}");
        }
        let text = format!(
            "{HEAD}  - name: api\n    cors_headers:\n      allow_credentials: false # no\n"
        );
        let edited = set(&text, "api", "cors_headers", "allow_credentials", "true").unwrap();
        assert!(edited.ends_with("allow_credentials: true # no\n"), "{edited}");
        assert_eq!(
            diff(&text, &edited, "c.yaml", "api").unwrap(),
            "--- c.yaml\n+++ c.yaml\n@@ -6,2 +6,2 @@ application api\n     cors_headers:\n-      allow_credentials: false # no\n+      allow_credentials: true # no\n"
                .replace("@@ -6,2 +6,2 @@", "@@ -5,3 +5,3 @@")
                .replace("     cors_headers", "   - name: api\n     cors_headers")
        );
    }

    #[test]
    fn what_is_not_understood_is_not_edited() {
        for text in ["applications: [ { name: api } ]\n", "a: 1\n", "applications:\n  - name: b\n"]
        {
            assert_eq!(append(text, "api", "cors_headers", "allowed_origins", "x"), None, "{text}");
        }
    }
}
