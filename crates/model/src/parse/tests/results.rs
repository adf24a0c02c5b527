//! What comes out of a config that is fine.

use std::time::Duration;

use super::{PLAIN, config};
use crate::{Config, Kind, Mailer, PublicScheme, SameSite, SmtpTls, UnauthenticatedFetch};

/// [`PLAIN`] with keys added to its application.
fn with(keys: &str) -> Config {
    config(&PLAIN.replace("policies: [ staff ] }", &format!("policies: [ staff ], {keys} }}")))
}

#[test]
fn what_is_left_out_has_its_default() {
    let config = config(PLAIN);
    let app = &config.applications[0];
    assert_eq!(config.organization.session_duration, Duration::from_secs(24 * 3600));
    assert_eq!(config.admin.address, "127.0.0.1:8444".parse().unwrap());
    assert_eq!(config.store, "sqlite:/etc/crossgate/crossgate.db");
    assert!(config.store_key.is_none());
    assert_eq!(config.listeners[0].public.scheme, PublicScheme::Https);
    assert_eq!(config.listeners[0].tls[0].certificate.to_str(), Some("/etc/crossgate/cert.pem"));
    assert_eq!(app.session_duration, Duration::from_secs(24 * 3600));
    assert!(app.cookies.http_only && app.cookies.binding);
    assert_eq!((app.cookies.path.as_str(), app.cookies.same_site), ("/", SameSite::Lax));
    assert_eq!(app.unauthenticated_fetch, UnauthenticatedFetch::Unauthorized);
    assert_eq!(config.ingress[0].origin_request.connect_timeout, Duration::from_secs(5));
    assert_eq!(config.ingress[0].origin_request.response_timeout, Duration::from_secs(60));
    assert!(!config.ingress[0].origin_request.http2);
}

#[test]
fn same_site_is_derived_from_what_is_trusted() {
    const CORS: &str = "allowed_methods: [ GET ], allow_credentials: true";
    let rows = [
        ("nothing trusted", String::new(), SameSite::Lax),
        ("an origin of the same site", format!("cors_headers: {{ allowed_origins: [ \"https://x.acme.example\" ], {CORS} }}"), SameSite::Lax),
        ("an origin of another site", format!("cors_headers: {{ allowed_origins: [ \"https://x.example\" ], {CORS} }}"), SameSite::None),
        ("an origin of another scheme", format!("cors_headers: {{ allowed_origins: [ \"http://localhost\" ], {CORS} }}"), SameSite::None),
        ("an origin of another site without credentials", "cors_headers: { allowed_origins: [ \"https://x.example\" ], allowed_methods: [ GET ] }".to_owned(), SameSite::Lax),
        ("a trusted origin of another site", "crossgate: { trusted_origins: [ \"https://x.example\" ] }".to_owned(), SameSite::None),
        ("all origins, knowingly", format!("cors_headers: {{ allow_all_origins: true, {CORS} }}, crossgate: {{ dangerously_allow_all_origins_with_credentials: true }}"), SameSite::None),
        ("null, knowingly", format!("cors_headers: {{ allowed_origins: [ \"null\" ], {CORS} }}, crossgate: {{ dangerously_allow_null_origin_with_credentials: true }}"), SameSite::None),
        ("exempt paths", "crossgate: { csrf_exempt_paths: [ /returns ] }".to_owned(), SameSite::None),
        ("embeds", "crossgate: { cross_site_embeds: true }".to_owned(), SameSite::None),
        ("redirect over a login host of the same site", "crossgate: { unauthenticated_fetch: redirect }".to_owned(), SameSite::Lax),
        ("redirect over a login host of another site", "crossgate: { unauthenticated_fetch: redirect }, destinations: [ { uri: app.other.example } ]".to_owned(), SameSite::None),
        ("one of its hosts on another site than the origin", "destinations: [ { uri: app.other.example } ], crossgate: { trusted_origins: [ \"https://x.acme.example\" ] }".to_owned(), SameSite::None),
        ("what is written wins", "same_site_cookie_attribute: strict, crossgate: { cross_site_embeds: true }".to_owned(), SameSite::Strict),
    ];
    for (row, keys, expected) in rows {
        assert_eq!(with(&keys).applications[0].cookies.same_site, expected, "{row}");
    }
}

#[test]
fn a_cookie_is_scoped_to_the_one_path() {
    let path = |domain: &str| {
        let text = PLAIN.replace(
            "domain: app.acme.example,",
            &format!("domain: {domain}, path_cookie_attribute: true,"),
        );
        config(&text).applications[0].cookies.path.clone()
    };
    assert_eq!(path("app.acme.example/a/b/"), "/a/b");
    assert_eq!(path("app.acme.example"), "/");
}

#[test]
fn precedence_orders_policies() {
    let text = PLAIN.replace(
        "policies: [ staff ] }",
        "policies: [ { id: staff, precedence: 2 }, { name: ours, precedence: 1, decision: non_identity, include: [ { ip: { ip: 10.0.0.0/8 } } ], session_duration: 1h } ] }",
    );
    let app = &config(&text).applications[0];
    assert_eq!((app.policies.name(0), app.policies.name(1)), ("ours", "staff"));
    assert_eq!(app.policy_durations, [Some(Duration::from_secs(3600)), None]);
}

#[test]
fn the_primary_domain_is_first_and_repeating_it_is_fine() {
    let config = with(
        "destinations: [ { type: public, uri: APP.acme.example }, { uri: \"*.acme.example/x\" } ]",
    );
    let domains = config.applications[0].domains.iter().map(ToString::to_string);
    assert_eq!(domains.collect::<Vec<_>>(), ["app.acme.example", "*.acme.example/x"]);
}

#[test]
fn secrets_come_from_where_the_config_says() {
    let key = "ab".repeat(32);
    let base64 = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
    for written in [format!("\"{key}\""), base64.to_owned(), "{ file: key.txt }".to_owned()] {
        let config = config(&format!("{PLAIN}store_encryption_key: {written}\n"));
        assert_eq!(config.store_key.unwrap().expose(), &[0xab; 32], "{written}");
    }
    let mail = "mail: { smtp: \"smtp://mail.acme.example\", credentials: { username: me, password: { env: SECRET } }, from: access@acme.example }";
    let text = PLAIN
        .replace("mail: { smtp: \"smtp://mail.acme.example\", from: access@acme.example }", mail);
    let config = config(&text);
    assert!(!format!("{config:?}").contains("hunter2"));
    let Some(Mailer::Smtp { credentials: Some((name, password)), tls, port, .. }) =
        config.mail.map(|it| it.mailer)
    else {
        unreachable!()
    };
    assert_eq!((name.as_str(), password.expose().as_str()), ("me", "hunter2"));
    assert_eq!((tls, port), (SmtpTls::StartTls, 587));
}

#[test]
fn mail_is_protected_unless_it_stays_here() {
    let rows = [
        ("\"smtp://mail.acme.example\"", "mail.acme.example", 587, SmtpTls::StartTls),
        ("\"smtps://mail.acme.example\"", "mail.acme.example", 465, SmtpTls::Implicit),
        ("\"smtp://localhost:1025\"", "localhost", 1025, SmtpTls::None),
        ("\"smtp://[::1]:1025\"", "::1", 1025, SmtpTls::None),
        ("\"smtp://localhost:1025\", tls: starttls", "localhost", 1025, SmtpTls::StartTls),
    ];
    for (written, host, port, tls) in rows {
        let config = config(&PLAIN.replace("\"smtp://mail.acme.example\"", written));
        let Some(Mailer::Smtp { host: found, port: at, tls: by, credentials: None }) =
            config.mail.map(|it| it.mailer)
        else {
            unreachable!()
        };
        assert_eq!((found.as_str(), at, by), (host, port, tls), "{written}");
    }
}

#[test]
fn ids_are_wanted_for_applications_first() {
    let text = PLAIN.replace("policies: [ {", "groups: [ { id: F174E90A-FAFE-4643-BBBC-4A0ED4FC8415, name: all, include: [ { everyone: {} } ] } ]\npolicies: [ {");
    let wanted = config(&text).wanted;
    let wanted =
        wanted.iter().map(|it| (it.kind, it.name.as_str(), it.id.as_deref())).collect::<Vec<_>>();
    assert_eq!(
        wanted,
        [
            (Kind::Application, "app", None),
            (Kind::Group, "all", Some("f174e90a-fafe-4643-bbbc-4a0ed4fc8415")),
            (Kind::IdentityProvider, "One-time PIN", None),
            (Kind::Policy, "staff", None),
        ]
    );
}

#[test]
fn plain_http_is_for_names_of_this_machine() {
    let text = r#"
organization: { name: Demo, auth_domain: login.demo.localhost }
listeners: [ { address: 127.0.0.1:8080 } ]
ingress: [ { hostname: app1.demo.localhost, service: "http://127.0.0.1:9001" } ]
applications: [ { name: app, domain: app1.demo.localhost, policies: [ { name: all, decision: bypass, include: [ { everyone: {} } ] } ] } ]
"#;
    let config = config(text);
    assert_eq!(
        config.listeners[0].public.origin(&config.organization.auth_domain),
        "http://login.demo.localhost:8080"
    );
}

#[test]
fn references_may_be_ids_in_any_case() {
    let text = PLAIN
        .replace("{ name: staff,", "{ id: f174e90a-fafe-4643-bbbc-4a0ed4fc8415, name: staff,")
        .replace("policies: [ staff ]", "policies: [ F174E90A-FAFE-4643-BBBC-4A0ED4FC8415 ]");
    assert_eq!(config(&text).applications[0].policies.name(0), "staff");
}

#[test]
fn service_tokens_are_declared() {
    let config = config(&format!(
        "{PLAIN}service_tokens: [ {{ name: ci }}, {{ name: old, duration: 1h, enabled: false }} ]\n"
    ));
    let tokens = config
        .service_tokens
        .iter()
        .map(|it| (it.name.as_str(), it.duration.as_secs(), it.enabled));
    assert_eq!(tokens.collect::<Vec<_>>(), [("ci", 8760 * 3600, true), ("old", 3600, false)]);
}

#[test]
fn mail_comes_from_an_address_with_or_without_a_name() {
    for from in ["access@acme.example", "Acme Access <access@acme.example>"] {
        let config = config(&PLAIN.replace("from: access@acme.example", &format!("from: {from}")));
        assert_eq!(config.mail.unwrap().from, from);
    }
}
