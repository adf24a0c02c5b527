//! Which application a host and path belong to, against a reading that tries all of them, at any size; and what opens nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod naive;

use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crossgate_gate::{
    Action, Evidence, Gate, Head, NoSession, Presence, RequestLine, Step, Target, TokenEvidence,
};
use crossgate_model::{Config, Host, Identifier, Kind, PublicAddress, PublicScheme};
use http::{HeaderMap, Method};
use proptest::prelude::*;

/// Domains that overlap in every way.
const OVERLAPPING: &[&str] = &[
    "app.acme.example",
    "app.acme.example/a",
    "app.acme.example/a/b",
    "app.acme.example/a/*/c",
    "app.acme.example/*/c",
    "app.acme.example/a*",
    "app.acme.example/a/b/c/d",
    "*.acme.example",
    "*.acme.example/a/b",
    "a*.acme.example",
    "*p.acme.example/a",
    "*p.acme.example/*b",
    "h17.acme.example/a",
    "*.b.acme.example",
];

/// A listener whose public address is another's wants to know whose.
const TRUSTED: &str = "trusted_proxies: [ 127.0.0.1/32 ]\n";

const SIZES: [usize; 3] = [1, 101, 10_000];

fn domains(count: usize) -> Vec<String> {
    let overlapping = OVERLAPPING.iter().map(|domain| (*domain).to_owned());
    let bulk = (0..count).map(|number| match number % 4 {
        0 => format!("h{number}.acme.example"),
        1 => format!("app.acme.example/p{number}"),
        2 if number < 400 => format!("h{number}*.acme.example/a"),
        _ => format!("p{number}.acme.example/p{number}/b"),
    });
    bulk.chain(overlapping).collect()
}

fn gate(domains: &[String], more: &str) -> Gate {
    let trusted = if more.contains("trusted_proxies") { "" } else { TRUSTED };
    let mut text = format!(
        "organization: {{ name: Acme, auth_domain: login.acme.test }}\n\
         listeners: [ {{ address: \"127.0.0.1:8443\", public: {{ scheme: https, port: 443 }} }} ]\n\
         mail: {{ directory: ./mail, from: access@acme.test }}\n\
         identity_providers: [ {{ name: One-time PIN, type: onetimepin }} ]\n\
         ingress: [ {{ service: \"http://127.0.0.1:9001\" }} ]\n\
         {trusted}{more}\napplications:\n"
    );
    for (number, domain) in domains.iter().enumerate() {
        writeln!(text, "  - {{ name: n{number}, domain: \"{domain}\", policies: [ staff ] }}")
            .unwrap();
    }
    of(&text)
}

fn of(text: &str) -> Gate {
    let (config, problems) = Config::parse(text, Path::new("test.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
    let identifiers = config.wanted.iter().enumerate().map(|(number, wanted)| Identifier {
        id: format!("00000000-0000-4000-8000-{number:012}"),
        aud: (wanted.kind == Kind::Application).then(|| format!("{number:064x}")),
    });
    let identifiers = identifiers.collect::<Vec<_>>();
    Gate::new(Arc::new(config.snapshot(&identifiers, 1)))
}

const STAFF: &str = "policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.test } } ] } ]";

static GATES: LazyLock<Vec<(Vec<String>, Gate)>> = LazyLock::new(|| {
    let sized = SIZES.iter().map(|count| domains(*count));
    sized.map(|domains| (domains.clone(), gate(&domains, STAFF))).collect()
});

fn host() -> impl Strategy<Value = String> {
    let names =
        ["app", "apple", "ap", "h0", "h17", "h16", "h2", "h2x", "h102", "p3", "p", "x.b", "b"];
    prop::sample::select(names.to_vec()).prop_map(|name| format!("{name}.acme.example"))
}

fn path() -> impl Strategy<Value = String> {
    let names = ["a", "b", "c", "d", "ab", "p1", "p3", "p101", "p9997", "x"];
    prop::collection::vec(prop::sample::select(names.to_vec()), 0..5)
        .prop_map(|names| format!("/{}", names.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// sec-C2-H2, sec-C1-P15: neither the number of routes nor a route that almost fits changes who is found.
    #[test]
    fn look_ups_agree_with_the_documented_order_with_1_101_and_10000_routes(host in host(), path in path()) {
        for (domains, gate) in GATES.iter() {
            let parsed = Host::parse(&host).unwrap();
            let found = gate.application(&parsed, &path).map(|found| found.aud.clone());
            let expected = naive::best(domains, &host, &path).map(|number| format!("{number:064x}"));
            prop_assert_eq!(&found, &expected, "{} routes: {}{}", domains.len(), host, path);
            let again = gate.application(&parsed, &path).map(|found| found.aud.clone());
            prop_assert_eq!(found, again, "a look-up leaves nothing behind");
        }
    }

}

proptest! {
    /// sec-C1-P10, sec-C1-P11: whatever a segment is made of, the path is below its prefix, and beside it without a slash.
    #[test]
    fn every_character_that_a_path_may_have_stays_below_its_prefix(name in "[-a-zA-Z0-9._~!$&'()*+,=:@|^{}\\[\\]\u{e9}\u{4e16}\u{1f600}]{1,20}") {
        static GATE: LazyLock<Gate> = LazyLock::new(|| {
            gate(&["app.acme.example/public".to_owned(), "app.acme.example".to_owned()], STAFF)
        });
        let read = |path: &str| Target::read(None, [b"app.acme.example".as_slice()].into_iter(), path, None);
        let application = |path: &str| {
            let target = read(path).unwrap();
            GATE.application(target.host(), target.path()).map(|found| found.aud.clone())
        };
        let (public, whole) = (Some(format!("{:064x}", 0)), Some(format!("{:064x}", 1)));
        if name != "." && name != ".." {
            prop_assert_eq!(application(&format!("/public/{name}")), public.clone());
            prop_assert_eq!(application(&format!("/{name}/public")), whole.clone());
        }
        prop_assert_eq!(application(&format!("/public{name}")), whole);
        prop_assert_eq!(application("/public"), public);
    }
}

/// Of what a segment of a pattern may be made, and of what requests escape of it.
const SPELT: &str = "/-._~!$&'()+,:=@[]aZ9\u{e9}%2A%22%3C%5E%60%7B%7C%7D%20%25";

/// The path with these characters escaped, whether they have to be or not, in either case.
fn spelt(path: &str, escaped: &[bool]) -> String {
    let decoded = percent_encoding::percent_decode_str(path).collect::<Vec<_>>();
    let mut out = String::new();
    for (byte, escaped) in decoded.into_iter().zip(escaped.iter().cycle()) {
        let must = byte <= b' ' || byte == b'%' || byte >= 0x7f;
        if byte != b'/' && (*escaped || must) {
            write!(out, "%{byte:02x}").unwrap();
        } else {
            out.push(char::from(byte));
        }
    }
    out
}

proptest! {
    /// sec-C1-P6, sec-C1-P14: upstreams find the same in every spelling of a path, and so does the gateway, though it changes none of
    /// the escapes that a standard allows.
    #[test]
    fn an_escape_more_or_less_does_not_lead_to_another_application(escaped in prop::collection::vec(any::<bool>(), 23..40), below in "(/[a-z]{1,5})?") {
        static GATE: LazyLock<Gate> = LazyLock::new(|| {
            gate(&["app.acme.example".to_owned(), format!("app.acme.example{SPELT}"), format!("app.acme.example/x*{SPELT}")], STAFF)
        });
        let application = |path: &str| {
            let target = Target::read(None, [b"app.acme.example".as_slice()].into_iter(), path, None).unwrap();
            GATE.application(target.host(), target.path()).map(|found| found.aud.clone())
        };
        let path = spelt(SPELT, &escaped);
        prop_assert_eq!(application(&format!("{path}{below}")), Some(format!("{:064x}", 1)), "{}", path);
        prop_assert_eq!(application(&format!("/x/y{path}")), Some(format!("{:064x}", 2)), "{}", path);
    }
}

fn forwards(gate: &Gate, client: &str) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert("host", "app.acme.example".parse().unwrap());
    headers.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
    let line = RequestLine {
        method: &Method::GET,
        authority: None,
        path: "/",
        query: None,
        protocol: None,
        client: client.parse().unwrap(),
        public: PublicAddress { scheme: PublicScheme::Https, port: 443 },
    };
    let head = Head::read(&line, &headers).unwrap();
    let nobody = Presence::Nobody(NoSession::Absent);
    let evidence =
        Evidence { service_token: TokenEvidence::Absent, header: nobody, cookie: nobody };
    let verdict = match gate.before_authentication(&head) {
        Step::Decided(verdict) => verdict,
        Step::Authenticate(pending) => pending.decide(&head, &evidence),
    };
    matches!(verdict.action, Action::Forward(_) | Action::ForwardPreflight { .. })
}

/// sec-C3-F10: to be a trusted proxy is to be believed about addresses; only a policy that says `bypass` opens anything.
#[test]
fn a_trusted_proxy_opens_nothing() {
    let trusted = format!("trusted_proxies: [ 127.0.0.1/32, 10.0.0.0/8 ]\n{STAFF}");
    let gate = gate(&["app.acme.example".to_owned()], &trusted);
    for client in ["127.0.0.1", "10.1.2.3", "::1", "198.51.100.9"] {
        assert!(!forwards(&gate, client), "{client}");
    }
    let bypass = "trusted_proxies: [ 10.0.0.0/8 ]\n\
        policies: [ { name: staff, decision: bypass, include: [ { ip: { ip: 192.0.2.0/24 } } ] } ]";
    let gate = self::gate(&["app.acme.example".to_owned()], bypass);
    assert!(forwards(&gate, "192.0.2.7"), "a policy does");
    assert!(!forwards(&gate, "10.1.2.3"), "for whom it names");
}

/// sec-C10-C12: an application without policies is closed, and so is one whose people have no way to sign in.
#[test]
fn without_policies_or_ways_to_sign_in_nobody_is_admitted() {
    let ingress = "organization: { name: Acme, auth_domain: login.acme.test }\n\
        listeners: [ { address: \"127.0.0.1:8443\", public: { scheme: https, port: 443 } } ]\n\
        mail: { directory: ./mail, from: access@acme.test }\n\
        ingress: [ { hostname: app.acme.example, service: \"http://127.0.0.1:9001\" } ]\n";
    let closed = [
        (
            "no policy",
            "identity_providers: [ { name: PIN, type: onetimepin } ]\n",
            "policies: []",
            true,
        ),
        (
            "no policies said",
            "identity_providers: [ { name: PIN, type: onetimepin } ]\n",
            "session_duration: 1h",
            true,
        ),
        ("no identity provider", "identity_providers: []\n", "policies: [ staff ]", false),
    ];
    for (name, providers, policies, served) in closed {
        let application = format!(
            "{STAFF}\napplications: [ {{ name: app, domain: app.acme.example, {policies} }} ]\n"
        );
        let text = [ingress, TRUSTED, providers, &application].concat();
        // A config that is refused serves nobody, either.
        let (config, problems) = Config::parse(&text, Path::new("test.yaml"), &|_| None);
        assert_eq!(config.is_some(), served, "{name}: {problems:#?}");
        if served {
            let gate = of(&text);
            for client in ["127.0.0.1", "198.51.100.9"] {
                assert!(!forwards(&gate, client), "{name}");
            }
        }
    }
}
