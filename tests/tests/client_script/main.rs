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

/// How often the page has called an endpoint of the gateway's.
async fn called(browser: &Browser, endpoint: &str) -> usize {
    let script = r"
        const [name, done] = arguments;
        const entries = performance.getEntriesByType('resource');
        done(entries.filter(entry => new URL(entry.name).pathname === '/cdn-cgi/access/' + name).length);";
    let count = browser.run(script, vec![json!(endpoint)]).await;
    usize::try_from(count.as_u64().unwrap()).unwrap()
}

/// A PUT of JSON with credentials.
fn put_json() -> Value {
    json!({
        "method": "PUT", "credentials": "include",
        "headers": { "content-type": "application/json" }, "body": "[1]",
    })
}
