//! `max_age`.

use http::HeaderValue;

use crate::{Problem, Settings};

/// A day: what the management API takes at most, and the longest that any browser remembers.
const MAX: i64 = 86_400;

/// Beyond this Chromium forgets anyway.
const CHROMIUM: i64 = 7_200;

/// Compiles the value of `Access-Control-Max-Age`.
pub(crate) fn max_age(settings: &Settings, problems: &mut Vec<Problem>) -> Option<HeaderValue> {
    let seconds = settings.max_age?;
    if !(-1..=MAX).contains(&seconds) {
        problems.push(
            Problem::error(
                "max-age-out-of-range",
                "max_age",
                format!("`max_age` is in seconds, from -1 to {MAX}"),
                if seconds < 0 {
                    "write -1 for no remembering".to_owned()
                } else {
                    format!("write {MAX} or less; Chromium remembers for at most 7200 anyway")
                },
            )
            .valued(seconds),
        );
        return None;
    }
    if seconds > CHROMIUM {
        problems.push(
            Problem::warning(
                "max-age-above-browser-cap",
                "max_age",
                format!("Chromium remembers for at most {CHROMIUM} seconds, WebKit for 600"),
                format!("write {CHROMIUM}, unless it is for Firefox"),
            )
            .valued(seconds),
        );
    }
    Some(HeaderValue::from(seconds.max(0)))
}
