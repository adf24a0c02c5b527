//! Hosts with another scheme than the page.

use super::{CREDENTIALS, RELATIONS};
use crate::scenario::{Call, Fetch, OWN, Reply, SIBLING, Scenario, Stop};

const POLICY: &str = "cross-origin-resource-policy";

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut one = |name: String, call: Call, stops: Vec<Stop>| {
        all.push(Scenario::new(format!("across schemes: {name}"), call, stops));
    };
    for (relation, host) in RELATIONS {
        for method in ["GET", "POST", "PUT"] {
            for credentials in CREDENTIALS {
                let name = format!("a {method} to a {relation} host, credentials {credentials}");
                let stop = Stop::new(host).across();
                one(name, Fetch::new(method, credentials).into(), vec![stop]);
            }
            if method != "PUT" {
                let name = format!("a {method} to a {relation} host with mode no-cors");
                let fetch = Fetch::new(method, "include").mode("no-cors");
                let stop = Stop::new(host).across().answer(Reply::new(200));
                one(name, fetch.into(), vec![stop]);
            }
        }
        for policy in ["same-origin", "same-site"] {
            let name = format!("a {relation} response with resource policy {policy}");
            let stop = Stop::new(host).across().answer(Reply::new(200).header(POLICY, policy));
            one(name, Fetch::new("GET", "include").mode("no-cors").into(), vec![stop]);
        }
        for (tag, crossorigin) in
            [("script", None), ("img", None), ("img", Some("anonymous")), ("iframe", None)]
        {
            let name = format!("a {relation} <{tag}>, crossorigin {}", crossorigin.unwrap_or("no"));
            one(name, Call::Element(tag, crossorigin), vec![Stop::new(host).across()]);
        }
        for method in ["GET", "PUT"] {
            let away = [
                Stop::new(host).answer(Reply::redirect(307, "{origin}")),
                Stop::new(host).across(),
            ];
            let name = format!("a {method} redirected by a {relation} host to its other scheme");
            one(name, Fetch::new(method, "include").into(), away.to_vec());
            let home =
                [Stop::new(host).across().answer(Reply::redirect(307, "{origin}")), Stop::new(OWN)];
            let name = format!("a {method} redirected home by a {relation} host");
            one(name, Fetch::new(method, "include").into(), home.to_vec());
        }
    }
    for (what, across) in [
        ("there and back", [false, true, false]),
        ("back and there", [true, false, true]),
        ("there to stay", [false, true, true]),
        ("back to stay", [true, false, false]),
    ] {
        for method in ["GET", "PUT"] {
            let mut stops: Vec<_> = across
                .map(|across| if across { Stop::new(SIBLING).across() } else { Stop::new(SIBLING) })
                .map(|stop| stop.answer(Reply::redirect(307, "{origin}")))
                .to_vec();
            stops[2].answer = Reply::allow("{origin}");
            one(
                format!("a {method} redirected {what}"),
                Fetch::new(method, "include").into(),
                stops,
            );
        }
    }
    all.extend(cookies());
    all
}

/// Set by a host with the other scheme, and sent there again.
fn cookies() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (relation, host) in RELATIONS {
        for line in [
            "{cookie}=1",
            "{cookie}=1; Secure",
            "{cookie}=1; SameSite=Lax",
            "{cookie}=1; SameSite=Strict; Secure",
            "{cookie}=1; SameSite=None; Secure",
            "{cookie}=1; SameSite=None; Secure; Partitioned",
        ] {
            let get = Fetch::new("GET", "include");
            let answer = Reply::allow("{page}").header("set-cookie", line);
            let shown = line.replace("{cookie}", "c");
            let name = format!("across schemes: a {relation} host sets {shown:?}");
            let stop = Stop::new(host).across().answer(answer);
            all.push(Scenario::new(name, get.clone(), vec![stop]).then(get));
        }
    }
    let get = Fetch::new("GET", "include");
    let answer =
        Reply::redirect(302, "{origin}").header("set-cookie", "{cookie}=1; Path=/; Secure");
    let stops = vec![Stop::new(SIBLING).across().answer(answer), Stop::new(SIBLING)];
    let name = "across schemes: a redirect sets a Secure cookie for the next scheme";
    all.push(Scenario::new(name, get.clone(), stops).then(get));
    all
}
