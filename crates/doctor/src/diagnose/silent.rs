//! Calls that passed every check and went wrong all the same.

use super::walk::{self, Walk};
use super::{Case, Verdict, session};
use crate::har::{Body, Entry};
use crate::{Cause, Confidence, Symptom};

/// Whether it is worth looking.
pub(super) fn may_be(case: &Case<'_>) -> bool {
    let Some(last) = case.call.last() else { return false };
    matches!(last.status, 401 | 403)
        || matches!(last.body, Body::Html | Body::LoginPage)
        || case.call.hops.len() > 1 && !last.is_navigation()
}

/// Judges a call without a failed check.
pub(super) fn judge(case: &Case<'_>) -> Option<Verdict> {
    let last = case.call.last()?;
    if last.is_navigation() || last.is_preflight() {
        return None;
    }
    let verdict = if last.is_websocket() {
        websocket(case, last)
    } else {
        readable_refusal(case, last)
            .or_else(|| login_page(case, last))
            .or_else(|| blocked_at_login(case, last))
    };
    verdict.map(|it| it.shown_by(Symptom::NotCors))
}

/// A page to sign in, with status 200, where data was expected.
fn login_page(case: &Case<'_>, last: &Entry) -> Option<Verdict> {
    let was_redirected = case.call.hops.len() > 1 && last.url.is_login();
    let is_page = match last.body {
        Body::LoginPage => true,
        Body::Html => was_redirected,
        Body::Other | Body::Problem(_) => {
            was_redirected
                && last.response.value("content-type").is_some_and(|it| it.starts_with("text/html"))
        }
    };
    if !last.is_ok() || !is_page || !is_for_data(last) {
        return None;
    }
    let first = case.call.hops.first().and_then(|it| it.request).unwrap_or(last);
    let why = session::why(case, first);
    let told = if case.call.hops.len() > 1 {
        format!(
            "{} redirected the call to a place to sign in, and the page got that page's HTML with status 200 in place of data.",
            first.url.host()
        )
    } else {
        "The page got the HTML of a page to sign in, with status 200, in place of data.".to_owned()
    };
    let verdict = Verdict::new(
        Cause::LoginPageAsResponse,
        if was_redirected { Confidence::Certain } else { Confidence::Likely },
        told,
    );
    let verdict = why.told.into_iter().fold(verdict, Verdict::tell);
    Some(why.missing.into_iter().fold(verdict, Verdict::lack))
}

/// A call of the page's own host that was sent to sign in, and could not follow.
fn blocked_at_login(case: &Case<'_>, last: &Entry) -> Option<Verdict> {
    let first = case.call.hops.first()?.request?;
    let to_login = first.is_redirect() && first.redirect.as_ref().is_some_and(|it| it.is_login());
    let is_stuck = walk::is_blocked(last) || case.call.hops.len() == 1 || last.status >= 400;
    (to_login && is_stuck && is_for_data(first)).then(|| {
        session::why(case, first)
            .tell("The call was redirected to a place to sign in, where a script gets no further.")
    })
}

/// A 401 or 403 of the gateway that the page can read: it says itself what to do.
fn readable_refusal(case: &Case<'_>, last: &Entry) -> Option<Verdict> {
    let Body::Problem(code) = &last.body else { return None };
    if !matches!(case.walk, Walk::Passed | Walk::NotChecked)
        || !last.response.has("x-request-id")
        || last.status != 401
    {
        return None;
    }
    let verdict = session::why(case, last)
        .tell(format!("The page can read the answer, a 401 with the code `{code}`: it is no CORS problem. Its `login_url` is where to sign in."));
    Some(verdict)
}

fn websocket(case: &Case<'_>, last: &Entry) -> Option<Verdict> {
    match last.status {
        403 => Some(Verdict::new(
            Cause::OriginNotAllowed,
            Confidence::Likely,
            "The WebSocket was refused with 403. There is no CORS for WebSockets; the server looks at `Origin` itself, and this page is not among those that it trusts.",
        )),
        401 => Some(
            session::why(case, last)
                .tell("The WebSocket was refused with 401, before the upgrade."),
        ),
        _ => None,
    }
}

/// Whether a script or an element asked, and not for a page.
fn is_for_data(entry: &Entry) -> bool {
    match entry.request.value("sec-fetch-dest") {
        Some(dest) => !matches!(dest, "document" | "iframe" | "frame" | "object" | "embed"),
        None => {
            matches!(entry.resource_type.as_str(), "fetch" | "xhr" | "script" | "manifest" | "font")
                || entry.request.has("origin")
                || entry.request.value("x-requested-with").is_some()
                || entry
                    .request
                    .value("accept")
                    .is_some_and(|it| !it.contains("text/html") && it.contains("json"))
        }
    }
}
