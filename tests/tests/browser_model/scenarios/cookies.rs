//! Cookies that responses set: what the next call has.

use super::RELATIONS;
use crate::scenario::{Fetch, OWN, PARTNER, Reply, SIBLING, Scenario, Stop};

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (relation, host) in RELATIONS {
        for line in [
            "{cookie}=1",
            "{cookie}=1; SameSite=Lax",
            "{cookie}=1; SameSite=Strict",
            "{cookie}=1; SameSite=None",
            "{cookie}=1; SameSite=None; Secure",
            "{cookie}=1; SameSite=Odd; Secure",
            "{cookie}=1; SameSite=None; Secure; Partitioned",
            "{cookie}=1; Partitioned",
            "{cookie}=1; Secure; HttpOnly; SameSite=None",
        ] {
            let name = format!("a {relation} response sets {:?}", line.replace("{cookie}", "c"));
            all.push(set(name, host, line));
        }
    }
    for line in [
        "{cookie}=1; Domain=one.localhost",
        "{cookie}=1; Domain=.one.localhost",
        "{cookie}=1; Domain=ONE.localhost",
        "{cookie}=1; Domain=localhost",
        "{cookie}=1; Domain=two.localhost",
        "{cookie}=1; Domain=app.one.localhost",
        "{cookie}=1; Domain=",
        "{cookie}=1; Path=/",
        "{cookie}=1; Path=/s",
        "{cookie}=1; Path=/elsewhere",
        "{cookie}=1; Path=relative",
        "{cookie}=1; Max-Age=600",
        "{cookie}=1; Max-Age=0",
        "{cookie}=1; Max-Age=-1",
        "{cookie}=1; Max-Age=soon",
        "{cookie}=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "{cookie}=1; Expires=Wed, 09 Jun 2060 10:18:14 GMT",
        "{cookie}=1; Expires=Wed, 09-Jun-60 10:18:14 GMT",
        "{cookie}=1; Expires=never",
        "{cookie}=1; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "__Host-{cookie}=1; Secure; Path=/",
        "__Host-{cookie}=1; Secure",
        "__Host-{cookie}=1; Path=/",
        "__Host-{cookie}=1; Secure; Path=/; Domain=api.one.localhost",
        "__Secure-{cookie}=1; Secure",
        "__Secure-{cookie}=1",
        "{cookie}",
        "={cookie}",
        "{cookie}=",
        " {cookie} = 1 ",
        "{cookie}=\"quoted\"",
    ] {
        all.push(set(format!("a sibling sets {:?}", line.replace("{cookie}", "c")), SIBLING, line));
    }
    for line in [
        "{cookie}=1; Path=/",
        "{cookie}=1; SameSite=None; Secure",
        "__Host-{cookie}=1; Secure",
        "__Host-{cookie}=1; Secure; Path=",
        "__Host-{cookie}=1; Secure; Path=relative",
        "__Host-{cookie}=1; Secure; Path=/",
    ] {
        let name = format!("a sibling sets {:?} at its root", line.replace("{cookie}", "c"));
        all.push(set(name, SIBLING, line).shallow());
    }
    for (what, credentials) in [("omit", "omit"), ("same-origin", "same-origin")] {
        let stop =
            Stop::new(SIBLING).answer(Reply::allow("{page}").header("set-cookie", "{cookie}=1"));
        let name = format!("a cookie set on a call with credentials {what}");
        let scenario = Scenario::new(name, Fetch::new("GET", credentials), vec![stop]);
        all.push(scenario.then(Fetch::new("GET", "include")));
    }
    for (relation, host) in RELATIONS {
        let secret = "{cookie}=1; Secure; SameSite=None";
        let failing = Reply::new(200).header("set-cookie", secret);
        let name = format!("a {relation} response that nobody may read sets a cookie");
        all.push(twice(name, Stop::new(host).answer(failing)));
        let redirect = Reply::redirect(302, "{origin}").header("set-cookie", secret);
        let stops = vec![Stop::new(host).answer(redirect), Stop::new(host)];
        let name = format!("a {relation} redirect sets a cookie");
        let get = Fetch::new("GET", "include");
        all.push(Scenario::new(name, get.clone(), stops).then(get));
    }
    for (what, first, second) in [
        ("a partner sends home", PARTNER, OWN),
        ("home sends to a partner", OWN, PARTNER),
        ("a partner sends to a sibling", PARTNER, SIBLING),
    ] {
        for same_site in ["Strict", "Lax", "None; Secure"] {
            let line = format!("{{cookie}}=1; Path=/s; SameSite={same_site}");
            let stops = vec![
                Stop::new(first).answer(Reply::redirect(302, "{origin}")),
                Stop::new(second).answer(Reply::allow("{origin}").header("set-cookie", line)),
            ];
            let name = format!("{what}, which sets a SameSite={same_site} cookie");
            let get = Fetch::new("GET", "include");
            all.push(Scenario::new(name, get.clone(), stops).then(get));
        }
    }
    all
}

fn set(name: String, host: &'static str, line: &str) -> Scenario {
    twice(name, Stop::new(host).answer(Reply::allow("{page}").header("set-cookie", line)))
}

fn twice(name: String, stop: Stop) -> Scenario {
    let get = Fetch::new("GET", "include");
    Scenario::new(name, get.clone(), vec![stop]).then(get)
}
