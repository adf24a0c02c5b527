//! Which cookies are stored, and which go along.

use std::time::Duration;

use super::super::{Browser, CookieJar, Credentials, FetchRequest, ThirdPartyCookies};
use super::{
    API, ENGINES, HOME, PARTNER, allow, answer, asking, fetch, including, now, origin, run, run_at,
    sent, to, url,
};
use crate::RequestOrigin;

fn visited(mut browser: Browser, host: &str, cookie: &str) -> Browser {
    let visit = FetchRequest::navigation(None, url(host));
    run(&mut browser, visit, &[answer(200, &[("set-cookie", cookie)])]);
    browser
}

/// What a call with credentials takes along in each engine.
fn taken_along(setting: ThirdPartyCookies, host: &str, cookie: &str) -> [String; 2] {
    ENGINES.map(|engine| {
        let browser = Browser::new(engine).with_third_party_cookies(setting);
        let mut browser = visited(browser, host, cookie);
        let (_, hops) = run(&mut browser, including(fetch(host)), &[allow()]);
        sent(&hops, "cookie")
    })
}

#[test]
fn which_cookies_go_to_another_host() {
    use ThirdPartyCookies::{Allowed, Blocked, Partitioned};
    let rows = [
        ("Lax, same site", API, "a=1; Secure; SameSite=Lax", Blocked, true),
        ("Strict, same site", API, "a=1; Secure; SameSite=Strict", Blocked, true),
        ("None, same site", API, "a=1; Secure; SameSite=None", Partitioned, true),
        ("Strict, another site", PARTNER, "a=1; Secure; SameSite=Strict", Allowed, false),
        ("Lax, another site", PARTNER, "a=1; Secure; SameSite=Lax", Allowed, false),
        ("None, another site", PARTNER, "a=1; Secure; SameSite=None", Allowed, true),
        ("None, another site, blocked", PARTNER, "a=1; Secure; SameSite=None", Blocked, false),
        ("None, another site, apart", PARTNER, "a=1; Secure; SameSite=None", Partitioned, false),
        ("for another path", API, "a=1; Path=/elsewhere; Secure", Blocked, false),
        ("for the domain", API, "a=1; Path=/; Domain=example.com", Blocked, true),
        ("for another domain", API, "a=1; Domain=partner.net", Blocked, false),
        ("for a public suffix", API, "a=1; Domain=com", Blocked, false),
        ("None without Secure is refused", API, "a=1; SameSite=None", Blocked, false),
        ("Partitioned without Secure is refused", API, "a=1; Partitioned", Blocked, false),
        (
            "__Host- with a domain is refused",
            API,
            "__Host-a=1; Secure; Path=/; Domain=api.example.com",
            Blocked,
            false,
        ),
        (
            "__Host- below a path is refused",
            API,
            "__Host-a=1; Secure; Path=/orders",
            Blocked,
            false,
        ),
        ("__Secure- without Secure is refused", API, "__Secure-a=1", Blocked, false),
        ("past its end", API, "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Blocked, false),
        (
            "Max-Age goes before Expires",
            API,
            "a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            Blocked,
            true,
        ),
        ("a date that is none is ignored", API, "a=1; Expires=never", Blocked, true),
    ];
    for (row, host, cookie, setting, expected) in rows {
        for said in taken_along(setting, host, cookie) {
            assert_eq!(said != "-", expected, "{row}: {said}");
        }
    }
}

#[test]
fn cookies_go_only_where_credentials_go() {
    let rows = [
        ("omit", Credentials::Omit, API, "-"),
        ("same-origin, elsewhere", Credentials::SameOrigin, API, "-"),
        ("same-origin, at home", Credentials::SameOrigin, HOME, "a=1"),
        ("include", Credentials::Include, API, "a=1"),
    ];
    for (row, credentials, target, expected) in rows {
        for engine in ENGINES {
            let mut browser = visited(Browser::new(engine), target, "a=1; Secure; SameSite=None");
            let request = FetchRequest { credentials, ..fetch(target) };
            let (_, hops) = run(&mut browser, request, &[allow()]);
            assert_eq!(sent(&hops, "cookie"), expected, "{engine:?}: {row}");
        }
    }
}

#[test]
fn a_response_that_nobody_may_read_sets_its_cookies_all_the_same() {
    for engine in ENGINES {
        let mut browser = Browser::new(engine);
        let failing = answer(200, &[("set-cookie", "a=1")]);
        run(&mut browser, including(fetch(API)), &[failing]);
        let (_, hops) = run(&mut browser, including(fetch(API)), &[allow()]);
        assert_eq!(sent(&hops, "cookie"), "a=1", "{engine:?}");
    }
}

#[test]
fn a_cookie_ends_with_its_age() {
    for engine in ENGINES {
        let mut browser = visited(Browser::new(engine), API, "a=1; Max-Age=60");
        for (seconds, expected) in [(59, "a=1"), (60, "-")] {
            let at = now() + Duration::from_secs(seconds);
            let (_, hops) = run_at(at, &mut browser, including(fetch(API)), &[allow()]);
            assert_eq!(sent(&hops, "cookie"), expected, "{engine:?}: after {seconds} seconds");
        }
    }
}

#[test]
fn a_link_from_another_site_takes_lax_cookies_along_and_a_form_does_not() {
    for engine in ENGINES {
        for (method, cookie, expected) in [
            ("GET", "a=1; Secure; SameSite=Lax", "a=1"),
            ("GET", "a=1; Secure; SameSite=Strict", "-"),
            ("POST", "a=1; Secure; SameSite=Lax", "-"),
            ("POST", "a=1; Secure; SameSite=None", "a=1"),
        ] {
            let mut browser = visited(Browser::new(engine), PARTNER, cookie);
            let link = FetchRequest {
                method: asking(method, PARTNER).method,
                ..FetchRequest::navigation(fetch(API).initiator, url(PARTNER))
            };
            let (_, hops) = run(&mut browser, link, &[answer(200, &[])]);
            assert_eq!(sent(&hops, "cookie"), expected, "{engine:?}: {method}, {cookie}");
        }
    }
}

#[test]
fn a_sandboxed_page_is_of_no_site() {
    for engine in ENGINES {
        let mut browser = visited(Browser::new(engine), API, "a=1; Secure; SameSite=Lax");
        let request = FetchRequest {
            initiator: Some(RequestOrigin::Null),
            top_level: origin(super::PAGE),
            ..including(fetch(API))
        };
        let (_, hops) = run(&mut browser, request, &[allow()]);
        assert_eq!(sent(&hops, "cookie"), "-", "{engine:?}");
    }
}

#[test]
fn partitioned_cookies_stay_with_the_site_in_the_address_bar() {
    let line = "a=1; Secure; SameSite=None; Partitioned; Path=/";
    for engine in ENGINES {
        let mut browser = Browser::new(engine).with_third_party_cookies(ThirdPartyCookies::Blocked);
        let set = answer(200, &[("set-cookie", line)]);
        run(&mut browser, including(fetch(PARTNER)), &[set]);
        let (_, hops) = run(&mut browser, including(fetch(PARTNER)), &[allow()]);
        assert_eq!(sent(&hops, "cookie"), "a=1", "{engine:?}: the same site");
        let elsewhere = FetchRequest::fetch(origin("https://app.other.org"), url(PARTNER));
        let (_, hops) = run(&mut browser, including(elsewhere), &[allow()]);
        assert_eq!(sent(&hops, "cookie"), "-", "{engine:?}: another site");
    }
}

#[test]
fn a_redirect_leaves_the_cookies_of_each_host_where_they_are() {
    for engine in ENGINES {
        let browser = visited(Browser::new(engine), HOME, "home=1");
        let mut browser = visited(browser, API, "api=1");
        let (_, hops) = run(&mut browser, including(fetch(HOME)), &[to(302, API), allow()]);
        assert_eq!(sent(&hops, "cookie"), "home=1 | api=1", "{engine:?}");
    }
}

#[test]
fn secure_cookies_go_over_tls_only_and_plain_hosts_cannot_replace_them() {
    let plain = "http://api.example.com/orders";
    let page = FetchRequest::fetch(origin("http://app.example.com"), url(plain));
    for engine in ENGINES {
        for (cookie, expected) in [("a=1; Secure", "-"), ("a=1", "a=1")] {
            let mut browser = visited(Browser::new(engine), API, cookie);
            let (_, hops) = run(&mut browser, including(page.clone()), &[allow()]);
            assert_eq!(sent(&hops, "cookie"), expected, "{engine:?}: {cookie}");
        }
        let browser = visited(Browser::new(engine), API, "a=1; Secure");
        let mut browser = visited(browser, plain, "a=2");
        let (_, hops) = run(&mut browser, including(fetch(API)), &[allow()]);
        assert_eq!(sent(&hops, "cookie"), "a=1", "{engine:?}");
        let (_, hops) = run(&mut browser, including(page.clone()), &[allow()]);
        assert_eq!(sent(&hops, "cookie"), "-", "{engine:?}");
    }
}

#[test]
fn the_jar_is_bounded() {
    let mut browser = Browser::new(ENGINES[0]);
    for number in 0..200 {
        let line = format!("c{number}=1");
        browser = visited(browser, API, &line);
    }
    assert_eq!(browser.cookies.iter().count(), 180);
    let first = browser.cookies.iter().next().map(|cookie| cookie.name.clone());
    assert_eq!(first.as_deref(), Some("c20"), "the oldest went first");
    assert_ne!(browser.cookies, CookieJar::default());
}
