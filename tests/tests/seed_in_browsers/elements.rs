//! Scripts, images and frames that a page loads from its neighbours.

use crossgate_testkit::{Browser, World};
use crossgate_tests::{APP2, PARTNER};
use serde_json::{Value, json};

use crate::{expected, in_each_engine, visit};

struct Row {
    name: &'static str,
    host: &'static str,
    tag: &'static str,
    cross_origin: Value,
    /// Whether it loads, per engine.
    loads: [bool; 3],
}

async fn check(world: &World, browser: &Browser, rows: &[Row]) {
    for Row { name, host, tag, cross_origin, loads } in rows {
        let file = if *tag == "script" { "/a/script.js" } else { "/a/image.svg" };
        let attributes = json!({ "crossOrigin": cross_origin, "src": world.url(host, file) });
        let loaded = browser.loads(tag, attributes).await;
        assert_eq!(loaded, expected(browser.engine, *loads), "{}: {name}", browser.engine);
    }
}

/// seed-S37
#[tokio::test(flavor = "multi_thread")]
async fn a_script_with_crossorigin_needs_use_credentials() {
    let row =
        |name, host, cross_origin, loads| Row { name, host, tag: "script", cross_origin, loads };
    let rows = [
        row("sibling, without the attribute", APP2, Value::Null, [true; 3]),
        row("sibling, anonymous", APP2, json!("anonymous"), [false; 3]),
        row("sibling, use-credentials", APP2, json!("use-credentials"), [true; 3]),
        row("other site, anonymous", PARTNER, json!("anonymous"), [false; 3]),
        row("other site, use-credentials", PARTNER, json!("use-credentials"), [true, false, false]),
    ];
    in_each_engine(async |world, browser| {
        visit(world, browser, &[(APP2, "/"), (PARTNER, "/")]).await;
        check(world, browser, &rows).await;
    })
    .await;
}

/// seed-S3: what another site embeds without CORS is refused, signed in or not, so that it cannot tell which.
#[tokio::test(flavor = "multi_thread")]
async fn embeds_of_another_site_are_refused_signed_in_or_not() {
    let row = |name, host, tag, loads| Row { name, host, tag, cross_origin: Value::Null, loads };
    let rows = [
        row("script of another site", PARTNER, "script", [false; 3]),
        row("image of another site", PARTNER, "img", [false; 3]),
        row("image of a sibling", APP2, "img", [true; 3]),
    ];
    in_each_engine(async |world, browser| {
        check(world, browser, &rows[..2]).await;
        visit(world, browser, &[(APP2, "/"), (PARTNER, "/")]).await;
        check(world, browser, &rows).await;
        browser.loads("iframe", json!({ "src": world.url(PARTNER, "/frame.html") })).await;
        let line = world.gateway.logged("/frame.html").await;
        assert_eq!(
            (&line["status"], &line["reason"]),
            (&json!(403), &json!("cross-site-embed")),
            "{}",
            browser.engine
        );
        let reached = world
            .upstream
            .received()
            .iter()
            .filter(|request| request.host.starts_with(PARTNER))
            .count();
        assert_eq!(reached, 0, "{}", browser.engine);
    })
    .await;
}
