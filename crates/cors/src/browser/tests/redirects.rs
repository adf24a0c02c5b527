//! Redirects: which are followed, and what the next hop is.

use super::super::OutcomeKind::{Blocked, Opaque, Readable};
use super::super::{Browser, Engine, FetchRequest, Redirect, Rule};
use super::{
    ALLOW_ORIGIN, API, HOME, LOGIN, PARTNER, Row, allow, answer, asking, fetch, row, run, sent, to,
    with,
};

pub(super) fn rows() -> Vec<Row> {
    let blocked = |reason| (Blocked, reason, Rule::HttpRedirectFetch);
    let after = |location| vec![to(302, location), allow()];
    vec![
        row(
            "a user name on the way to another origin (R1)",
            fetch(API),
            after("https://me@login.example.com/"),
            blocked("redirect-userinfo"),
        ),
        row(
            "a Location that is no URL",
            fetch(API),
            after("https://"),
            blocked("location-invalid"),
        ),
        row("a file (N1)", fetch(API), after("file:///x"), blocked("unsupported-scheme")),
        row("for ever", fetch(API), vec![to(302, API)], blocked("too-many-redirects")),
        row(
            "a redirect to plain HTTP",
            fetch(API),
            after("http://api.example.com/"),
            (Blocked, "mixed-content", Rule::MainFetch),
        ),
        row(
            "redirect: error",
            FetchRequest { redirect: Redirect::Error, ..fetch(API) },
            after(API),
            (Blocked, "redirect-forbidden", Rule::HttpFetch),
        ),
        row(
            "redirect: manual",
            FetchRequest { redirect: Redirect::Manual, ..fetch(API) },
            after(API),
            (Opaque, "opaque-redirect", Rule::HttpFetch),
        ),
        row(
            "a redirect that nobody may read goes nowhere (L1)",
            fetch(API),
            vec![answer(302, &[("location", LOGIN)])],
            (Blocked, "allow-origin-missing", Rule::CorsCheck),
        ),
        row(
            "a redirect between two other origins hides the page's",
            fetch(API),
            after(LOGIN),
            (Blocked, "allow-origin-mismatch", Rule::CorsCheck),
        ),
        row(
            "a redirect within the other origin does not",
            fetch(API),
            after("/elsewhere"),
            (Readable, "cors-allowed", Rule::CorsCheck),
        ),
        row(
            "a redirect from home does not",
            fetch(HOME),
            after(API),
            (Readable, "cors-allowed", Rule::CorsCheck),
        ),
        row(
            "a redirect home from elsewhere is CORS, too",
            fetch(API),
            vec![to(302, HOME), answer(200, &[])],
            (Blocked, "allow-origin-missing", Rule::CorsCheck),
        ),
        row(
            "302 without a Location is a response like any other",
            fetch(API),
            vec![answer(302, &[(ALLOW_ORIGIN, "*")])],
            (Readable, "cors-allowed", Rule::CorsCheck),
        ),
    ]
}

#[test]
fn what_a_redirect_makes_of_method_and_body() {
    let rows = [
        ("301 of a POST", 301, "POST", "GET"),
        ("302 of a POST", 302, "POST", "GET"),
        ("302 of a PUT", 302, "PUT", "PUT"),
        ("303 of a PUT", 303, "PUT", "GET"),
        ("303 of a HEAD", 303, "HEAD", "HEAD"),
        ("307 of a POST", 307, "POST", "POST"),
        ("308 of a PUT", 308, "PUT", "PUT"),
    ];
    for (row, status, method, expected) in rows {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let request = with(asking(method, HOME), "content-type", "text/plain");
            let request = FetchRequest { has_body: method != "HEAD", ..request };
            let (_, hops) = run(&mut Browser::new(engine), request, &[to(status, HOME), allow()]);
            let last = &hops.last().expect("a hop").request;
            assert_eq!(last.method.as_str(), expected, "{engine:?}: {row}");
            let kept = method == expected;
            assert_eq!(last.has_body, kept && method != "HEAD", "{engine:?}: {row}");
            assert_eq!(last.headers.contains_key("content-type"), kept, "{engine:?}: {row}");
        }
    }
}

#[test]
fn authorization_stays_with_the_origin_that_the_page_named() {
    for (row, location, expected) in [
        ("within the origin", "/elsewhere", "a | a"),
        ("to another host of the site", API, "a | -"),
        ("to another site", PARTNER, "a | -"),
    ] {
        for engine in [Engine::Chromium, Engine::Firefox] {
            let request = with(fetch(HOME), "authorization", "a");
            let answers = [to(302, location), answer(204, &[(ALLOW_ORIGIN, "*")])];
            let (_, hops) = run(&mut Browser::new(engine), request, &answers);
            assert_eq!(sent(&hops, "authorization"), expected, "{engine:?}: {row}");
        }
    }
}
