//! Fetch, "CORS-preflight fetch": when one is needed, and what its answer has to say.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, AUTHORIZATION, HeaderMap,
};
use http::{HeaderName, HeaderValue, Method};

use super::{
    Check, Credentials, Engine, Reason, Received, Rule, cors_check, header_list, redirect,
};
use crate::RequestOrigin;
use crate::request::safelist;

/// Of all safelisted headers together; above it none of them is.
const MOST_SAFELISTED_BYTES: usize = 1_024;

/// What a request needs a preflight's consent for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Needs {
    /// The method, where it is not safelisted.
    pub(super) method: Option<Box<str>>,
    /// The names of headers that are not safelisted: in lower case, sorted, each once.
    pub(super) headers: Vec<Box<str>>,
    /// How often the page set each of them.
    repetitions: Vec<usize>,
}

/// What a preflight's answer lists.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Grant {
    pub(super) methods: Vec<Box<str>>,
    /// In lower case.
    pub(super) headers: Vec<Box<str>>,
}

impl Needs {
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Self {
        let safelisted = matches!(*method, Method::GET | Method::HEAD | Method::POST);
        let names = unsafe_header_names(headers);
        let repetitions =
            names.iter().map(|name| headers.get_all(&**name).iter().count()).collect();
        Self { method: (!safelisted).then(|| method.as_str().into()), headers: names, repetitions }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.method.is_none() && self.headers.is_empty()
    }

    /// The value of `Access-Control-Request-Headers`.
    pub(super) fn header_list(&self, engine: Engine) -> Option<HeaderValue> {
        if self.headers.is_empty() {
            return None;
        }
        let most = if engine.lists_repeated_headers() { usize::MAX } else { 1 };
        let names = self.headers.iter().zip(&self.repetitions);
        let names = names.flat_map(|(name, times)| std::iter::repeat_n(&**name, most.min(*times)));
        HeaderValue::try_from(names.collect::<Vec<_>>().join(",")).ok()
    }

    /// Whether an answer that is remembered consents. `*` is good for less by then.
    pub(super) fn remembered_by(
        &self,
        engine: Engine,
        credentials: Credentials,
        grant: &Grant,
    ) -> bool {
        let named = Credentials::Include;
        let read_as = if engine.remembers_wildcards() { credentials } else { named };
        self.allowed_by(engine, read_as, grant) == Ok(false)
    }

    /// Whether an answer consents, and whether it does so by `*` for `Authorization`.
    ///
    /// # Errors
    ///
    /// The first thing that it does not consent to.
    pub(super) fn allowed_by(
        &self,
        engine: Engine,
        credentials: Credentials,
        grant: &Grant,
    ) -> Result<bool, Reason> {
        let wildcards = credentials != Credentials::Include;
        if let Some(method) = &self.method
            && !grant.methods.contains(method)
            && !(wildcards && has_wildcard(&grant.methods))
        {
            return Err(Reason::MethodNotAllowed { method: method.clone() });
        }
        let mut authorization_by_wildcard = false;
        for name in &self.headers {
            if grant.headers.contains(name) {
                continue;
            }
            let is_authorization = **name == *AUTHORIZATION.as_str();
            let covered = wildcards
                && has_wildcard(&grant.headers)
                && (!is_authorization || engine.wildcard_covers_authorization());
            if !covered {
                return Err(Reason::HeaderNotAllowed { name: name.clone() });
            }
            authorization_by_wildcard |= is_authorization;
        }
        Ok(authorization_by_wildcard)
    }
}

/// Judges the answer to a preflight. Given back are what it lists, and whether `Authorization`
/// passed by `*`.
///
/// # Errors
///
/// The check that failed.
pub(super) fn judge(
    engine: Engine,
    origin: &RequestOrigin,
    credentials: Credentials,
    needs: &Needs,
    answer: &Received,
) -> Result<(Grant, bool), Check> {
    let failed = |reason| Check::failed(Rule::PreflightFetch, reason);
    if redirect::is_redirect(answer) {
        return Err(failed(Reason::PreflightRedirect { status: answer.status }));
    }
    cors_check(origin.as_str(), credentials, &answer.headers)
        .map_err(|reason| Check::failed(Rule::CorsCheck, reason))?;
    if !(200..300).contains(&answer.status) {
        return Err(failed(Reason::PreflightStatus { status: answer.status }));
    }
    let grant = Grant::read(&answer.headers).map_err(failed)?;
    let warn = needs.allowed_by(engine, credentials, &grant).map_err(failed)?;
    Ok((grant, warn))
}

/// What the headers of a preflight's answer have to allow beside the origin (Fetch, "CORS-preflight
/// fetch"): `method`, and the names in `request_headers`. Given back is whether `Authorization`
/// passed by `*`, which by the standard it does not.
///
/// # Errors
///
/// What is not allowed, or cannot be read.
pub fn preflight_check(
    engine: Engine,
    method: &str,
    request_headers: &[&str],
    credentials: Credentials,
    headers: &HeaderMap,
) -> Result<bool, Reason> {
    let safelisted = matches!(method, "GET" | "HEAD" | "POST");
    let names = request_headers.iter().map(|name| name.to_ascii_lowercase().into());
    let needs = Needs {
        method: (!safelisted).then(|| method.into()),
        headers: names.collect(),
        repetitions: Vec::new(),
    };
    needs.allowed_by(engine, credentials, &Grant::read(headers)?)
}

impl Grant {
    fn read(headers: &HeaderMap) -> Result<Self, Reason> {
        let list = |name: &HeaderName, shown| {
            header_list::tokens(headers, name)
                .map_err(|value| Reason::PreflightSyntax { header: shown, value: value.into() })
        };
        let methods = list(&ACCESS_CONTROL_ALLOW_METHODS, "Access-Control-Allow-Methods")?;
        let names = list(&ACCESS_CONTROL_ALLOW_HEADERS, "Access-Control-Allow-Headers")?;
        let headers = names.into_iter().map(|name| name.to_ascii_lowercase().into()).collect();
        Ok(Self { methods, headers })
    }
}

fn has_wildcard(list: &[Box<str>]) -> bool {
    list.iter().any(|name| **name == *"*")
}

/// Fetch, "CORS-unsafe request-header names".
fn unsafe_header_names(headers: &HeaderMap) -> Vec<Box<str>> {
    let mut bytes = 0_usize;
    let (mut not_safelisted, mut safelisted) = (Vec::<Box<str>>::new(), Vec::<Box<str>>::new());
    for name in headers.keys() {
        let mut lines = headers.get_all(name).iter();
        let is_safe = match (lines.next(), lines.next()) {
            (Some(value), None) => safelist::contains(name, value),
            _ => combined_is_safelisted(headers, name),
        };
        if is_safe {
            bytes += headers.get_all(name).iter().map(HeaderValue::len).sum::<usize>();
            safelisted.push(name.as_str().into());
        } else {
            not_safelisted.push(name.as_str().into());
        }
    }
    if bytes > MOST_SAFELISTED_BYTES {
        not_safelisted.append(&mut safelisted);
    }
    not_safelisted.sort_unstable();
    not_safelisted
}

fn combined_is_safelisted(headers: &HeaderMap, name: &HeaderName) -> bool {
    header_list::combined(headers, name)
        .and_then(|value| HeaderValue::try_from(value).ok())
        .is_some_and(|value| safelist::contains(name, &value))
}
