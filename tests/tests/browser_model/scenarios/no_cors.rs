//! `fetch` with mode `no-cors`, and `Cross-Origin-Resource-Policy`.

use super::{CREDENTIALS, RELATIONS};
use crate::scenario::{Fetch, IDP, OWN, PARTNER, Reply, SIBLING, Scenario, Stop};

const POLICY: &str = "cross-origin-resource-policy";

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    let get = || Fetch::new("GET", "include").mode("no-cors");
    for (relation, host) in RELATIONS {
        for method in ["GET", "HEAD", "POST", "PUT"] {
            let name = format!("a {relation} {method} with mode no-cors");
            let fetch = Fetch::new(method, "include").mode("no-cors");
            all.push(Scenario::new(name, fetch, vec![Stop::new(host).answer(Reply::new(200))]));
        }
        for credentials in CREDENTIALS {
            let name = format!("a {relation} POST with mode no-cors and credentials {credentials}");
            let fetch = Fetch::new("POST", credentials).mode("no-cors").body("text/plain");
            all.push(Scenario::new(name, fetch, vec![Stop::new(host).answer(Reply::new(200))]));
        }
        for policy in [
            "same-origin",
            "same-site",
            "cross-origin",
            "Same-Origin",
            "none",
            "same-origin, same-origin",
        ] {
            let name = format!("a {relation} response with resource policy {policy:?}");
            let reply = Reply::new(200).header(POLICY, policy);
            all.push(Scenario::new(name, get(), vec![Stop::new(host).answer(reply)]));
        }
        let name = format!("a {relation} CORS request with resource policy same-origin");
        let reply = Reply::allow("{page}").header(POLICY, "same-origin");
        let stop = Stop::new(host).answer(reply);
        all.push(Scenario::new(name, Fetch::new("GET", "include"), vec![stop]));
        for redirect in ["manual", "error"] {
            let name = format!("a {relation} GET with mode no-cors and redirect {redirect}");
            let stops =
                vec![Stop::new(host).answer(Reply::redirect(302, "{page}")), Stop::new(host)];
            all.push(Scenario::new(name, get().redirect(redirect), stops));
        }
    }
    let fetch =
        get().header("x-a", "1").header("authorization", "a").header("content-language", "de");
    let stop = Stop::new(SIBLING).answer(Reply::new(200));
    all.push(Scenario::new("own headers with mode no-cors", fetch, vec![stop]));
    let fetch = get().header("range", "bytes=0-1");
    let stop = Stop::new(SIBLING).answer(Reply::new(200));
    all.push(Scenario::new("a Range with mode no-cors", fetch, vec![stop]));
    let fetch = Fetch::new("POST", "include").mode("no-cors").body("application/json");
    let stop = Stop::new(PARTNER).answer(Reply::new(200));
    all.push(Scenario::new("JSON with mode no-cors", fetch, vec![stop]));
    for (what, hosts) in [
        ("from home to a partner", [OWN, PARTNER]),
        ("from a partner home", [PARTNER, OWN]),
        ("from a partner to its identity provider", [PARTNER, IDP]),
        ("from a sibling to a partner", [SIBLING, PARTNER]),
    ] {
        for (method, code) in [("GET", 302), ("POST", 302), ("POST", 307)] {
            let redirect = Reply::new(code).header("location", "{next}");
            let stops = vec![
                Stop::new(hosts[0]).answer(redirect),
                Stop::new(hosts[1]).answer(Reply::new(200)),
            ];
            let name = format!("a {method} with mode no-cors and a {code} {what}");
            all.push(Scenario::new(name, Fetch::new(method, "include").mode("no-cors"), stops));
        }
    }
    let redirect = Reply::new(302).header("location", "{next}").header(POLICY, "same-origin");
    let stops = vec![Stop::new(PARTNER).answer(redirect), Stop::new(OWN).answer(Reply::new(200))];
    all.push(Scenario::new("a redirect with resource policy same-origin", get(), stops));
    all
}
