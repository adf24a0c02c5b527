//! Scripts, pictures and frames.

use super::RELATIONS;
use crate::scenario::{Call, IDP, OWN, PARTNER, Reply, SIBLING, Scenario, Stop};

pub(super) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (relation, host) in RELATIONS {
        for tag in ["script", "img"] {
            for crossorigin in [None, Some("anonymous"), Some("use-credentials")] {
                for (what, answer) in [
                    ("allowed", Reply::allow("{page}")),
                    ("allowed for all", Reply::allow("*")),
                    ("not allowed", Reply::new(200)),
                    (
                        "kept by its resource policy",
                        Reply::allow("{page}")
                            .header("cross-origin-resource-policy", "same-origin"),
                    ),
                ] {
                    let attribute = crossorigin.unwrap_or("none");
                    let name = format!("a {relation} <{tag}> with crossorigin {attribute}, {what}");
                    let stop = Stop::new(host).answer(answer);
                    all.push(Scenario::new(name, Call::Element(tag, crossorigin), vec![stop]));
                }
            }
        }
        let name = format!("a {relation} frame");
        let stop = Stop::new(host).answer(Reply::new(200));
        all.push(Scenario::new(name, Call::Element("iframe", None), vec![stop]));
    }
    for (what, hosts) in [
        ("from home to a partner", [OWN, PARTNER]),
        ("from a partner home", [PARTNER, OWN]),
        ("from a sibling to a partner", [SIBLING, PARTNER]),
        ("from a partner to its identity provider", [PARTNER, IDP]),
    ] {
        for (tag, crossorigin) in [
            ("script", None),
            ("script", Some("use-credentials")),
            ("img", Some("anonymous")),
            ("iframe", None),
        ] {
            let stops = vec![
                Stop::new(hosts[0]).answer(Reply::redirect(302, "{origin}")),
                Stop::new(hosts[1]),
            ];
            let attribute = crossorigin.unwrap_or("none");
            let name = format!("a <{tag}> with crossorigin {attribute}, redirected {what}");
            all.push(Scenario::new(name, Call::Element(tag, crossorigin), stops));
        }
    }
    all
}
