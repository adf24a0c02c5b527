//! Misspelt origins: what the mistake is, and the spelling that was meant.

use url::Url;

use crate::{Origin, OriginError, Problem};

/// The problem of a value that is not an origin.
pub(super) fn problem(field: &'static str, value: &str, mistake: OriginError) -> Problem {
    if value == "*" {
        return Problem::error(
            "wildcard-origin",
            field,
            "`*` is not an origin",
            "list the origins, or set `allow_all_origins: true` if any page may call",
        );
    }
    Problem::error(
        mistake.code(),
        field,
        format!("not an origin as browsers send it, so it would match none: {mistake}"),
        fix(value, mistake),
    )
}

fn fix(value: &str, mistake: OriginError) -> String {
    match mistake {
        OriginError::List => "write one origin an entry".to_owned(),
        OriginError::Wildcard => {
            "write each origin whole, or `https://*.example.com` for all hosts below a domain, or \
             `https://example.com:*` for all ports"
                .to_owned()
        }
        OriginError::BadPort
        | OriginError::BadScheme
        | OriginError::DefaultPort
        | OriginError::Empty
        | OriginError::InvalidHost
        | OriginError::IpSpelling
        | OriginError::MissingScheme
        | OriginError::NotAscii
        | OriginError::Path
        | OriginError::TooLong
        | OriginError::TrailingSlash
        | OriginError::UpperCase
        | OriginError::UserInfo => meant(value).map_or_else(
            || "write scheme and host, such as `https://app.example`".to_owned(),
            |origin| format!("write `{origin}`"),
        ),
    }
}

/// What a browser's URL parser makes of the value.
fn meant(value: &str) -> Option<String> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("null") {
        return Some("null".to_owned());
    }
    let url = if value.contains("://") {
        Url::parse(value)
    } else {
        Url::parse(&format!("https://{value}"))
    };
    let origin = url.ok()?.origin().ascii_serialization();
    Origin::parse(origin.as_bytes()).ok()?.tuple().map(ToString::to_string)
}
