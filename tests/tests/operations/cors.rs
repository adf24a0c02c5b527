use std::time::Duration;

use crossgate_testkit::World;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::{ANN, APP1, hello, run, text};

const CONFIG: &str = "
ingress:
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: page.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
applications:
  - name: app1
    domain: app1.demo.localhost
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ \"http://page.demo.localhost:@PORT@\" ]
      allowed_methods: [ GET ]
      allow_credentials: true
";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_counted_and_becomes_suggestions() {
    let mut world = World::start(CONFIG, hello).await;
    let (page, url) = (world.origin("page.demo.localhost"), world.url(APP1, "/api"));
    let client = world.signed_in(&url, ANN).await;
    for _ in 0..2 {
        assert_eq!(client.preflight(&url, &page, "PUT").send().await.status, 403);
    }
    let header = client.preflight(&url, &page, "GET");
    header.header("access-control-request-headers", "x-trace").send().await;
    client.preflight(&url, "https://stranger.example", "DELETE").send().await;
    client.get(&url).fetch_by("http://sibling.demo.localhost", "same-site").send().await;
    client.preflight(&url, &page, "GET").send().await;

    let metrics = world.client().get(&world.admin("/metrics")).send().await.text();
    for (verdict, reason, count) in [
        ("refused", "method-not-allowed", 2),
        ("refused", "header-not-allowed", 1),
        ("refused", "origin-not-allowed", 1),
        ("allowed", "allowed", 1),
    ] {
        let line = format!(
            "crossgate_preflights_total{{application=\"app1\",verdict=\"{verdict}\",reason=\"{reason}\"}} {count}"
        );
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
    assert!(!metrics.contains("stranger.example"), "no label comes from strangers");

    world.gateway.process.signal(Signal::SIGTERM);
    world.gateway.process.end(Duration::from_secs(10)).await;
    let config = world.config();
    let config = config.to_str().unwrap();
    let suggested = run(&["cors", "suggest", "--config", config, "--format", "json"]);
    assert_eq!(suggested.status.code(), Some(1), "{}", text(&suggested.stderr));
    let found: Value = serde_json::from_slice(&suggested.stdout).unwrap();
    let found = found["suggestions"].as_array().unwrap();
    let about = |origin: &str| found.iter().find(|it| it["origin"] == origin).unwrap();
    assert_eq!(
        about(&page)["settings"],
        json!({ "allowed_methods": ["PUT"], "allowed_headers": ["x-trace"] })
    );
    assert_eq!(
        (&about(&page)["count"], &about(&page)["strangers_only"]),
        (&json!(3), &json!(false))
    );
    let sibling = about("http://sibling.demo.localhost");
    assert_eq!((&sibling["signed_in"], &sibling["danger"]), (&json!(1), &json!(null)));
    assert_eq!(about("https://stranger.example")["strangers_only"], true);
    let human = text(&run(&["cors", "suggest", "--config", config]).stdout);
    for words in ["allowed_methods: [ \"PUT\" ]", "Only strangers asked", "was refused 3 times"] {
        assert!(human.contains(words), "{words} in {human}");
    }
}
