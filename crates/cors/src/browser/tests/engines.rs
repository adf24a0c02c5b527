//! Where engines differ: a row for each question that [`Engine`] answers, the same rows as in
//! docs/browser-model.md. The scenarios hold them to the browsers.

use std::time::Duration;

use http::HeaderValue;

use super::super::{
    Answer, Browser, Credentials, Destination, Engine, Exchange, FetchRequest, Hop, Mode, SentKind,
    Step, ThirdPartyCookies,
};
use super::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, API, ENGINES, HOME, LOGIN,
    MAX_AGE, PAGE, PARTNER, allow, answer, asking, consent, fetch, including, kinds, now, origin,
    run, run_at, sent, sent_with, to, url, with,
};

type Seen = fn(&mut Browser) -> String;

/// What it shows, how it is seen, and what is seen in Chromium and in Firefox.
struct Difference(&'static str, Seen, [&'static str; 2]);

#[test]
fn engines_differ_as_the_page_says() {
    for Difference(row, seen, expected) in differences() {
        for (engine, expected) in ENGINES.into_iter().zip(expected) {
            assert_eq!(seen(&mut Browser::new(engine)), expected, "{engine:?}: {row}");
        }
    }
}

fn differences() -> Vec<Difference> {
    [remembered(), hidden(), schemes(), spelt(), cookies()].into_iter().flatten().collect()
}

fn remembered() -> Vec<Difference> {
    const ALL: [&str; 2] = ["request", "preflight, request"];
    vec![
        Difference(
            "* was remembered, and another method follows",
            |browser| again(browser, "*", asking("DELETE", API)),
            ALL,
        ),
        Difference(
            "* was remembered, and another header follows",
            |browser| again(browser, "*", with(asking("PUT", API), "x-a", "1")),
            ALL,
        ),
        Difference(
            "* was remembered, and Authorization follows",
            |browser| again(browser, "*", with(asking("PUT", API), "authorization", "a")),
            ["preflight, request"; 2],
        ),
        Difference(
            "how long an answer is remembered at most",
            |browser| {
                let put = || asking("PUT", API);
                let remember =
                    || [consent(&[(ALLOW_METHODS, "PUT"), (MAX_AGE, "999999")]), allow()];
                run(browser, put(), &remember());
                let mut later = |seconds| {
                    let mut copy = browser.clone();
                    let at = now() + Duration::from_secs(seconds);
                    let (_, hops) = run_at(at, &mut copy, put(), &remember());
                    if hops.len() == 1 { "remembered" } else { "forgotten" }
                };
                [7_199, 7_200, 86_399, 86_400].map(&mut later).join(" ")
            },
            [
                "remembered forgotten forgotten forgotten",
                "remembered remembered remembered forgotten",
            ],
        ),
        Difference(
            "how many answers are remembered",
            |browser| {
                let target = |number| asking("PUT", &format!("{API}/{number}"));
                let answers = [consent(&[(ALLOW_METHODS, "PUT"), (MAX_AGE, "600")]), allow()];
                for number in 0..=100 {
                    run(browser, target(number), &answers);
                }
                let (_, hops) = run(browser, target(0), &answers);
                kinds(&hops)
            },
            ALL,
        ),
        Difference(
            "a response failed its check after a preflight that passed",
            |browser| {
                let answers =
                    [consent(&[(ALLOW_METHODS, "PUT"), (MAX_AGE, "600")]), answer(200, &[])];
                run(browser, asking("PUT", API), &answers);
                let (_, hops) = run(browser, asking("PUT", API), &answers);
                kinds(&hops)
            },
            ALL,
        ),
        Difference(
            "Access-Control-Max-Age is no number",
            |browser| {
                let answers = [consent(&[(ALLOW_METHODS, "PUT"), (MAX_AGE, "soon")]), allow()];
                run(browser, asking("PUT", API), &answers);
                let (_, hops) = run(browser, asking("PUT", API), &answers);
                kinds(&hops)
            },
            ALL,
        ),
        Difference(
            "a redirect takes away what a preflight was needed for",
            |browser| {
                let to_get = to(303, "/elsewhere");
                let yes = consent(&[(ALLOW_METHODS, "PUT")]);
                let (_, hops) =
                    run(browser, asking("PUT", API), &[yes.clone(), to_get, yes, allow()]);
                kinds(&hops)
            },
            ["preflight, request, request", "preflight, request, preflight, request"],
        ),
    ]
}

/// What is sent for a request after a PUT whose preflight was answered with these lists.
fn again(browser: &mut Browser, lists: &str, request: FetchRequest) -> String {
    let lines = [(ALLOW_METHODS, lists), (ALLOW_HEADERS, lists), (MAX_AGE, "600")];
    run(browser, asking("PUT", API), &[consent(&lines), allow()]);
    let named = [(ALLOW_METHODS, "PUT, DELETE"), (ALLOW_HEADERS, "x-a, authorization")];
    let (_, hops) = run(browser, request, &[consent(&named), allow()]);
    kinds(&hops)
}

fn hidden() -> Vec<Difference> {
    vec![
        Difference(
            "the preflight after a redirect that hides the page's origin says",
            |browser| sent_with(SentKind::Preflight, &hidden_put(browser), "origin"),
            ["https://app.example.com | null", "https://app.example.com | https://app.example.com"],
        ),
        Difference(
            "preflights of requests that say null are remembered",
            |browser| {
                hidden_put(browser);
                kinds(&hidden_put(browser))
            },
            ["request, preflight, request", "request, request"],
        ),
        Difference(
            "a POST with mode no-cors, sent from home to another host, says",
            |browser| {
                let request = FetchRequest { mode: Mode::NoCors, ..asking("POST", HOME) };
                let (_, hops) = run(browser, request, &[to(307, PARTNER), answer(200, &[])]);
                sent(&hops, "origin")
            },
            ["https://app.example.com | null", "https://app.example.com | https://app.example.com"],
        ),
        Difference(
            "a script with crossorigin on the page's own host says",
            |browser| {
                let script = FetchRequest::element(
                    origin(PAGE),
                    url(HOME),
                    Destination::Script,
                    Some(Credentials::SameOrigin),
                );
                sent(&run(browser, script, &[answer(200, &[])]).1, "origin")
            },
            ["https://app.example.com", "-"],
        ),
        Difference(
            "Sec-Fetch-Site after a redirect by plain HTTP within a site",
            |browser| {
                let page = origin("http://app.one.localhost");
                let request = FetchRequest::fetch(page, url("http://app.one.localhost/"));
                let answers = [to(302, "http://api.one.localhost/"), answer(200, &[])];
                sent(&run(browser, request, &answers).1, "sec-fetch-site")
            },
            ["same-origin | same-site", "same-origin | cross-site"],
        ),
        Difference(
            "Sec-Fetch-Site after a redirect by TLS within a site",
            |browser| {
                let answers = [to(302, API), answer(200, &[])];
                sent(&run(browser, fetch(HOME), &answers).1, "sec-fetch-site")
            },
            ["same-origin | same-site", "same-origin | same-site"],
        ),
    ]
}

/// A PUT along two other hosts, with answers that are remembered.
fn hidden_put(browser: &mut Browser) -> Vec<Hop> {
    let yes = answer(204, &[(ALLOW_ORIGIN, "*"), (ALLOW_METHODS, "PUT"), (MAX_AGE, "600")]);
    let (mut exchange, mut step) = Exchange::begin(browser, asking("PUT", API), now());
    while let Step::Send(request) = step {
        let moves_on = request.kind == SentKind::Request && request.url.as_str() == API;
        let reply = if moves_on { to(307, LOGIN) } else { yes.clone() };
        step = exchange.receive(browser, Answer::Response(reply), now());
    }
    exchange.hops().to_vec()
}

const PLAIN_PAGE: &str = "http://app.one.localhost";
const PLAIN_API: &str = "http://api.one.localhost/";
const TLS_API: &str = "https://api.one.localhost/";

fn schemes() -> Vec<Difference> {
    vec![
        Difference(
            "Sec-Fetch-Site to a host of the domain with another scheme",
            |browser| sent(&run(browser, to_tls(), &[allow()]).1, "sec-fetch-site"),
            ["cross-site", "same-site"],
        ),
        Difference(
            "a Lax cookie, to a host of the domain with another scheme",
            |browser| {
                set(browser, TLS_API, "a=1; Secure; SameSite=Lax");
                sent(&run(browser, including(to_tls()), &[allow()]).1, "cookie")
            },
            ["-", "a=1"],
        ),
        Difference(
            "a Partitioned cookie of the tab's site, to the same host with another scheme",
            |browser| {
                set(browser, PLAIN_API, "a=1; Secure; SameSite=None; Partitioned");
                sent(&run(browser, including(to_tls()), &[allow()]).1, "cookie")
            },
            ["-", "a=1"],
        ),
        Difference(
            "a POST with mode no-cors from TLS to plain HTTP on the computer itself says",
            |browser| {
                let page = origin("https://app.one.localhost");
                let post = asking("POST", API).method;
                let request = FetchRequest::fetch(page, url(PLAIN_API));
                let request = FetchRequest { method: post, mode: Mode::NoCors, ..request };
                sent(&run(browser, request, &[answer(200, &[])]).1, "origin")
            },
            ["https://app.one.localhost", "null"],
        ),
    ]
}

/// A call of a page over plain HTTP to a host of its domain over TLS.
fn to_tls() -> FetchRequest {
    FetchRequest::fetch(origin(PLAIN_PAGE), url(TLS_API))
}

fn spelt() -> Vec<Difference> {
    vec![
        Difference(
            "a header that was set twice is listed",
            |browser| {
                let request = with(with(fetch(API), "x-a", "1"), "x-a", "2");
                let (_, hops) = run(browser, request, &[answer(403, &[])]);
                sent_with(SentKind::Preflight, &hops, "access-control-request-headers")
            },
            ["x-a", "x-a,x-a"],
        ),
        Difference(
            "Range in upper case is sent",
            |browser| {
                let mut request = fetch(HOME);
                request.headers.insert("range", HeaderValue::from_static("BYTES= 5 - 9"));
                sent(&run(browser, request, &[answer(200, &[])]).1, "range")
            },
            ["bytes=5-9", "BYTES= 5 - 9"],
        ),
    ]
}

fn cookies() -> Vec<Difference> {
    vec![
        Difference(
            "a cookie without SameSite, to another site",
            |browser| later(browser, PARTNER, "a=1; Secure"),
            ["-", "a=1"],
        ),
        Difference("a cookie without a name", |browser| later(browser, API, "=1"), ["1", "-"]),
        Difference(
            "a __Host- cookie without Path, set at the root",
            |browser| later(browser, API, "__Host-a=1; Secure"),
            ["-", "__Host-a=1"],
        ),
        Difference(
            "a third-party cookie, as delivered",
            |browser| {
                let setting = Browser::new(browser.engine).third_party_cookies;
                browser.third_party_cookies = setting;
                set(browser, PARTNER, "a=1; Secure; SameSite=None");
                sent(&run(browser, including(fetch(PARTNER)), &[allow()]).1, "cookie")
            },
            ["a=1", "-"],
        ),
        Difference(
            "a Lax cookie, to a host of the site that another site sent to",
            |browser| {
                set(browser, API, "a=1; Secure; SameSite=Lax; Path=/");
                let credentials = (ALLOW_CREDENTIALS, "true");
                let on = answer(302, &[(ALLOW_ORIGIN, PAGE), credentials, ("location", API)]);
                let (_, hops) = run(browser, including(fetch(PARTNER)), &[on, allow()]);
                sent(&hops, "cookie")
            },
            ["- | a=1", "- | -"],
        ),
    ]
}

/// The cookies of a call, after a visit that set one, with third-party cookies allowed.
fn later(browser: &mut Browser, host: &str, cookie: &str) -> String {
    browser.third_party_cookies = ThirdPartyCookies::Allowed;
    set(browser, host, cookie);
    sent(&run(browser, including(fetch(host)), &[allow()]).1, "cookie")
}

fn set(browser: &mut Browser, host: &str, cookie: &str) {
    let visit = FetchRequest::navigation(None, url(host));
    run(browser, visit, &[answer(200, &[("set-cookie", cookie)])]);
}

#[test]
fn both_follow_twenty_redirects() {
    for engine in ENGINES {
        let (_, hops) = run(&mut Browser::new(engine), fetch(API), &[to(302, API)]);
        assert_eq!(hops.len(), 21, "{engine:?}");
    }
}

#[test]
fn engines_have_names() {
    assert_eq!(ENGINES.map(Engine::name), ["chromium", "firefox"]);
}
