//! Calls by app1's page to its sibling app2.

use crossgate_tests::{APP1, APP2, LOGIN, STRANGER};
use serde_json::{Value, json};

use crate::{back_to_app1, in_each_engine, put_json, visit};

/// seed-S6, seed-S10, seed-S12, seed-S13, seed-S18, seed-S28, seed-N4
#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_visit_the_page_reads_why_and_after_it_the_call_works() {
    in_each_engine(async |world, browser| {
        let (engine, url) = (browser.engine, world.url(APP2, "/api"));
        let fetched = browser.fetch_with_credentials(&url).await;
        assert_eq!(fetched.outcome(), "401", "{engine}: readable, not a CORS error");
        let problem = fetched.json();
        assert_eq!(problem["status"], 401, "{engine}: {problem}");
        assert_eq!(world.upstream.received().len(), 0, "{engine}");

        let login_url = problem["login_url"].as_str().unwrap();
        browser.open(login_url).await;
        // Over app2 and back, without a prompt: to a page, and the one that asked.
        browser.wait_for_origin(&world.url(APP1, "/")).await;
        let shown = browser.driver.current_url().await.unwrap();
        assert_eq!(shown.as_str(), world.url(APP1, "/"), "{engine}");

        back_to_app1(world, browser).await;
        let fetched = browser.fetch_with_credentials(&url).await;
        assert_eq!(fetched.outcome(), "200", "{engine}: after one visit and a refresh");
        assert_eq!(fetched.json()["email"], "ann@acme.example", "{engine}");
    })
    .await;
}

/// seed-S1, seed-S2, seed-S4, seed-S5, seed-S21, seed-S23, seed-S24, seed-S25, seed-S26, seed-S27, seed-S28, seed-S29,
/// seed-S30, seed-S32, seed-S36, seed-N5, seed-N10
#[tokio::test(flavor = "multi_thread")]
async fn signed_in_at_both_the_settings_and_the_upstream_decide() {
    let init = |method: &str, headers: Value| json!({ "method": method, "credentials": "include", "headers": headers });
    let include = || json!({ "credentials": "include" });
    let rows = [
        ("a simple GET with the cookie", APP2, "/api", include(), "200"),
        (
            "a simple GET that the upstream allows nobody",
            APP2,
            "/no-cors-headers",
            include(),
            "blocked",
        ),
        ("a simple GET without the cookie", APP2, "/api", json!({ "credentials": "omit" }), "401"),
        (
            "across origins, same-origin sends no cookie",
            APP2,
            "/api",
            json!({ "credentials": "same-origin" }),
            "401",
        ),
        (
            "on the own host, same-origin sends it",
            APP1,
            "/api",
            json!({ "credentials": "same-origin" }),
            "200",
        ),
        (
            "on the own host without it: no CORS matter",
            APP1,
            "/api",
            json!({ "credentials": "omit" }),
            "401",
        ),
        ("a PUT of JSON as the settings allow", APP2, "/api", put_json(), "200"),
        ("a method that is not listed", APP2, "/api", init("DELETE", json!({})), "blocked"),
        (
            "a header that is not listed",
            APP2,
            "/api",
            init("GET", json!({ "x-custom": "1" })),
            "blocked",
        ),
        (
            "any method and header where all are",
            APP2,
            "/everything/api",
            init("DELETE", json!({ "x-custom": "1" })),
            "200",
        ),
        ("a PUT where nothing is configured", APP2, "/closed/api", put_json(), "blocked"),
        ("a PUT where another page is listed", APP2, "/others/api", put_json(), "blocked"),
        (
            "a PUT whose preflight the upstream answers",
            APP2,
            "/upstream-preflights/api",
            put_json(),
            "200",
        ),
        ("a stranger's application", STRANGER, "/api", put_json(), "blocked"),
    ];
    in_each_engine(async |world, browser| {
        let pages = ["/", "/closed/", "/others/", "/everything/", "/upstream-preflights/"];
        visit(world, browser, &pages.map(|path| (APP2, path))).await;
        for (name, host, path, init, outcome) in &rows {
            world.upstream.forget();
            let fetched = browser.fetch(&world.url(host, path), init.clone()).await;
            assert_eq!(fetched.outcome(), *outcome, "{}: {name}: {}", browser.engine, fetched.text);
            let written =
                world.upstream.received().iter().filter(|request| request.method != "GET").count();
            if *outcome != "200" {
                assert_eq!(written, 0, "{}: {name}: nothing reached the upstream", browser.engine);
            }
        }
    })
    .await;
}

/// seed-S22
#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_asked_once_while_max_age_lasts() {
    in_each_engine(async |world, browser| {
        visit(world, browser, &[(APP2, "/")]).await;
        for _ in 0..3 {
            assert_eq!(browser.fetch(&world.url(APP2, "/once"), put_json()).await.outcome(), "200");
        }
        let is_preflight =
            |line: &Value| line["path"] == "/once" && line["cors"]["kind"] == "preflight";
        world.gateway.log().wait_for("the preflight", is_preflight).await;
        let asked = world.gateway.log().json().iter().filter(|line| is_preflight(line)).count();
        assert_eq!(asked, 1, "{}", browser.engine);
    })
    .await;
}

/// seed-S23: the page of an origin that is not listed.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_nobody_lists_reads_nothing_signed_in_or_not() {
    in_each_engine(async |world, browser| {
        for is_signed_in in [false, true] {
            if is_signed_in {
                visit(world, browser, &[(APP2, "/")]).await;
            }
            let stranger = world.url(STRANGER, "/page.html");
            browser.open(&stranger).await;
            browser.wait_for_origin(&stranger).await;
            for (name, path, init, outcome) in [
                ("a simple GET", "/api", json!({ "credentials": "include" }), "blocked"),
                ("a PUT", "/api", put_json(), "blocked"),
                (
                    "through the two-site flow",
                    "/flow/null-allowed",
                    json!({ "credentials": "include" }),
                    "blocked",
                ),
            ] {
                let fetched = browser.fetch(&world.url(APP2, path), init).await;
                assert_eq!(
                    fetched.outcome(),
                    outcome,
                    "{}: {name}, signed in: {is_signed_in}",
                    browser.engine
                );
            }
            let login = world.url(LOGIN, "/cdn-cgi/access/get-identity");
            assert_eq!(
                browser.fetch_with_credentials(&login).await.outcome(),
                "blocked",
                "{}",
                browser.engine
            );
        }
    })
    .await;
}
