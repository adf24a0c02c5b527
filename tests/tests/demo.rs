//! `crossgate demo` as a new user meets it: open app1, sign in with the code from the mailbox page, press every button.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::process::Command;

use crossgate_testkit::wait::{PATIENCE, until};
use crossgate_testkit::{Browser, Client, Engine, Mailbox, Process, crossgate, ports};
use thirtyfour::By;

const EMAIL: &str = "newcomer@anywhere.example";

struct Demo {
    _process: Process,
    port: u16,
    admin_port: u16,
}

impl Demo {
    async fn start() -> Self {
        let (port, admin_port) = (ports::free(), ports::free());
        let mut command = Command::new(crossgate());
        command.args([
            "demo",
            "--port",
            &port.to_string(),
            "--admin-port",
            &admin_port.to_string(),
        ]);
        let demo = Self { _process: Process::start(&mut command), port, admin_port };
        until("the demo", PATIENCE, async || {
            tokio::net::TcpStream::connect(("127.0.0.1", admin_port)).await.ok()?;
            let ready =
                Client::new().get(&format!("http://127.0.0.1:{admin_port}/readyz")).send().await;
            (ready.status == 200).then_some(())
        })
        .await;
        demo
    }

    fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}.localhost:{}{path}", self.port)
    }

    /// Reads the code off the mailbox page, in a tab of its own.
    async fn code(&self, browser: &Browser) -> String {
        let driver = &browser.driver;
        let sign_in = driver.window().await.unwrap();
        let mailbox = driver.new_tab().await.unwrap();
        driver.switch_to_window(mailbox).await.unwrap();
        let code = until("a code on the mailbox page", PATIENCE, async || {
            browser.open(&format!("http://127.0.0.1:{}/mailbox", self.admin_port)).await;
            Mailbox::code_in(&browser.text().await)
        })
        .await;
        driver.close_window().await.unwrap();
        driver.switch_to_window(sign_in).await.unwrap();
        code
    }
}

/// Presses a card's button and returns what it then says: `works`, `readable-error` or `blocked`.
async fn press(browser: &Browser, card: &str) -> String {
    browser.press(By::Css(format!("#{card} button"))).await;
    let output = browser.driver.find(By::Css(format!("#{card} output"))).await.unwrap();
    until(&format!("{}: the outcome of {card}", browser.engine), PATIENCE, async || {
        output.attr("data-state").await.unwrap().filter(|state| state != "waiting")
    })
    .await
}

async fn check(browser: &Browser, when: &str, expected: &[(&str, &str)]) {
    let mut found = Vec::new();
    for (card, _) in expected {
        found.push((*card, press(browser, card).await));
    }
    let found = found.iter().map(|(card, state)| (*card, state.as_str())).collect::<Vec<_>>();
    assert_eq!(found, expected, "{} {when}", browser.engine);
}

/// seed-S8, seed-S10, seed-S12 to seed-S18, seed-S20, seed-S22 to seed-S29, seed-S32, seed-S36, seed-S37
async fn every_button(engine: Engine) {
    let demo = Demo::start().await;
    let browser = Browser::start(engine).await;
    let app1 = demo.url("app1.demo", "/");
    browser.open(&app1).await;
    browser.enter_address(EMAIL).await;
    let code = demo.code(&browser).await;
    browser.enter_code(&code).await;
    browser.wait_for_origin(&app1).await;
    browser.wait_for_text(EMAIL).await;

    check(
        &browser,
        "before visiting the neighbours",
        &[
            ("simple-get", "readable-error"),
            ("put-json", "readable-error"),
            ("wrong-origin", "blocked"),
            ("no-credentials", "readable-error"),
            ("expired-unauthorized", "readable-error"),
            ("null-allowed", "works"),
            ("null-refused", "blocked"),
            ("null-refused", "works"),
            ("script-anonymous", "blocked"),
            ("script-credentials", "blocked"),
            ("script-plain", "blocked"),
            ("partner-get", "readable-error"),
        ],
    )
    .await;

    for (host, path) in [("app2.demo", "/"), ("partner.other", "/")] {
        let url = demo.url(host, path);
        browser.open(&url).await;
        browser.wait_for_text(&format!("You are signed in here as {EMAIL}")).await;
        browser.press(By::LinkText("Back to app1")).await;
        browser.wait_for_origin(&app1).await;
    }
    // Firefox takes the way by partner's own link as leave to use its cookies on app1.
    let partner = if engine == Engine::ChromiumStrict { "readable-error" } else { "works" };
    check(
        &browser,
        "after visiting the neighbours",
        &[
            ("simple-get", "works"),
            ("put-json", "works"),
            ("wrong-origin", "blocked"),
            ("no-credentials", "readable-error"),
            ("null-allowed", "works"),
            ("script-anonymous", "blocked"),
            ("script-credentials", "works"),
            ("script-plain", "blocked"),
            ("partner-get", partner),
        ],
    )
    .await;

    let short = demo.url("app2.demo", "/short/");
    browser.open(&short).await;
    browser.wait_for_origin(&short).await;
    browser.open(&app1).await;
    check(&browser, "within ten seconds", &[("expired-unauthorized", "works")]).await;
    until("the short session's end", PATIENCE, async || {
        (press(&browser, "expired-unauthorized").await == "readable-error").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_does_what_its_card_says_in_chromium() {
    every_button(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_does_what_its_card_says_in_chromium_without_third_party_cookies() {
    every_button(Engine::ChromiumStrict).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_does_what_its_card_says_in_firefox() {
    every_button(Engine::Firefox).await;
}
