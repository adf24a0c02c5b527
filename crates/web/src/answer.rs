//! The gateway's own answers to decided requests: everything but forwarding and endpoints.
//!
//! CORS headers and `x-request-id` are not written here: the proxy stamps every answer in one place.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use crossgate_cors::{Origin, OriginHeader, PREFLIGHT_VARY, Preflight, SecFetchSite};
use crossgate_gate::{Action, Answer, Format, Gate, Head, LoginRedirect, Reason, Verdict};
use crossgate_login::{AppSession, Ways, locations};
use http::header::{
    ALLOW, LOCATION, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, VARY, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::page::{Forms, Link, MessagePage, page, private};
use crate::problem::Problem;
use crate::{Web, cookies, words};

impl Web {
    /// The answer to a request that is neither forwarded nor for an endpoint. `random` fills bytes for cookies.
    pub fn answer(
        &self,
        gate: &Gate,
        head: &Head<'_>,
        verdict: &Verdict<'_>,
        request_id: &str,
        now: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Response<Bytes> {
        match &verdict.action {
            Action::Answer(answer) => self.error(gate, head, verdict, *answer, request_id),
            Action::AnswerPreflight(granted) => {
                let mut response = empty(StatusCode::OK);
                granted.write(response.headers_mut());
                response
            }
            Action::RefusePreflight(_) => {
                let mut response = empty(StatusCode::FORBIDDEN);
                response.headers_mut().insert(VARY, HeaderValue::from_static(PREFLIGHT_VARY));
                response
            }
            Action::ExplainRefusal(refusal) => {
                let mut response = empty(StatusCode::OK);
                let cors =
                    verdict.application.and_then(|application| application.settings.cors.as_ref());
                if let Some((cors, preflight)) =
                    cors.zip(Preflight::recognise(head.method, &head.origin, head.headers))
                {
                    cors.explain_refusal(&preflight, refusal, response.headers_mut());
                }
                response
            }
            Action::Login(redirect) => self.start(gate, head, redirect, false, now, random),
            Action::Endpoint(_) | Action::Forward(_) | Action::ForwardPreflight { .. } => self
                .failure(
                    head.is_navigation(),
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "no-answer",
                    request_id,
                ),
        }
    }

    /// The answer to a failure of the proxy or the store. `code` is its stable kebab-case code.
    pub fn failure(
        &self,
        navigation: bool,
        status: StatusCode,
        code: &'static str,
        request_id: &str,
    ) -> Response<Bytes> {
        let words = words::of_failure(status, code);
        let mut response = if navigation {
            self.message(status, words, code, request_id, None, None)
        } else {
            problem(status, words, code, request_id, None)
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    /// A page that says something.
    pub(crate) fn message(
        &self,
        status: StatusCode,
        words: words::Words,
        code: &str,
        request_id: &str,
        message: Option<&str>,
        link: Option<Link<'_>>,
    ) -> Response<Bytes> {
        let template = MessagePage {
            brand: &self.brand(),
            title: words.title,
            what: words.what,
            message,
            todo: words.todo,
            link,
            status: status.as_u16(),
            code,
            request_id,
        };
        page(status, &template, Forms::None)
    }

    fn error(
        &self,
        gate: &Gate,
        head: &Head<'_>,
        verdict: &Verdict<'_>,
        answer: Answer,
        request_id: &str,
    ) -> Response<Bytes> {
        let words = words::of_reason(verdict.reason);
        let code = verdict.reason.code();
        let asking = page_that_asks(head);
        let (host, path) = (head.target.host(), head.target.path());
        let login_url = answer.sign_in.then(|| match answer.format {
            Format::Page => sign_in_link(gate, head),
            Format::Problem => locations::page_link(gate, host, path, asking.as_ref()),
        });
        let mut response = match answer.format {
            Format::Page => {
                let settings = verdict.application.map(|application| &application.settings);
                let denied = verdict.reason == Reason::NotAllowed;
                let message = settings
                    .filter(|_| denied)
                    .and_then(|settings| settings.custom_deny_message.as_deref());
                let somebody_else = denied.then(|| sign_in_link(gate, head));
                let link = match (&login_url, &somebody_else) {
                    (Some(href), _) => Some(Link { href, text: "Sign in" }),
                    (None, Some(href)) => Some(Link { href, text: "Sign in as somebody else" }),
                    (None, None) => None,
                };
                self.message(answer.status, words, code, request_id, message, link)
            }
            Format::Problem => {
                let ways = verdict.application.zip(asking.as_ref()).filter(|_| answer.sign_in);
                let ways = ways.map(|(application, page)| {
                    Ways::of(gate, application, host, path, page, head.client)
                });
                let (login_url, ways) = (login_url.as_deref(), ways.as_ref());
                problem_with_ways(answer.status, words, code, request_id, login_url, ways)
            }
        };
        let headers = response.headers_mut();
        if answer.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, challenge(login_url.as_deref()));
        }
        if answer.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, allowed_methods(head));
        }
        response
    }

    /// Rows 18 and 20: 302 to the login host, bound to the browser by a cookie.
    pub(crate) fn start(
        &self,
        gate: &Gate,
        head: &Head<'_>,
        redirect: &LoginRedirect<'_>,
        again: bool,
        now: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Response<Bytes> {
        let session = AppSession::read(head.headers).unwrap_or_else(|| {
            let mut bytes = [0; 32];
            random(&mut bytes);
            AppSession::fresh(bytes)
        });
        let key = self.sessions().master().meta();
        let location = crossgate_login::start(
            gate.snapshot(),
            head.target.host(),
            redirect,
            &session,
            key,
            again,
            now,
        );
        let mut response = redirect_to(StatusCode::FOUND, &location);
        response
            .headers_mut()
            .extend(cookies::app_session(&session, now).map(|cookie| (SET_COOKIE, cookie)));
        response
    }
}

/// The origin of the page whose script asks. A GET to the page's own host says it in another header.
fn page_that_asks(head: &Head<'_>) -> Option<Origin> {
    let own = || Origin::parse(head.public.origin(head.target.host()).as_bytes()).ok();
    let origin = match &head.origin {
        OriginHeader::One(origin) => Some(origin.clone()),
        OriginHeader::Absent if head.fetch.site == Some(SecFetchSite::SameOrigin) => own(),
        OriginHeader::Absent | OriginHeader::Invalid => None,
    };
    origin.and_then(|origin| origin.tuple().cloned())
}

fn sign_in_link(gate: &Gate, head: &Head<'_>) -> String {
    locations::application_link(gate, head.target.host(), head.target.path())
}

/// Room for the headers of most answers.
const HEADERS: usize = 12;

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    private(response.headers_mut());
    response
}

/// A redirect to a place that [`locations`] made.
pub(crate) fn redirect_to(status: StatusCode, location: &str) -> Response<Bytes> {
    let mut response = empty(status);
    match HeaderValue::try_from(location) {
        Ok(location) => {
            response.headers_mut().insert(LOCATION, location);
            response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

/// An error for programs, in the same words as the page.
pub(crate) fn problem(
    status: StatusCode,
    words: words::Words,
    code: &str,
    request_id: &str,
    login_url: Option<&str>,
) -> Response<Bytes> {
    problem_with_ways(status, words, code, request_id, login_url, None)
}

/// The same, with the ways in which the page that asked can get a session.
pub(crate) fn problem_with_ways(
    status: StatusCode,
    words: words::Words,
    code: &str,
    request_id: &str,
    login_url: Option<&str>,
    ways: Option<&Ways>,
) -> Response<Bytes> {
    let detail = if words.todo.is_empty() {
        words.what.to_owned()
    } else {
        format!("{} {}", words.what, words.todo)
    };
    Problem { status, code, detail: &detail, request_id: Some(request_id), login_url, ways }
        .response()
}

/// The challenge of a 401 (RFC 9110, section 11.6.1). Hosts and escaped paths have no character that would end the quoted
/// string.
pub(crate) fn challenge(login_url: Option<&str>) -> HeaderValue {
    login_url
        .and_then(|url| HeaderValue::try_from(format!("Crossgate login_url=\"{url}\"")).ok())
        .unwrap_or_else(|| HeaderValue::from_static("Crossgate realm=\"service\""))
}

fn allowed_methods(head: &Head<'_>) -> HeaderValue {
    let methods = match crossgate_gate::AccessPath::read(head.target.path()) {
        Some(crossgate_gate::AccessPath::Endpoint(endpoint)) => endpoint.methods(),
        Some(crossgate_gate::AccessPath::Unknown) | None => &[],
    };
    let list = methods.iter().map(http::Method::as_str).collect::<Vec<_>>().join(", ");
    HeaderValue::try_from(list).unwrap_or_else(|_| HeaderValue::from_static("GET"))
}
