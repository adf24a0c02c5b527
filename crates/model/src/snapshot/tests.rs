use std::path::Path;

use crate::{Config, Identifier, Kind, SameSite, Snapshot};

/// The snapshot of a config with these applications.
fn snapshot(applications: &str) -> Snapshot {
    let text = format!(
        "organization: {{ name: Acme, auth_domain: login.acme.example }}\n\
         listeners: [ {{ address: 127.0.0.1:80, public: {{ scheme: https }} }} ]\n\
         trusted_proxies: [ 127.0.0.1 ]\n\
         ingress: [ {{ service: \"http://127.0.0.1:9001\" }} ]\n\
         applications: [ {applications} ]\n"
    );
    let (config, problems) = Config::parse(&text, Path::new("config.yaml"), &|_| None);
    let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
    let identifiers = config.wanted.iter().enumerate().map(|(number, wanted)| Identifier {
        id: number.to_string(),
        aud: (wanted.kind == Kind::Application).then(|| format!("{number:x}").repeat(64)),
    });
    let identifiers = identifiers.collect::<Vec<_>>();
    config.snapshot(&identifiers, 7)
}

#[test]
fn cookies_have_names_of_their_own_where_applications_share_a_host() {
    let rows = [
        ("one application", "{ name: a, domain: a.acme.example }", vec![""]),
        (
            "two hosts",
            "{ name: a, domain: a.acme.example }, { name: b, domain: b.acme.example }",
            vec!["", ""],
        ),
        (
            "two paths of a host",
            "{ name: a, domain: a.acme.example/x }, { name: b, domain: a.acme.example }",
            vec!["-00000000", "-11111111"],
        ),
        (
            "two paths of one application",
            "{ name: a, domain: a.acme.example/x, destinations: [ { uri: a.acme.example/y } ] }",
            vec![""],
        ),
        (
            "a host and its wildcard",
            "{ name: a, domain: a.acme.example }, { name: b, domain: \"*.acme.example\" }, { name: c, domain: c.example }",
            vec!["-00000000", "-11111111", ""],
        ),
        (
            "wildcards that overlap",
            "{ name: a, domain: \"a*.acme.example\" }, { name: b, domain: \"*b.acme.example\" }",
            vec!["-00000000", "-11111111"],
        ),
        (
            "wildcards that don't",
            "{ name: a, domain: \"a*.acme.example\" }, { name: b, domain: \"b*.acme.example\" }",
            vec!["", ""],
        ),
    ];
    for (row, applications, expected) in rows {
        let snapshot = snapshot(applications);
        let found = snapshot.applications.iter().map(|it| it.cookie_suffix.as_str());
        assert_eq!(found.collect::<Vec<_>>(), expected, "{row}");
    }
}

#[test]
fn the_login_cookie_goes_along_where_the_flow_needs_it() {
    let app = |keys: &str| format!("{{ name: a, domain: a.acme.example, {keys} }}");
    let rows = [
        ("nothing trusted", app("crossgate: { unauthenticated_fetch: redirect }"), SameSite::Lax),
        (
            "an origin of the login host's site",
            app(
                "crossgate: { unauthenticated_fetch: redirect, trusted_origins: [ \"https://b.acme.example\" ] }",
            ),
            SameSite::Lax,
        ),
        (
            "an origin of another site",
            app(
                "crossgate: { unauthenticated_fetch: redirect, trusted_origins: [ \"https://b.example\" ] }",
            ),
            SameSite::None,
        ),
        (
            "an origin of another site, without the flow",
            app("crossgate: { trusted_origins: [ \"https://b.example\" ] }"),
            SameSite::Lax,
        ),
        (
            "an allowed origin of another site",
            app(
                "crossgate: { unauthenticated_fetch: redirect }, cors_headers: { allowed_origins: [ \"https://b.example\" ], allowed_methods: [ GET ], allow_credentials: true }",
            ),
            SameSite::None,
        ),
        (
            "one without credentials",
            app(
                "crossgate: { unauthenticated_fetch: redirect }, cors_headers: { allowed_origins: [ \"https://b.example\" ], allowed_methods: [ GET ] }",
            ),
            SameSite::Lax,
        ),
    ];
    for (row, applications, expected) in rows {
        assert_eq!(snapshot(&applications).login_same_site, expected, "{row}");
    }
}

#[test]
fn an_application_without_an_audience_tag_is_left_out() {
    let text = "organization: { name: Acme, auth_domain: login.localhost }\nlisteners: [ { address: 127.0.0.1:80 } ]\napplications: [ { name: a, domain: a.localhost } ]\n";
    let config = |text| Config::parse(text, Path::new("config.yaml"), &|_| None).0.unwrap();
    assert!(config(text).snapshot(&[], 1).applications.is_empty());
    let untagged = Identifier { id: "1".to_owned(), aud: None };
    assert!(config(text).snapshot(&[untagged], 1).applications.is_empty());
}
