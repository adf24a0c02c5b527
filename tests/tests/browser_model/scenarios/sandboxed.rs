//! Calls from a sandboxed frame, whose origin is `null`.

use super::{CREDENTIALS, RELATIONS};
use crate::scenario::{Call, Fetch, LOGIN, OWN, Reply, SIBLING, Scenario, Stop};

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut one = |name: String, call: Call, stops| {
        all.push(Scenario::new(format!("sandboxed: {name}"), call, stops).sandboxed());
    };
    for (relation, host) in RELATIONS {
        for credentials in CREDENTIALS {
            for allowed in ["null", "{page}", "*"] {
                let name = format!(
                    "a GET to the page's {relation} host, which allows {allowed}, credentials {credentials}"
                );
                let stop = Stop::new(host).answer(Reply::allow(allowed));
                one(name, Fetch::new("GET", credentials).into(), vec![stop]);
            }
        }
        let name = format!("a PUT to the page's {relation} host");
        let fetch = Fetch::new("PUT", "include").body("application/json");
        one(name, fetch.into(), vec![Stop::new(host)]);
        let name = format!("a POST with mode no-cors to the page's {relation} host");
        let fetch = Fetch::new("POST", "include").mode("no-cors");
        one(name, fetch.into(), vec![Stop::new(host).answer(Reply::new(200))]);
        let name = format!("a script of the page's {relation} host");
        one(name, Call::Element("script", None), vec![Stop::new(host)]);
    }
    let name = "mode same-origin".to_owned();
    one(name, Fetch::new("GET", "include").mode("same-origin").into(), vec![Stop::new(OWN)]);
    for hosts in [[SIBLING, LOGIN], [SIBLING, SIBLING], [OWN, SIBLING]] {
        let stops =
            vec![Stop::new(hosts[0]).answer(Reply::redirect(307, "{origin}")), Stop::new(hosts[1])];
        let name = format!("a PUT redirected from {} to {}", hosts[0], hosts[1]);
        one(name, Fetch::new("PUT", "include").into(), stops);
    }
    all
}
