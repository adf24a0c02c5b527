//! Why a preflight failed.

use super::response::Failing;
use super::{Verdict, alone, evidence, sure};
use crate::har::{Body, Entry};
use crate::{Cause, Confidence, Symptom};

/// Judges a failed preflight.
pub(super) fn judge(failing: &Failing<'_>) -> Verdict {
    let symptom = failing.failure.failed.symptom;
    let entry = failing.preflight();
    if let Some(verdict) = entry.and_then(|it| by_config(failing, it)) {
        return verdict;
    }
    match symptom {
        Symptom::PreflightRedirect => redirect(entry),
        Symptom::PreflightSyntax => syntax(failing.value()),
        Symptom::MethodNotAllowed => method(failing, entry),
        Symptom::HeaderNotAllowed => header(failing, entry),
        _ => match entry {
            Some(entry) => status(failing, entry),
            None => alone::alone_by(symptom, failing.message),
        },
    }
}

/// What the gateway's own settings say of it, if it is the gateway's to answer.
fn by_config(failing: &Failing<'_>, entry: &Entry) -> Option<Verdict> {
    let refusal = failing.case.config?.refusal(entry)?;
    let told = format!(
        "The gateway refused the preflight by its settings for `{}`: {}.",
        refusal.application, refusal.reason
    );
    let verdict = Verdict::new(refusal.cause, sure(evidence::is_own_answer(entry)), told);
    Some(Verdict { value: refusal.value, ..verdict })
}

fn redirect(entry: Option<&Entry>) -> Verdict {
    let Some(location) = entry.and_then(|it| it.redirect.as_ref()) else {
        return alone::alone_by(Symptom::PreflightRedirect, None);
    };
    if location.is_login() {
        return Verdict::new(
            Cause::AuthBeforeCors,
            Confidence::Certain,
            format!(
                "The preflight was sent on to a place to sign in ({location}). A preflight never carries cookies, so whoever asks for a session first refuses every one of them."
            ),
        );
    }
    Verdict::new(
        Cause::OptionsNotHandled,
        Confidence::Certain,
        format!("The preflight was redirected to {location}, before anything answered it as a preflight: a redirect to https or to another spelling of the path, mostly."),
    )
    .tell("The page can also call the final URL directly.")
}

fn status(failing: &Failing<'_>, entry: &Entry) -> Verdict {
    let without = if failing.failure.failed.symptom == Symptom::AllowOriginMissing {
        ", without Access-Control-Allow-Origin"
    } else {
        ""
    };
    let status = entry.status;
    if entry.is_redirect() {
        // Firefox checks the headers of a redirect before it refuses to follow.
        return redirect(Some(entry));
    }
    if evidence::is_own_answer(entry) && status == 403 {
        return Verdict::new(
            Cause::Unknown,
            Confidence::Likely,
            "The gateway refused the preflight by its settings: the origin, the method or a header is not allowed.",
        )
        .lack("which of them: the gateway's config (--config), or `cors.reason` in its log line with this answer's x-request-id");
    }
    match status {
        401 | 407 | 511 => Verdict::new(
            Cause::AuthBeforeCors,
            Confidence::Certain,
            format!(
                "The preflight was answered with {status}{without}: something asked for a session, which a preflight never has."
            ),
        ),
        403 => Verdict::new(
            Cause::AuthBeforeCors,
            Confidence::Likely,
            format!(
                "The preflight was answered with 403{without}: mostly by a login or firewall in front that lets no request pass without a session, which a preflight never has."
            ),
        ),
        404 | 405 | 501 => Verdict::new(
            Cause::OptionsNotHandled,
            Confidence::Certain,
            format!(
                "The preflight was answered with {status}{without}: the server does not know OPTIONS there."
            ),
        ),
        200..=299 if entry.body == Body::LoginPage => Verdict::new(
            Cause::AuthBeforeCors,
            Confidence::Certain,
            "The preflight was answered with a page to sign in: something asked for a session, which a preflight never has.",
        ),
        200..=299 => allowed_nothing(entry),
        _ => Verdict::new(
            Cause::OptionsNotHandled,
            Confidence::Likely,
            format!(
                "The preflight was answered with {status}{without}: the server fails on OPTIONS, or was not there."
            ),
        ),
    }
}

fn allowed_nothing(entry: &Entry) -> Verdict {
    let varies = entry.response.list("vary").any(|it| it.eq_ignore_ascii_case("origin"));
    if entry.response.has("allow") && !varies {
        return Verdict::new(
            Cause::OptionsNotHandled,
            Confidence::Likely,
            "The server answered OPTIONS as a plain question for its methods (`Allow`), not as a preflight.",
        );
    }
    Verdict::new(
        Cause::OriginNotAllowed,
        sure(varies),
        "The preflight was answered, without Access-Control-Allow-Origin: the server has no CORS settings there, or they do not name this page.",
    )
}

fn syntax(value: Option<&str>) -> Verdict {
    let name = value
        .filter(|it| it.to_ascii_lowercase().starts_with("access-control-"))
        .unwrap_or("Access-Control-Allow-Methods or -Headers");
    Verdict::new(
        Cause::MalformedHeader,
        Confidence::Certain,
        format!(
            "The list in {name} cannot be read, so nothing is allowed: entries are separated by commas, and are bare names."
        ),
    )
}

fn method(failing: &Failing<'_>, entry: Option<&Entry>) -> Verdict {
    let requested = entry.and_then(|it| it.request.value("access-control-request-method"));
    let method = requested
        .or_else(|| failing.value())
        .or_else(|| failing.case.call.method())
        .unwrap_or("the method")
        .to_owned();
    let listed = entry
        .map(|it| it.response.list("access-control-allow-methods").collect::<Vec<_>>())
        .unwrap_or_default();
    let verdict = if listed.contains(&"*") {
        Verdict::new(
            Cause::WildcardWithCredentials,
            Confidence::Certain,
            format!(
                "`*` in Access-Control-Allow-Methods does not cover {method}, because credentials are included: then `*` is the name of a method."
            ),
        )
    } else if let Some(other) = listed.iter().find(|it| it.eq_ignore_ascii_case(&method)) {
        Verdict::new(
            Cause::MethodNotAllowed,
            Confidence::Certain,
            format!("The page asks for `{method}` and the server allows `{other}`: case counts, and browsers put only DELETE, GET, HEAD, OPTIONS, POST and PUT in upper case."),
        )
        .tell("Write the method in upper case in the page.")
    } else {
        let what = if entry.is_none() {
            String::new()
        } else if listed.is_empty() {
            " (there is no such list)".to_owned()
        } else {
            format!(" ({})", listed.join(", "))
        };
        Verdict::new(
            Cause::MethodNotAllowed,
            Confidence::Certain,
            format!("{method} is not in the server's Access-Control-Allow-Methods{what}."),
        )
    };
    Verdict { value: Some(method), ..verdict }
}

fn header(failing: &Failing<'_>, entry: Option<&Entry>) -> Verdict {
    let name = failing.value().unwrap_or("a header").to_owned();
    let star = entry
        .is_some_and(|it| it.response.list("access-control-allow-headers").any(|it| it == "*"));
    let verdict = if star && !name.eq_ignore_ascii_case("authorization") {
        Verdict::new(
            Cause::WildcardWithCredentials,
            Confidence::Certain,
            format!(
                "`*` in Access-Control-Allow-Headers does not cover `{name}`, because credentials are included: then `*` is the name of a header."
            ),
        )
    } else if star {
        Verdict::new(
            Cause::HeaderNotAllowed,
            Confidence::Certain,
            "`*` in Access-Control-Allow-Headers never covers `Authorization`; it has to be named.",
        )
    } else {
        Verdict::new(
            Cause::HeaderNotAllowed,
            Confidence::Certain,
            format!(
                "The request header `{name}` is not in the server's Access-Control-Allow-Headers."
            ),
        )
    };
    Verdict { value: Some(name), ..verdict }
}
