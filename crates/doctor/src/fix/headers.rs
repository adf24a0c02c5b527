//! The response headers that repair a failure, where the server is anybody's.

use super::Subject;
use crate::call::Relation;
use crate::finding::{HeaderToSend, On};
use crate::{Cause, Symptom};

/// The headers, if headers repair it.
pub(super) fn of(subject: &Subject<'_>) -> Vec<HeaderToSend> {
    let page = subject.page.filter(|page| *page != "null");
    let on_preflight = subject.verdict.on_preflight;
    match subject.verdict.cause {
        Cause::OriginNotAllowed
            if subject.failed_at.is_some_and(|it| it.scheme().starts_with("ws")) =>
        {
            Vec::new()
        }
        Cause::OriginNotAllowed | Cause::MalformedHeader if is_origins(subject) => {
            page.map(|page| allow(subject, page, both(on_preflight))).unwrap_or_default()
        }
        Cause::WildcardWithCredentials
            if subject.verdict.symptom == Some(Symptom::WildcardWithCredentials) =>
        {
            page.map(|page| allow(subject, page, On::Both)).unwrap_or_default()
        }
        Cause::WildcardWithCredentials | Cause::MethodNotAllowed | Cause::HeaderNotAllowed => {
            lists(subject, false)
        }
        Cause::MalformedHeader if subject.verdict.symptom == Some(Symptom::PreflightSyntax) => {
            lists(subject, true)
        }
        Cause::ErrorPathWithoutCors => {
            page.map(|page| allow(subject, page, On::Response)).unwrap_or_default()
        }
        Cause::AllowCredentialsMissing => {
            vec![header(On::Both, "Access-Control-Allow-Credentials", "true")]
        }
        Cause::AuthBeforeCors | Cause::OptionsNotHandled => {
            let mut headers =
                page.map(|page| allow(subject, page, On::Preflight)).unwrap_or_default();
            headers.extend(lists(subject, true));
            headers
        }
        Cause::CachedForAnotherOrigin => vec![header(On::Response, "Vary", "Origin")],
        Cause::ResourcePolicy => {
            let value = match subject.relation() {
                Some(Relation::SameOrigin | Relation::SameSite) => "same-site",
                Some(Relation::CrossSite) | None => "cross-origin",
            };
            vec![header(On::Response, "Cross-Origin-Resource-Policy", value)]
        }
        _ => Vec::new(),
    }
}

const fn both(on_preflight: bool) -> On {
    if on_preflight { On::Both } else { On::Response }
}

fn is_origins(subject: &Subject<'_>) -> bool {
    !matches!(
        subject.verdict.symptom,
        Some(Symptom::PreflightSyntax | Symptom::RedirectUserinfo | Symptom::UnsupportedScheme)
    )
}

fn allow(subject: &Subject<'_>, page: &str, on: On) -> Vec<HeaderToSend> {
    let mut headers =
        vec![header(on, "Access-Control-Allow-Origin", page), header(on, "Vary", "Origin")];
    if subject.credentials || subject.verdict.symptom == Some(Symptom::WildcardWithCredentials) {
        headers.insert(1, header(on, "Access-Control-Allow-Credentials", "true"));
    }
    headers
}

/// The lists of the preflight's answer: what it has, without `*`, and what is asked for.
fn lists(subject: &Subject<'_>, everything: bool) -> Vec<HeaderToSend> {
    let symptom = subject.verdict.symptom;
    let mut headers = Vec::new();
    let asked = subject.preflight.and_then(|it| it.request.value("access-control-request-method"));
    let method = asked
        .or_else(|| {
            subject.verdict.value.as_deref().filter(|_| symptom == Some(Symptom::MethodNotAllowed))
        })
        .or(subject.method);
    if (everything || symptom == Some(Symptom::MethodNotAllowed))
        && let Some(method) = method
    {
        let value = with(subject, "access-control-allow-methods", &[&method.to_ascii_uppercase()]);
        headers.push(header(On::Preflight, "Access-Control-Allow-Methods", &value));
    }
    let mut names = subject.request_headers();
    if names.is_empty()
        && matches!(symptom, Some(Symptom::HeaderNotAllowed | Symptom::AuthorizationWildcard))
    {
        names.extend(subject.verdict.value.as_deref());
    }
    if (everything
        || matches!(symptom, Some(Symptom::HeaderNotAllowed | Symptom::AuthorizationWildcard)))
        && !names.is_empty()
    {
        let value = with(subject, "access-control-allow-headers", &names);
        headers.push(header(On::Preflight, "Access-Control-Allow-Headers", &value));
    }
    headers
}

fn with(subject: &Subject<'_>, name: &str, more: &[&str]) -> String {
    let keeps = subject.verdict.symptom != Some(Symptom::PreflightSyntax);
    let listed =
        subject.preflight.filter(|_| keeps).map(|it| it.response.list(name).collect::<Vec<_>>());
    let mut all =
        listed.unwrap_or_default().into_iter().filter(|it| *it != "*").collect::<Vec<_>>();
    for name in more {
        if !all.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            all.push(name);
        }
    }
    all.join(", ")
}

fn header(on: On, name: &'static str, value: &str) -> HeaderToSend {
    HeaderToSend { on, name, value: value.to_owned() }
}
