//! The checks that a browser makes with the headers of a response, made on what a recording kept of them.

use crossgate_cors::browser::{self, Engine, Reason};

use crate::Symptom;
use crate::har::Headers;

/// Whether the credentials mode of the request was `include`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    Included,
    /// The recording does not tell; checks that depend on it pass.
    Unknown,
}

/// A check that failed, and on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) symptom: Symptom,
    /// The offending value, or the method or header name that is not allowed.
    pub(crate) value: Option<String>,
}

impl Failed {
    pub(crate) fn new(symptom: Symptom, value: Option<&str>) -> Self {
        Self { symptom, value: value.map(str::to_owned) }
    }
}

/// The CORS check. `origin` is the request's `Origin`.
pub(crate) fn response(
    headers: &Headers,
    origin: &str,
    credentials: Credentials,
) -> Result<(), Failed> {
    browser::cors_check(origin, credentials.assumed(), &headers.to_map()).map_err(failed)
}

/// What a preflight's answer has to allow besides. The status is not looked at.
pub(crate) fn preflight(
    headers: &Headers,
    method: &str,
    request_headers: &[&str],
    credentials: Credentials,
) -> Result<(), Failed> {
    let method = if method.is_empty() { "GET" } else { method };
    let (engine, credentials) = (Engine::Chromium, credentials.assumed());
    browser::preflight_check(engine, method, request_headers, credentials, &headers.to_map())
        .map(drop)
        .map_err(failed)
}

/// Whether `*` is all that lets `Authorization` pass, as browsers still tolerate.
pub(crate) fn authorization_by_wildcard(headers: &Headers, request_headers: &[&str]) -> bool {
    let names = request_headers.iter().filter(|name| name.eq_ignore_ascii_case("authorization"));
    let (engine, credentials) = (Engine::Chromium, Credentials::Unknown.assumed());
    let names = names.copied().collect::<Vec<_>>();
    browser::preflight_check(engine, "GET", &names, credentials, &headers.to_map()) == Ok(true)
}

impl Credentials {
    /// The mode in which everything passes that passes in this one.
    const fn assumed(self) -> browser::Credentials {
        match self {
            Self::Included => browser::Credentials::Include,
            Self::Unknown => browser::Credentials::Omit,
        }
    }
}

fn failed(reason: Reason) -> Failed {
    let (symptom, value) = match reason {
        Reason::AllowOriginMissing => (Symptom::AllowOriginMissing, None),
        Reason::AllowOriginMultiple { value } => (Symptom::AllowOriginMultiple, Some(value)),
        Reason::AllowOriginInvalid { value } => (Symptom::AllowOriginInvalid, Some(value)),
        Reason::AllowOriginMismatch { value, .. } => (Symptom::AllowOriginMismatch, Some(value)),
        Reason::WildcardWithCredentials => (Symptom::WildcardWithCredentials, Some("*".into())),
        Reason::AllowCredentialsMissing { value } => {
            (Symptom::AllowCredentialsMissing, Some(value.unwrap_or_default()))
        }
        Reason::MethodNotAllowed { method } => (Symptom::MethodNotAllowed, Some(method)),
        Reason::HeaderNotAllowed { name } => (Symptom::HeaderNotAllowed, Some(name)),
        Reason::PreflightSyntax { header, .. } => {
            (Symptom::PreflightSyntax, Some(header.to_ascii_lowercase().into()))
        }
        // The two checks give no other reasons.
        _ => (Symptom::NotCors, None),
    };
    Failed { symptom, value: value.map(String::from) }
}
