//! A browser's name, in words of our own: nothing that a stranger sends stands in a mail.

/// Names the browser of a `User-Agent` well enough for its user to recognise it.
pub(crate) fn browser_name(user_agent: &str) -> &'static str {
    let has = |token: &str| user_agent.contains(token);
    let mobile = has("Mobile") || has("Android");
    if has("Firefox/") || has("FxiOS/") {
        if mobile { "Firefox on a phone or tablet" } else { "Firefox" }
    } else if has("Edg/") || has("EdgA/") || has("EdgiOS/") {
        if mobile { "Edge on a phone or tablet" } else { "Edge" }
    } else if has("Chrome/") || has("CriOS/") {
        if mobile { "Chrome on a phone or tablet" } else { "Chrome or a browser like it" }
    } else if has("Safari/") {
        if mobile { "Safari on a phone or tablet" } else { "Safari" }
    } else {
        "an unknown browser"
    }
}
