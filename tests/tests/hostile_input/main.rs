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

use std::time::Duration;

use crossgate_testkit::wait::until;
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

/// Waits for a log line after the first `seen` ones with this status, and returns its reason.
async fn reason(world: &World, seen: usize, status: u16) -> String {
    until(&format!("a log line with status {status}"), Duration::from_secs(5), async || {
        let lines = world.gateway.log().json();
        let line = lines.iter().skip(seen).find(|line| line["status"] == status)?;
        line["reason"].as_str().map(str::to_owned)
    })
    .await
}

fn lines(world: &World) -> usize {
    world.gateway.log().json().len()
}

/// Waits until the log has this many lines more, so that the next one belongs to the next request.
async fn settled(world: &World, count: usize) {
    until("the log", Duration::from_secs(5), async || (lines(world) >= count).then_some(())).await;
}

/// The kinds of JSON that tokens are made of.
fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}
