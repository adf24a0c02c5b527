//! What the rest of the recording says about a server.

use crate::Target;
use crate::har::{Engine, Entry, Har};

/// Another exchange in which the server allowed the page.
pub(super) fn allows_elsewhere(har: &Har, but: usize, url: &Target, page: &str) -> Option<usize> {
    let mut others = har.entries.iter().filter(|it| it.index != but && it.url.host() == url.host());
    others
        .find(|it| it.response.value("access-control-allow-origin") == Some(page))
        .map(|it| it.index)
}

/// Whether an answer is one that the gateway made, and not what stands behind it.
pub(super) fn is_own_answer(entry: &Entry) -> bool {
    let is_stamped = entry.response.has("x-request-id");
    let is_problem = matches!(entry.body, crate::har::Body::Problem(_));
    let is_preflights = entry.status == 403 && {
        let vary = entry.response.list("vary").map(str::to_ascii_lowercase).collect::<Vec<_>>();
        ["origin", "access-control-request-method", "access-control-request-headers"]
            .iter()
            .all(|name| vary.iter().any(|it| it == name))
    };
    is_stamped && (is_problem || is_preflights)
        || entry.redirect.as_ref().is_some_and(Target::is_access_path)
}

/// Whether an answer may be one that was made for another page: it comes from a cache and does not vary by origin.
pub(super) fn cache_sign(entry: &Entry) -> Option<(bool, String)> {
    let varies =
        entry.response.list("vary").any(|it| it.eq_ignore_ascii_case("origin") || it == "*");
    if varies {
        return None;
    }
    if entry.from_cache {
        return Some((true, "it came from the browser's cache".to_owned()));
    }
    let age = entry.response.value("age").and_then(|it| it.trim().parse::<u64>().ok());
    if let Some(age) = age.filter(|it| *it > 0) {
        return Some((true, format!("a shared cache had kept it for {age} seconds (`Age`)")));
    }
    let hit = |name: &str| {
        entry.response.value(name).is_some_and(|it| it.to_ascii_lowercase().contains("hit"))
    };
    if hit("x-cache") || hit("cf-cache-status") {
        return Some((true, "it came from a shared cache".to_owned()));
    }
    let may_be_kept = entry.response.list("cache-control").any(|it| {
        let seconds = it.strip_prefix("max-age=").or_else(|| it.strip_prefix("s-maxage="));
        seconds.and_then(|it| it.parse::<u64>().ok()).is_some_and(|it| it > 0)
    });
    may_be_kept.then(|| (false, "caches may keep it (`Cache-Control`)".to_owned()))
}

/// An earlier answer of the same URL that allowed another page.
pub(super) fn made_for(har: &Har, entry: &Entry, value: &str) -> Option<usize> {
    let mut earlier = har.entries.iter().filter(|it| it.index < entry.index);
    earlier
        .find(|it| it.url.whole() == entry.url.whole() && it.request.value("origin") == Some(value))
        .map(|it| it.index)
}

/// What this browser leaves out of its HAR, where that matters.
pub(super) fn hidden_preflight(engine: Engine) -> &'static str {
    match engine {
        Engine::Webkit => "the preflight: Safari's export leaves preflights out",
        Engine::Chromium | Engine::Firefox | Engine::Unknown => {
            "the preflight: it was answered from the browser's cache, or the export left it out"
        }
    }
}
