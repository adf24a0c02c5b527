//! Attacks on the request path: each ends by itself, is counted, and leaves honest visitors their answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod connections;
mod honest;
mod http2;
mod sign_in;

use crossgate_testkit::{Received, Reply, World};

const HOST: &str = "app1.demo.localhost";

const CONFIG: &str = "
ingress:
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ the world ] }
";

async fn world() -> World {
    World::start(CONFIG, |_: &Received| Reply::new("text/plain", "hello")).await
}

/// How many connections were cut for this reason.
async fn cut(world: &World, reason: &str) -> u64 {
    let metrics = world.client().get(&world.admin("/metrics")).send().await.text();
    let line = format!("crossgate_connections_cut_total{{reason=\"{reason}\"}} ");
    metrics.lines().find_map(|text| text.strip_prefix(&line)?.parse().ok()).unwrap_or_default()
}
