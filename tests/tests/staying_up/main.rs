//! The gateway goes on: handed over to a new process, started by a service manager, killed at any moment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod hand_over;
mod killed;
mod killed_while_keys_rotate;
mod service_manager;
mod traffic;

use crossgate_testkit::{Client, Received, Reply, World, WorldBuilder};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

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

fn one_application() -> WorldBuilder {
    World::builder(ONE_APPLICATION)
}

fn hello(_: &Received) -> Reply {
    Reply::new("text/plain", "hello")
}

async fn sign_out(world: &World, client: &Client) {
    let request = client.request("POST", &world.url(APP1, "/cdn-cgi/access/logout"));
    let request = request.navigation("same-origin").header("origin", &world.origin(APP1));
    assert_eq!(request.send().await.status, 200);
}

/// Has a process hand its sockets over, and waits until another one serves. Returns that one.
async fn hand_over(world: &World, from: Pid) -> Pid {
    let said = |text: &str| text.matches("another process serves").count();
    let before = said(&world.gateway.process.errors.text());
    kill(from, Signal::SIGUSR2).unwrap();
    let line = crossgate_testkit::wait::until(
        "another process to serve",
        crossgate_testkit::wait::PATIENCE,
        async || {
            let text = world.gateway.process.errors.text();
            let last = text.lines().rfind(|line| line.contains("another process serves"));
            last.filter(|_| said(&text) > before).map(str::to_owned)
        },
    )
    .await;
    let digits = line.rsplit("pid").next().unwrap().chars().filter(char::is_ascii_digit);
    Pid::from_raw(digits.collect::<String>().parse().unwrap())
}
