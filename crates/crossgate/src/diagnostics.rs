//! Problems of a config, drawn for people and listed for programs.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use crossgate_model::{Problem, Severity};
use serde_json::{Value, json};

/// The problems as people read them: the place in the text, the reason, the fix. `colour` draws in colour.
pub(crate) fn human(problems: &[Problem], text: &str, file: &Path, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let path = file.display().to_string();
    let mut out = String::new();
    for problem in problems {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(problem.message.as_str()).id(problem.code);
        let group = match problem.span {
            Some(span) if !problem.beside_secret => {
                let annotation =
                    AnnotationKind::Primary.span(span.start..span.end).label(problem.path.as_str());
                title.element(Snippet::source(text).path(path.as_str()).annotation(annotation))
            }
            // The line holds a secret: the place alone.
            Some(span) => {
                title.element(Origin::path(path.as_str()).line(span.line).char_column(span.column))
            }
            None => Group::with_title(title),
        };
        let help = Group::with_title(Level::HELP.secondary_title(problem.fix.as_str()));
        out.push_str(&renderer.render(&[group, help]));
        out.push_str("\n\n");
    }
    out.push_str(&summary(problems, &path));
    out
}

/// The problems as programs read them.
pub(crate) fn json(problems: &[Problem], file: &Path) -> Value {
    let problems = problems.iter().map(|problem| {
        json!({
            "code": problem.code,
            "severity": problem.severity,
            "path": problem.path,
            "file": file.display().to_string(),
            "line": problem.span.map(|span| span.line),
            "column": problem.span.map(|span| span.column),
            "value": problem.value,
            "message": problem.message,
            "fix": problem.fix,
        })
    });
    json!({ "problems": problems.collect::<Vec<_>>() })
}

fn summary(problems: &[Problem], path: &str) -> String {
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let plural = |count: usize, noun: &str| match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    };
    let errors = plural(count(Severity::Error), "error");
    let warnings = plural(count(Severity::Warning), "warning");
    format!("{path}: {errors}, {warnings}\n")
}
