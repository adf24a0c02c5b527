use crossgate_model::Host;
use proptest::prelude::*;

use super::{application_link, return_to};
use crate::testing::{NOW, gate, get, keys, redirected_fetch};
use crate::{Arrival, Entry, LeaveKeys};

/// Pieces that targets of attacks are made of, and anything else.
fn target() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "https:",
        "http:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "app1.acme.example",
        "login.acme.example",
        "evil.example",
        ".",
        "?",
        "#",
        "%2f",
        "%5c",
        "%0d%0a",
        "\t",
        "443",
        "8443",
        "[::1]",
        "javascript:",
        "..",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..9).prop_map(|pieces| pieces.concat()), ".{0,80}"]
}

proptest! {
    #[test]
    fn return_to_never_leaves_the_gateways_hosts(text in target()) {
        let gate = gate();
        if let Some(location) = return_to(&gate, &text) {
            let url = url::Url::parse(&location).unwrap();
            let origins = ["app1", "app2", "login"].map(|host| format!("https://{host}.acme.example"));
            prop_assert!(origins.contains(&url.origin().ascii_serialization()), "{location}");
            prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn what_strangers_make_up_never_signs_anybody_in(code in ".{0,80}", meta in ".{0,200}", path in target(), nav: bool) {
        let gate = gate();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("kid", &"1".repeat(64))
            .append_pair("redirect_url", &path)
            .append_pair("code", &code)
            .append_pair("meta", &meta)
            .finish();
        let ask = |url: &str| if nav { get(url).navigation() } else { get(url).with_all(&redirected_fetch("same-site")) };
        let (mac, seal) = (keys().meta(), keys().code());
        ask(&format!("https://login.acme.example/cdn-cgi/access/login/app1.acme.example?{query}")).read(|head| {
            assert!(Entry::read(&gate, head, "app1.acme.example", None, &mac, NOW).is_err());
        });
        ask(&format!("https://app1.acme.example/cdn-cgi/access/authorized?{query}")).read(|head| {
            let arrival = Arrival::read(&gate, head, LeaveKeys { meta: &mac, code: &seal }, NOW);
            assert!(matches!(arrival, Arrival::NotOffered | Arrival::Mismatch(_)));
        });
    }
}

#[test]
fn a_link_for_scripts_leads_to_the_top_of_the_application_that_they_asked() {
    let gate = gate();
    let host = Host::parse("app1.acme.example").unwrap();
    let slashes = "/".repeat(4000);
    for (path, top) in [
        ("/", "%2F"),
        ("/api/notes", "%2F"),
        ("/deep", "%2F"),
        ("/deep/er", "%2Fdeep%2Fer"),
        ("/deep/er/api/notes", "%2Fdeep%2Fer%2F"),
        (slashes.as_str(), "%2F"),
    ] {
        let link = application_link(&gate, &host, path);
        let expected = format!("https://app1.acme.example/cdn-cgi/access/login?redirect_url={top}");
        assert_eq!(link, expected, "{path:.40}");
    }
}
