//! `exposed_headers`.

use http::{HeaderName, HeaderValue};

use crate::{Problem, Settings};

const FIELD: &str = "exposed_headers";

/// Fetch, "CORS-safelisted response-header name": readable without being named.
const SAFELISTED: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// The value of `Access-Control-Expose-Headers`, if anything is exposed.
pub(crate) fn exposed_headers(
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Option<HeaderValue> {
    let mut listed: Vec<HeaderName> = Vec::new();
    for (index, value) in settings.exposed_headers.iter().enumerate() {
        match entry(value) {
            Err(problem) => problems.push(problem.at(index, value)),
            Ok(name) if listed.contains(&name) => {
                let problem = Problem::warning(
                    "duplicate-header",
                    FIELD,
                    format!("`{name}` is listed before (case does not matter)"),
                    "remove one of them",
                );
                problems.push(problem.at(index, value));
            }
            Ok(name) => {
                problems.extend(needless(&name).map(|problem| problem.at(index, value)));
                listed.push(name);
            }
        }
    }
    if !(listed.is_empty() || settings.owns_responses) {
        problems.push(Problem::error(
            "exposed-headers-of-the-upstream",
            FIELD,
            "the upstream owns the CORS headers of its responses, so this would say nothing",
            "add `response_cors: gateway`, or have the upstream send \
             `Access-Control-Expose-Headers`",
        ));
    }
    let list = listed.iter().map(HeaderName::as_str).collect::<Vec<_>>().join(",");
    HeaderValue::try_from(list).ok().filter(|list| !list.is_empty())
}

fn entry(value: &str) -> Result<HeaderName, Box<Problem>> {
    if value == "*" {
        return Err(Box::new(Problem::error(
            "wildcard-exposed-header",
            FIELD,
            "with credentials `*` exposes nothing but a header of that name",
            "list the headers that pages read",
        )));
    }
    let name = HeaderName::from_bytes(value.as_bytes()).map_err(|_| {
        Box::new(Problem::error(
            "invalid-header-name",
            FIELD,
            "not a header name",
            "write one name an entry, such as `etag`",
        ))
    })?;
    if matches!(name.as_str(), "set-cookie" | "set-cookie2") {
        return Err(Box::new(Problem::error(
            "exposed-set-cookie",
            FIELD,
            format!("no page can read `{name}`: browsers forbid it"),
            "remove it",
        )));
    }
    Ok(name)
}

fn needless(name: &HeaderName) -> Option<Problem> {
    SAFELISTED.contains(&name.as_str()).then(|| {
        Problem::warning(
            "exposed-header-needless",
            FIELD,
            format!("pages can read `{name}` anyway"),
            "remove it",
        )
    })
}
