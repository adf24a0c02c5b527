use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;

use super::{is_unsafe, needed_preflight};
use crate::{Dangers, Policy, Settings};

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
    }
    headers
}

fn policy(allowed_headers: Option<&[&str]>) -> Policy {
    let settings = Settings {
        allow_all_origins: true,
        allow_all_methods: true,
        allow_all_headers: allowed_headers.is_none(),
        allowed_headers: allowed_headers
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect(),
        ..Settings::default()
    };
    Policy::compile(&settings, &Dangers::default()).0.unwrap()
}

#[test]
fn a_method_is_unsafe_unless_it_only_reads() {
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        assert!(!is_unsafe(&method), "{method}");
    }
    let unsafe_ones = [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE];
    for method in unsafe_ones.into_iter().chain([Method::from_bytes(b"get").unwrap()]) {
        assert!(is_unsafe(&method), "{method}");
    }
}

#[test]
fn a_method_needs_a_preflight_unless_a_form_could_send_it() {
    for method in [Method::GET, Method::HEAD, Method::POST] {
        assert!(!needed_preflight(&method, &HeaderMap::new(), None), "{method}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        assert!(needed_preflight(&method, &HeaderMap::new(), None), "{method}");
    }
}

#[test]
fn a_content_type_needs_a_preflight_unless_a_form_could_send_it() {
    let long = format!("text/plain;charset={}", "x".repeat(120));
    let rows = [
        ("a form", "application/x-www-form-urlencoded", false),
        ("a form with files", "multipart/form-data; boundary=----abc", false),
        ("plain text", "text/plain", false),
        ("plain text with a parameter", "text/plain;charset=UTF-8", false),
        ("any case and spacing", " Text/Plain ;charset=utf-8", false),
        ("JSON", "application/json", true),
        ("JSON that mentions plain text", "application/json;x=text/plain", true),
        ("two types in one line", "text/plain, application/json", true),
        ("a type that begins alike", "text/plainer", true),
        ("a space inside", "text/ plain", true),
        ("nothing", "", true),
        ("a quoted parameter", "text/plain;charset=\"utf-8\"", true),
        ("a report, though browsers send it without asking", "application/csp-report", true),
        ("more than 128 bytes", &long, true),
    ];
    for (row, value, expected) in rows {
        let headers = headers(&[("content-type", value)]);
        assert_eq!(needed_preflight(&Method::POST, &headers, None), expected, "{row}");
    }
    let doubled = headers(&[("content-type", "text/plain"), ("content-type", "text/plain")]);
    assert!(needed_preflight(&Method::POST, &doubled, None), "two lines");
}

#[test]
fn authorization_needs_a_preflight() {
    let headers = headers(&[("authorization", "Bearer x")]);
    assert!(needed_preflight(&Method::GET, &headers, None));
    assert!(needed_preflight(&Method::GET, &headers, Some(&policy(Some(&[])))));
}

#[test]
fn a_header_counts_when_the_settings_name_it_and_its_value_is_not_safelisted() {
    let policy = policy(Some(&["X-A", "accept", "range", "accept-language"]));
    let rows = [
        ("a named one", "x-a", "1", true),
        ("one that is not named", "x-b", "1", false),
        ("a simple Accept", "accept", "application/json, text/plain, */*", false),
        ("an odd Accept", "accept", "text/html;q=\"1\"", true),
        ("a simple range", "range", "bytes=0-499", false),
        ("an open range", "range", "bytes=500-", false),
        ("a range from the end", "range", "bytes=-500", true),
        ("a range backwards", "range", "bytes=10-9", true),
        ("two ranges", "range", "bytes=0-1,3-4", true),
        ("a simple language", "accept-language", "de-DE,de;q=0.9", false),
        ("an odd language", "accept-language", "de(DE)", true),
    ];
    for (row, name, value, expected) in rows {
        let headers = headers(&[(name, value)]);
        assert_eq!(needed_preflight(&Method::GET, &headers, Some(&policy)), expected, "{row}");
        assert!(!needed_preflight(&Method::GET, &headers, None), "{row}: without settings");
    }
}

#[test]
fn with_all_headers_any_counts_that_browsers_do_not_send_of_their_own_accord() {
    let policy = policy(None);
    let plain = headers(&[
        ("host", "api.example"),
        ("origin", "https://app.example"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("accept", "*/*"),
        ("accept-language", "en-US,en;q=0.5"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("referer", "https://app.example/"),
        ("cookie", "a=b"),
        ("connection", "keep-alive"),
        ("content-length", "3"),
        ("content-type", "text/plain;charset=UTF-8"),
        ("sec-fetch-site", "same-site"),
        ("sec-ch-ua", "\"Chromium\";v=\"156\""),
        ("priority", "u=1, i"),
        ("cache-control", "no-cache"),
        ("pragma", "no-cache"),
        ("if-none-match", "\"x\""),
        ("te", "trailers"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
    ]);
    assert!(!needed_preflight(&Method::POST, &plain, Some(&policy)));
    for name in ["x-requested-with", "cf-access-token", "x-api-key", "traceparent"] {
        let mut headers = plain.clone();
        headers.insert(name, HeaderValue::from_static("1"));
        assert!(needed_preflight(&Method::POST, &headers, Some(&policy)), "{name}");
    }
}

#[test]
fn the_list_of_browser_headers_is_sorted_and_found() {
    for name in ["accept", "x-request-id", "host", "proxy-connection", "sec-gpc"] {
        assert!(super::browser_headers::contains(&HeaderName::from_static(name)), "{name}");
    }
    assert!(super::browser_headers::NAMES.is_sorted());
}

proptest! {
    #[test]
    fn naming_more_headers_never_makes_fewer_preflights_needed(
        name in "[a-z]{1,3}|accept|range|content-type",
        value in "[ -~]{0,20}",
        listed in proptest::collection::btree_set("[a-z]{1,3}|accept|range", 0..6),
    ) {
        let headers = headers(&[(&name, &value)]);
        let forbidden = ["dnt", "te", "via"];
        let listed: Vec<&str> =
            listed.iter().map(String::as_str).filter(|it| !forbidden.contains(it)).collect();
        let with = needed_preflight(&Method::GET, &headers, Some(&policy(Some(&listed))));
        let without = needed_preflight(&Method::GET, &headers, None);
        prop_assert!(with || !without);
    }

    #[test]
    fn no_bytes_make_it_panic(
        name in "accept|range|content-type|accept-language",
        value in proptest::collection::vec(0x20_u8..=0xFF, 0..200),
    ) {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
            let _ = needed_preflight(&Method::GET, &headers, Some(&policy(None)));
        }
    }
}
