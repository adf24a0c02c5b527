//! Applications whose CORS headers the gateway owns, in front of an upstream that sends headers of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bound_null;
mod preflights;
mod responses;

use crossgate_testkit::{Received, Reply, World};

const APP1: &str = "app1.demo.localhost";
const APP2: &str = "app2.demo.localhost";
const STRANGER: &str = "stranger.demo.localhost";
const ANN: &str = "ann@acme.example";

const CONFIG: &str = "
ingress:
  - { hostname: app1.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: app2.demo.localhost, path: /gone, service: \"http://127.0.0.1:1\" }
  - { hostname: app2.demo.localhost, service: \"http://@UPSTREAM@\" }
  - { hostname: stranger.demo.localhost, service: \"http://@UPSTREAM@\" }
policies:
  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }
  - { name: the world, decision: bypass, include: [ { everyone: {} } ] }
applications:
  - { name: app1, domain: app1.demo.localhost, policies: [ staff ] }
  - { name: stranger, domain: stranger.demo.localhost, policies: [ the world ] }
  - name: api
    domain: app2.demo.localhost
    policies: [ staff ]
    cors_headers: &cors
      allowed_origins: [ \"@SCHEME@://app1.demo.localhost:@PORT@\" ]
      allowed_methods: [ GET, PUT ]
      allowed_headers: [ content-type ]
      allow_credentials: true
    crossgate: { response_cors: gateway, exposed_headers: [ x-total ] }
  - name: debug
    domain: app2.demo.localhost/debug
    policies: [ staff ]
    cors_headers: *cors
    crossgate: { cors_debug: true }
  - name: trial
    domain: app2.demo.localhost/trial
    policies: [ staff ]
    cors_headers: *cors
    crossgate: { cors_report_only: true }
  - name: bound
    domain: app2.demo.localhost/bound
    policies: [ staff ]
    cors_headers:
      allowed_origins: [ \"@SCHEME@://app1.demo.localhost:@PORT@\", \"null\" ]
      allowed_methods: [ GET ]
      allow_credentials: true
    crossgate: { response_cors: gateway, exposed_headers: [ x-total ], unauthenticated_fetch: redirect }
";

async fn world() -> World {
    World::start(CONFIG, upstream).await
}

async fn world_over_tls() -> World {
    World::builder(CONFIG).tls().start(upstream).await
}

/// An upstream that has its own mind about CORS.
fn upstream(request: &Received) -> Reply {
    if let Some(target) = request.query.as_deref().and_then(|query| query.strip_prefix("to=")) {
        return Reply::new("text/plain", "")
            .status(302)
            .header("location", target)
            .header("access-control-allow-origin", request.header("origin"))
            .header("access-control-allow-credentials", "true");
    }
    let email = request.header("cf-access-authenticated-user-email");
    let body = format!("{{\"email\":\"{email}\"}}");
    let status = if request.path.ends_with("/missing") { 404 } else { 200 };
    let html = request.path.ends_with(".html");
    let reply = if html {
        Reply::new("text/html", "<!doctype html><title>page</title><h1>page</h1>")
    } else {
        Reply::new("application/json", body)
    };
    reply
        .status(status)
        .header("access-control-allow-origin", "*")
        .header("access-control-allow-origin", "https://evil.example")
        .header("access-control-allow-credentials", "true")
        .header("access-control-expose-headers", "*")
        .header("access-control-allow-methods", "DELETE")
        .header("set-cookie", "theirs=1")
        .header("vary", "Accept")
        .header("x-total", "7")
}
