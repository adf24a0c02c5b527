//! The seed's statements as browsers see them: Chromium with third-party cookies allowed and blocked, and Firefox. Each
//! test names its rows of the specification; each table gives an expected outcome per engine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod calls;
mod elements;
mod flow;
mod login_page;
mod partner;
mod web_sockets;
mod writes;

use crossgate_testkit::{Browser, Engine, World};
use crossgate_tests::{APP1, neighbours, neighbours_over_tls};
use serde_json::{Value, json};

/// An address that the policies admit.
const ANN: &str = "ann@acme.example";

/// Opens app1's page in each engine, signed in there and nowhere else, each in a world of its own.
async fn in_each_engine(story: impl AsyncFn(&World, &Browser)) {
    for engine in Engine::ALL {
        tell(&story, neighbours().await, engine).await;
    }
}

/// The same over TLS: Firefox describes redirected requests differently there.
async fn in_each_engine_over_tls(story: impl AsyncFn(&World, &Browser)) {
    for engine in Engine::ALL {
        tell(&story, neighbours_over_tls().await, engine).await;
    }
}

async fn tell(story: impl AsyncFn(&World, &Browser), world: World, engine: Engine) {
    let browser = Browser::start(engine).await;
    browser.sign_in(&world.mailbox, &world.url(APP1, "/page.html"), ANN).await;
    world.upstream.forget();
    story(&world, &browser).await;
}

/// Opens a page of app1.
async fn back_to_app1(world: &World, browser: &Browser) {
    browser.open(&world.url(APP1, "/page.html")).await;
}

/// Visits pages, so that their applications' cookies are there, and goes back to app1.
async fn visit(world: &World, browser: &Browser, pages: &[(&str, &str)]) {
    for (host, path) in pages {
        let url = world.url(host, path);
        browser.open(&url).await;
        browser.wait_for_origin(&url).await;
    }
    back_to_app1(world, browser).await;
    world.upstream.forget();
}

/// What one of [`Engine::ALL`] is expected to make of something.
fn expected<T>(engine: Engine, [chromium, chromium_strict, firefox]: [T; 3]) -> T {
    match engine {
        Engine::Chromium => chromium,
        Engine::ChromiumStrict => chromium_strict,
        Engine::Firefox | Engine::FirefoxWithoutScripts => firefox,
    }
}

/// A PUT of JSON with credentials.
fn put_json() -> Value {
    json!({
        "method": "PUT", "credentials": "include",
        "headers": { "content-type": "application/json" }, "body": "[1]",
    })
}
