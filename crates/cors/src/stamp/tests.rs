use http::{HeaderMap, HeaderName};
use proptest::prelude::*;

use super::stamp_origin;
use crate::{Dangers, Origin, OriginHeader, Policy, RequestOrigin, Settings, vary_on};

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    headers
}

fn policy(credentials: bool) -> Policy {
    let settings = Settings {
        allowed_origins: vec!["https://app.example".into()],
        allowed_methods: vec!["GET".into()],
        allow_credentials: credentials,
        exposed_headers: vec!["X-Total".into(), "etag".into()],
        owns_responses: true,
        ..Settings::default()
    };
    Policy::compile(&settings, &Dangers::default()).0.unwrap()
}

fn origin(text: &str) -> OriginHeader {
    OriginHeader::One(Origin::parse(text.as_bytes()).unwrap())
}

#[test]
fn an_allowed_origin_can_read_the_answer() {
    let mut target = HeaderMap::new();
    assert!(policy(true).stamp(&origin("https://app.example"), &mut target));
    let expected = headers(&[
        ("access-control-allow-origin", "https://app.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-total,etag"),
        ("vary", "Origin"),
    ]);
    assert_eq!(target, expected);
}

#[test]
fn without_credentials_none_are_promised() {
    let mut target = HeaderMap::new();
    assert!(policy(false).stamp(&origin("https://app.example"), &mut target));
    let expected = headers(&[
        ("access-control-allow-origin", "https://app.example"),
        ("access-control-expose-headers", "x-total,etag"),
        ("vary", "Origin"),
    ]);
    assert_eq!(target, expected);
}

#[test]
fn another_origin_gets_nothing_but_vary_whatever_stood_there() {
    for text in ["https://evil.test", "null", "http://app.example"] {
        let mut target = headers(&[
            ("access-control-allow-origin", "*"),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "*"),
            ("access-control-allow-methods", "PUT"),
            ("access-control-allow-headers", "x-a"),
            ("access-control-max-age", "9"),
            ("access-control-allow-private-network", "true"),
        ]);
        assert!(!policy(true).stamp(&origin(text), &mut target));
        assert_eq!(target, headers(&[("vary", "Origin")]), "{text}");
    }
}

#[test]
fn a_request_without_one_readable_origin_gets_nothing_but_vary() {
    for origin in [OriginHeader::Absent, OriginHeader::Invalid] {
        let mut target = headers(&[("access-control-allow-origin", "*"), ("etag", "x")]);
        assert!(!policy(true).stamp(&origin, &mut target));
        assert_eq!(target, headers(&[("etag", "x"), ("vary", "Origin")]), "{origin:?}");
    }
}

#[test]
fn there_are_never_two_values() {
    let mut target = headers(&[
        ("access-control-allow-origin", "https://one.example"),
        ("access-control-allow-origin", "https://two.example"),
        ("access-control-allow-credentials", "true"),
    ]);
    stamp_origin(&RequestOrigin::Null, false, &mut target, None);
    stamp_origin(&RequestOrigin::Null, false, &mut target, None);
    let expected = headers(&[("access-control-allow-origin", "null"), ("vary", "Origin")]);
    assert_eq!(target, expected);
}

#[test]
fn vary_names_each_field_once() {
    let rows: [(&str, &[&str], &str); 8] = [
        ("none yet", &[], "Origin"),
        ("an empty one", &[""], "Origin"),
        ("another", &["Accept"], "Accept, Origin"),
        ("two lines", &["Accept", "Cookie"], "Accept, Cookie, Origin"),
        ("named already", &["Origin"], "Origin"),
        (
            "named in another case, among others",
            &["accept,origin , cookie"],
            "accept,origin , cookie",
        ),
        ("everything", &["*"], "*"),
        ("a name that ends alike", &["X-Origin"], "X-Origin, Origin"),
    ];
    for (row, lines, expected) in rows {
        let lines: Vec<_> = lines.iter().map(|line| ("vary", *line)).collect();
        let mut target = headers(&lines);
        vary_on(&mut target, "Origin");
        let after: Vec<_> = target.get_all("vary").iter().collect();
        assert_eq!(after, [expected], "{row}");
    }
}

proptest! {
    #[test]
    fn varying_twice_is_varying_once(lines in proptest::collection::vec("[ -~]{0,20}", 0..4)) {
        let lines: Vec<_> = lines.iter().map(|line| ("vary", line.as_str())).collect();
        let mut once = headers(&lines);
        vary_on(&mut once, "Origin");
        let mut twice = once.clone();
        vary_on(&mut twice, "Origin");
        prop_assert_eq!(once, twice);
    }
}
