//! `client.js` in real browsers: calls that would fail with 401 work, and the page does nothing for it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod calls;
mod ending;
mod manners;
mod signing_in;

use std::sync::atomic::{AtomicUsize, Ordering};

use crossgate_testkit::{Browser, Engine, World};
use crossgate_tests::{APP1, neighbours, neighbours_over_tls};
use serde_json::{Value, json};

const ANN: &str = "ann@acme.example";
const PAGE: &str = "/with-client.html";

/// Opens app1's page with the script in each engine, signed in there and nowhere else, each in a world of its own.
async fn in_each_engine(story: impl AsyncFn(&World, &Browser)) {
    for engine in Engine::ALL {
        tell(&story, neighbours().await, engine).await;
    }
}

/// The same over TLS.
async fn in_each_engine_over_tls(story: impl AsyncFn(&World, &Browser)) {
    for engine in Engine::ALL {
        tell(&story, neighbours_over_tls().await, engine).await;
    }
}

async fn tell(story: impl AsyncFn(&World, &Browser), world: World, engine: Engine) {
    let browser = Browser::start(engine).await;
    browser.sign_in(&world.mailbox, &world.url(APP1, PAGE), ANN).await;
    world.upstream.forget();
    story(&world, &browser).await;
}

/// How often an endpoint of the gateway's was called; a frame counts where it begins.
async fn called(world: &World, browser: &Browser, endpoint: &str) -> usize {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let marker = format!("/cdn-cgi/access/asked-{}", ASKED.fetch_add(1, Ordering::Relaxed));
    // Lines are in the order of the answers: whatever was answered before this is there with it.
    assert_eq!(browser.fetch(&world.url(APP1, &marker), json!({})).await.outcome(), "404");
    world.gateway.logged(&marker).await;
    let path = format!("/cdn-cgi/access/{endpoint}");
    let is_call =
        |line: &Value| line["path"] == path && (endpoint != "frame" || line["status"] == 302);
    world.gateway.log().json().iter().filter(|line| is_call(line)).count()
}

/// A PUT of JSON with credentials.
fn put_json() -> Value {
    json!({
        "method": "PUT", "credentials": "include",
        "headers": { "content-type": "application/json" }, "body": "[1]",
    })
}
