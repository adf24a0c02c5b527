//! Methods, credentials modes and relations, where every host consents.

use super::{CREDENTIALS, RELATIONS};
use crate::scenario::{Fetch, SIBLING, Scenario, Stop};

const METHODS: [&str; 12] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "patch", "put", "get", "QUERY",
    "X-Own",
];

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (relation, host) in RELATIONS {
        for method in METHODS {
            for credentials in CREDENTIALS {
                let name = format!("a {relation} {method} with credentials {credentials}");
                all.push(Scenario::new(
                    name,
                    Fetch::new(method, credentials),
                    vec![Stop::new(host)],
                ));
            }
        }
        for (method, content_type) in
            [("POST", "text/plain"), ("POST", "application/json"), ("PUT", "application/json")]
        {
            let name = format!("a {relation} {method} with a body of {content_type}");
            let fetch = Fetch::new(method, "include").body(content_type);
            all.push(Scenario::new(name, fetch, vec![Stop::new(host)]));
        }
        for (mode, credentials) in [("same-origin", "include"), ("same-origin", "omit")] {
            let name = format!("a {relation} GET with mode {mode} and credentials {credentials}");
            let fetch = Fetch::new("GET", credentials).mode(mode);
            all.push(Scenario::new(name, fetch, vec![Stop::new(host)]));
        }
    }
    for method in ["TRACE", "connect", "Track"] {
        let name = format!("the forbidden method {method}");
        all.push(Scenario::new(name, Fetch::new(method, "include"), vec![Stop::new(SIBLING)]));
    }
    for method in ["GET", "HEAD"] {
        let fetch = Fetch::new(method, "include").body("text/plain");
        all.push(Scenario::new(format!("{method} with a body"), fetch, vec![Stop::new(SIBLING)]));
    }
    all
}
