//! Findings as one page that needs nothing else.

use anyhow::Result;
use askama::Template;
use crossgate_doctor::{Diagnosis, Engine};

use super::{count, evidence, sureness};

#[derive(Template)]
#[template(path = "doctor.html")]
struct Page<'d> {
    diagnosis: &'d Diagnosis,
    engine: &'static str,
}

/// The page.
pub(super) fn report(diagnosis: &Diagnosis) -> Result<String> {
    let engine = match diagnosis.evidence.engine {
        Engine::Chromium => "Chrome or Chromium",
        Engine::Firefox => "Firefox",
        Engine::Webkit => "Safari",
        Engine::Unknown => "a browser that is not named",
    };
    Ok(Page { diagnosis, engine }.render()?)
}

/// `+`, `-`, `@` and blank lines of a diff, by the class that colours them.
fn diff_class(line: &str) -> &'static str {
    match line.as_bytes().first() {
        Some(b'+') if !line.starts_with("+++") => "added",
        Some(b'-') if !line.starts_with("---") => "removed",
        Some(b'+' | b'-' | b'@') => "place",
        _ => "same",
    }
}

/// A text with what stands between backticks as code, ready for the page.
fn prose(text: &str) -> askama::Result<String> {
    let mut html = String::new();
    for (number, part) in text.split('`').enumerate() {
        let part = Escaped { part }.render()?;
        html.push_str(&if number % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    Ok(html)
}

#[derive(Template)]
#[template(source = "{{ part }}", ext = "html")]
struct Escaped<'p> {
    part: &'p str,
}
