//! Calls to another site: its cookies are third-party cookies on app1's page.

use crossgate_tests::PARTNER;
use serde_json::json;

use crate::{expected, in_each_engine, put_json, visit};

/// seed-S10, seed-S28, seed-N2
#[tokio::test(flavor = "multi_thread")]
async fn another_site_works_where_third_party_cookies_do_and_says_why_elsewhere() {
    in_each_engine(async |world, browser| {
        let (engine, url) = (browser.engine, world.url(PARTNER, "/api"));
        let fetched = browser.fetch_with_credentials(&url).await;
        assert_eq!(fetched.outcome(), "401", "{engine}: before the first visit");

        visit(world, browser, &[(PARTNER, "/")]).await;
        for (name, init) in [("GET", json!({ "credentials": "include" })), ("PUT", put_json())] {
            let fetched = browser.fetch(&url, init).await;
            assert_eq!(
                fetched.outcome(),
                expected(engine, ["200", "401", "401"]),
                "{engine}: {name} after a visit"
            );
        }
        let written =
            world.upstream.received().iter().filter(|request| request.method == "PUT").count();
        assert_eq!(written, expected(engine, [1, 0, 0]), "{engine}");
    })
    .await;
}

/// seed-S14, seed-S15: the flow across sites. Firefox keeps the flow's own cookie for the page's site, so that the page can
/// be told what is missing; Chromium keeps none.
#[tokio::test(flavor = "multi_thread")]
async fn the_flow_to_another_site_works_where_third_party_cookies_do() {
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        let fetched =
            browser.fetch_with_credentials(&world.url(PARTNER, "/flow/null-allowed")).await;
        assert_eq!(
            fetched.outcome(),
            expected(engine, ["200", "blocked", "401"]),
            "{engine}: {}",
            fetched.text
        );
    })
    .await;
}
