use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use url::Url;

use super::{
    Answer, Browser, Credentials, Destination, Engine, Exchange, FetchRequest, Hop, Mode, Outcome,
    OutcomeKind, Received, Redirect, Rule, SentKind, Step, ThirdPartyCookies,
};
use crate::{Origin, RequestOrigin};

const PAGE: &str = "https://app.example.com";
const API: &str = "https://api.example.com/orders";
const PARTNER: &str = "https://api.partner.net/orders";

fn origin(text: &str) -> RequestOrigin {
    Origin::parse(text.as_bytes()).expect("an origin")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn fetch(to: &str) -> FetchRequest {
    FetchRequest::fetch(origin(PAGE), url(to))
}

fn put(to: &str) -> FetchRequest {
    FetchRequest { method: Method::PUT, ..fetch(to) }
}

fn including(request: FetchRequest) -> FetchRequest {
    FetchRequest { credentials: Credentials::Include, ..request }
}

fn with(mut request: FetchRequest, name: &'static str, value: &'static str) -> FetchRequest {
    request.headers.append(name, HeaderValue::from_static(value));
    request
}

fn answer(status: u16, lines: &[(&str, &str)]) -> Received {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    Received { status, headers }
}

const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";

/// Runs a request against answers given in turn; the last one again and again.
fn run(browser: &mut Browser, request: FetchRequest, answers: &[Received]) -> (Outcome, Vec<Hop>) {
    let (mut exchange, mut step) = Exchange::begin(browser, request, now());
    let mut answers = answers.iter();
    let mut last = Answer::NetworkError;
    loop {
        match step {
            Step::Done(outcome) => return (outcome, exchange.hops().to_vec()),
            Step::Send(_) => {
                if let Some(answer) = answers.next() {
                    last = Answer::Response(answer.clone());
                }
                step = exchange.receive(browser, last.clone(), now());
            }
        }
    }
}

/// What it shows, the request, the answers, and: how it ends, why, and the rule that decided.
struct Row(&'static str, FetchRequest, Vec<Received>, OutcomeKind, &'static str, Option<Rule>);

#[test]
fn every_way_in_which_a_request_can_end() {
    use OutcomeKind::{Blocked, Navigation, Opaque, Readable, Refused};
    let allow = || answer(200, &[(ORIGIN, PAGE)]);
    let consent = |lines: &[(&str, &str)]| {
        let mut all = vec![(ORIGIN, PAGE)];
        all.extend(lines);
        answer(204, &all)
    };
    let to = |location: &str| answer(302, &[(ORIGIN, PAGE), ("location", location)]);
    let no_cors = |request| FetchRequest { mode: Mode::NoCors, ..request };
    let cors = Some(Rule::CorsCheck);
    let preflight = Some(Rule::PreflightFetch);
    let rows = [
        Row(
            "the server allows the page",
            fetch(API),
            vec![allow()],
            Readable,
            "cors-allowed",
            cors,
        ),
        Row(
            "the server allows all",
            fetch(API),
            vec![answer(200, &[(ORIGIN, "*")])],
            Readable,
            "cors-allowed",
            cors,
        ),
        Row(
            "the page's own host",
            fetch("https://app.example.com/x"),
            vec![answer(200, &[])],
            Readable,
            "same-origin",
            None,
        ),
        Row(
            "no header: M1",
            fetch(API),
            vec![answer(200, &[])],
            Blocked,
            "allow-origin-missing",
            cors,
        ),
        Row(
            "another origin: M2",
            fetch(API),
            vec![answer(200, &[(ORIGIN, "https://other.example.com")])],
            Blocked,
            "allow-origin-mismatch",
            cors,
        ),
        Row(
            "the origin with a slash: M2",
            fetch(API),
            vec![answer(200, &[(ORIGIN, "https://app.example.com/")])],
            Blocked,
            "allow-origin-mismatch",
            cors,
        ),
        Row(
            "two origins: M3",
            fetch(API),
            vec![answer(200, &[(ORIGIN, PAGE), (ORIGIN, "*")])],
            Blocked,
            "allow-origin-multiple",
            cors,
        ),
        Row(
            "no origin at all: M4",
            fetch(API),
            vec![answer(200, &[(ORIGIN, "app.example.com")])],
            Blocked,
            "allow-origin-invalid",
            cors,
        ),
        Row(
            "* and credentials: M5",
            including(fetch(API)),
            vec![answer(200, &[(ORIGIN, "*"), (CREDENTIALS, "true")])],
            Blocked,
            "wildcard-with-credentials",
            cors,
        ),
        Row(
            "credentials that are not allowed: M6",
            including(fetch(API)),
            vec![allow()],
            Blocked,
            "allow-credentials-missing",
            cors,
        ),
        Row(
            "True is not true: M6",
            including(fetch(API)),
            vec![answer(200, &[(ORIGIN, PAGE), (CREDENTIALS, "True")])],
            Blocked,
            "allow-credentials-missing",
            cors,
        ),
        Row(
            "a preflight that is forbidden: P1",
            put(API),
            vec![answer(403, &[(ORIGIN, PAGE)])],
            Blocked,
            "preflight-status",
            preflight,
        ),
        Row(
            "a preflight that meets a login: P2",
            put(API),
            vec![to("https://login.example.com/")],
            Blocked,
            "preflight-redirect",
            preflight,
        ),
        Row(
            "a method that is not allowed: P3",
            put(API),
            vec![consent(&[(METHODS, "PATCH")])],
            Blocked,
            "method-not-allowed",
            preflight,
        ),
        Row(
            "a header that is not allowed: P4",
            with(fetch(API), "x-a", "1"),
            vec![consent(&[])],
            Blocked,
            "header-not-allowed",
            preflight,
        ),
        Row(
            "a list that cannot be read: P5",
            put(API),
            vec![consent(&[(METHODS, "PUT PATCH")])],
            Blocked,
            "preflight-syntax",
            preflight,
        ),
        Row(
            "a preflight without the header",
            put(API),
            vec![answer(204, &[(METHODS, "PUT")])],
            Blocked,
            "allow-origin-missing",
            cors,
        ),
        Row(
            "a preflight that consents",
            put(API),
            vec![consent(&[(METHODS, "PUT")]), allow()],
            Readable,
            "cors-allowed",
            cors,
        ),
        Row(
            "a preflight that consents, and no header after it",
            put(API),
            vec![consent(&[(METHODS, "PUT")]), answer(500, &[])],
            Blocked,
            "allow-origin-missing",
            cors,
        ),
        Row(
            "a redirect with a user name: R1",
            fetch(API),
            vec![to("https://me@login.example.com/")],
            Blocked,
            "redirect-userinfo",
            Some(Rule::HttpRedirectFetch),
        ),
        Row(
            "a redirect to another origin hides the page's",
            fetch(API),
            vec![to("https://login.example.com/"), allow()],
            Blocked,
            "allow-origin-mismatch",
            cors,
        ),
        Row(
            "a redirect that nobody may read",
            fetch(API),
            vec![answer(302, &[("location", "https://login.example.com/")])],
            Blocked,
            "allow-origin-missing",
            cors,
        ),
        Row(
            "a redirect to nowhere",
            fetch(API),
            vec![to("https://")],
            Blocked,
            "location-invalid",
            Some(Rule::HttpRedirectFetch),
        ),
        Row(
            "a redirect to a file: N1",
            fetch(API),
            vec![to("file:///x")],
            Blocked,
            "unsupported-scheme",
            Some(Rule::HttpRedirectFetch),
        ),
        Row(
            "redirects for ever",
            fetch(API),
            vec![to(API)],
            Blocked,
            "too-many-redirects",
            Some(Rule::HttpRedirectFetch),
        ),
        Row(
            "redirect: error",
            FetchRequest { redirect: Redirect::Error, ..fetch(API) },
            vec![to(API)],
            Blocked,
            "redirect-forbidden",
            Some(Rule::HttpFetch),
        ),
        Row(
            "redirect: manual",
            FetchRequest { redirect: Redirect::Manual, ..fetch(API) },
            vec![to(API)],
            Opaque,
            "opaque-redirect",
            Some(Rule::HttpFetch),
        ),
        Row(
            "plain HTTP from a page over TLS",
            fetch("http://api.example.com/"),
            vec![],
            Blocked,
            "mixed-content",
            None,
        ),
        Row(
            "no answer at all",
            fetch(API),
            vec![],
            Blocked,
            "not-cors",
            Some(Rule::HttpNetworkFetch),
        ),
        Row(
            "another scheme: N1",
            fetch("ftp://api.example.com/"),
            vec![],
            Blocked,
            "unsupported-scheme",
            None,
        ),
        Row(
            "mode same-origin",
            FetchRequest { mode: Mode::SameOrigin, ..fetch(API) },
            vec![],
            Blocked,
            "same-origin-mode",
            None,
        ),
        Row(
            "mode no-cors",
            no_cors(fetch(API)),
            vec![answer(200, &[])],
            Opaque,
            "no-cors",
            Some(Rule::ResourcePolicy),
        ),
        Row(
            "a resource policy: C1",
            no_cors(fetch(API)),
            vec![answer(200, &[("cross-origin-resource-policy", "same-origin")])],
            Blocked,
            "resource-policy",
            Some(Rule::ResourcePolicy),
        ),
        Row(
            "mode no-cors and a method that needs CORS",
            no_cors(put(API)),
            vec![],
            Refused,
            "no-cors-method",
            None,
        ),
        Row(
            "mode no-cors that follows nothing",
            FetchRequest { redirect: Redirect::Manual, ..no_cors(fetch(API)) },
            vec![],
            Blocked,
            "no-cors-redirect-mode",
            None,
        ),
        Row(
            "a method that no page may send",
            FetchRequest { method: Method::TRACE, ..fetch(API) },
            vec![],
            Refused,
            "forbidden-method",
            None,
        ),
        Row(
            "a GET with a body",
            FetchRequest { has_body: true, ..fetch(API) },
            vec![],
            Refused,
            "body-not-allowed",
            None,
        ),
        Row(
            "a user name in the URL",
            fetch("https://me@api.example.com/"),
            vec![],
            Refused,
            "url-userinfo",
            None,
        ),
        Row(
            "a navigation",
            FetchRequest::navigation(Some(origin(PAGE)), url(API)),
            vec![answer(200, &[])],
            Navigation,
            "navigation",
            None,
        ),
    ];
    for Row(row, request, answers, kind, reason, rule) in rows {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let (outcome, hops) = run(&mut Browser::new(engine), request.clone(), &answers);
            let decided = hops.last().and_then(|hop| hop.check.as_ref()).map(|check| check.rule);
            assert_eq!((outcome.kind, outcome.reason.code()), (kind, reason), "{engine:?}: {row}");
            if engine == Engine::Chromium && rule.is_some() {
                assert_eq!(decided, rule, "{row}");
            }
        }
    }
}

#[test]
fn authorization_by_a_wildcard_passes_with_a_warning() {
    let consent = answer(204, &[(ORIGIN, "*"), (HEADERS, "*")]);
    let request = with(fetch(API), "authorization", "Bearer x");
    let (outcome, _) = run(
        &mut Browser::new(Engine::Chromium),
        request,
        &[consent, answer(200, &[(ORIGIN, "*")])],
    );
    assert_eq!(outcome.kind, OutcomeKind::Readable);
    let warnings: Vec<_> = outcome.warnings.iter().map(super::Reason::code).collect();
    assert_eq!(warnings, ["authorization-wildcard"]);
}

#[test]
fn which_requests_have_a_preflight() {
    let rows = [
        ("a GET", fetch(API), false),
        ("a PUT", put(API), true),
        ("a PUT at home", put("https://app.example.com/x"), false),
        (
            "a form",
            with(FetchRequest { method: Method::POST, ..fetch(API) }, "content-type", "text/plain"),
            false,
        ),
        (
            "JSON",
            with(
                FetchRequest { method: Method::POST, ..fetch(API) },
                "content-type",
                "application/json",
            ),
            true,
        ),
        ("Authorization", with(fetch(API), "authorization", "a"), true),
        ("a safelisted header", with(fetch(API), "accept-language", "de"), false),
        ("a forbidden header is dropped", with(fetch(API), "cookie", "a=1"), false),
        ("upload listeners", FetchRequest { use_cors_preflight: true, ..fetch(API) }, true),
    ];
    for (row, request, expected) in rows {
        let (_, hops) = run(&mut Browser::new(Engine::Chromium), request, &[answer(200, &[])]);
        let first = hops.first().map(|hop| hop.request.kind);
        assert_eq!(first == Some(SentKind::Preflight), expected, "{row}");
    }
}

#[test]
fn which_cookies_reach_another_host() {
    let rows = [
        ("Lax, same site", API, "a=1; Secure; SameSite=Lax", ThirdPartyCookies::Blocked, true),
        (
            "Strict, same site",
            API,
            "a=1; Secure; SameSite=Strict",
            ThirdPartyCookies::Blocked,
            true,
        ),
        (
            "Lax, another site",
            PARTNER,
            "a=1; Secure; SameSite=Lax",
            ThirdPartyCookies::Allowed,
            false,
        ),
        (
            "None, another site",
            PARTNER,
            "a=1; Secure; SameSite=None",
            ThirdPartyCookies::Allowed,
            true,
        ),
        (
            "None, another site, blocked",
            PARTNER,
            "a=1; Secure; SameSite=None",
            ThirdPartyCookies::Blocked,
            false,
        ),
        (
            "None, another site, partitioned",
            PARTNER,
            "a=1; Secure; SameSite=None",
            ThirdPartyCookies::Partitioned,
            false,
        ),
    ];
    for (row, to, cookie, setting, expected) in rows {
        let mut browser = Browser::new(Engine::Chromium).with_third_party_cookies(setting);
        let visit = FetchRequest::navigation(None, url(to));
        run(&mut browser, visit, &[answer(200, &[("set-cookie", cookie)])]);
        let (_, hops) = run(&mut browser, including(fetch(to)), &[answer(200, &[])]);
        let sent = hops[0].request.headers.contains_key("cookie");
        assert_eq!(sent, expected, "{row}");
    }
}

#[test]
fn nothing_with_credentials_goes_along_where_the_page_says_omit() {
    let mut browser = Browser::new(Engine::Chromium);
    let visit = FetchRequest::navigation(None, url(API));
    run(&mut browser, visit, &[answer(200, &[("set-cookie", "a=1; Secure; SameSite=None")])]);
    for credentials in [Credentials::Omit, Credentials::SameOrigin] {
        let request = FetchRequest { credentials, ..fetch(API) };
        let (_, hops) = run(&mut browser, request, &[answer(200, &[])]);
        assert!(!hops[0].request.headers.contains_key("cookie"), "{credentials:?}");
    }
}

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(PAGE.to_owned()),
        Just("null".to_owned()),
        Just("*".to_owned()),
        Just("true".to_owned()),
        Just("PUT, x-a".to_owned()),
        Just(API.to_owned()),
        Just(PARTNER.to_owned()),
        Just("/home".to_owned()),
        Just("a=1; SameSite=None; Secure; Partitioned".to_owned()),
        "[ -~]{0,30}",
    ]
}

fn any_answer() -> impl Strategy<Value = Received> {
    let names = prop::sample::select(vec![
        ORIGIN,
        CREDENTIALS,
        METHODS,
        HEADERS,
        "access-control-max-age",
        "location",
        "set-cookie",
        "cross-origin-resource-policy",
    ]);
    let status = prop::sample::select(vec![0, 200, 204, 301, 302, 303, 307, 308, 401, 403, 999]);
    (status, prop::collection::vec((names, any_value()), 0..6)).prop_map(|(status, lines)| {
        let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
        answer(status, &lines)
    })
}

fn any_request() -> impl Strategy<Value = FetchRequest> {
    let pages = prop_oneof![Just(origin(PAGE)), Just(RequestOrigin::Null)];
    let urls =
        prop::sample::select(vec![API, PARTNER, "https://app.example.com/x", "http://a.test/"]);
    let methods = prop::sample::select(vec!["GET", "POST", "PUT", "put", "TRACE", "X"]);
    let modes =
        prop::sample::select(vec![Mode::Cors, Mode::NoCors, Mode::SameOrigin, Mode::Navigate]);
    let credentials = prop::sample::select(vec![
        Credentials::Include,
        Credentials::Omit,
        Credentials::SameOrigin,
    ]);
    let redirects = prop::sample::select(vec![Redirect::Follow, Redirect::Manual, Redirect::Error]);
    let destinations =
        prop::sample::select(vec![Destination::Empty, Destination::Script, Destination::Iframe]);
    let header = prop::option::of((
        prop::sample::select(vec!["x-a", "range", "content-type", "authorization"]),
        "[ -~]{0,12}",
    ));
    (pages, urls, methods, modes, credentials, redirects, destinations, header, any::<bool>())
        .prop_map(
            |(page, to, method, mode, credentials, redirect, destination, header, has_body)| {
                let mut headers = HeaderMap::new();
                if let Some((name, value)) = header {
                    headers.insert(name, HeaderValue::from_str(&value).expect("a value"));
                }
                FetchRequest {
                    method: Method::from_bytes(method.as_bytes()).expect("a method"),
                    headers,
                    mode,
                    credentials,
                    redirect,
                    destination,
                    has_body,
                    top_level: origin(PAGE),
                    ..FetchRequest::fetch(page, url(to))
                }
            },
        )
}

proptest! {
    #[test]
    fn every_exchange_ends_soon(request in any_request(), answers in prop::collection::vec(any_answer(), 0..30)) {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let (_, hops) = run(&mut Browser::new(engine), request.clone(), &answers);
            prop_assert!(hops.len() <= 42);
        }
    }

    #[test]
    fn nothing_of_another_origin_is_readable_without_a_passed_check(
        request in any_request(),
        answers in prop::collection::vec(any_answer(), 0..30),
    ) {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let page = request.initiator.clone();
            let (outcome, hops) = run(&mut Browser::new(engine), request.clone(), &answers);
            let last = hops.last().filter(|_| outcome.kind == OutcomeKind::Readable);
            let Some(last) = last else { continue };
            let own = page.as_ref().is_some_and(|page| super::same_origin(page, &super::origin_of(&last.request.url)));
            let checked = last.check.as_ref().is_some_and(|check| check.passed && check.rule == Rule::CorsCheck);
            prop_assert!(own || checked, "{last:?}");
        }
    }
}
