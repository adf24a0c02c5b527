//! Attacks on the request path: each ends by itself, is counted, and leaves honest visitors their answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bodies;
mod connections;
mod heads;
mod honest;
mod http2;
mod hurried;
mod sign_in;
mod silent;
mod slow;
mod upgrades;

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
    counted(world, "crossgate_connections_cut_total", reason).await
}

/// How many requests were decided for this reason.
async fn decided(world: &World, reason: &str) -> u64 {
    counted(world, "crossgate_decisions_total", reason).await
}

/// The sum of a metric's samples with this reason.
async fn counted(world: &World, metric: &str, reason: &str) -> u64 {
    let metrics = world.client().get(&world.admin("/metrics")).send().await.text();
    let reason = format!("reason=\"{reason}\"");
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(metric)?.rsplit_once(' '));
    let of_reason = samples.filter(|(labels, _)| labels.contains(&reason));
    of_reason.map(|(_, count)| count.parse::<u64>().unwrap()).sum()
}

/// What the gateway holds in memory.
fn resident_kib(world: &World) -> u64 {
    kib(world, "VmRSS:")
}

/// The most that it has ever held.
fn peak_kib(world: &World) -> u64 {
    kib(world, "VmHWM:")
}

fn kib(world: &World, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.gateway.process.pid()));
    let status = status.unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
