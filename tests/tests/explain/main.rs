//! `crossgate explain` and `crossgate probe`: what they say is what gateway and browsers do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod agreement;
mod explained;
mod probed;

use std::process::{Command, Output};

use crossgate_testkit::{Received, Reply, World};
use serde_json::Value;

const PAGE: &str = "app1.demo.localhost";
const API: &str = "api.demo.localhost";
const PARTNER: &str = "partner.other.localhost";
const ANN: &str = "ann@acme.example";

const CONFIG: &str = "
ingress:
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: api.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: machines, decision: non_identity, include: [ { service_token: { token_id: ci } } ] }
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
service_tokens: [ { name: ci } ]
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ staff ] }
  - name: api
    domain: api.demo.localhost
    policies: [ machines, staff ]
    cors_headers: &cors
      allowed_origins: [ \"@SCHEME@://app1.demo.localhost:@PORT@\" ]
      allowed_methods: [ GET, PUT ]
      allowed_headers: [ content-type, cf-access-client-id, cf-access-client-secret ]
      allow_credentials: true
  - name: owned
    domain: api.demo.localhost/owned
    policies: [ staff ]
    cors_headers: *cors
    crossgate: { response_cors: gateway }
  - name: flow
    domain: api.demo.localhost/flow
    policies: [ staff ]
    cors_headers: *cors
    crossgate: { unauthenticated_fetch: redirect }
  - { name: free, domain: api.demo.localhost/free, policies: [ the world ] }
";

async fn world() -> World {
    World::start(CONFIG, |_: &Received| Reply::new("text/plain", "served")).await
}

/// Runs a reporting command and gives back its JSON and its status.
fn report(arguments: &[&str]) -> (Value, i32) {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {errors}"));
    (json, output.status.code().unwrap())
}

fn run(arguments: &[&str]) -> Output {
    Command::new(crossgate_testkit::crossgate()).args(arguments).output().unwrap()
}

/// `explain` of a URL of this world, as JSON.
fn explain(world: &World, url: &str, more: &[&str]) -> (Value, i32) {
    let config = world.config();
    let mut arguments = vec!["explain", "--format", "json", "--config", config.to_str().unwrap()];
    arguments.extend(["--url", url]);
    arguments.extend(more);
    report(&arguments)
}
