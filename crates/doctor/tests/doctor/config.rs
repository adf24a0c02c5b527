//! Findings beside the gateway's config: the cause by its settings, and a change that was tried out.

use std::path::Path;

use crossgate_doctor::{Configured, Console, Finding, Har, diagnose};
use crossgate_model::Surroundings;

use super::builder::{Exchange, Shape, call, har, preflight};
use super::classes::PAGE;

const API: &str = "https://api.acme.example/orders";
const VARY: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const CONFIG: &str = "
organization: { name: Acme, auth_domain: login.acme.example }
trusted_proxies: [ 127.0.0.1/32 ]
listeners: [ { address: 127.0.0.1:8080, public: { scheme: https, port: 443 } } ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress: [ { hostname: app.acme.example, service: \"http://127.0.0.1:9001\" }, { hostname: api.acme.example, service: \"http://127.0.0.1:9002\" } ]
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] } ]
applications:
  - { name: app, domain: app.acme.example, policies: [ staff ] }
  - name: api
    domain: api.acme.example
    policies: [ staff ]
    # who calls
    cors_headers:
      allowed_origins: [ \"https://other.acme.example\" ]
      allowed_methods: [ GET ]
      allow_credentials: true
";

fn findings(config: &str, exchanges: &[Exchange]) -> Vec<Finding> {
    let surroundings = Surroundings {
        environment: &|_| None,
        read_file: &|_| Err(std::io::ErrorKind::NotFound.into()),
        file_exists: &|_| true,
        tls_files: &crossgate_model::UnreadTlsFiles,
    };
    let config = Configured::parse(config, Path::new("crossgate.yaml"), &surroundings)
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let har = Har::read(har(Shape::ChromeSanitised, PAGE, exchanges).as_bytes()).unwrap();
    diagnose(&har, &Console::default(), Some(&config)).findings
}

fn refused(page: &str, method: &str, headers: &str) -> Vec<Exchange> {
    vec![
        preflight(API, page, method, headers).gets(403, &[("vary", VARY), ("x-request-id", "1")]),
        call(method, API, page).fails("net::ERR_FAILED"),
    ]
}

#[test]
fn a_preflight_that_the_settings_refuse_comes_with_the_change_that_lets_it_pass() {
    let listed = CONFIG.replace("other.acme.example", "app.acme.example");
    let rows = [
        (
            "the origin",
            CONFIG.to_owned(),
            refused(PAGE, "GET", ""),
            "origin-not-allowed",
            "+      allowed_origins: [ \"https://other.acme.example\", \"https://app.acme.example\" ]",
        ),
        (
            "the method",
            listed.clone(),
            refused(PAGE, "PUT", ""),
            "method-not-allowed",
            "+      allowed_methods: [ GET, PUT ]",
        ),
        (
            "a header",
            listed.clone(),
            refused(PAGE, "GET", "x-test"),
            "header-not-allowed",
            "+      allowed_headers: [ x-test ]",
        ),
        (
            "the method and two headers",
            listed.clone(),
            refused(PAGE, "PUT", "content-type,x-trace"),
            "method-not-allowed",
            "+      allowed_headers: [ content-type, x-trace ]",
        ),
        (
            "no settings at all",
            CONFIG.split("    # who calls").next().unwrap().to_owned(),
            refused(PAGE, "PUT", "content-type"),
            "origin-not-allowed",
            "+      allowed_origins: [ \"https://app.acme.example\" ]",
        ),
    ];
    for (row, config, exchanges, cause, line) in rows {
        let findings = findings(&config, &exchanges);
        assert_eq!(findings.len(), 1, "{row}");
        let finding = &findings[0];
        assert_eq!(finding.cause.code(), cause, "{row}");
        let change = finding.config_change.as_ref().unwrap_or_else(|| panic!("{row}: {finding:?}"));
        assert!(change.diff.lines().any(|it| it == line), "{row}: {}", change.diff);
        assert_eq!(change.application, "api", "{row}");
        assert!(finding.headers.is_empty(), "{row}: the config does it");
    }
}

#[test]
fn what_is_dangerous_is_not_proposed() {
    for page in ["null", "http://app.acme.example"] {
        let findings = findings(CONFIG, &refused(page, "GET", ""));
        let finding = &findings[0];
        assert_eq!(finding.cause.code(), "origin-not-allowed", "{page}");
        assert!(finding.danger.is_some(), "{page}");
        assert!(
            finding.config_change.is_none() && finding.headers.is_empty(),
            "{page}: {finding:?}"
        );
    }
}

#[test]
fn without_the_config_the_gateways_refusal_has_no_guessed_cause() {
    let har = Har::read(har(Shape::Chrome, PAGE, &refused(PAGE, "PUT", "")).as_bytes()).unwrap();
    let findings = diagnose(&har, &Console::default(), None).findings;
    assert_eq!(findings[0].cause.code(), "unknown");
    assert!(
        findings[0].missing.iter().any(|it| it.contains("--config")),
        "{:?}",
        findings[0].missing
    );
}

#[test]
fn an_application_that_redirects_scripts_is_told_to_answer_401() {
    let config = CONFIG.replace("other.acme", "app.acme")
        + "    crossgate: { unauthenticated_fetch: redirect }\n";
    let ok = [("access-control-allow-origin", PAGE), ("vary", "Origin")];
    let login = "https://login.acme.example/cdn-cgi/access/login/api";
    let exchanges = [
        call("GET", API, PAGE).gets(302, &ok).gets(302, &[("location", login)]),
        call("GET", login, "null")
            .gets(302, &[("access-control-allow-origin", "null"), ("location", API)]),
        call("GET", API, "null").gets(200, &ok).blocked(),
    ];
    let findings = findings(&config, &exchanges);
    let change = findings[0].config_change.as_ref().unwrap();
    assert!(
        change.diff.contains("+    crossgate: { unauthenticated_fetch: unauthorized }"),
        "{}",
        change.diff
    );
}

#[test]
fn headers_that_the_application_does_not_send_are_the_gateways_to_send_or_the_applications() {
    let config = CONFIG.replace("other.acme", "app.acme");
    let exchanges = [call("GET", API, PAGE).gets(200, &[])];
    let finding = findings(&config, &exchanges).remove(0);
    assert_eq!(finding.cause.code(), "origin-not-allowed");
    match &finding.config_change {
        Some(change) => {
            assert!(change.diff.contains("+      response_cors: gateway"), "{}", change.diff)
        }
        None => {
            let mut names = finding.headers.iter().map(|it| it.name);
            assert!(names.any(|it| it == "Access-Control-Allow-Origin"), "{finding:?}");
        }
    }
}
