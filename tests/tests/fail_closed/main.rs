//! What happens when something is gone: each row of docs/fail-closed.md, with the real binary. Whatever is missing, nobody gets in by it, and
//! everything heals without a restart unless the page says otherwise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod clock;
mod config;
mod descriptors;
mod disk_full;
mod keys;
mod mail;
mod memory;
mod store;
mod upstream;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossgate_testkit::wait::until;
use crossgate_testkit::{Answer, Client, Form, Received, Reply, World, WorldBuilder, crossgate};

const APP1: &str = "app1.demo.localhost";
const ANN: &str = "ann@acme.example";
const LIMIT: Duration = Duration::from_secs(20);

const CONFIG: &str = "
ingress:
  - { hostname: app1.demo.localhost, path: /gone, service: \"http://@GONE@\" }
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ staff ] }
";

fn world() -> WorldBuilder {
    World::builder(CONFIG).name("GONE", "127.0.0.1:9")
}

fn hello(_: &Received) -> Reply {
    Reply::new("text/plain", "hello")
}

/// The store of a world.
fn database(world: &World) -> PathBuf {
    world.folder().join("crossgate.db")
}

/// Whether it is ready, and what it says of that.
async fn readiness(world: &World) -> (u16, String) {
    let answer = Client::new().get(&world.admin("/readyz")).send().await;
    (answer.status.as_u16(), answer.text())
}

/// Waits until it is ready again.
async fn healed(world: &World) {
    until("it to be ready again", LIMIT, async || (readiness(world).await.0 == 200).then_some(()))
        .await;
}

/// The value of a metric without labels.
async fn metric(world: &World, name: &str) -> f64 {
    let text = Client::new().get(&world.admin("/metrics")).send().await.text();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

/// Asks for a code at the login page. What comes then, or instead of the login page.
async fn ask_for_code(world: &World, client: &Client, email: &str) -> Answer {
    let page = client.navigate(&world.url(APP1, "/")).await;
    match Form::first(&page.text()).filter(|form| form.field("email").is_some()) {
        Some(form) => client.submit(&page, &form.with("email", email)).await,
        None => page,
    }
}

/// The status of a request as it is.
async fn status(world: &World, client: &Client, path: &str) -> u16 {
    client.get(&world.url(APP1, path)).send().await.status.as_u16()
}

async fn sign_out(world: &World, client: &Client) -> u16 {
    let request = client.request("POST", &world.url(APP1, "/cdn-cgi/access/logout"));
    let request = request.navigation("same-origin").header("origin", &world.origin(APP1));
    request.send().await.status.as_u16()
}

/// A program in `folder` that runs the binary after this line of shell.
fn after(folder: &Path, line: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let script = folder.join("crossgate");
    let binary = crossgate().display();
    std::fs::write(&script, format!("#!/bin/sh\n{line}\nexec {binary} \"$@\"\n")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    script
}
