//! Nobody is signed in any more: somebody has to, in a window that a click opens.

use std::time::Duration;

use crossgate_testkit::{Browser, World, wait::until};
use crossgate_tests::{APP1, APP2, PARTNER};
use serde_json::json;
use thirtyfour::By;

use crate::{ANN, PAGE, in_each_engine, in_each_engine_over_tls};

const START: &str = r"
    const [url, done] = arguments;
    const { dataset } = document.documentElement;
    delete dataset.outcome;
    fetch(url, { credentials: 'include' }).then(r => { dataset.outcome = r.status; }, e => { dataset.outcome = String(e); });
    done();";

#[tokio::test(flavor = "multi_thread")]
async fn a_click_signs_in_and_the_call_goes_on() {
    let story = async |world: &World, browser: &Browser| {
        for host in [APP2, PARTNER, APP1] {
            browser.open(&world.url(APP1, PAGE)).await;
            sign_in_by_click(world, browser, host).await;
        }
    };
    in_each_engine(story).await;
    in_each_engine_over_tls(story).await;
}

/// The page is cut off from the window: only its effect shows.
#[tokio::test(flavor = "multi_thread")]
async fn it_works_for_pages_that_are_cut_off_from_other_windows() {
    in_each_engine(async |world, browser| {
        browser.open(&world.url(APP1, "/isolated-with-client.html")).await;
        sign_in_by_click(world, browser, APP2).await;
    })
    .await;
}

async fn sign_in_by_click(world: &World, browser: &Browser, host: &str) {
    let (engine, driver) = (browser.engine, &browser.driver);
    sign_out_elsewhere(world, browser).await;
    browser.run(START, vec![json!(world.url(host, "/api"))]).await;
    browser.press(By::Id("sign-in")).await;

    let page = driver.window().await.unwrap();
    let popup = until("the window", Duration::from_secs(10), async || {
        driver.windows().await.ok()?.into_iter().find(|window| *window != page)
    })
    .await;
    driver.switch_to_window(popup.clone()).await.unwrap();
    browser.enter_address(ANN).await;
    let code = world.mailbox.code_for(ANN).await;
    browser.element(By::Id("code")).await.send_keys(&code).await.unwrap();
    // The window may be gone before the click has returned.
    let _closed = browser.element(By::Css("main form button")).await.click().await;
    driver.switch_to_window(page.clone()).await.unwrap();
    let outcome = until("the call", Duration::from_secs(20), async || {
        let outcome = browser
            .run("arguments[0](document.documentElement.dataset.outcome || null)", vec![])
            .await;
        (!outcome.is_null()).then_some(outcome)
    })
    .await;
    assert_eq!(outcome, "200", "{engine}: {host}");
    for window in driver.windows().await.unwrap() {
        if window != page {
            driver.switch_to_window(window).await.unwrap();
            browser.wait_for_text("You are signed in").await;
            driver.close_window().await.unwrap();
        }
    }
    driver.switch_to_window(page).await.unwrap();
}

/// Signs out in a tab of its own, everywhere.
async fn sign_out_elsewhere(world: &World, browser: &Browser) {
    let driver = &browser.driver;
    let page = driver.window().await.unwrap();
    let tab = driver.new_tab().await.unwrap();
    driver.switch_to_window(tab).await.unwrap();
    browser.open(&world.url(APP1, "/cdn-cgi/access/logout")).await;
    browser.wait_for_text("You are signed out").await;
    driver.close_window().await.unwrap();
    driver.switch_to_window(page).await.unwrap();
}

/// Nobody hears of it any more.
const FORGET_THE_BUTTON: &str = r"
    crossgate.dispatchEvent = event => EventTarget.prototype.dispatchEvent.call(new EventTarget(), event);
    arguments[0]();";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_button_the_call_gets_its_401_at_once() {
    in_each_engine(async |world, browser| {
        sign_out_elsewhere(world, browser).await;
        let dismissed = r"
            const [url, done] = arguments;
            crossgate.addEventListener('signin', event => event.detail.dismiss());
            fetch(url, { credentials: 'include' }).then(r => done(r.status), error => done(String(error)));";
        let unheard = r"
            const [url, done] = arguments;
            fetch(url, { credentials: 'include' }).then(r => done(r.status), error => done(String(error)));";
        let rows = [("a page that gives up", dismissed, "/api"), ("a page that does not know", unheard, "/everything/api")];
        for (name, script, path) in rows {
            if name.ends_with("know") {
                browser.run(FORGET_THE_BUTTON, vec![]).await;
            }
            let outcome = browser.run(script, vec![json!(world.url(APP2, path))]).await;
            assert_eq!(outcome, 401, "{}: {name}", browser.engine);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_aborted_does_not_wait_for_the_click() {
    const ABORTED: &str = r"
        const [url, done] = arguments;
        const controller = new AbortController();
        crossgate.addEventListener('signin', () => controller.abort());
        fetch(url, { credentials: 'include', signal: controller.signal }).then(r => done(r.status), error => done(error.name));";
    in_each_engine(async |world, browser| {
        sign_out_elsewhere(world, browser).await;
        let outcome = browser.run(ABORTED, vec![json!(world.url(APP2, "/api"))]).await;
        assert_eq!(outcome, "AbortError", "{}", browser.engine);
    })
    .await;
}
