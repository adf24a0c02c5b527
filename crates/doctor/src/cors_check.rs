//! The checks that a browser makes with the headers of a response (Fetch, "CORS check" and "CORS-preflight fetch").

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
    let failed = |symptom, value| Err(Failed::new(symptom, value));
    let mut lines = headers.values("access-control-allow-origin");
    let Some(value) = lines.next() else {
        return failed(Symptom::AllowOriginMissing, None);
    };
    if lines.next().is_some() || value.contains(',') {
        let all = headers.values("access-control-allow-origin").collect::<Vec<_>>().join(", ");
        return failed(Symptom::AllowOriginMultiple, Some(&all));
    }
    let included = credentials == Credentials::Included;
    if value == "*" {
        return if included { failed(Symptom::WildcardWithCredentials, Some("*")) } else { Ok(()) };
    }
    if value != origin {
        let is_origin = value == "null" || url::Url::parse(value).is_ok_and(|url| url.has_host());
        let symptom =
            if is_origin { Symptom::AllowOriginMismatch } else { Symptom::AllowOriginInvalid };
        return failed(symptom, Some(value));
    }
    let allowed = headers.values("access-control-allow-credentials").collect::<Vec<_>>();
    if included && allowed != ["true"] {
        return failed(Symptom::AllowCredentialsMissing, Some(&allowed.join(", ")));
    }
    Ok(())
}

/// What a preflight's answer has to allow besides. The status is not looked at.
pub(crate) fn preflight(
    headers: &Headers,
    method: &str,
    request_headers: &[&str],
    credentials: Credentials,
) -> Result<(), Failed> {
    for name in ["access-control-allow-methods", "access-control-allow-headers"] {
        if !headers.list(name).all(is_token) {
            return Err(Failed::new(Symptom::PreflightSyntax, Some(name)));
        }
    }
    let wildcard = |name: &str| {
        credentials == Credentials::Unknown && headers.list(name).any(|member| member == "*")
    };
    let is_allowed = matches!(method, "GET" | "HEAD" | "POST" | "")
        || headers.list("access-control-allow-methods").any(|member| member == method)
        || wildcard("access-control-allow-methods");
    if !is_allowed {
        return Err(Failed::new(Symptom::MethodNotAllowed, Some(method)));
    }
    let refused = request_headers.iter().find(|name| {
        let mut allowed = headers.list("access-control-allow-headers");
        !allowed.any(|member| member.eq_ignore_ascii_case(name))
            && !wildcard("access-control-allow-headers")
    });
    refused.map_or(Ok(()), |name| Err(Failed::new(Symptom::HeaderNotAllowed, Some(name))))
}

/// Whether `*` is all that lets `Authorization` pass, as browsers still tolerate.
pub(crate) fn authorization_by_wildcard(headers: &Headers, request_headers: &[&str]) -> bool {
    let allowed = || headers.list("access-control-allow-headers");
    request_headers.iter().any(|name| name.eq_ignore_ascii_case("authorization"))
        && allowed().any(|member| member == "*")
        && !allowed().any(|member| member.eq_ignore_ascii_case("authorization"))
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
