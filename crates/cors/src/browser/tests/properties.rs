//! What holds for any request, any answers and any clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN};
use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;
use url::Url;

use super::super::{
    Browser, Credentials, Destination, FetchRequest, Hop, Mode, OutcomeKind, Received, Redirect,
    SentKind, ThirdPartyCookies,
};
use super::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, API, ENGINES, HOME, MAX_AGE,
    PAGE, PARTNER, origin, run_at, url,
};
use crate::RequestOrigin;

/// Twenty redirects, and a preflight before each request.
const MOST_SENT: usize = 21 * 2;

proptest! {
    #[test]
    fn every_exchange_ends_soon(
        request in any_request(),
        answers in prop::collection::vec(any_answer(), 0..50),
        now in any_time(),
        setting in any_setting(),
    ) {
        for engine in ENGINES {
            let mut browser = Browser::new(engine).with_third_party_cookies(setting);
            for _ in 0..2 {
                let (_, hops) = run_at(now, &mut browser, request.clone(), &answers);
                prop_assert!(hops.len() <= MOST_SENT, "{}", hops.len());
            }
        }
    }

    #[test]
    fn nothing_of_another_origin_is_readable_unless_every_hop_there_allows_it(
        request in any_request(),
        answers in prop::collection::vec(any_answer(), 0..30),
        setting in any_setting(),
    ) {
        for engine in ENGINES {
            let mut browser = Browser::new(engine).with_third_party_cookies(setting);
            let (outcome, hops) = run_at(super::now(), &mut browser, request.clone(), &answers);
            if outcome.kind != OutcomeKind::Readable {
                continue;
            }
            for hop in after_leaving(&request, &hops) {
                prop_assert!(allows(hop, request.credentials), "{engine:?}: {hop:?}");
            }
        }
    }

    #[test]
    fn no_method_that_needs_consent_reaches_another_origin_without_it(
        request in any_request(),
        answers in prop::collection::vec(any_answer(), 0..30),
    ) {
        for engine in ENGINES {
            let (_, hops) = run_at(super::now(), &mut Browser::new(engine), request.clone(), &answers);
            if request.mode == Mode::Navigate {
                continue;
            }
            for hop in after_leaving(&request, &hops) {
                let sent = &hop.request;
                let simple = matches!(sent.method, Method::GET | Method::HEAD | Method::POST);
                let consented = hops.iter().take_while(|earlier| !std::ptr::eq(*earlier, hop)).any(|earlier| {
                    earlier.request.kind == SentKind::Preflight
                        && earlier.request.url == sent.url
                        && earlier.check.as_ref().is_some_and(|check| check.passed)
                });
                prop_assert!(simple || consented, "{engine:?}: {sent:?}");
            }
        }
    }

    #[test]
    fn preflights_carry_neither_cookies_nor_the_headers_of_the_page(
        request in any_request(),
        answers in prop::collection::vec(any_answer(), 0..30),
    ) {
        for engine in ENGINES {
            let (_, hops) = run_at(super::now(), &mut Browser::new(engine), request.clone(), &answers);
            for hop in hops.iter().filter(|hop| hop.request.kind == SentKind::Preflight) {
                for name in ["cookie", "authorization", "x-a", "content-type"] {
                    prop_assert!(!hop.request.headers.contains_key(name), "{hop:?}");
                }
                prop_assert!(!hop.request.has_body);
            }
        }
    }
}

/// The requests from the first on that goes to another origin than the page's.
fn after_leaving<'h>(request: &'h FetchRequest, hops: &'h [Hop]) -> impl Iterator<Item = &'h Hop> {
    let requests = hops.iter().filter(|hop| hop.request.kind == SentKind::Request);
    requests.skip_while(|hop| is_home(request, &hop.request.url))
}

fn is_home(request: &FetchRequest, target: &Url) -> bool {
    let page = request.initiator.as_ref().and_then(RequestOrigin::tuple);
    page.is_some_and(|page| target.origin().ascii_serialization() == page.as_str())
}

/// The CORS check, naively, from what went over the wire.
fn allows(hop: &Hop, credentials: Credentials) -> bool {
    let Some(Received { headers, .. }) = &hop.response else { return false };
    let only = |name| {
        let mut lines = headers.get_all(name).iter();
        lines.next().filter(|_| lines.next().is_none()).map(HeaderValue::as_bytes)
    };
    let origin = hop.request.headers.get("origin").map(HeaderValue::as_bytes);
    let allowed = only(ACCESS_CONTROL_ALLOW_ORIGIN).map(<[u8]>::trim_ascii);
    if credentials == Credentials::Include {
        let with_them = only(ACCESS_CONTROL_ALLOW_CREDENTIALS).map(<[u8]>::trim_ascii);
        return allowed.is_some() && allowed == origin && with_them == Some(b"true");
    }
    allowed == Some(b"*") || (allowed.is_some() && allowed == origin)
}

fn any_time() -> impl Strategy<Value = SystemTime> {
    prop::sample::select(vec![0, 1_800_000_000, i64::MAX.unsigned_abs() / 4])
        .prop_map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
}

fn any_setting() -> impl Strategy<Value = ThirdPartyCookies> {
    use ThirdPartyCookies::{Allowed, Blocked, Partitioned};
    prop::sample::select(vec![Allowed, Blocked, Partitioned])
}

fn any_value() -> impl Strategy<Value = Vec<u8>> {
    let likely = [
        PAGE,
        "null",
        "*",
        "true",
        "PUT, X, x-a",
        API,
        PARTNER,
        "/home",
        "600",
        "a=1; SameSite=None; Secure; Partitioned",
        "a=1; Max-Age=99999999999999999999; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
    ];
    prop_oneof![
        4 => prop::sample::select(likely.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(prop_oneof![32_u8..127, 128_u8..=255], 0..40),
    ]
}

fn any_answer() -> impl Strategy<Value = Received> {
    let names = prop::sample::select(vec![
        ALLOW_ORIGIN,
        ALLOW_CREDENTIALS,
        ALLOW_METHODS,
        ALLOW_HEADERS,
        MAX_AGE,
        "location",
        "set-cookie",
        "cross-origin-resource-policy",
    ]);
    let status = prop::sample::select(vec![0, 200, 204, 301, 302, 303, 307, 308, 401, 403, 999]);
    let any = (status, prop::collection::vec((names, any_value()), 0..6));
    let any = any.prop_map(|(status, lines)| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_bytes(&value).expect("a value"));
        }
        Received { status, headers }
    });
    prop_oneof![2 => any, 3 => any_consent()]
}

/// An answer that allows much, so that chains grow long.
fn any_consent() -> impl Strategy<Value = Received> {
    let status = prop::sample::select(vec![200, 204, 302, 303, 307]);
    let origins = prop::sample::select(vec![PAGE, "null", "*"]);
    let locations = prop::sample::select(vec![HOME, API, PARTNER, "/x"]);
    (status, origins, locations).prop_map(|(status, origin, location)| {
        let lines = [
            (ALLOW_ORIGIN, origin),
            (ALLOW_CREDENTIALS, "true"),
            (ALLOW_METHODS, "PUT, X"),
            (ALLOW_HEADERS, "x-a, range, content-type, authorization"),
        ];
        let mut answer = super::answer(status, &lines);
        if status >= 300 {
            answer.headers.insert("location", HeaderValue::from_static(location));
        }
        answer
    })
}

fn any_request() -> impl Strategy<Value = FetchRequest> {
    let pages = prop_oneof![3 => Just(origin(PAGE)), 1 => Just(RequestOrigin::Null)];
    let urls = prop_oneof![
        6 => prop::sample::select(vec![API, PARTNER, HOME, "http://a.test/"]).prop_map(url),
        1 => "[a-z]{1,6}:(//)?[ -~]{0,20}"
            .prop_filter_map("no URL", |text| Url::parse(&text).ok()),
    ];
    let methods = prop::sample::select(vec!["GET", "POST", "PUT", "put", "TRACE", "X"]);
    let modes = prop::sample::select(vec![
        Mode::Cors,
        Mode::Cors,
        Mode::NoCors,
        Mode::SameOrigin,
        Mode::Navigate,
    ]);
    let credentials = prop::sample::select(vec![
        Credentials::Include,
        Credentials::Omit,
        Credentials::SameOrigin,
    ]);
    let redirects = prop::sample::select(vec![
        Redirect::Follow,
        Redirect::Follow,
        Redirect::Manual,
        Redirect::Error,
    ]);
    let destinations = prop::sample::select(vec![
        Destination::Document,
        Destination::Empty,
        Destination::Script,
        Destination::Iframe,
    ]);
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
                    ..FetchRequest::fetch(page, to)
                }
            },
        )
}
