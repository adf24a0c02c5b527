//! `allowed_origins`, `allow_all_origins` and the three dangers.

use super::spelling;
use crate::policy::Origins;
use crate::{Dangers, Origin, OriginError, OriginPattern, Problem, Settings};

const FIELD: &str = "allowed_origins";

/// What an entry says.
enum Entry {
    Null,
    Origin(OriginPattern),
}

/// Compiles the origins of the settings.
pub(crate) fn origins(
    settings: &Settings,
    dangers: &Dangers,
    problems: &mut Vec<Problem>,
) -> Origins {
    let mut origins = Origins::new(settings.allow_all_origins);
    let mut insecure = Vec::new();
    for (index, value) in settings.allowed_origins.iter().enumerate() {
        let entry = match entry(FIELD, index, value) {
            Ok(entry) => entry,
            Err(problem) => {
                problems.push(*problem);
                continue;
            }
        };
        let is_new = match entry {
            Entry::Null => {
                problems.extend(null_origin(settings, dangers).map(|it| it.at(index, value)));
                origins.insert_null(is_bound(settings, dangers))
            }
            Entry::Origin(pattern) => {
                problems.extend(trailing_dot(&pattern).map(|it| it.at(index, value)));
                problems.extend(public_suffix(&pattern).map(|it| it.at(index, value)));
                if settings.allow_credentials && !pattern.example().is_secure() {
                    insecure.push((index, pattern.clone()));
                }
                origins.insert(pattern)
            }
        };
        if !is_new {
            problems.push(duplicate(value).at(index, value));
        }
    }
    insecure_origins(&insecure, dangers, problems);
    problems.extend(all_origins(settings, dangers));
    origins
}

/// Reads one entry of a list of origins, of these settings or of another key that lists origins.
///
/// # Errors
///
/// The problem says what is wrong with the entry, in the words of `field` and `index`, and how to
/// spell it. `null` is refused.
pub fn listed_origin(
    field: &'static str,
    index: usize,
    value: &str,
) -> Result<Origin, Box<Problem>> {
    match entry(field, index, value)? {
        Entry::Origin(pattern) => pattern.exact().cloned().ok_or_else(|| {
            let problem = spelling::problem(field, value, OriginError::Wildcard);
            problem.at(index, value).into()
        }),
        Entry::Null => {
            let problem = Problem::error(
                "origin-null",
                field,
                "`null` is what every sandboxed frame sends, so it names nobody",
                "list the origins of the pages",
            );
            Err(problem.at(index, value).into())
        }
    }
}

fn entry(field: &'static str, index: usize, value: &str) -> Result<Entry, Box<Problem>> {
    if value == "null" {
        return Ok(Entry::Null);
    }
    let pattern = OriginPattern::parse(value)
        .map_err(|mistake| spelling::problem(field, value, mistake).at(index, &masked(value)))?;
    if !matches!(pattern.example().scheme(), "http" | "https") {
        let problem = Problem::error(
            "origin-scheme",
            field,
            format!("`{}` is not a scheme that pages are served by", pattern.example().scheme()),
            "list origins that begin with `https://` (or `http://`)",
        );
        return Err(problem.at(index, value).into());
    }
    Ok(Entry::Origin(pattern))
}

/// The value without a user name and password, which do not belong into a report.
fn masked(value: &str) -> String {
    match value.rsplit_once('@') {
        None => value.to_owned(),
        Some((before, host)) => {
            let scheme =
                before.split_once("://").map_or(String::new(), |(it, _)| format!("{it}://"));
            format!("{scheme}***@{host}")
        }
    }
}

/// Whether `null`, where it is listed, stands for the gateway's own redirects alone.
fn is_bound(settings: &Settings, dangers: &Dangers) -> bool {
    settings.owns_responses && settings.allow_credentials && !dangers.null_origin_with_credentials
}

fn null_origin(settings: &Settings, dangers: &Dangers) -> Option<Problem> {
    if !settings.allow_credentials || is_bound(settings, dangers) {
        None
    } else if dangers.null_origin_with_credentials {
        Some(Problem::warning(
            "dangerous-null-origin",
            FIELD,
            "`null` is allowed with credentials: any page on the web can put a script into a \
             sandboxed frame, whose origin is `null`, and read this application as the visitor",
            "remove `null` and `dangerously_allow_null_origin_with_credentials`",
        ))
    } else {
        Some(Problem::error(
            "null-origin-with-credentials",
            FIELD,
            "`null` with credentials lets any page on the web read this application as the \
             visitor: the origin of every sandboxed frame is `null`",
            "remove `null`: a page whose session has expired gets a readable 401 without it; or add \
             `response_cors: gateway`, which allows `null` to the gateway's own redirects alone; or take the danger on with `dangerously_allow_null_origin_with_credentials: true`",
        ))
    }
}

fn all_origins(settings: &Settings, dangers: &Dangers) -> Option<Problem> {
    if !(settings.allow_all_origins && settings.allow_credentials) {
        None
    } else if dangers.all_origins_with_credentials {
        Some(Problem::warning(
            "dangerous-all-origins",
            "allow_all_origins",
            "every origin is allowed with credentials: any page that a visitor opens, `null` and \
             plain-http ones included, can read this application as the visitor",
            "list the origins in `allowed_origins`, and remove \
             `dangerously_allow_all_origins_with_credentials`",
        ).valued(true))
    } else {
        Some(Problem::error(
            "all-origins-with-credentials",
            "allow_all_origins",
            "all origins with credentials lets any page on the web read this application as the \
             visitor",
            "list the origins in `allowed_origins`; or take the danger on with \
             `dangerously_allow_all_origins_with_credentials: true`",
        ).valued(true))
    }
}

fn insecure_origins(
    insecure: &[(usize, OriginPattern)],
    dangers: &Dangers,
    problems: &mut Vec<Problem>,
) {
    problems.extend(insecure.iter().map(|(index, origin)| {
        let https = origin.as_str().replacen("http:", "https:", 1);
        let problem = if dangers.insecure_origins {
            Problem::warning(
                "dangerous-insecure-origin",
                FIELD,
                format!(
                    "`{origin}` is allowed with credentials over plain http: whoever is on the \
                     network path can put a script into its pages and read this application as \
                     the visitor"
                ),
                format!("serve that page by https and list `{https}`"),
            )
        } else {
            Problem::error(
                "insecure-origin-with-credentials",
                FIELD,
                "a plain-http origin with credentials lets whoever is on the network path read \
                 this application as the visitor",
                format!(
                    "serve that page by https and list `{https}`; or take the danger on with \
                     `dangerously_allow_insecure_origins: true`"
                ),
            )
        };
        problem.at(*index, origin.as_str())
    }));
}

/// A wildcard over hosts that belong to different people.
fn public_suffix(pattern: &OriginPattern) -> Option<Problem> {
    let domain = pattern.domain()?;
    if psl::domain_str(domain.trim_end_matches('.')).is_some() {
        return None;
    }
    Some(Problem::error(
        "wildcard-over-public-suffix",
        FIELD,
        format!(
            "anybody can have a host below `{domain}` (it is a public suffix), so this names \
             strangers' pages"
        ),
        format!("list your own hosts below `{domain}`, or a wildcard below a domain of yours"),
    ))
}

fn trailing_dot(pattern: &OriginPattern) -> Option<Problem> {
    let origin = pattern.example();
    let host = origin.host().strip_suffix('.')?;
    Some(Problem::warning(
        "origin-trailing-dot",
        FIELD,
        "the host ends in a dot: that is another origin than the one without, and hardly used",
        format!("write `{}://{host}`", origin.scheme()),
    ))
}

fn duplicate(value: &str) -> Problem {
    Problem::warning(
        "duplicate-origin",
        FIELD,
        format!("`{value}` is listed before"),
        "remove one of them",
    )
}
