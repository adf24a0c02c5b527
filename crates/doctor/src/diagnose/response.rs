//! Why the CORS check of a response failed.

use crossgate_cors::Origin;

use super::alone::alone_by;
use super::walk::Failure;
use super::{Case, Verdict, evidence, session, sure};
use crate::console::Message;
use crate::har::{Body, Entry};
use crate::{Cause, Confidence, Symptom};

/// A check that failed, with all around it.
pub(super) struct Failing<'f> {
    pub(super) case: &'f Case<'f>,
    pub(super) failure: &'f Failure,
    pub(super) message: Option<&'f Message>,
}

impl<'f> Failing<'f> {
    /// The offending value, or the name that is not allowed.
    pub(super) fn value(&self) -> Option<&'f str> {
        self.failure.failed.value.as_deref()
    }

    /// The preflight of the hop, if its answer is known.
    pub(super) fn preflight(&self) -> Option<&'f Entry> {
        let hop = self.case.call.hops.get(self.failure.hop)?;
        hop.preflight.filter(|it| it.status != 0)
    }

    /// What was answered, if that is known.
    fn answer(&self) -> Option<&'f Entry> {
        if self.failure.on_preflight {
            return self.preflight();
        }
        let hop = self.case.call.hops.get(self.failure.hop)?;
        hop.request.filter(|it| it.has_response())
    }

    /// The request that was redirected here.
    fn redirected_by(&self) -> Option<&'f Entry> {
        self.case.call.hops.get(self.failure.hop.checked_sub(1)?)?.request
    }

    fn page(&self) -> &'f str {
        self.case.page().unwrap_or("the page")
    }
}

/// Judges a failed CORS check.
pub(super) fn judge(failing: &Failing<'_>) -> Verdict {
    let Some(entry) = failing.answer() else {
        return unseen(failing);
    };
    let value = failing.value().unwrap_or_default();
    match failing.failure.failed.symptom {
        Symptom::AllowOriginMissing => missing(failing, entry),
        Symptom::AllowOriginMismatch => mismatch(failing, entry, value),
        Symptom::AllowOriginMultiple => {
            let lines = entry.response.values("access-control-allow-origin").count();
            multiple(lines, value)
        }
        symptom => of_value(symptom, value),
    }
}

/// The browser named the check, and the recording does not have the answer.
fn unseen(failing: &Failing<'_>) -> Verdict {
    let symptom = failing.failure.failed.symptom;
    let is_null = failing.case.call.hops.get(failing.failure.hop).and_then(|it| it.entry());
    let is_null =
        is_null.and_then(Entry::request_origin) == Some("null") && failing.failure.hop > 0;
    if symptom == Symptom::AllowOriginMismatch && is_null {
        return null_origin();
    }
    if let (Symptom::AllowOriginMissing, Some(previous)) = (symptom, failing.redirected_by()) {
        let target = failing.case.call.hops.get(failing.failure.hop).and_then(|it| it.url());
        if target.is_some_and(|it| it.is_login()) {
            return after_login_redirect(failing, previous);
        }
    }
    alone_by(symptom, failing.message).lack("the headers of the answer: the HAR does not have them")
}

/// M1.
fn missing(failing: &Failing<'_>, entry: &Entry) -> Verdict {
    let case = failing.case;
    if let Some(location) = entry.redirect.as_ref().filter(|_| entry.is_redirect()) {
        if location.is_login() {
            return session::why(case, entry)
                .tell(format!("It was redirected to a place to sign in ({location}), without CORS headers, where a script cannot follow."));
        }
        return Verdict::new(
            Cause::ErrorPathWithoutCors,
            Confidence::Likely,
            format!(
                "The server redirected to {location}, and the redirect has no CORS headers: every hop needs them."
            ),
        );
    }
    if let Some(previous) = failing.redirected_by() {
        if entry.url.is_login() || entry.body == Body::LoginPage {
            return after_login_redirect(failing, previous);
        }
        let hops = failing.case.call.hops.iter().take(failing.failure.hop);
        let mut requests = hops.filter_map(|it| it.request);
        let before_login = requests.find(|it| it.redirect.as_ref().is_some_and(|it| it.is_login()));
        if let Some(first) = before_login.filter(|_| entry.status >= 400) {
            return after_login_redirect(failing, first);
        }
        if entry.request_origin() == Some("null") {
            return null_origin();
        }
    }
    if entry.body == Body::LoginPage {
        return session::why(case, entry)
            .tell("It was answered with a page to sign in, without CORS headers.");
    }
    let page = failing.page();
    if let Some(false) = case.config.and_then(|it| it.allows_origin(&entry.url, page)) {
        return not_allowed(
            sure(true),
            page,
            "The gateway's settings do not name this page, so its answer has no CORS headers.",
        );
    }
    if entry.status >= 400 {
        return error_path(failing, entry, page);
    }
    if let Some((true, sign)) = evidence::cache_sign(entry) {
        return Verdict::new(
            Cause::CachedForAnotherOrigin,
            Confidence::Likely,
            format!(
                "The answer has no CORS headers and no `Vary: Origin`, and {sign}: it was made for a request without Origin."
            ),
        );
    }
    let preflight_passed =
        failing.case.call.hops.get(failing.failure.hop).is_some_and(|it| it.preflight.is_some());
    if preflight_passed {
        return not_allowed(
            Confidence::Certain,
            page,
            "The preflight passed, and the answer to the request itself has no Access-Control-Allow-Origin: whoever answers the preflight does not write the headers of the response, and the application does not either.",
        );
    }
    not_allowed(
        Confidence::Likely,
        page,
        "The answer has no Access-Control-Allow-Origin: the server has no CORS settings there, or they do not name this page.",
    )
}

fn after_login_redirect(failing: &Failing<'_>, previous: &Entry) -> Verdict {
    let host = previous.url.host();
    session::why(failing.case, previous)
        .tell(format!("{host} therefore redirected the call to a place to sign in, where a script gets no further: that answer has no CORS headers for it."))
}

fn error_path(failing: &Failing<'_>, entry: &Entry, page: &str) -> Verdict {
    let status = entry.status;
    if evidence::is_own_answer(entry) {
        return not_allowed(
            Confidence::Likely,
            page,
            "The gateway gives its answers, errors too, CORS headers for every page that the application allows; this one has none.",
        );
    }
    let told = format!(
        "The server answered with {status}, and that answer has no CORS headers: the page sees a network error and not what is wrong."
    );
    let but = entry.index;
    let preflight = failing.case.call.hops.get(failing.failure.hop).and_then(|it| it.preflight);
    let other = evidence::allows_elsewhere(failing.case.har, but, &entry.url, page);
    if status == 401 {
        let why = session::why(failing.case, entry);
        let is_seen = why.confidence == Confidence::Certain
            || matches!(why.cause, Cause::CredentialsNotSent | Cause::AnonymousScript);
        if is_seen || !failing.case.har.shows_cookies() {
            return why.tell(told);
        }
    }
    match preflight.map(|it| it.index).or(other) {
        Some(other) => Verdict::new(Cause::ErrorPathWithoutCors, Confidence::Certain, told)
            .tell(format!("The page is allowed there (entry {other}).")),
        None => Verdict::new(Cause::ErrorPathWithoutCors, Confidence::Possible, told)
            .lack("an answer of this server that went well: it would show whether the page is allowed there at all"),
    }
}

/// M2.
fn mismatch(failing: &Failing<'_>, entry: &Entry, value: &str) -> Verdict {
    let sent = entry.request_origin().unwrap_or_else(|| failing.page());
    if sent == "null" && failing.failure.hop > 0 {
        return null_origin();
    }
    if let Some(verdict) = misspelt(value, sent) {
        return verdict;
    }
    if let Some((is_hit, sign)) = evidence::cache_sign(entry) {
        let other = evidence::made_for(failing.case.har, entry, value);
        let shown =
            other.map(|it| format!(" It was made for {value} (entry {it}).")).unwrap_or_default();
        let verdict = Verdict::new(
            Cause::CachedForAnotherOrigin,
            sure(is_hit && other.is_some()),
            format!("The answer allows {value}, has no `Vary: Origin`, and {sign}.{shown}"),
        );
        return if is_hit || other.is_some() {
            verdict
        } else {
            verdict
                .at_most(Confidence::Possible)
                .lack("whether this answer came from a cache: the export does not say")
        };
    }
    if sent == "null" {
        return not_allowed(
            Confidence::Certain,
            "null",
            "The page has the origin `null` (a sandboxed frame, or a file), and the server allows another one.",
        );
    }
    not_allowed(
        Confidence::Certain,
        sent,
        &format!("The server allows {value}, and the page is {sent}."),
    )
}

/// The same origin, in a spelling that no browser sends.
pub(super) fn misspelt(value: &str, sent: &str) -> Option<Verdict> {
    let meant = url::Url::parse(value).ok()?.origin().ascii_serialization();
    let is_spelling = meant == sent && Origin::parse(value.as_bytes()).is_err();
    is_spelling.then(|| {
        Verdict::new(
            Cause::MalformedHeader,
            Confidence::Certain,
            format!("The server means this page and writes `{value}`; browsers compare byte by byte with `{sent}`: no slash at the end, no path, no default port, lower case."),
        )
    })
}

/// M3.
pub(super) fn multiple(lines: usize, value: &str) -> Verdict {
    let mut parts = value.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty());
    let first = parts.next();
    let is_echo = parts.clone().any(|it| it == "*" || Some(it) == first) || first == Some("*");
    let shown = if value.is_empty() { String::new() } else { format!(" (`{value}`)") };
    Verdict::new(
        Cause::TwoOwners,
        sure(lines > 1 || is_echo),
        format!(
            "Access-Control-Allow-Origin is there more than once{shown}: a gateway or proxy adds it, and the application does, too."
        ),
    )
}

/// M4 to M6: the value says it all.
pub(super) fn of_value(symptom: Symptom, value: &str) -> Verdict {
    match symptom {
        Symptom::WildcardWithCredentials => Verdict::new(
            Cause::WildcardWithCredentials,
            Confidence::Certain,
            "The server allows `*`, and the call includes credentials: then only the page's own origin counts.",
        ),
        Symptom::AllowCredentialsMissing => {
            let is = if value.is_empty() { "missing".to_owned() } else { format!("`{value}`") };
            Verdict::new(
                Cause::AllowCredentialsMissing,
                Confidence::Certain,
                format!(
                    "The call includes credentials, and Access-Control-Allow-Credentials is {is}; it has to be exactly `true`, on the preflight and on the response."
                ),
            )
        }
        _ => Verdict::new(
            Cause::MalformedHeader,
            Confidence::Certain,
            format!(
                "Access-Control-Allow-Origin is `{value}`, which is no origin: scheme and host, as `https://app.example`. A template that was not filled in, or a list, mostly."
            ),
        ),
    }
}

pub(super) fn null_origin() -> Verdict {
    Verdict::new(
        Cause::NullOriginAfterRedirect,
        Confidence::Certain,
        "The call was redirected from one origin to another, and from then on browsers send `Origin: null`: no list of real origins can allow that.",
    )
}

fn not_allowed(confidence: Confidence, page: &str, told: &str) -> Verdict {
    let verdict = Verdict::new(Cause::OriginNotAllowed, confidence, told);
    Verdict { value: Some(page.to_owned()), ..verdict }
}

/// C1.
pub(super) fn resource_policy(failing: &Failing<'_>) -> Verdict {
    let is_login =
        failing.case.call.hops.iter().skip(1).filter_map(|it| it.url()).any(|it| it.is_login());
    if let (true, Some(previous)) = (is_login, failing.redirected_by()) {
        return session::why(failing.case, previous)
            .tell("The load was redirected to a place to sign in, whose page the browser does not give to an element of another origin.");
    }
    let value = failing.value().map(|it| format!(" (`{it}`)")).unwrap_or_default();
    Verdict::new(
        Cause::ResourcePolicy,
        Confidence::Certain,
        format!(
            "The resource's Cross-Origin-Resource-Policy{value}, the page's Cross-Origin-Embedder-Policy or opaque response blocking keeps it from this page. That is about loading, not about CORS."
        ),
    )
}
