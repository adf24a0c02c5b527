//! First calls to applications where the visitor has never been.

use crossgate_testkit::{Browser, World};
use crossgate_tests::{APP2, PARTNER};
use serde_json::json;

use crate::{called, in_each_engine, in_each_engine_over_tls, put_json};

/// seed-S18, without the refresh.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_call_to_a_sibling_and_to_another_site_works() {
    in_each_engine(first_calls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_call_works_over_tls() {
    in_each_engine_over_tls(first_calls).await;
}

async fn first_calls(world: &World, browser: &Browser) {
    for host in [APP2, PARTNER] {
        let engine = browser.engine;
        let first = browser.fetch_with_credentials(&world.url(host, "/api?x=1")).await;
        assert_eq!(first.outcome(), "200", "{engine}: {host}: {}", first.text);
        assert_eq!(first.json()["email"], "ann@acme.example", "{engine}: {host}");
        let again = browser.fetch_with_credentials(&world.url(host, "/api")).await;
        assert_eq!(again.outcome(), "200", "{engine}: {host}");
        assert_eq!(
            called(world, browser, "exchange").await,
            if host == APP2 { 1 } else { 2 },
            "{engine}"
        );
    }
    assert_eq!(called(world, browser, "frame").await, 0, "{}", browser.engine);
    let scoped = browser.fetch_with_credentials(&world.url(APP2, "/scoped/api")).await;
    assert_eq!(scoped.outcome(), "200", "{}: a cookie below a path", browser.engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_first_call_sends_arrives_once_and_whole() {
    const AS_REQUEST: &str = r"
        const [url, init, done] = arguments;
        fetch(new Request(url, init)).then(r => r.text()).then(done, error => done(String(error)));";
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        for (number, host) in [APP2, PARTNER].into_iter().enumerate() {
            let put = browser.fetch(&world.url(host, "/put"), put_json()).await;
            assert_eq!(
                (put.outcome().as_str(), &put.json()["body"]),
                ("200", &json!("[1]")),
                "{engine}"
            );
            assert_eq!(world.upstream.received_at("/put").len(), number + 1, "{engine}: once");
        }
        // A request object, whose body can be read once: to an application that is not open yet.
        let url = world.url(APP2, "/everything/api");
        let text = browser.run(AS_REQUEST, vec![json!(url), put_json()]).await;
        assert!(text.as_str().unwrap().contains("[1]"), "{engine}: {text}");
        let post = json!({ "method": "POST", "credentials": "include", "body": "x=1" });
        let post = browser.fetch(&world.url(APP2, "/flow/api"), post).await;
        assert_eq!(
            (post.outcome().as_str(), &post.json()["body"]),
            ("200", &json!("x=1")),
            "{engine}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_start_together_share_one_ticket() {
    const TOGETHER: &str = r"
        const [url, done] = arguments;
        const calls = [1, 2, 3, 4, 5, 6].map(n => fetch(url + '?' + n, { credentials: 'include' }).then(r => r.status, String));
        Promise.all(calls).then(done);";
    in_each_engine(async |world, browser| {
        let outcomes = browser.run(TOGETHER, vec![json!(world.url(APP2, "/api"))]).await;
        assert_eq!(outcomes, json!([200, 200, 200, 200, 200, 200]), "{}", browser.engine);
        assert_eq!(called(world, browser, "ticket").await, 1, "{}", browser.engine);
        assert_eq!(world.upstream.received().len(), 6, "{}", browser.engine);
    })
    .await;
}

/// For what cannot be repeated: before an `EventSource`, a `WebSocket`.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_a_session_without_a_call() {
    const SIGN_IN: &str = r"
        const [url, done] = arguments;
        crossgate.signIn(url).then(done, error => done(String(error)));";
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        for host in [APP2, PARTNER] {
            let signed_in = browser.run(SIGN_IN, vec![json!(world.url(host, "/api?x"))]).await;
            assert_eq!(signed_in, true, "{engine}: {host}");
        }
        let refused = browser.run(SIGN_IN, vec![json!(world.url(APP2, "/bosses/"))]).await;
        assert_eq!(refused, false, "{engine}: no window for whom no policy admits");
        assert_eq!(browser.driver.windows().await.unwrap().len(), 1, "{engine}");
        assert_eq!(world.upstream.received().len(), 0, "{engine}: nothing was called");
        let fetched = browser.fetch_with_credentials(&world.url(APP2, "/api")).await;
        assert_eq!(fetched.outcome(), "200", "{engine}");
        assert_eq!(called(world, browser, "exchange").await, 2, "{engine}");
    })
    .await;
}
