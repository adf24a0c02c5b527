//! What servers get wrong in the response itself.

use super::CREDENTIALS;
use crate::scenario::{Fetch, OWN, PARTNER, Reply, SIBLING, Scenario, Stop};

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (what, answer) in answers() {
        for credentials in CREDENTIALS {
            let name = format!("a response with {what}, credentials {credentials}");
            let stop = Stop::new(SIBLING).answer(answer.clone());
            all.push(Scenario::new(name, Fetch::new("GET", credentials), vec![stop]));
        }
    }
    for status in [201, 204, 400, 401, 403, 404, 500, 503] {
        for (what, answer) in
            [("allowed", Reply::allow("{page}")), ("not allowed", Reply::new(200))]
        {
            let name = format!("a cross-site response of status {status}, {what}");
            let stop = Stop::new(PARTNER).answer(answer.status(status));
            all.push(Scenario::new(name, Fetch::new("GET", "include"), vec![stop]));
        }
    }
    for (what, answer) in
        [("no headers", Reply::new(200)), ("another origin", Reply::allow("http://x.test"))]
    {
        let name = format!("a same-origin response with {what}");
        let stop = Stop::new(OWN).answer(answer);
        all.push(Scenario::new(name, Fetch::new("PUT", "include"), vec![stop]));
    }
    all
}

fn answers() -> Vec<(&'static str, Reply)> {
    let allow = |origin: &str| Reply::allow(origin);
    let credentials = |value: &str| {
        Reply::new(200)
            .header("access-control-allow-origin", "{page}")
            .header("access-control-allow-credentials", value)
    };
    vec![
        ("no headers", Reply::new(200)),
        ("the page's origin", allow("{page}")),
        (
            "the page's origin and no credentials",
            allow("{page}").without("access-control-allow-credentials"),
        ),
        ("a wildcard", allow("*")),
        ("a wildcard and no credentials", allow("*").without("access-control-allow-credentials")),
        ("null", allow("null")),
        ("another origin", allow("{scheme}://other.one.localhost:{port}")),
        ("the page's host and another port", allow("{scheme}://app.one.localhost:1")),
        ("the page's host and another scheme", allow("ftp://app.one.localhost:{port}")),
        ("the page's host and no port", allow("{scheme}://app.one.localhost")),
        ("a slash at the end", allow("{page}/")),
        ("an origin in upper case", allow("HTTP://APP.one.localhost:{port}")),
        ("an origin without scheme", allow("app.one.localhost:{port}")),
        ("a template that nobody filled in", allow("${ORIGIN}")),
        ("a pattern", allow("{scheme}://*.one.localhost:{port}")),
        ("two origins in one line", allow("{page}, http://x.test")),
        ("two origins separated by a space", allow("{page} http://x.test")),
        ("an empty allow-origin", allow("")),
        ("two equal lines", allow("{page}").header("access-control-allow-origin", "{page}")),
        ("two different lines", allow("{page}").header("access-control-allow-origin", "*")),
        ("two lines of wildcards", allow("*").header("access-control-allow-origin", "*")),
        ("credentials True", credentials("True")),
        ("credentials TRUE", credentials("TRUE")),
        ("credentials 1", credentials("1")),
        ("credentials false", credentials("false")),
        ("credentials and a space around", credentials(" true ")),
        (
            "credentials twice",
            credentials("true").header("access-control-allow-credentials", "true"),
        ),
        ("empty credentials", credentials("")),
    ]
}
