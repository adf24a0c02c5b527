//! What servers answer to preflights.

use crate::scenario::{Fetch, Reply, SIBLING, Scenario, Stop};

const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut each = |what: &str, preflight: Reply, fetch: &dyn Fn(&'static str) -> Fetch| {
        for credentials in ["same-origin", "include"] {
            let name = format!("{what}, credentials {credentials}");
            let stop = Stop::new(SIBLING).preflight(preflight.clone());
            all.push(Scenario::new(name, fetch(credentials), vec![stop]));
        }
    };
    let put = |credentials| Fetch::new("PUT", credentials);
    for (what, preflight) in whole() {
        each(&format!("a preflight answered with {what}"), preflight, &put);
    }
    for (what, methods) in [
        ("no methods", None),
        ("an empty list", Some("")),
        ("the method", Some("PUT")),
        ("the method in lower case", Some("put")),
        ("another method", Some("DELETE")),
        ("the method among others", Some("GET,PUT , DELETE")),
        ("a wildcard", Some("*")),
        ("a wildcard among others", Some("GET, *")),
        ("semicolons", Some("GET; PUT")),
        ("a word in quotes", Some("\"PUT\"")),
        ("empty elements", Some(",,PUT,")),
        ("a space inside", Some("PUT DELETE")),
    ] {
        each(&format!("a PUT whose methods are {what}"), list(METHODS, methods), &put);
    }
    let two_lines = list(METHODS, Some("GET")).header(METHODS, "PUT");
    each("a PUT whose methods are on two lines", two_lines, &put);
    for (method, methods) in
        [("patch", "PATCH"), ("PATCH", "patch"), ("GET", "PUT"), ("POST", "DELETE"), ("HEAD", "")]
    {
        let what = format!("a {method} with a header, methods {methods:?}");
        let fetch = |credentials| Fetch::new(method, credentials).header("x-a", "1");
        each(&what, list(METHODS, Some(methods)), &fetch);
    }
    let own_headers =
        |credentials| Fetch::new("GET", credentials).header("x-a", "1").header("x-b", "2");
    for (what, headers) in [
        ("no headers", None),
        ("an empty list", Some("")),
        ("both headers", Some("x-a, x-b")),
        ("both headers in upper case", Some("X-A,X-B")),
        ("one header of two", Some("x-a")),
        ("a wildcard", Some("*")),
        ("one header and a wildcard", Some("x-a,*")),
        ("semicolons", Some("x-a; x-b")),
        ("a bad name", Some("x-a, x-b, a b(")),
        ("empty elements", Some("x-a,, ,x-b,")),
        ("names that begin alike", Some("x-ab, x-b")),
    ] {
        each(
            &format!("own headers whose allow-headers is {what}"),
            list(HEADERS, headers),
            &own_headers,
        );
    }
    let authorization =
        |credentials| Fetch::new("GET", credentials).header("authorization", "Bearer abc");
    for headers in ["*", "authorization", "Authorization", "*, authorization", "x-a"] {
        let what = format!("Authorization whose allow-headers is {headers:?}");
        each(&what, list(HEADERS, Some(headers)), &authorization);
    }
    let json = |credentials| Fetch::new("POST", credentials).body("application/json");
    for headers in ["content-type", "*", "Content-Type", "accept"] {
        let what = format!("JSON whose allow-headers is {headers:?}");
        each(&what, list(HEADERS, Some(headers)), &json);
    }
    all
}

/// Consent, but for one list.
fn list(name: &'static str, value: Option<&str>) -> Reply {
    let consent = Reply::consent().without(name);
    match value {
        None => consent,
        Some(value) => consent.header(name, value),
    }
}

fn whole() -> Vec<(&'static str, Reply)> {
    let consent = Reply::consent;
    let origin = |value: &str| {
        consent()
            .without("access-control-allow-origin")
            .header("access-control-allow-origin", value)
    };
    vec![
        ("204", consent()),
        ("200", consent().status(200)),
        ("299", consent().status(299)),
        ("300", consent().status(300)),
        ("304", consent().status(304)),
        ("400", consent().status(400)),
        ("401", consent().status(401)),
        ("403", consent().status(403)),
        ("404", consent().status(404)),
        ("405", consent().status(405)),
        ("500", consent().status(500)),
        ("a redirect", consent().status(302).header("location", "{next}")),
        ("a permanent redirect", consent().status(308).header("location", "{next}")),
        ("302 without a Location", consent().status(302)),
        ("no headers at all", Reply::new(200)),
        ("no headers at all and 401", Reply::new(401)),
        ("no allow-origin", consent().without("access-control-allow-origin")),
        ("a wildcard origin", origin("*")),
        ("another origin", origin("http://x.test")),
        ("null", origin("null")),
        ("a slash at the end", origin("{page}/")),
        ("two origins", origin("{page}, {page}")),
        ("no credentials", consent().without("access-control-allow-credentials")),
        (
            "credentials True",
            consent()
                .without("access-control-allow-credentials")
                .header("access-control-allow-credentials", "True"),
        ),
        ("cookies", consent().header("set-cookie", "from-preflight=1; Secure; SameSite=None")),
    ]
}
