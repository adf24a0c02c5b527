//! Certificates of the gateway's hosts: issued by a real ACME server, renewed, and read again from files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod files;
mod issuing;
mod pebble;
mod renewing;
mod several;
mod visitor;

use std::time::Duration;

use crossgate_testkit::{Received, Reply, World, WorldBuilder, ports};
use pebble::Pebble;

const APP1: &str = "app1.demo.localhost";
const LOGIN: &str = "login.demo.localhost";
/// Longer than an order takes, and than the first pauses after failures.
const LONG: Duration = Duration::from_secs(90);

const ACME: &str = "
ingress: [ { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" } ]
policies: [ { name: the world, decision: bypass, include: [ { everyone: {} } ] } ]
applications: [ { name: app1, domain: app1.demo.localhost, policies: [ the world ] } ]
listeners:
  - address: \"127.0.0.1:@PORT@\"
    acme: { directory: \"@DIRECTORY@\", contact: ops@acme.example, terms_of_service_agreed: true, challenge: @CHALLENGE@, ca_pool: \"@CA@\" }
  - { address: \"127.0.0.1:@PLAIN@\", redirect_https: true }
";

/// Ports of a gateway and of the authority that will look at it there.
struct Ports {
    tls: u16,
    plain: u16,
}

impl Ports {
    fn free() -> Self {
        Self { tls: ports::free(), plain: ports::free() }
    }

    /// A gateway at these ports, to be.
    fn world(&self, pebble: &Pebble, challenge: &str) -> WorldBuilder {
        World::builder(&ACME.replace("@PORT@", &self.tls.to_string()))
            .name("PLAIN", &self.plain.to_string())
            .name("DIRECTORY", &pebble.directory())
            .name("CA", &pebble.authority().display().to_string())
            .name("CHALLENGE", challenge)
    }
}

fn hello(_: &Received) -> Reply {
    Reply::new("text/plain", "hello")
}
