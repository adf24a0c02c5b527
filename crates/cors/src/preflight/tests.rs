use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;

use super::{Kept, PREFLIGHT_VARY, Preflight, Refusal};
use crate::{Dangers, Policy, RequestOrigin, Settings};

const ORIGIN: (&str, &str) = ("origin", "https://app.example");
const METHOD: (&str, &str) = ("access-control-request-method", "PUT");
const HEADERS: &str = "access-control-request-headers";

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
    }
    headers
}

fn settings() -> Settings {
    Settings {
        allowed_origins: vec!["https://app.example".into()],
        allowed_methods: vec!["GET".into(), "PUT".into(), "PATCH".into()],
        allowed_headers: vec!["Content-Type".into(), "x-a".into(), "x-b".into()],
        allow_credentials: true,
        max_age: Some(600),
        ..Settings::default()
    }
}

fn open_settings() -> Settings {
    Settings {
        allow_all_origins: true,
        allow_all_methods: true,
        allow_all_headers: true,
        ..Settings::default()
    }
}

fn policy(settings: &Settings) -> Policy {
    Policy::compile(settings, &Dangers::default()).0.unwrap()
}

fn answer(settings: &Settings, request: &HeaderMap) -> Result<HeaderMap, Refusal> {
    let origin = RequestOrigin::from_headers(request);
    let preflight = Preflight::recognise(&Method::OPTIONS, &origin, request).unwrap();
    let mut answer = HeaderMap::new();
    policy(settings).answer(&preflight, &[])?.write(&mut answer);
    Ok(answer)
}

fn code(settings: &Settings, request: &HeaderMap) -> &'static str {
    answer(settings, request).err().map_or("allowed", |refusal| refusal.code())
}

#[test]
fn seed_s31_a_preflight_is_recognised_by_three_things() {
    let rows = [
        ("all three", Method::OPTIONS, headers(&[ORIGIN, METHOD]), true),
        ("another method", Method::GET, headers(&[ORIGIN, METHOD]), false),
        ("no origin", Method::OPTIONS, headers(&[METHOD]), false),
        ("no requested method", Method::OPTIONS, headers(&[ORIGIN, (HEADERS, "x-a")]), false),
        ("a doubled origin", Method::OPTIONS, headers(&[ORIGIN, ORIGIN, METHOD]), true),
        ("an empty requested method", Method::OPTIONS, headers(&[ORIGIN, (METHOD.0, "")]), true),
    ];
    for (row, method, request, expected) in rows {
        let origin = RequestOrigin::from_headers(&request);
        let preflight = Preflight::recognise(&method, &origin, &request);
        assert_eq!(preflight.is_some(), expected, "{row}");
    }
}

#[test]
fn row_5_a_satisfied_preflight_is_told_exactly_what_it_asked() {
    let answer =
        answer(&settings(), &headers(&[ORIGIN, METHOD, (HEADERS, "content-type,x-a")])).unwrap();
    let expected = headers(&[
        ("access-control-allow-origin", "https://app.example"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-headers", "content-type,x-a"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "600"),
        ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]);
    assert_eq!(answer, expected);
    assert_eq!(answer.get("vary").unwrap(), PREFLIGHT_VARY);
}

#[test]
fn what_is_not_set_or_not_asked_is_not_sent() {
    let answer = answer(&open_settings(), &headers(&[ORIGIN, METHOD])).unwrap();
    let expected = headers(&[
        ("access-control-allow-origin", "https://app.example"),
        ("access-control-allow-methods", "PUT"),
        ("vary", PREFLIGHT_VARY),
    ]);
    assert_eq!(answer, expected);
}

#[test]
fn an_answer_replaces_what_stands_there() {
    let request = headers(&[ORIGIN, METHOD]);
    let origin = RequestOrigin::from_headers(&request);
    let preflight = Preflight::recognise(&Method::OPTIONS, &origin, &request).unwrap();
    let mut target = headers(&[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://other.example"),
        ("access-control-allow-credentials", "true"),
        ("vary", "Accept"),
    ]);
    policy(&open_settings()).answer(&preflight, &[]).unwrap().write(&mut target);
    assert_eq!(target.get_all("access-control-allow-origin").iter().count(), 1);
    assert_eq!(target.get("access-control-allow-credentials"), None);
    assert_eq!(target.get("vary").unwrap(), PREFLIGHT_VARY);
}

#[test]
fn a_preflight_is_refused_for_the_first_thing_that_is_wrong() {
    let rows = [
        ("a listed origin and method", headers(&[ORIGIN, METHOD]), "allowed"),
        (
            "another origin",
            headers(&[("origin", "https://evil.test"), METHOD]),
            "origin-not-allowed",
        ),
        ("null", headers(&[("origin", "null"), METHOD]), "origin-not-allowed"),
        ("sec-C10-C7: two origins", headers(&[ORIGIN, ORIGIN, METHOD]), "malformed-origin"),
        ("a slash", headers(&[("origin", "https://app.example/"), METHOD]), "malformed-origin"),
        ("another method", headers(&[ORIGIN, (METHOD.0, "DELETE")]), "method-not-allowed"),
        (
            "a safelisted method that is not listed",
            headers(&[ORIGIN, (METHOD.0, "POST")]),
            "method-not-allowed",
        ),
        ("a method in lower case", headers(&[ORIGIN, (METHOD.0, "patch")]), "method-not-allowed"),
        ("two requested methods", headers(&[ORIGIN, METHOD, METHOD]), "malformed-request-method"),
        ("an empty method", headers(&[ORIGIN, (METHOD.0, "")]), "malformed-request-method"),
        (
            "a method that is no token",
            headers(&[ORIGIN, (METHOD.0, "PUT, GET")]),
            "malformed-request-method",
        ),
        (
            "a method outside ASCII",
            headers(&[ORIGIN, (METHOD.0, "PÜT")]),
            "malformed-request-method",
        ),
        ("another header", headers(&[ORIGIN, METHOD, (HEADERS, "x-a,x-c")]), "header-not-allowed"),
        (
            "a beginning of a header",
            headers(&[ORIGIN, METHOD, (HEADERS, "content")]),
            "header-not-allowed",
        ),
        (
            "a header that is no token",
            headers(&[ORIGIN, METHOD, (HEADERS, "x a")]),
            "malformed-request-headers",
        ),
        (
            "a header outside ASCII",
            headers(&[ORIGIN, METHOD, (HEADERS, "x-ä")]),
            "malformed-request-headers",
        ),
    ];
    for (row, request, expected) in rows {
        assert_eq!(code(&settings(), &request), expected, "{row}");
    }
    let long = "P".repeat(65);
    assert_eq!(
        code(&open_settings(), &headers(&[ORIGIN, (METHOD.0, &long)])),
        "malformed-request-method"
    );
}

#[test]
fn all_methods_are_those_that_a_page_can_send() {
    let rows = [
        ("DELETE", "allowed"),
        ("patch", "allowed"),
        ("MADE-UP", "allowed"),
        ("CONNECT", "method-not-allowed"),
        ("trace", "method-not-allowed"),
        ("Track", "method-not-allowed"),
    ];
    for (method, expected) in rows {
        assert_eq!(
            code(&open_settings(), &headers(&[ORIGIN, (METHOD.0, method)])),
            expected,
            "{method}"
        );
    }
}

#[test]
fn a_forbidden_method_is_not_granted_though_it_may_be_listed() {
    let settings = Settings { allowed_methods: vec!["GET".into(), "TRACE".into()], ..settings() };
    assert_eq!(code(&settings, &headers(&[ORIGIN, (METHOD.0, "TRACE")])), "method-not-allowed");
}

#[test]
fn all_headers_do_not_cover_the_gateways_credentials_but_a_list_may() {
    let rows = [
        ("authorization,x-made-up", "allowed"),
        ("cf-access-token", "header-not-allowed"),
        ("x-a,CF-Access-Client-Id", "header-not-allowed"),
        ("cf-access-client-secret", "header-not-allowed"),
        ("cf-access-client-secret-2", "allowed"),
    ];
    for (names, expected) in rows {
        assert_eq!(
            code(&open_settings(), &headers(&[ORIGIN, METHOD, (HEADERS, names)])),
            expected,
            "{names}"
        );
    }
    let listed = Settings { allowed_headers: vec!["CF-Access-Token".into()], ..settings() };
    assert_eq!(code(&listed, &headers(&[ORIGIN, METHOD, (HEADERS, "cf-access-token")])), "allowed");
}

#[test]
fn all_headers_do_not_cover_the_applications_own_service_token_header() {
    let protected = [HeaderName::from_static("x-service")];
    let rows = [
        (open_settings(), Err(Refusal::HeaderNotAllowed(Kept::from("X-Service").unwrap()))),
        (Settings { allowed_headers: vec!["x-service".into()], ..settings() }, Ok(())),
    ];
    for (settings, expected) in rows {
        let request = headers(&[ORIGIN, METHOD, (HEADERS, "X-Service")]);
        let origin = RequestOrigin::from_headers(&request);
        let preflight = Preflight::recognise(&Method::OPTIONS, &origin, &request).unwrap();
        assert_eq!(policy(&settings).answer(&preflight, &protected).map(drop), expected);
    }
}

#[test]
fn request_headers_are_read_through_what_proxies_make_of_them() {
    let rows: [(&str, &[&str], Option<&str>); 10] = [
        ("as browsers write them", &["content-type,x-a,x-b"], Some("content-type,x-a,x-b")),
        ("one", &["x-a"], Some("x-a")),
        ("none, by an empty line", &[""], None),
        ("spaces after commas", &["content-type, x-a,\tx-b"], Some("content-type,x-a,x-b")),
        ("spaces around", &["x-a ,  x-b"], Some("x-a,x-b")),
        ("several lines", &["content-type", "x-a,x-b"], Some("content-type,x-a,x-b")),
        ("empty elements", &[",x-a,,x-b,"], Some("x-a,x-b")),
        ("an empty line first", &["", "x-a"], Some("x-a")),
        ("upper case", &["Content-Type,X-A"], Some("content-type,x-a")),
        ("a name twice", &["x-a,x-a"], Some("x-a,x-a")),
    ];
    for (row, lines, expected) in rows {
        let mut request = vec![ORIGIN, METHOD];
        request.extend(lines.iter().map(|line| (HEADERS, *line)));
        let answer = answer(&settings(), &headers(&request)).unwrap();
        let sent = answer.get("access-control-allow-headers");
        assert_eq!(sent.map(|it| it.to_str().unwrap()), expected, "{row}");
    }
}

#[test]
fn request_headers_are_read_within_a_budget() {
    let at_most = |count: usize, element: &str| vec![element; count].join(",");
    let rows = [
        ("as many empty elements as tolerated", at_most(16, ""), "allowed"),
        ("one more", at_most(17, ""), "too-many-request-headers"),
        ("as many names as tolerated", at_most(256, "x-a"), "allowed"),
        ("one more", at_most(257, "x-a"), "too-many-request-headers"),
        ("8 KiB of spaces", " ".repeat(8 * 1024 - 3) + "x-a", "allowed"),
        ("one more", " ".repeat(8 * 1024 - 2) + "x-a", "too-many-request-headers"),
    ];
    for (row, value, expected) in rows {
        assert_eq!(
            code(&settings(), &headers(&[ORIGIN, METHOD, (HEADERS, &value)])),
            expected,
            "{row}"
        );
    }
    let half = "x".repeat(5 * 1024);
    let lines = [ORIGIN, METHOD, (HEADERS, half.as_str()), (HEADERS, half.as_str())];
    assert_eq!(
        code(&open_settings(), &headers(&lines)),
        "too-many-request-headers",
        "lines add up"
    );
}

#[test]
fn what_is_logged_of_a_refused_header_is_short() {
    let name = "x".repeat(4096);
    let refusal = answer(&settings(), &headers(&[ORIGIN, METHOD, (HEADERS, &name)])).unwrap_err();
    assert_eq!(refusal, Refusal::HeaderNotAllowed(Kept::from(&"x".repeat(64)).unwrap()));
}

#[test]
fn a_preflight_for_somebody_else_to_answer_must_be_readable() {
    let rows = [
        ("any", headers(&[("origin", "https://any.test"), METHOD, (HEADERS, "x-c")]), "readable"),
        ("null", headers(&[("origin", "null"), METHOD]), "readable"),
        ("two origins", headers(&[ORIGIN, ORIGIN, METHOD]), "malformed-origin"),
        ("two methods", headers(&[ORIGIN, METHOD, METHOD]), "malformed-request-method"),
        ("a bad list", headers(&[ORIGIN, METHOD, (HEADERS, "x a")]), "malformed-request-headers"),
    ];
    for (row, request, expected) in rows {
        let origin = RequestOrigin::from_headers(&request);
        let preflight = Preflight::recognise(&Method::OPTIONS, &origin, &request).unwrap();
        let verdict = preflight.well_formed().err().map_or("readable", |refusal| refusal.code());
        assert_eq!(verdict, expected, "{row}");
    }
}

proptest! {
    #[test]
    fn a_granted_preflight_is_told_back_what_it_asked_for(
        method in "[A-Za-z]{1,9}",
        names in proptest::collection::btree_set("[a-z][a-z0-9-]{0,9}", 0..9),
    ) {
        let names = names.into_iter().collect::<Vec<_>>().join(",");
        let lines = [ORIGIN, (METHOD.0, method.as_str()), (HEADERS, names.as_str())];
        if let Ok(answer) = answer(&open_settings(), &headers(&lines)) {
            prop_assert_eq!(answer.get("access-control-allow-methods").unwrap(), &method);
            let sent = answer.get("access-control-allow-headers");
            let sent = sent.map_or("", |it| it.to_str().unwrap());
            prop_assert_eq!(sent, names);
        }
    }

    #[test]
    fn no_bytes_make_it_panic_and_what_is_echoed_is_a_list_of_tokens(
        lines in proptest::collection::vec("[ -~\\t\u{80}-\u{ff}]{0,40}|[a-zA-Z ,\\-]{0,40}", 0..4),
        method in "\\PC{0,12}",
    ) {
        let mut request = headers(&[ORIGIN]);
        for line in &lines {
            request.append(HEADERS, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        request.insert(METHOD.0, HeaderValue::from_bytes(method.as_bytes()).unwrap());
        let origin = RequestOrigin::from_headers(&request);
        let preflight = Preflight::recognise(&Method::OPTIONS, &origin, &request).unwrap();
        let policy = policy(&open_settings());
        let answer = policy.answer(&preflight, &[]);
        prop_assert!(answer.is_err() || preflight.well_formed().is_ok());
        if let Ok(answer) = answer {
            let mut target = HeaderMap::new();
            answer.write(&mut target);
            if let Some(list) = target.get("access-control-allow-headers") {
                for name in list.to_str().unwrap().split(',') {
                    prop_assert!(HeaderName::from_lowercase(name.as_bytes()).is_ok());
                }
            }
        }
    }
}
