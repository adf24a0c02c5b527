//! `allowed_headers` and `allow_all_headers`.

use http::HeaderName;

use crate::policy::RequestHeaders;
use crate::request::forbidden;
use crate::{Problem, Settings};

const FIELD: &str = "allowed_headers";

/// Headers that only responses have.
const RESPONSE_HEADERS: [&str; 14] = [
    "accept-ranges",
    "age",
    "allow",
    "content-security-policy",
    "etag",
    "last-modified",
    "location",
    "proxy-authenticate",
    "retry-after",
    "server",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-frame-options",
];

/// Compiles the request headers of the settings.
pub(crate) fn request_headers(settings: &Settings, problems: &mut Vec<Problem>) -> RequestHeaders {
    let mut listed: Vec<HeaderName> = Vec::new();
    for (index, value) in settings.allowed_headers.iter().enumerate() {
        match entry(value) {
            Err(problem) => problems.push(problem.at(index, value)),
            Ok(name) if listed.contains(&name) => {
                problems.push(duplicate(&name).at(index, value));
            }
            Ok(name) => listed.push(name),
        }
    }
    if settings.allow_all_headers { RequestHeaders::All } else { RequestHeaders::listed(listed) }
}

fn entry(value: &str) -> Result<HeaderName, Box<Problem>> {
    if value == "*" {
        return Err(Box::new(Problem::error(
            "wildcard-header",
            FIELD,
            "`*` is not a header name here",
            "list the headers, or set `allow_all_headers: true`",
        )));
    }
    let name = HeaderName::from_bytes(value.as_bytes()).map_err(|_| Box::new(invalid(value)))?;
    if forbidden::contains(name.as_str()) {
        return Err(Box::new(Problem::error(
            "forbidden-header",
            FIELD,
            format!("no page can set `{name}`: browsers forbid it or set it themselves"),
            forbidden_fix(&name),
        )));
    }
    if name.as_str().starts_with("access-control-") || RESPONSE_HEADERS.contains(&name.as_str()) {
        return Err(Box::new(Problem::error(
            "response-header-as-request-header",
            FIELD,
            format!("`{name}` is a response header; `{FIELD}` names what pages may send"),
            "remove it",
        )));
    }
    Ok(name)
}

fn invalid(value: &str) -> Problem {
    let several = value.split([',', ' ']).filter(|part| !part.is_empty()).count() > 1;
    let fix = if several {
        "write one name an entry"
    } else {
        "write the name alone, such as `content-type`: no colon, space or value"
    };
    Problem::error("invalid-header-name", FIELD, "not a header name", fix)
}

fn forbidden_fix(name: &HeaderName) -> &'static str {
    if name.as_str() == "cookie" {
        "remove it; cookies come along by `allow_credentials: true`"
    } else {
        "remove it"
    }
}

fn duplicate(name: &HeaderName) -> Problem {
    Problem::warning(
        "duplicate-header",
        FIELD,
        format!("`{name}` is listed before (case does not matter)"),
        "remove one of them",
    )
}
