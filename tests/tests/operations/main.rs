//! Running the gateway: stopping, reloading, crashing, its other commands, its admin listener, its log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod admin_listener;
mod commands;
mod cors;
mod log;
mod reloading;
mod stopping;

use std::process::{Command, Output};

use crossgate_testkit::{Received, Reply, World, crossgate};

/// The host of `ONE_APPLICATION`.
const APP1: &str = "app1.demo.localhost";
const ANN: &str = "ann@acme.example";

/// A config with one application, open to one domain, and a public path.
const ONE_APPLICATION: &str = "
ingress: [ { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" } ]
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: machines, decision: non_identity, include: [ { any_valid_service_token: {} } ] }
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ staff, machines ] }
  - { name: public, domain: app1.demo.localhost/public, policies: [ the world ] }
";

async fn one_application() -> World {
    World::start(ONE_APPLICATION, hello).await
}

fn hello(_: &Received) -> Reply {
    Reply::new("text/plain", "hello")
}

/// Runs a command of the binary to its end.
fn run(arguments: &[&str]) -> Output {
    Command::new(crossgate()).args(arguments).output().unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}
