//! Signing in and out as a person does, in browsers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use crossgate_testkit::{Browser, Engine, World};
use crossgate_tests::{APP1, APP2, LOGIN, PARTNER, neighbours};
use thirtyfour::By;

const ANN: &str = "ann@acme.example";

async fn in_both_engines(story: impl AsyncFn(&World, &Browser)) {
    for engine in Engine::BOTH {
        story(&neighbours().await, &Browser::start(engine).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_can_be_corrected_and_a_used_one_is_refused() {
    in_both_engines(async |world, browser| {
        let url = world.url(APP1, "/page.html?back=here");
        browser.open(&url).await;
        browser.enter_address(ANN).await;
        let code = world.mailbox.code_for(ANN).await;
        let wrong = if code == "123456" { "654321" } else { "123456" };
        browser.enter_code(wrong).await;
        browser.wait_for_text("That code is not right").await;
        browser.enter_code(&code).await;
        browser.wait_for_origin(&url).await;
        assert_eq!(browser.driver.current_url().await.unwrap().as_str(), url, "{}", browser.engine);

        // Back in the history is the page with the form; the code in it is used up.
        browser.open(&world.url(APP1, "/cdn-cgi/access/logout")).await;
        browser.open(&url).await;
        browser.enter_address(ANN).await;
        world.mailbox.code_for(ANN).await;
        browser.enter_code(&code).await;
        browser.element(By::Id("complaint")).await;
        assert!(
            browser.driver.current_url().await.unwrap().as_str().contains(LOGIN),
            "{}",
            browser.engine
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_can_be_asked_for_and_the_address_changed() {
    in_both_engines(async |world, browser| {
        let url = world.url(APP1, "/page.html");
        browser.open(&url).await;
        browser.enter_address("typo@acme.example").await;
        browser.press(By::LinkText("Use another address")).await;
        browser.enter_address(ANN).await;
        world.mailbox.code_for(ANN).await;
        browser.press(By::Css(".others button")).await;
        let second = world.mailbox.code_for(ANN).await;
        browser.enter_code(&second).await;
        browser.wait_for_origin(&url).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_link_says_that_it_cannot_be_used() {
    in_both_engines(async |world, browser| {
        let login =
            world.client().get(&world.url(APP1, "/page.html")).navigation("none").send().await;
        let login = login.location().unwrap().to_string();
        browser.open(&login.replace("meta=", "meta=x")).await;
        browser.wait_for_text("This link cannot be used").await;
    })
    .await;
}

/// A login page's address that somebody else sent signs nobody in as somebody else; it starts over.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_begun_in_another_browser_ends_in_a_sign_in_of_the_own() {
    in_both_engines(async |world, browser| {
        let url = world.url(APP1, "/page.html");
        let login = world.client().get(&url).navigation("none").send().await;
        browser.sign_in(&world.mailbox, &world.url(APP2, "/page.html"), ANN).await;
        browser.open(login.location().unwrap().as_str()).await;
        browser.wait_for_origin(&url).await;
        browser.wait_for_text(APP1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_began_alike_both_arrive() {
    in_both_engines(async |world, browser| {
        let driver = &browser.driver;
        let (one, two) = (world.url(APP1, "/one.html"), world.url(APP1, "/two.html"));
        browser.open(&one).await;
        let first = driver.window().await.unwrap();
        let second = driver.new_tab().await.unwrap();
        driver.switch_to_window(second.clone()).await.unwrap();
        browser.open(&two).await;
        browser.element(By::Id("email")).await;
        driver.switch_to_window(first).await.unwrap();
        browser.enter_address(ANN).await;
        browser.enter_code(&world.mailbox.code_for(ANN).await).await;
        browser.wait_for_origin(&one).await;

        // Signing in gave the browser another session: the other tab's form is the old one's. It starts over, silently.
        driver.switch_to_window(second).await.unwrap();
        browser.enter_address(ANN).await;
        browser.wait_for_text("This form is out of date").await;
        browser.press(By::Css("main a.button")).await;
        browser.wait_for_origin(&two).await;
        assert_eq!(driver.current_url().await.unwrap().as_str(), two, "{}", browser.engine);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sign_in_opens_all_applications_and_one_sign_out_closes_them() {
    in_both_engines(async |world, browser| {
        browser.sign_in(&world.mailbox, &world.url(APP1, "/page.html"), ANN).await;
        for host in [APP2, PARTNER] {
            let url = world.url(host, "/page.html");
            browser.open(&url).await;
            browser.wait_for_origin(&url).await;
            browser.wait_for_text(host).await;
        }
        browser.open(&world.url(APP2, "/cdn-cgi/access/logout")).await;
        browser.wait_for_text("You are signed out").await;
        for host in [APP1, APP2, PARTNER] {
            browser.open(&world.url(host, "/page.html")).await;
            browser.element(By::Id("email")).await;
        }
    })
    .await;
}

/// A link of another page to the sign-out asks first.
#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_sign_nobody_out() {
    in_both_engines(async |world, browser| {
        let url = world.url(APP1, "/page.html");
        browser.sign_in(&world.mailbox, &url, ANN).await;
        let evil =
            format!("http://evil.example.localhost:{}/page.html", world.upstream.address.port());
        browser.open(&evil).await;
        let script = "location = arguments[0]";
        let logout = world.url(APP1, "/cdn-cgi/access/logout");
        browser.driver.execute(script, vec![serde_json::json!(logout)]).await.unwrap();
        browser.wait_for_text("Sign out?").await;
        browser.open(&url).await;
        browser.wait_for_text(APP1).await;

        browser.open(&evil).await;
        browser.driver.execute(script, vec![serde_json::json!(logout)]).await.unwrap();
        browser.press(By::Css("main form button")).await;
        browser.wait_for_text("You are signed out").await;
        browser.open(&url).await;
        browser.element(By::Id("email")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_admitted_is_told_so_and_can_be_somebody_else() {
    in_both_engines(async |world, browser| {
        browser.sign_in(&world.mailbox, &world.url(APP1, "/page.html"), ANN).await;
        let url = world.url(APP2, "/boss/page.html");
        browser.open(&url).await;
        browser.wait_for_text("That account does not have access").await;
        browser.press(By::LinkText("Use another address")).await;
        browser.enter_address("boss@acme.example").await;
        browser.enter_code(&world.mailbox.code_for("boss@acme.example").await).await;
        browser.wait_for_origin(&url).await;
        browser.wait_for_text(APP2).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_out_works_without_javascript() {
    let world = neighbours().await;
    let browser = Browser::start(Engine::FirefoxWithoutScripts).await;
    let url = world.url(APP1, "/page.html");
    browser.sign_in(&world.mailbox, &url, ANN).await;
    assert_eq!(browser.driver.current_url().await.unwrap().as_str(), url);
    browser.open(&world.url(APP2, "/page.html")).await;
    browser.wait_for_text(APP2).await;
    browser.open(&world.url(APP1, "/cdn-cgi/access/logout")).await;
    browser.wait_for_text("You are signed out").await;
}
