//! What a page may ask for, what it gets without CORS, and the CORS check of the response.

use http::Method;

use super::super::OutcomeKind::{Blocked, Navigation, Opaque, Readable, Refused};
use super::super::{
    Answer, Browser, Destination, Engine, Exchange, FetchRequest, Mode, Redirect, Rule, Step,
};
use super::{
    ALLOW_CREDENTIALS, ALLOW_ORIGIN, API, HOME, PAGE, PARTNER, Row, allow, answer, asking, fetch,
    including, now, origin, row, url,
};

pub(super) fn rows() -> Vec<Row> {
    [constructor(), main_fetch(), readable(), cors_check()].into_iter().flatten().collect()
}

fn constructor() -> Vec<Row> {
    let refused = |reason| (Refused, reason, Rule::Constructor);
    let no_cors_put = FetchRequest { mode: Mode::NoCors, ..asking("PUT", API) };
    let get_with_body = FetchRequest { has_body: true, ..fetch(API) };
    vec![
        row("TRACE is forbidden", asking("TRACE", API), vec![], refused("forbidden-method")),
        row("connect is forbidden", asking("connect", API), vec![], refused("forbidden-method")),
        row("a GET has no body", get_with_body, vec![], refused("body-not-allowed")),
        row("no-cors sends no PUT", no_cors_put, vec![], refused("no-cors-method")),
        row(
            "fetch takes no user name in a URL",
            fetch("https://me@api.example.com/"),
            vec![],
            refused("url-userinfo"),
        ),
    ]
}

fn main_fetch() -> Vec<Row> {
    let blocked = |reason| (Blocked, reason, Rule::MainFetch);
    let no_cors = FetchRequest { mode: Mode::NoCors, ..fetch(API) };
    let policy = |value| vec![answer(200, &[("cross-origin-resource-policy", value)])];
    vec![
        row(
            "CORS does not work over FTP (N1)",
            fetch("ftp://api.example.com/"),
            vec![],
            blocked("unsupported-scheme"),
        ),
        row(
            "a page over TLS loads nothing over plain HTTP",
            fetch("http://api.example.com/"),
            vec![],
            blocked("mixed-content"),
        ),
        row(
            "mode same-origin does not leave the origin",
            FetchRequest { mode: Mode::SameOrigin, ..fetch(API) },
            vec![],
            blocked("same-origin-mode"),
        ),
        row(
            "no-cors follows redirects or nothing",
            FetchRequest { redirect: Redirect::Manual, ..no_cors.clone() },
            vec![],
            blocked("no-cors-redirect-mode"),
        ),
        row(
            "there is no connection",
            fetch(API),
            vec![],
            (Blocked, "not-cors", Rule::HttpNetworkFetch),
        ),
        row(
            "a response to no-cors cannot be read",
            no_cors.clone(),
            vec![answer(200, &[])],
            (Opaque, "no-cors", Rule::ResourcePolicy),
        ),
        row(
            "a resource policy keeps the page out (C1)",
            no_cors.clone(),
            policy("same-origin"),
            (Blocked, "resource-policy", Rule::ResourcePolicy),
        ),
        row(
            "a resource policy lets the site in",
            no_cors.clone(),
            policy("same-site"),
            (Opaque, "no-cors", Rule::ResourcePolicy),
        ),
        row(
            "a resource policy keeps other sites out",
            FetchRequest { mode: Mode::NoCors, ..fetch(PARTNER) },
            policy("same-site"),
            (Blocked, "resource-policy", Rule::ResourcePolicy),
        ),
        row(
            "a resource policy lets a page over TLS in at a host of its domain over plain HTTP",
            across("https://app.one.localhost", "http://api.one.localhost/"),
            policy("same-site"),
            (Opaque, "no-cors", Rule::ResourcePolicy),
        ),
        row(
            "a resource policy keeps a page over plain HTTP out of a host of its domain over TLS",
            across("http://app.one.localhost", "https://api.one.localhost/"),
            policy("same-site"),
            (Blocked, "resource-policy", Rule::ResourcePolicy),
        ),
        row(
            "a resource policy that is misspelt keeps nobody out",
            no_cors,
            policy("Same-Origin"),
            (Opaque, "no-cors", Rule::ResourcePolicy),
        ),
        row(
            "a navigation needs nobody's consent",
            FetchRequest::navigation(Some(origin(PAGE)), url(API)),
            vec![answer(200, &[])],
            (Navigation, "navigation", Rule::MainFetch),
        ),
    ]
}

fn across(page: &str, to: &str) -> FetchRequest {
    FetchRequest { mode: Mode::NoCors, ..FetchRequest::fetch(origin(page), url(to)) }
}

fn readable() -> Vec<Row> {
    let allowed = (Readable, "cors-allowed", Rule::CorsCheck);
    let with_credentials = [(ALLOW_ORIGIN, PAGE), (ALLOW_CREDENTIALS, "true")];
    vec![
        row(
            "the page's own host needs no header",
            asking("PUT", HOME),
            vec![answer(200, &[])],
            (Readable, "same-origin", Rule::MainFetch),
        ),
        row("the server allows the page", fetch(API), vec![allow()], allowed),
        row(
            "the server allows everybody",
            fetch(API),
            vec![answer(200, &[(ALLOW_ORIGIN, "*")])],
            allowed,
        ),
        row(
            "the server allows the page with credentials",
            including(fetch(API)),
            vec![answer(200, &with_credentials)],
            allowed,
        ),
        row(
            "an error that the server allows is read like a success",
            fetch(API),
            vec![answer(500, &[(ALLOW_ORIGIN, PAGE)])],
            allowed,
        ),
        row(
            "a sandboxed page is null",
            FetchRequest { initiator: Some(crate::RequestOrigin::Null), ..fetch(API) },
            vec![answer(200, &[(ALLOW_ORIGIN, "null")])],
            allowed,
        ),
        row(
            "an element with crossorigin",
            FetchRequest::element(
                origin(PAGE),
                url(API),
                Destination::Script,
                Some(super::Credentials::SameOrigin),
            ),
            vec![allow()],
            allowed,
        ),
    ]
}

fn cors_check() -> Vec<Row> {
    let one = |name, value, reason| {
        let answers = vec![answer(200, &[(ALLOW_ORIGIN, value)])];
        row(name, fetch(API), answers, (Blocked, reason, Rule::CorsCheck))
    };
    let credentials = |name, lines: &[(&str, &str)], reason| {
        let request = including(fetch(API));
        row(name, request, vec![answer(200, lines)], (Blocked, reason, Rule::CorsCheck))
    };
    let several = "allow-origin-multiple";
    let mismatch = "allow-origin-mismatch";
    let missing = "allow-credentials-missing";
    vec![
        row(
            "no header (M1)",
            fetch(API),
            vec![answer(200, &[])],
            (Blocked, "allow-origin-missing", Rule::CorsCheck),
        ),
        one("another origin (M2)", "https://other.example.com", mismatch),
        one("the origin and a slash (M2)", "https://app.example.com/", mismatch),
        one("the origin in upper case (M2)", "https://APP.example.com", mismatch),
        one("the origin and its default port (M2)", "https://app.example.com:443", mismatch),
        one("null for a page that is not (M2)", "null", mismatch),
        one("two origins in a line (M3)", "https://app.example.com, https://x.test", several),
        row(
            "two lines (M3)",
            fetch(API),
            vec![answer(200, &[(ALLOW_ORIGIN, PAGE), (ALLOW_ORIGIN, "*")])],
            (Blocked, several, Rule::CorsCheck),
        ),
        one("a host is no origin (M4)", "app.example.com", "allow-origin-invalid"),
        credentials(
            "* and credentials (M5)",
            &[(ALLOW_ORIGIN, "*"), (ALLOW_CREDENTIALS, "true")],
            "wildcard-with-credentials",
        ),
        credentials("credentials that are not allowed (M6)", &[(ALLOW_ORIGIN, PAGE)], missing),
        credentials(
            "True is not true (M6)",
            &[(ALLOW_ORIGIN, PAGE), (ALLOW_CREDENTIALS, "True")],
            missing,
        ),
        credentials(
            "true twice is not true (M6)",
            &[(ALLOW_ORIGIN, PAGE), (ALLOW_CREDENTIALS, "true"), (ALLOW_CREDENTIALS, "true")],
            missing,
        ),
    ]
}

#[test]
fn what_has_ended_stays_as_it_is() {
    let mut browser = Browser::new(Engine::Chromium);
    let (mut exchange, step) = Exchange::begin(&mut browser, fetch(API), now());
    assert!(matches!(step, Step::Send(_)));
    let first = exchange.receive(&mut browser, Answer::NetworkError, now());
    let late = exchange.receive(&mut browser, Answer::Response(allow()), now());
    let (Step::Done(first), Step::Done(late)) = (first, late) else { panic!("it is over") };
    assert_eq!(first, late);
    assert_eq!(exchange.outcome(), Some(&first));
    assert_eq!(exchange.hops().len(), 1);
}

#[test]
fn methods_are_put_in_upper_case_where_the_standard_says_so() {
    let rows = [("get", "GET"), ("put", "PUT"), ("patch", "patch"), ("Query", "Query")];
    for (written, sent) in rows {
        let mut browser = Browser::new(Engine::Firefox);
        let (_, hops) = super::run(&mut browser, asking(written, HOME), &[answer(200, &[])]);
        let method = hops.first().map(|hop| hop.request.method.clone());
        assert_eq!(method, Method::from_bytes(sent.as_bytes()).ok(), "{written}");
    }
}
