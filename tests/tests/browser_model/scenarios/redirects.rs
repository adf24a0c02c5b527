//! Redirects: chains of hosts, statuses, methods, and what each hop may read.

use crate::scenario::{Fetch, IDP, LOGIN, OWN, PARTNER, Reply, SIBLING, Scenario, Stop};

const CODES: [u16; 5] = [301, 302, 303, 307, 308];

pub(super) fn all() -> Vec<Scenario> {
    [codes(), chains(), origins(), headers(), modes(), locations()].concat()
}

/// A chain through hosts, all of which allow whatever origin is sent.
fn through(hosts: &[&'static str], status: u16) -> Vec<Stop> {
    let stop = |(index, host): (usize, &&'static str)| {
        let stop = Stop::new(host);
        if index + 1 < hosts.len() {
            stop.answer(Reply::redirect(status, "{origin}"))
        } else {
            stop
        }
    };
    hosts.iter().enumerate().map(stop).collect()
}

fn named(hosts: &[&str]) -> String {
    let name = |host: &&str| match *host {
        OWN => "home",
        SIBLING => "api",
        LOGIN => "login",
        PARTNER => "partner",
        IDP => "idp",
        other => panic!("{other}"),
    };
    hosts.iter().map(name).collect::<Vec<_>>().join(" > ")
}

fn codes() -> Vec<Scenario> {
    let mut all = Vec::new();
    for code in CODES {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let mut fetch = Fetch::new(method, "include");
            if matches!(method, "POST" | "PUT") {
                fetch = fetch.body("application/json");
            }
            let name = format!("{code} of a {method} to another host of the site");
            all.push(Scenario::new(name, fetch, through(&[SIBLING, LOGIN], code)));
        }
        let fetch = Fetch::new("POST", "include").body("text/plain");
        let name = format!("{code} of a plain POST within a host");
        all.push(Scenario::new(name, fetch, through(&[OWN, OWN], code)));
    }
    for code in [300, 304, 305, 306] {
        let name = format!("status {code} with a Location is no redirect");
        let fetch = Fetch::new("GET", "include");
        all.push(Scenario::new(name, fetch, through(&[SIBLING, SIBLING], code)));
    }
    all
}

fn chains() -> Vec<Scenario> {
    let mut all = Vec::new();
    let chains: [&[&'static str]; 22] = [
        &[OWN, OWN],
        &[OWN, SIBLING],
        &[OWN, PARTNER],
        &[SIBLING, OWN],
        &[SIBLING, SIBLING],
        &[SIBLING, PARTNER],
        &[PARTNER, OWN],
        &[PARTNER, SIBLING],
        &[PARTNER, PARTNER],
        &[PARTNER, IDP],
        &[OWN, SIBLING, OWN],
        &[OWN, OWN, SIBLING],
        &[OWN, SIBLING, SIBLING],
        &[OWN, PARTNER, OWN],
        &[OWN, SIBLING, LOGIN],
        &[SIBLING, LOGIN, SIBLING],
        &[SIBLING, OWN, SIBLING],
        &[SIBLING, PARTNER, SIBLING],
        &[SIBLING, SIBLING, LOGIN],
        &[PARTNER, IDP, PARTNER],
        &[PARTNER, OWN, PARTNER],
        &[SIBLING, LOGIN, SIBLING, SIBLING],
    ];
    for chain in chains {
        for credentials in ["include", "same-origin"] {
            let name = format!("a GET along {}, credentials {credentials}", named(chain));
            let fetch = Fetch::new("GET", credentials);
            all.push(Scenario::new(name, fetch, through(chain, 302)));
        }
        let name = format!("a PUT along {}", named(chain));
        let fetch = Fetch::new("PUT", "include").body("application/json");
        all.push(Scenario::new(name, fetch, through(chain, 307)));
    }
    all
}

/// What hosts allow, where the origin of the later hops is hidden.
fn origins() -> Vec<Scenario> {
    let mut all = Vec::new();
    for allowed in ["{page}", "null", "*"] {
        for credentials in ["include", "same-origin"] {
            for method in ["GET", "PUT"] {
                let preflight = |origin: &str| {
                    Reply::consent()
                        .without("access-control-allow-origin")
                        .header("access-control-allow-origin", origin)
                };
                let last =
                    Stop::new(LOGIN).preflight(preflight(allowed)).answer(Reply::allow(allowed));
                let first = Stop::new(SIBLING).answer(Reply::redirect(307, "{page}"));
                let name = format!(
                    "a {method} whose last hop allows {allowed}, credentials {credentials}"
                );
                all.push(Scenario::new(name, Fetch::new(method, credentials), vec![first, last]));
            }
        }
        let home = Stop::new(OWN).answer(Reply::allow(allowed));
        let first = Stop::new(SIBLING).answer(Reply::redirect(302, "{page}"));
        let name = format!("a GET sent home, which allows {allowed}");
        all.push(Scenario::new(name, Fetch::new("GET", "include"), vec![first, home]));
    }
    for (what, redirect) in [
        ("nobody", Reply::new(302).header("location", "{next}")),
        ("another origin", Reply::redirect(302, "http://x.test")),
        ("all origins", Reply::redirect(302, "*")),
    ] {
        for (host, from) in [(SIBLING, "another host"), (OWN, "home")] {
            let stops = vec![Stop::new(host).answer(redirect.clone()), Stop::new(LOGIN)];
            let name = format!("a redirect of {from} that allows {what}");
            all.push(Scenario::new(name, Fetch::new("GET", "include"), stops));
        }
    }
    all
}

/// Headers of the page along the chain.
fn headers() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (where_to, chain) in [
        ("within the host", [SIBLING, SIBLING]),
        ("to another host", [SIBLING, LOGIN]),
        ("from home to another host", [OWN, SIBLING]),
    ] {
        let fetch = Fetch::new("GET", "include").header("authorization", "Bearer abc");
        let name = format!("Authorization redirected {where_to}");
        all.push(Scenario::new(name, fetch, through(&chain, 302)));
        let fetch =
            Fetch::new("GET", "include").header("x-a", "1").header("content-language", "de");
        let name = format!("own headers redirected {where_to}");
        all.push(Scenario::new(name, fetch, through(&chain, 302)));
        let fetch = Fetch::new("PUT", "include").header("x-a", "1").body("application/json");
        let name = format!("a PUT turned into a GET {where_to}");
        all.push(Scenario::new(name, fetch, through(&chain, 303)));
    }
    let fetch = Fetch::new("PUT", "include").header("x-a", "1").body("application/json");
    let name = "a PUT turned into a GET, then redirected again";
    all.push(Scenario::new(name, fetch, through(&[SIBLING, LOGIN, SIBLING], 303)));
    let fetch = Fetch::new("POST", "include").header("authorization", "a").body("application/json");
    let name = "a POST with Authorization along three hosts";
    all.push(Scenario::new(name, fetch, through(&[SIBLING, LOGIN, PARTNER], 307)));
    all
}

fn modes() -> Vec<Scenario> {
    let mut all = Vec::new();
    for redirect in ["manual", "error"] {
        for (from, host) in [("home", OWN), ("a sibling", SIBLING), ("a partner", PARTNER)] {
            for (what, answer) in [
                ("a redirect", Reply::redirect(302, "{origin}")),
                ("a redirect that nobody may read", Reply::new(307).header("location", "{next}")),
                ("no redirect", Reply::allow("{origin}")),
            ] {
                let name = format!("{what} from {from}, with redirect {redirect}");
                let stops = vec![Stop::new(host).answer(answer), Stop::new(LOGIN)];
                let fetch = Fetch::new("GET", "include").redirect(redirect);
                all.push(Scenario::new(name, fetch, stops));
            }
        }
    }
    for (what, next) in [("stays", OWN), ("leaves", SIBLING)] {
        let name = format!("mode same-origin, and a redirect that {what}");
        let fetch = Fetch::new("GET", "include").mode("same-origin");
        all.push(Scenario::new(name, fetch, through(&[OWN, next], 302)));
    }
    all
}

fn locations() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut one = |what: &str, hosts: [&'static str; 2], location: Option<&str>| {
        let reply = Reply::allow("{origin}").status(302);
        let reply = match location {
            None => reply,
            Some(location) => reply.header("location", location),
        };
        let stops = vec![Stop::new(hosts[0]).answer(reply), Stop::new(hosts[1])];
        all.push(Scenario::new(what, Fetch::new("GET", "include"), stops));
    };
    one("a redirect without a Location", [SIBLING, SIBLING], None);
    one("a redirect without a Location at home", [OWN, OWN], None);
    one("a relative Location", [SIBLING, SIBLING], Some("1"));
    one("a Location with a fragment", [SIBLING, SIBLING], Some("{next}#there"));
    one("a Location that is no URL", [SIBLING, SIBLING], Some("http://"));
    one("a Location with another scheme", [SIBLING, SIBLING], Some("data:text/plain,hello"));
    one("a Location at home with another scheme", [OWN, OWN], Some("ftp://x.test/"));
    one(
        "a Location with a user name within a host",
        [SIBLING, SIBLING],
        Some("{scheme}://user@api.one.localhost:{port}{next path}"),
    );
    one(
        "a Location with a password to another host",
        [SIBLING, LOGIN],
        Some("{scheme}://user:secret@login.one.localhost:{port}{next path}"),
    );
    one(
        "a Location with a password from home to a sibling",
        [OWN, SIBLING],
        Some("{scheme}://user:secret@api.one.localhost:{port}{next path}"),
    );
    for length in [20, 21, 22] {
        let hosts = vec![SIBLING; length];
        let name = format!("{} redirects", length - 1);
        all.push(Scenario::new(name, Fetch::new("GET", "omit"), through(&hosts, 302)));
    }
    all
}
