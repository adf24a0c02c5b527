//! Sessions that end while the page is open.

use std::time::Duration;

use crossgate_testkit::{Browser, World, wait::until};
use crossgate_tests::{APP1, APP2, PARTNER};

use crate::{called, in_each_engine, in_each_engine_over_tls};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_expires_is_renewed_behind_the_calls() {
    in_each_engine(async |world, browser| {
        let url = world.url(APP2, "/short/api");
        until("the second session", Duration::from_secs(25), async || {
            let fetched = browser.fetch_with_credentials(&url).await;
            assert_eq!(fetched.outcome(), "200", "{}: {}", browser.engine, fetched.text);
            (called(world, browser, "exchange").await == 2).then_some(())
        })
        .await;
        assert_eq!(called(world, browser, "ticket").await, 2, "{}", browser.engine);
    })
    .await;
}

/// The page's own session is gone; the login host still knows the visitor, and its cookies go along in frames of the site.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_own_session_is_renewed_in_a_hidden_frame() {
    in_each_engine(renewed_in_a_frame).await;
}

/// The same over TLS, where each hop says how it is related to the page.
#[tokio::test(flavor = "multi_thread")]
async fn the_hidden_frame_works_over_tls() {
    in_each_engine_over_tls(renewed_in_a_frame).await;
}

async fn renewed_in_a_frame(world: &World, browser: &Browser) {
    let engine = browser.engine;
    for (host, frames) in [(APP2, 1), (PARTNER, 2), (APP1, 3)] {
        forget_app1(browser).await;
        let fetched = browser.fetch_with_credentials(&world.url(host, "/api")).await;
        assert_eq!(fetched.outcome(), "200", "{engine}: {host}: {}", fetched.text);
        assert_eq!(called(world, browser, "frame").await, frames, "{engine}: {host}");
    }
    let left = browser.run("arguments[0](document.querySelectorAll('iframe').length)", vec![]);
    assert_eq!(left.await, 0, "{engine}: no frame is left behind");
    assert_eq!(browser.driver.windows().await.unwrap().len(), 1, "{engine}");
}

async fn forget_app1(browser: &Browser) {
    browser.driver.delete_all_cookies().await.unwrap();
}

/// No loop: whoever is not admitted is told once, and the next call does not even ask.
#[tokio::test(flavor = "multi_thread")]
async fn whom_the_application_does_not_admit_gets_the_401_and_no_more_attempts() {
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        for attempt in 1..=3 {
            let fetched = browser.fetch_with_credentials(&world.url(APP2, "/bosses/api")).await;
            assert_eq!(fetched.outcome(), "401", "{engine}: {attempt}");
            assert_eq!(fetched.json()["code"], "session-absent", "{engine}: the call's own answer");
        }
        assert_eq!(called(world, browser, "ticket").await, 1, "{engine}");
        for endpoint in ["exchange", "frame", "status"] {
            assert_eq!(called(world, browser, endpoint).await, 0, "{engine}: {endpoint}");
        }
        assert_eq!(world.upstream.received().len(), 0, "{engine}");
        assert_eq!(browser.driver.windows().await.unwrap().len(), 1, "{engine}");
    })
    .await;
}
