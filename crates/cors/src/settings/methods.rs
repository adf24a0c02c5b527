//! `allowed_methods` and `allow_all_methods`.

use crate::policy::Methods;
use crate::{Problem, Settings};

const FIELD: &str = "allowed_methods";

/// The methods that the management API knows.
const KNOWN: [&str; 9] =
    ["GET", "POST", "HEAD", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// Those of them that no page can send (Fetch, "forbidden method").
const FORBIDDEN: [&str; 2] = ["CONNECT", "TRACE"];

/// Compiles the methods of the settings.
pub(crate) fn methods(settings: &Settings, problems: &mut Vec<Problem>) -> Methods {
    let mut listed: Vec<&'static str> = Vec::new();
    for (index, value) in settings.allowed_methods.iter().enumerate() {
        let mut report = |problem: Problem| problems.push(problem.at(index, value));
        let Some(method) = KNOWN.into_iter().find(|known| known == value) else {
            report(unknown(value));
            continue;
        };
        if FORBIDDEN.contains(&method) {
            report(never_useful(method));
        } else if listed.contains(&method) {
            report(duplicate(method));
        } else {
            listed.push(method);
        }
    }
    if settings.allow_all_methods { Methods::All } else { Methods::Listed(listed) }
}

fn unknown(value: &str) -> Problem {
    if value == "*" {
        return Problem::error(
            "wildcard-method",
            FIELD,
            "`*` is not a method",
            "list the methods, or set `allow_all_methods: true`",
        );
    }
    let upper = value.trim().to_ascii_uppercase();
    if KNOWN.contains(&upper.as_str()) {
        return Problem::error(
            "method-case",
            FIELD,
            "methods are compared with case, and this spelling matches none of them",
            format!("write `{upper}`, and `method: \"{upper}\"` in the page's fetch"),
        );
    }
    Problem::error(
        "method-unknown",
        FIELD,
        "not a method that can be allowed",
        format!("use some of {}", KNOWN.join(", ")),
    )
}

fn never_useful(method: &str) -> Problem {
    Problem::warning(
        "method-never-useful",
        FIELD,
        format!("no page can send {method}: browsers forbid it"),
        "remove it",
    )
}

fn duplicate(method: &str) -> Problem {
    Problem::warning(
        "duplicate-method",
        FIELD,
        format!("`{method}` is listed before"),
        "remove one of them",
    )
}
