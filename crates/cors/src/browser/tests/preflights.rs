//! Which requests have a preflight, and which answers consent.

use http::Method;

use super::super::OutcomeKind::{Blocked, Readable};
use super::super::{Browser, Credentials, Engine, FetchRequest, Rule, SentKind};
use super::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, API, HOME, LOGIN, MAX_AGE, PAGE,
    Row, allow, answer, asking, consent, fetch, including, row, run, sent_with, to, with,
};

pub(super) fn rows() -> Vec<Row> {
    refused().into_iter().chain(granted()).collect()
}

fn refused() -> Vec<Row> {
    let put = || asking("PUT", API);
    let blocked = |reason| (Blocked, reason, Rule::PreflightFetch);
    let methods = |value| vec![consent(&[(ALLOW_METHODS, value)])];
    let own_header = || with(fetch(API), "x-a", "1");
    let everything = [(ALLOW_METHODS, "*"), (ALLOW_HEADERS, "*"), (ALLOW_CREDENTIALS, "true")];
    vec![
        row(
            "a preflight that is forbidden (P1)",
            put(),
            vec![answer(403, &[(ALLOW_ORIGIN, PAGE), (ALLOW_METHODS, "PUT")])],
            blocked("preflight-status"),
        ),
        row(
            "a preflight that meets a login (P2)",
            put(),
            vec![to(302, LOGIN)],
            blocked("preflight-redirect"),
        ),
        row("another method (P3)", put(), methods("PATCH"), blocked("method-not-allowed")),
        row(
            "a method in another case (P3)",
            asking("patch", API),
            methods("PATCH"),
            blocked("method-not-allowed"),
        ),
        row(
            "* is a method like any other where there are credentials (P3)",
            including(put()),
            vec![consent(&everything)],
            blocked("method-not-allowed"),
        ),
        row("no header (P4)", own_header(), vec![consent(&[])], blocked("header-not-allowed")),
        row(
            "* is a header like any other where there are credentials (P4)",
            including(own_header()),
            vec![consent(&everything)],
            blocked("header-not-allowed"),
        ),
        row("a list without commas (P5)", put(), methods("PUT PATCH"), blocked("preflight-syntax")),
        row(
            "a preflight without Access-Control-Allow-Origin",
            put(),
            vec![answer(204, &[(ALLOW_METHODS, "PUT")])],
            (Blocked, "allow-origin-missing", Rule::CorsCheck),
        ),
        row(
            "a preflight that consents, before a response that does not",
            put(),
            vec![consent(&[(ALLOW_METHODS, "PUT")]), answer(500, &[])],
            (Blocked, "allow-origin-missing", Rule::CorsCheck),
        ),
    ]
}

fn granted() -> Vec<Row> {
    let allowed = (Readable, "cors-allowed", Rule::CorsCheck);
    let after = |lines: &[(&str, &str)]| vec![consent(lines), allow()];
    let own_header = with(fetch(API), "X-A", "1");
    vec![
        row(
            "the method is listed",
            asking("PUT", API),
            after(&[(ALLOW_METHODS, "GET,PUT")]),
            allowed,
        ),
        row("* lists every method", asking("PUT", API), after(&[(ALLOW_METHODS, "*")]), allowed),
        row(
            "the header is listed, in another case",
            own_header.clone(),
            after(&[(ALLOW_HEADERS, "x-A")]),
            allowed,
        ),
        row("* lists every header", own_header.clone(), after(&[(ALLOW_HEADERS, "*")]), allowed),
        row(
            "a POST need not be listed",
            with(asking("POST", API), "x-a", "1"),
            after(&[(ALLOW_HEADERS, "x-a")]),
            allowed,
        ),
        row("empty elements do no harm", own_header, after(&[(ALLOW_HEADERS, ",x-a, ,")]), allowed),
        row(
            "Authorization passes by *, with a warning",
            with(fetch(API), "authorization", "Bearer x"),
            after(&[(ALLOW_HEADERS, "*")]),
            allowed,
        ),
    ]
}

#[test]
fn which_requests_have_a_preflight() {
    let post = |content_type| with(asking("POST", API), "content-type", content_type);
    let long = "text/plain;a=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\
                bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    let rows = [
        ("a GET", fetch(API), false),
        ("a PUT", asking("PUT", API), true),
        ("a PUT at home", asking("PUT", HOME), false),
        ("a form", post("text/plain"), false),
        ("JSON", post("application/json"), true),
        ("a content type that is too long", post(long), true),
        ("Authorization", with(fetch(API), "authorization", "a"), true),
        ("a safelisted header", with(fetch(API), "accept-language", "de"), false),
        ("a safelisted header with an unsafe byte", with(fetch(API), "accept", "a(b"), true),
        ("a simple range", with(fetch(API), "range", "bytes=5-9"), false),
        ("a range of the last bytes", with(fetch(API), "range", "bytes=-5"), true),
        ("a forbidden header is dropped", with(fetch(API), "cookie", "a=1"), false),
        ("upload listeners", FetchRequest { use_cors_preflight: true, ..fetch(API) }, true),
        (
            "no-cors has none",
            FetchRequest {
                method: Method::POST,
                mode: super::super::Mode::NoCors,
                ..with(fetch(API), "x-a", "1")
            },
            false,
        ),
    ];
    for (row, request, expected) in rows {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let (_, hops) = run(&mut Browser::new(engine), request.clone(), &[allow()]);
            let first = hops.first().map(|hop| hop.request.kind);
            assert_eq!(first == Some(SentKind::Preflight), expected, "{engine:?}: {row}");
        }
    }
}

#[test]
fn a_preflight_lists_names_in_order_and_carries_nothing_of_the_page() {
    let request = with(with(including(asking("PUT", API)), "X-B", "1"), "authorization", "Bearer");
    for engine in [Engine::Chromium, Engine::Firefox] {
        let mut browser = Browser::new(engine);
        let visit = FetchRequest::navigation(None, super::url(API));
        run(&mut browser, visit, &[answer(200, &[("set-cookie", "a=1; Secure; SameSite=None")])]);
        let (_, hops) = run(&mut browser, request.clone(), &[answer(204, &[])]);
        let of = |name| sent_with(SentKind::Preflight, &hops, name);
        assert_eq!(of("access-control-request-headers"), "authorization,x-b", "{engine:?}");
        assert_eq!(of("access-control-request-method"), "PUT", "{engine:?}");
        assert_eq!(of("origin"), PAGE, "{engine:?}");
        for name in ["cookie", "authorization", "x-b"] {
            assert_eq!(of(name), "-", "{engine:?}: {name}");
        }
    }
}

#[test]
fn an_answer_is_remembered_for_what_it_was_given_for() {
    let put = || asking("PUT", API);
    let elsewhere = FetchRequest { top_level: super::origin("https://other.org"), ..put() };
    let rows = [
        ("the same again", put(), false),
        ("with another fragment", asking("PUT", "https://api.example.com/orders#there"), false),
        (
            "without credentials at all",
            FetchRequest { credentials: Credentials::Omit, ..put() },
            false,
        ),
        ("with credentials", including(put()), true),
        ("another method", asking("DELETE", API), true),
        ("another header", with(put(), "x-a", "1"), true),
        ("another path", asking("PUT", "https://api.example.com/orders/1"), true),
        ("in a frame of another site", elsewhere, true),
    ];
    let answers = [consent(&[(ALLOW_METHODS, "PUT"), (MAX_AGE, "600")]), allow()];
    for (row, request, expected) in rows {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let mut browser = Browser::new(engine);
            run(&mut browser, put(), &answers);
            let (_, hops) = run(&mut browser, request.clone(), &answers);
            let first = hops.first().map(|hop| hop.request.kind);
            assert_eq!(first == Some(SentKind::Preflight), expected, "{engine:?}: {row}");
        }
    }
}

#[test]
fn a_request_that_comes_home_from_elsewhere_has_a_preflight_there_too() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        let yes = answer(204, &[(ALLOW_ORIGIN, "*"), (ALLOW_METHODS, "PUT")]);
        let answers = [yes.clone(), to(307, HOME), yes.clone(), yes];
        let (_, hops) = run(&mut Browser::new(engine), asking("PUT", API), &answers);
        assert_eq!(super::kinds(&hops), "preflight, request, preflight, request", "{engine:?}");
    }
}
