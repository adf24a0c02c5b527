//! Headers that a page sets: which need a preflight, and how the preflight names them.

use super::RELATIONS;
use crate::scenario::{Fetch, OWN, SIBLING, Scenario, Stop};

type Lines = Vec<(&'static str, String)>;

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (what, lines) in sets() {
        for (relation, host) in [("same-site", SIBLING), ("same-origin", OWN)] {
            if relation == "same-origin" && !what.starts_with("Authorization") {
                continue;
            }
            let fetch = Fetch { headers: lines.clone(), ..Fetch::new("GET", "same-origin") };
            let name = format!("a {relation} GET with {what}");
            all.push(Scenario::new(name, fetch, vec![Stop::new(host)]));
        }
    }
    for (what, content_type) in content_types() {
        let fetch = Fetch::new("POST", "same-origin").header("content-type", content_type);
        all.push(Scenario::new(format!("a POST with {what}"), fetch, vec![Stop::new(SIBLING)]));
    }
    for (relation, host) in RELATIONS {
        let fetch = Fetch::new("PUT", "include")
            .header("X-B", "1")
            .header("x-a", "1")
            .body("application/json");
        let name = format!("a {relation} PUT with several headers, not in order");
        all.push(Scenario::new(name, fetch, vec![Stop::new(host)]));
    }
    all
}

fn sets() -> Vec<(&'static str, Lines)> {
    let one = |name: &'static str, value: &str| vec![(name, value.to_owned())];
    let long = |length: usize| "a".repeat(length);
    vec![
        ("a header of its own", one("x-a", "1")),
        ("a header of its own in upper case", one("X-A", "1")),
        ("a header of its own without a value", one("x-a", "")),
        ("one header twice", vec![("x-a", "1".to_owned()), ("x-a", "2".to_owned())]),
        ("Authorization", one("Authorization", "Bearer abc")),
        ("Accept", one("accept", "application/json")),
        ("Accept of 128 bytes", one("accept", &long(128))),
        ("Accept of 129 bytes", one("accept", &long(129))),
        ("Accept with an unsafe byte", one("accept", "a(b")),
        ("Accept with a quoted string", one("accept", "text/html;a=\"b\"")),
        ("Accept-Language", one("accept-language", "de, en;q=0.5")),
        ("Accept-Language with another byte", one("accept-language", "de_DE")),
        ("Content-Language", one("content-language", "de")),
        ("Content-Language with another byte", one("content-language", "de@x")),
        ("Content-Type of a form", one("content-type", "application/x-www-form-urlencoded")),
        ("Content-Type of JSON", one("content-type", "application/json")),
        ("If-Match", one("if-match", "\"1\"")),
        ("a Range from a byte on", one("range", "bytes=5-")),
        ("a Range of bytes", one("range", "bytes=5-9")),
        ("a Range of the last bytes", one("range", "bytes=-5")),
        ("a Range that ends before it begins", one("range", "bytes=9-5")),
        ("a Range with a space", one("range", "bytes= 5-9")),
        ("a Range in upper case", one("range", "BYTES=5-9")),
        ("several Ranges", one("range", "bytes=0-1,5-9")),
        ("a Range in another unit", one("range", "items=0-1")),
        (
            "forbidden headers only",
            vec![
                ("cookie", "a=b".to_owned()),
                ("origin", "http://x.test".to_owned()),
                ("sec-a", "1".to_owned()),
                ("proxy-a", "1".to_owned()),
            ],
        ),
        ("a method override", one("x-method-override", "PUT")),
        ("a forbidden method override", one("x-method-override", "TRACE")),
        ("every safelisted header, at its longest", longest()),
        (
            "a safelisted header among others",
            vec![("accept", "a/b".to_owned()), ("x-b", "1".to_owned()), ("x-a", "1".to_owned())],
        ),
    ]
}

/// Five names of 128 bytes each: less than the 1,024 bytes that all may have.
fn longest() -> Lines {
    let names = ["accept", "accept-language", "content-language"];
    let mut lines: Lines = names.map(|name| (name, "a".repeat(128))).to_vec();
    lines.push(("content-type", format!("text/plain;a={}", "b".repeat(115))));
    lines.push(("range", format!("bytes={}-", "1".repeat(121))));
    lines
}

fn content_types() -> Vec<(&'static str, String)> {
    vec![
        ("plain text", "text/plain".to_owned()),
        ("plain text and a parameter", "text/plain;charset=utf-8".to_owned()),
        ("plain text in upper case", "TEXT/PLAIN".to_owned()),
        ("a form with files", "multipart/form-data; boundary=x".to_owned()),
        ("JSON that mentions plain text", "application/json; a=text/plain".to_owned()),
        ("two content types", "text/plain, application/json".to_owned()),
        ("two content types, JSON first", "application/json, text/plain".to_owned()),
        ("a content type that begins alike", "text/plainer".to_owned()),
        ("a content type with a space inside", "text /plain".to_owned()),
        ("a content type that is none", "text".to_owned()),
        ("a quoted parameter", "text/plain;a=\"b\"".to_owned()),
        ("a content type of 129 bytes", format!("text/plain;a={}", "b".repeat(116))),
        ("a report's content type", "application/csp-report".to_owned()),
    ]
}
