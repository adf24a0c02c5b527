//! Bad input: each piece gets a clear and safe answer, reaches no upstream, and leaves a log line with its reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod credentials;
mod identity_headers;
mod redirects;
mod requests;
mod trusted_proxy;

use crossgate_testkit::{Received, Reply, World};
use serde_json::Value;

const APP1: &str = "app1.demo.localhost";
const APP2: &str = "app2.demo.localhost";
const BRIEF: &str = "brief.demo.localhost";
const LOGIN: &str = "login.demo.localhost";
const PATHS: &str = "paths.demo.localhost";
const ANN: &str = "ann@acme.example";

const CONFIG: &str = "
ingress:
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: app2.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: brief.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: paths.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: closed.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: machines, decision: non_identity, include: [ { any_valid_service_token: {} } ] }
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ staff, machines ] }
  - { name: app2, domain: app2.demo.localhost, policies: [ staff ] }
  - { name: brief, domain: brief.demo.localhost, policies: [ staff ], session_duration: 5s }
  - { name: paths, domain: paths.demo.localhost, policies: [ staff ] }
  - { name: public, domain: paths.demo.localhost/public, policies: [ the world ] }
";

async fn world() -> World {
    World::start(CONFIG, hello).await
}

fn hello(_: &Received) -> Reply {
    Reply::new("text/plain", "hello")
}

/// The reason in the log line of the answer with this `x-request-id`.
async fn reason(world: &World, request_id: &str) -> String {
    let is_it = |line: &Value| line["request_id"] == request_id;
    let line = world.gateway.log().wait_for(&format!("the line of {request_id}"), is_it).await;
    line["reason"].as_str().unwrap().to_owned()
}

/// The kinds of JSON that tokens are made of.
fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}
