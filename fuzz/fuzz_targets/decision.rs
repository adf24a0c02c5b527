//! A request in bytes, from its head to the verdict: what a stranger sends never gets past a policy, whatever it claims.

#![no_main]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use crossgate_fuzz::{head_and_rest, request_line};
use crossgate_gate::{
    Action, Evidence, Gate, Head, NoSession, Presence, Row, Step, TokenEvidence, Verdict,
};
use crossgate_http1::RequestHead;
use crossgate_model::{Config, Identifier, Kind};
use http::Method;
use libfuzzer_sys::fuzz_target;

/// Everything that strangers may reach is below `/open`, but for the gateway's own paths.
const CONFIG: &str = r#"
organization: { name: Acme, auth_domain: login.demo.localhost }
listeners: [ { address: "127.0.0.1:8080" } ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress: [ { hostname: "*.demo.localhost", service: "http://127.0.0.1:9001" } ]
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: everyone, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - name: app
    domain: app.demo.localhost
    policies: [ staff ]
    cors_headers: { allowed_origins: [ "http://page.demo.localhost" ], allowed_methods: [ GET, PUT ], allowed_headers: [ content-type ], allow_credentials: true }
  - { name: open, domain: app.demo.localhost/open, policies: [ everyone ] }
  - { name: all, domain: open.demo.localhost, policies: [ staff ] }
  - { name: api, domain: api.demo.localhost/v1, policies: [ staff ], options_preflight_bypass: true }
"#;

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let (config, problems) = Config::parse(CONFIG, Path::new("crossgate.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
    let identifiers = config.wanted.iter().enumerate().map(|(number, wanted)| Identifier {
        id: format!("00000000-0000-4000-8000-{number:012}"),
        aud: (wanted.kind == Kind::Application).then(|| format!("{number:064x}")),
    });
    let identifiers = identifiers.collect::<Vec<_>>();
    Gate::new(Arc::new(config.snapshot(&identifiers, 1)))
});

fuzz_target!(|data: &[u8]| {
    let Some((bytes, _)) = head_and_rest(data) else { return };
    let Ok(read) = RequestHead::parse(&bytes) else { return };
    let Ok(head) = Head::read(&request_line(&read), &read.headers) else { return };
    for why in [NoSession::Absent, NoSession::Invalid] {
        let nobody = Evidence {
            service_token: TokenEvidence::Absent,
            header: Presence::Nobody(why),
            cookie: Presence::Nobody(why),
        };
        let verdict = match GATE.before_authentication(&head) {
            Step::Decided(verdict) => verdict,
            Step::Authenticate(pending) => pending.decide(&head, &nobody),
        };
        holds(&head, &verdict);
    }
});

fn holds(head: &Head<'_>, verdict: &Verdict<'_>) {
    let path = head.target.path();
    let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match &verdict.action {
        Action::Forward(_) => {
            assert_eq!(verdict.row, Row(7), "{path}");
            assert!(head.target.host().as_str() == "app.demo.localhost" && below("/open"), "{path}");
        }
        Action::ForwardPreflight { .. } => {
            assert_eq!(*head.method, Method::OPTIONS);
            assert!(head.target.host().as_str() == "api.demo.localhost" && below("/v1"), "{path}");
        }
        Action::Login(_) => assert!(matches!(*head.method, Method::GET | Method::HEAD), "a write is redirected"),
        _ => {}
    }
    if below("/cdn-cgi/access") {
        let theirs = matches!(verdict.action, Action::Forward(_) | Action::ForwardPreflight { .. });
        assert!(!theirs, "{path}");
    }
    if let Some((origin, _)) = &verdict.stamp.grant {
        assert_eq!(origin.as_str(), "http://page.demo.localhost");
    }
}
