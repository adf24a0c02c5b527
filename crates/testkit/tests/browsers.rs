//! The browsers behave as their names say, without any gateway: what the other tests build on.

use crossgate_testkit::{Browser, Engine, Reply, Upstream};

/// `/set` sets a cookie for third parties; everything else says which cookies came.
async fn cookies() -> Upstream {
    Upstream::start(|request| {
        let reply = Reply::new("text/plain", request.header("cookie").to_owned())
            .header("access-control-allow-origin", request.header("origin"))
            .header("access-control-allow-credentials", "true");
        match request.path.as_str() {
            "/set" => reply.header("set-cookie", "third=party; SameSite=None; Secure"),
            _ => reply,
        }
    })
    .await
}

async fn third_party_cookie_arrives(engine: Engine) -> bool {
    let upstream = cookies().await;
    let url = |host: &str, path: &str| format!("http://{host}:{}{path}", upstream.address.port());
    let browser = Browser::start(engine).await;
    browser.open(&url("partner.other.localhost", "/set")).await;
    browser.open(&url("app1.demo.localhost", "/")).await;
    let fetched = browser.fetch_with_credentials(&url("partner.other.localhost", "/")).await;
    assert_eq!(fetched.outcome(), "200", "{engine}");
    fetched.text == "third=party"
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_as_chrome_sends_third_party_cookies() {
    assert!(third_party_cookie_arrives(Engine::Chromium).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_can_block_third_party_cookies() {
    assert!(!third_party_cookie_arrives(Engine::ChromiumStrict).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_keeps_third_party_cookies_apart() {
    assert!(!third_party_cookie_arrives(Engine::Firefox).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_can_go_without_scripts() {
    let upstream = Upstream::start(|_| {
        let page =
            "<body>no script ran</body><script>document.body.textContent = 'a script ran'</script>";
        Reply::new("text/html", page)
    })
    .await;
    let browser = Browser::start(Engine::FirefoxWithoutScripts).await;
    browser.open(&format!("http://{}/", upstream.address)).await;
    assert_eq!(browser.text().await, "no script ran");
}
