//! What the first bytes of a response's body give away.

/// What a body was recognised as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing, or nothing of interest.
    Other,
    /// HTML.
    Html,
    /// HTML with which one signs in.
    LoginPage,
    /// A problem of the gateway's, by its code.
    Problem(String),
}

/// Recognises a body by its first bytes.
pub(super) fn recognise(mime_type: &str, text: &str) -> Body {
    let mime_type = mime_type.to_ascii_lowercase();
    if mime_type.starts_with("application/problem+json") {
        return problem_code(text).map_or(Body::Other, Body::Problem);
    }
    let start = text.trim_start();
    let is_html = mime_type.starts_with("text/html")
        || mime_type.starts_with("application/xhtml")
        || start.get(..9).is_some_and(|it| it.eq_ignore_ascii_case("<!doctype"))
        || start.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("<html"));
    if !is_html {
        return Body::Other;
    }
    let text = text.to_ascii_lowercase();
    const SIGNS: [&str; 12] = [
        "type=\"password\"",
        "type='password'",
        "type=password",
        "<title>sign in",
        "<title>login",
        "<title>log in",
        "/cdn-cgi/access/login",
        "name=\"samlrequest\"",
        "autocomplete=\"username\"",
        "autocomplete=\"one-time-code\"",
        ">sign in<",
        ">log in<",
    ];
    if SIGNS.iter().any(|sign| text.contains(sign)) { Body::LoginPage } else { Body::Html }
}

fn problem_code(text: &str) -> Option<String> {
    let problem = serde_json::from_str::<serde_json::Value>(text).ok()?;
    let code = problem.get("code")?.as_str()?;
    let is_code = code.len() <= 64 && code.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    is_code.then(|| code.to_owned())
}
