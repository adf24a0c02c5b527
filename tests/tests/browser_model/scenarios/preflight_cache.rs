//! What browsers remember of preflights.

use crate::scenario::{Fetch, OWN, Reply, SIBLING, Scenario, Stop};

const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const MAX_AGE: &str = "access-control-max-age";

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    let put = |credentials| Fetch::new("PUT", credentials);
    for (what, age) in [
        ("no max-age", None),
        ("max-age 0", Some("0")),
        ("max-age 600", Some("600")),
        ("a negative max-age", Some("-1")),
        ("max-age beyond every cap", Some("999999999")),
        ("a max-age beyond numbers", Some("99999999999999999999999")),
        ("a max-age that is no number", Some("soon")),
        ("a max-age with a unit", Some("600s")),
        ("a fractional max-age", Some("600.5")),
        ("a max-age with a sign", Some("+600")),
        ("an empty max-age", Some("")),
        ("two max-ages", Some("600, 600")),
        ("a max-age and a space around", Some(" 600 ")),
    ] {
        let consent = Reply::consent().without(MAX_AGE);
        let preflight = match age {
            None => consent,
            Some(age) => consent.header(MAX_AGE, age),
        };
        let stop = Stop::new(SIBLING).preflight(preflight);
        let name = format!("a PUT again, after {what}");
        all.push(Scenario::new(name, put("include"), vec![stop]).then(put("include")));
    }
    for (what, first, second) in pairs() {
        for wide in [false, true] {
            let name = format!(
                "a preflight remembered that lists {}: {what}",
                if wide { "much" } else { "what was asked" }
            );
            let stop = Stop::new(SIBLING).preflight(if wide { much() } else { asked() });
            all.push(Scenario::new(name, first.clone(), vec![stop]).then(second.clone()));
        }
    }
    let wildcards =
        asked().without(METHODS).without(HEADERS).header(METHODS, "*").header(HEADERS, "*");
    for (what, second) in [
        ("another method", Fetch::new("DELETE", "same-origin")),
        ("another header", Fetch::new("PUT", "same-origin").header("x-b", "1")),
        ("Authorization", Fetch::new("PUT", "same-origin").header("authorization", "a")),
        ("credentials", Fetch::new("PUT", "include")),
    ] {
        let name = format!("a preflight remembered with wildcards: {what}");
        let stop = Stop::new(SIBLING).preflight(wildcards.clone());
        all.push(Scenario::new(name, put("same-origin"), vec![stop]).then(second));
    }
    let three = Scenario::new(
        "two preflights of one URL, then the first again",
        put("include"),
        vec![Stop::new(SIBLING).preflight(asked())],
    );
    all.push(three.then(Fetch::new("DELETE", "include")).then(put("include")));
    let three = Scenario::new(
        "with credentials, then without, then with",
        put("include"),
        vec![Stop::new(SIBLING).preflight(asked())],
    );
    all.push(three.then(put("omit")).then(put("include")));
    let failing = Stop::new(SIBLING).preflight(asked()).answer(Reply::new(200));
    let name = "a preflight remembered though the response fails";
    all.push(Scenario::new(name, put("include"), vec![failing]).then(put("include")));
    let refused = Stop::new(SIBLING).preflight(asked().status(403));
    let name = "a preflight that was refused is sent again";
    all.push(Scenario::new(name, put("include"), vec![refused]).then(put("include")));
    for (what, hosts) in [("to a sibling", [SIBLING, SIBLING]), ("home", [SIBLING, OWN])] {
        let stops = vec![
            Stop::new(hosts[0]).preflight(asked()).answer(Reply::redirect(307, "{origin}")),
            Stop::new(hosts[1]).preflight(asked()),
        ];
        let name = format!("preflights along a redirect {what}, again");
        all.push(Scenario::new(name, put("include"), stops).then(put("include")));
    }
    let stops = vec![
        Stop::new(SIBLING).preflight(asked()).answer(Reply::redirect(307, "{origin}")),
        Stop::new(crate::scenario::LOGIN).preflight(asked()),
    ];
    let name = "preflights along a redirect that hides the origin, again";
    all.push(Scenario::new(name, put("include"), stops).then(put("include")));
    all
}

/// Two calls, the second of which may or may not need a preflight of its own.
fn pairs() -> Vec<(&'static str, Fetch, Fetch)> {
    let put = |credentials| Fetch::new("PUT", credentials);
    let get = || Fetch::new("GET", "include");
    vec![
        ("the same", put("include"), put("include")),
        ("another method", put("include"), Fetch::new("DELETE", "include")),
        ("a method that needs none", put("include"), get()),
        ("another header", get().header("x-a", "1"), get().header("x-b", "1")),
        ("one header more", put("include"), put("include").header("x-a", "1")),
        ("one header less", put("include").header("x-a", "1"), put("include")),
        ("the header in another case", get().header("x-a", "1"), get().header("X-A", "2")),
        ("credentials after none", put("same-origin"), put("include")),
        ("none after credentials", put("include"), put("omit")),
        ("omit after same-origin", put("same-origin"), put("omit")),
    ]
}

fn asked() -> Reply {
    Reply::consent().without(MAX_AGE).header(MAX_AGE, "600")
}

fn much() -> Reply {
    asked()
        .without(METHODS)
        .without(HEADERS)
        .header(METHODS, "GET, PUT, DELETE")
        .header(HEADERS, "x-a, X-B")
}
