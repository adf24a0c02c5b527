use std::time::Duration;

use crossgate_testkit::wait::until;
use serde_json::Value;

use crate::{APP1, one_application, run, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_service_token_works_seconds_after_it_is_made_and_not_after_it_is_revoked() {
    let world = one_application().await;
    let config = world.config();
    let config = config.to_str().unwrap();
    let made = run(&[
        "service-token",
        "create",
        "--config",
        config,
        "--name",
        "robot",
        "--format",
        "json",
    ]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let token: Value = serde_json::from_slice(&made.stdout).unwrap();
    let (id, secret) =
        (token["client_id"].as_str().unwrap(), token["client_secret"].as_str().unwrap());
    let client = world.client();
    let url = world.url(APP1, "/");
    let call = async || {
        let request = client.get(&url).header("cf-access-client-id", id);
        request.header("cf-access-client-secret", secret).send().await.status.as_u16()
    };
    let soon = Duration::from_secs(3);
    until("the token to be known", soon, async || (call().await == 200).then_some(())).await;
    let line =
        world.gateway.log().wait_for("the token's request", |line| line["status"] == 200).await;
    assert_eq!(line["reason"], "service-token-allowed");
    assert!(!world.gateway.log().text().contains(secret));

    let listed = run(&["service-token", "list", "--config", config]);
    assert_eq!(listed.status.code(), Some(0));
    assert!(text(&listed.stdout).contains("robot") && !text(&listed.stdout).contains(secret));
    let store = std::fs::read(world.folder().join("crossgate.db")).unwrap();
    let in_store = store.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
    assert!(!in_store, "only the secret's hash is stored");
    let again = run(&["service-token", "create", "--config", config, "--name", "robot"]);
    assert_eq!(again.status.code(), Some(1), "the name is taken");

    let revoked = run(&["service-token", "revoke", "--config", config, "robot"]);
    assert_eq!(revoked.status.code(), Some(0));
    until("the token to be refused", soon, async || (call().await == 401).then_some(())).await;
    let again = run(&["service-token", "revoke", "--config", config, "robot"]);
    assert_eq!(again.status.code(), Some(1), "there is none any more");
}

const GOOD: &str = "
organization: { name: Acme, auth_domain: login.acme.example }
trusted_proxies: [ 127.0.0.1/32 ]
listeners: [ { address: 127.0.0.1:8080, public: { scheme: https, port: 443 } } ]
mail: { directory: ./mail, from: access@acme.example }
identity_providers: [ { name: One-time PIN, type: onetimepin } ]
ingress: [ { hostname: app1.acme.example, service: \"http://127.0.0.1:9001\" } ]
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] } ]
applications:
  - { name: app1, domain: app1.acme.example, policies: [ staff ] }
";

#[test]
fn check_tells_by_its_status_and_names_every_problem_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let warning = format!("{GOOD}    cors_headers: {{ allowed_origins: [ \"https://a.acme.example\" ], allowed_methods: [ GET ] }}\n")
        .replace("  - { name: app1, domain: app1.acme.example, policies: [ staff ] }", "  - name: app1\n    domain: app1.acme.example\n    policies: [ staff ]");
    let errors = GOOD
        .replace("allow,", "alow,")
        .replace("policies: [ staff ] }", "policies: [ stafff ], colour: red }");
    let rows = [
        ("a good config", Some(GOOD), &[][..], 0, 0),
        ("warnings", Some(warning.as_str()), &[], 0, 1),
        ("warnings, strictly", Some(warning.as_str()), &["--strict"], 1, 1),
        ("errors", Some(errors.as_str()), &[], 1, 3),
        ("not YAML", Some("a: [ b"), &[], 1, 1),
        ("no file", None, &[], 2, 0),
    ];
    for (name, config, options, status, problems) in rows {
        let file = folder.path().join(format!("{name}.yaml"));
        if let Some(config) = config {
            std::fs::write(&file, config).unwrap();
        }
        let file = file.to_str().unwrap();
        let arguments = [&["check", "--config", file][..], options].concat();
        let human = run(&arguments);
        assert_eq!(
            human.status.code(),
            Some(status),
            "{name}: {}{}",
            text(&human.stdout),
            text(&human.stderr)
        );
        let json = run(&[&arguments[..], &["--format", "json"]].concat());
        assert_eq!(json.status.code(), Some(status), "{name}");
        if status == 2 {
            assert!(text(&json.stderr).contains(file), "{name}: {}", text(&json.stderr));
            continue;
        }
        let report: Value = serde_json::from_slice(&json.stdout).unwrap();
        let found = report["problems"].as_array().unwrap();
        assert!(
            found.len() >= problems && (problems > 0 || found.is_empty()),
            "{name}: {report:#}"
        );
        for problem in found {
            for field in ["code", "severity", "file", "message"] {
                assert!(problem[field].is_string(), "{name}: {field} of {problem}");
            }
            assert!(problem["line"].is_u64() && problem["column"].is_u64(), "{name}: {problem}");
            assert!(
                text(&human.stdout).contains(problem["code"].as_str().unwrap()),
                "{name}: {}",
                text(&human.stdout)
            );
        }
    }
}

/// seed-N6: what excludes each other is an error, not a setting that silently wins.
#[test]
fn check_refuses_cors_settings_beside_preflights_for_the_upstream() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both.yaml");
    let config = GOOD.replace(
        "policies: [ staff ] }",
        "policies: [ staff ], options_preflight_bypass: true, cors_headers: { allowed_origins: [ \"https://a.acme.example\" ], \
         allowed_methods: [ GET ], allow_credentials: true } }",
    );
    std::fs::write(&file, config).unwrap();
    let check = run(&["check", "--config", file.to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("options_preflight_bypass"), "{}", text(&check.stdout));
}

#[test]
fn bad_usage_ends_with_status_2_and_help_with_0() {
    for (arguments, status) in [
        (&["check"][..], 2),
        (&["no-such-command"], 2),
        (&["serve", "--config", "/nowhere/crossgate.yaml"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        assert_eq!(run(arguments).status.code(), Some(status), "{arguments:?}");
    }
}

#[test]
fn schema_is_a_json_schema_of_the_config() {
    let schema = run(&["schema"]);
    assert_eq!(schema.status.code(), Some(0));
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert!(schema["$schema"].is_string());
    assert!(schema["properties"]["applications"].is_object());
}

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/doctor/tests/recorded");

#[test]
fn doctor_tells_by_its_status_and_in_three_forms_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let har = format!("{RECORDED}/preflight-login/chrome.har");
    let console = format!("{RECORDED}/preflight-login/chrome.console.txt");
    let empty = file("empty.har", r#"{"log":{"entries":[]}}"#);
    let broken = file("broken.har", "PK\u{3}\u{4}");
    let config = file("bad.yaml", "colour: red\n");
    let rows = [
        ("a finding", vec![har.as_str()], 1),
        ("a finding of both", vec![har.as_str(), "--console", &console], 1),
        ("the console alone", vec!["--console", &console], 1),
        ("nothing", vec![empty.as_str()], 0),
        ("a file that is no HAR", vec![broken.as_str()], 2),
        ("a file that is not there", vec!["/nowhere.har"], 2),
        ("no file", vec![], 2),
        ("a config that cannot be used", vec![har.as_str(), "--config", &config], 2),
    ];
    for (row, options, status) in rows {
        let output = run(&[&["doctor"][..], &options].concat());
        assert_eq!(output.status.code(), Some(status), "{row}: {}", text(&output.stderr));
    }
    let json = run(&["doctor", &har, "--format", "json"]);
    let json = serde_json::from_slice::<Value>(&json.stdout).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(
        (finding["symptom"].as_str(), finding["cause"].as_str(), finding["confidence"].as_str()),
        (Some("preflight-redirect"), Some("auth-before-cors"), Some("certain"))
    );
    assert_eq!(finding["entries"], serde_json::json!([1, 0]));
    for key in ["url", "page_origin", "method", "explanation", "fix"] {
        assert!(finding[key].as_str().is_some_and(|it| !it.is_empty()), "{key}");
    }
    assert!(finding["missing"].is_array());
    let human = run(&["doctor", &har]).stdout;
    assert!(text(&human).contains("auth-before-cors PUT https://api.acme.example/orders"));
    assert!(!human.contains(&0x1b), "no colour where there is no terminal");
    let html = run(&["doctor", &har, "--format", "html"]).stdout;
    let html = text(&html);
    assert!(html.starts_with("<!doctype html>") && html.contains("auth-before-cors"));
    for outside in ["<script", "src=", "@import", "url("] {
        assert!(!html.contains(outside), "the page needs nothing else: {outside}");
    }
}
