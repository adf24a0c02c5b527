//! A page, the API it calls on a sibling host, a partner on another site, and a stranger.

use crossgate_testkit::{Received, Reply, World};

/// The host of the page that calls its neighbours.
pub const APP1: &str = "app1.demo.localhost";
/// A sibling host: same site, another origin. Its paths are applications: see `neighbours.yaml`.
pub const APP2: &str = "app2.demo.localhost";
/// The login host.
pub const LOGIN: &str = "login.demo.localhost";
/// A host of another site that allows app1.
pub const PARTNER: &str = "partner.other.localhost";
/// A host that no application lists.
pub const STRANGER: &str = "stranger.demo.localhost";

/// Starts the world of `neighbours.yaml`.
pub async fn neighbours() -> World {
    World::start(CONFIG, neighbours_reply).await
}

/// The same over TLS, for browsers.
pub async fn neighbours_over_tls() -> World {
    World::builder(CONFIG).tls().start(neighbours_reply).await
}

const CONFIG: &str = include_str!("neighbours.yaml");

/// Answers as the upstream of all its hosts. CORS headers of actual responses are its business: it allows app1 with
/// credentials, and on paths that contain `null-allowed` also `null`; on `no-cors-headers` nobody.
#[must_use]
pub fn neighbours_reply(request: &Received) -> Reply {
    let mut reply = content(request).header("vary", "Origin");
    let origin = request.header("origin");
    let allows_null = request.path.contains("null-allowed");
    let allowed = origin.contains("://app1.demo.localhost:") || (allows_null && origin == "null");
    if allowed && !request.path.contains("no-cors-headers") {
        reply = reply
            .header("access-control-allow-origin", origin)
            .header("access-control-allow-credentials", "true")
            .header("access-control-expose-headers", "x-upstream");
        if request.method == "OPTIONS" {
            reply = reply
                .header("access-control-allow-methods", "PUT, PATCH")
                .header("access-control-allow-headers", "content-type")
                .header("set-cookie", "tracker=1");
        }
    }
    reply.header("x-upstream", "yes")
}

/// The page under a strict policy that loads the gateway's client script, shows a button when somebody has to sign in, and
/// does nothing else. `isolated` in its path cuts it off from windows of other origins.
fn page_with_client(path: &str) -> Reply {
    let page = Reply::new("text/html", include_str!("with-client.html")).header(
        "content-security-policy",
        "default-src 'none'; script-src 'self'; connect-src *; frame-src *; worker-src 'self'",
    );
    if path.contains("isolated") {
        page.header("cross-origin-opener-policy", "same-origin")
    } else {
        page
    }
}

/// A 401 that looks like the gateway's and would lead a page astray.
fn imitation() -> Reply {
    let stolen = "/stolen";
    let body = format!(
        r#"{{"status":401,"login_url":"{stolen}","ways":{{"ticket":"{stolen}","exchange":"{stolen}","frame":"{stolen}?","popup":"{stolen}","status":"{stolen}"}}}}"#
    );
    Reply::new("application/problem+json", body).status(401)
}

fn content(request: &Received) -> Reply {
    let Received { method, host, path, .. } = request;
    match path.as_str() {
        path if path.ends_with("with-client.html") => return page_with_client(path),
        "/button.js" => return Reply::new("text/javascript", include_str!("button.js")),
        "/public/imitation" => return imitation(),
        "/worker.js" => return Reply::new("text/javascript", include_str!("worker.js")),
        _ => {}
    }
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "html" => {
            Reply::new("text/html", format!("<!doctype html><title>{host}</title><h1>{host}</h1>"))
        }
        "js" => Reply::new("text/javascript", "globalThis.scriptRan = true;"),
        "svg" => Reply::new(
            "image/svg+xml",
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>"#,
        ),
        _ => {
            let email = request.header("cf-access-authenticated-user-email");
            let body = String::from_utf8_lossy(&request.body).replace(['"', '\\'], "'");
            Reply::new(
                "application/json",
                format!(
                    r#"{{"method":"{method}","path":"{path}","email":"{email}","body":"{body}"}}"#
                ),
            )
        }
    }
}
