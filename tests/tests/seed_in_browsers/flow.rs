//! The seed's flow between two sites behind one login: a fetch that is redirected over the login host and back.

use crossgate_testkit::{Browser, World};
use crossgate_tests::{APP1, APP2, LOGIN};
use serde_json::{Value, json};

use crate::{in_each_engine, in_each_engine_over_tls, put_json};

/// seed-S12, seed-S13, seed-S14, seed-S15, seed-S16, seed-S20, seed-S35
#[tokio::test(flavor = "multi_thread")]
async fn the_redirected_fetch_works_where_the_upstream_allows_null() {
    in_each_engine(where_null_is_allowed).await;
}

/// The same over TLS.
#[tokio::test(flavor = "multi_thread")]
async fn the_redirected_fetch_works_over_tls() {
    in_each_engine_over_tls(where_null_is_allowed).await;
}

async fn where_null_is_allowed(world: &World, browser: &Browser) {
    let engine = browser.engine;
    let fetched = browser.fetch_with_credentials(&world.url(APP2, "/flow/null-allowed?x=1")).await;
    assert_eq!(
        (fetched.outcome().as_str(), fetched.redirected),
        ("200", true),
        "{engine}: {}",
        fetched.text
    );
    assert_eq!(fetched.json()["email"], "ann@acme.example", "{engine}");
    let received = world.upstream.received_at("/flow/null-allowed");
    assert_eq!(received.len(), 1, "{engine}");
    assert_eq!(
        received[0].header("origin"),
        "null",
        "{engine}: what a browser sends after the redirects"
    );
    assert_eq!(received[0].query.as_deref(), Some("x=1"), "{engine}");

    let again = browser.fetch_with_credentials(&world.url(APP2, "/flow/null-allowed")).await;
    assert_eq!(
        (again.outcome().as_str(), again.redirected),
        ("200", false),
        "{engine}: the cookie is there now"
    );

    // The log tells each hop, and what CORS had to do with it.
    for (host, path, status) in [
        (APP2, "/flow/null-allowed".to_owned(), 302),
        (LOGIN, format!("/cdn-cgi/access/login/{APP2}"), 302),
        (APP2, "/cdn-cgi/access/authorized".to_owned(), 302),
        (APP2, "/flow/null-allowed".to_owned(), 200),
    ] {
        let is_hop = |line: &Value| {
            line["host"] == host
                && line["path"] == path
                && line["status"] == status
                && !line["cors"].is_null()
        };
        world.gateway.log().wait_for(&format!("{engine}: {host}{path} {status}"), is_hop).await;
    }
}

/// seed-S17, seed-S18, seed-S29
#[tokio::test(flavor = "multi_thread")]
async fn where_the_upstream_refuses_null_the_first_call_fails_and_the_next_works() {
    in_each_engine(async |world, browser| {
        let (engine, url) = (browser.engine, world.url(APP2, "/flow/null-refused"));
        assert_eq!(browser.fetch_with_credentials(&url).await.outcome(), "blocked", "{engine}");
        assert_eq!(
            browser.fetch_with_credentials(&url).await.outcome(),
            "200",
            "{engine}: the cookie was left behind"
        );
        let received = world.upstream.received_at("/flow/null-refused");
        let origins =
            received.iter().map(|request| request.header("origin").to_owned()).collect::<Vec<_>>();
        assert_eq!(origins, ["null".to_owned(), world.origin(APP1)], "{engine}");
    })
    .await;
}

/// seed-S14, seed-S30: what a redirect would lose gets a readable 401 instead.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_redirect_would_lose_is_refused_readably_and_works_after_signing_in() {
    let rows = [
        ("a PUT of JSON", put_json()),
        (
            "a POST without preflight",
            json!({ "method": "POST", "credentials": "include", "body": "x=1" }),
        ),
        (
            "a GET that needs a preflight",
            json!({ "credentials": "include", "headers": { "x-custom": "1" } }),
        ),
    ];
    in_each_engine(async |world, browser| {
        for (name, init) in &rows {
            let fetched = browser.fetch(&world.url(APP2, "/flow/write"), init.clone()).await;
            assert_eq!(fetched.outcome(), "401", "{}: {name}", browser.engine);
            assert_eq!(world.upstream.received().len(), 0, "{}: {name}", browser.engine);
        }
        let signed_in =
            browser.fetch_with_credentials(&world.url(APP2, "/flow/null-allowed")).await;
        assert_eq!(signed_in.outcome(), "200", "{}", browser.engine);
        let fetched = browser.fetch(&world.url(APP2, "/flow/write"), put_json()).await;
        assert_eq!(
            (fetched.outcome().as_str(), &fetched.json()["body"]),
            ("200", &json!("[1]")),
            "{}",
            browser.engine
        );
    })
    .await;
}

/// seed-S16: calls that start at once share one state, once the browser holds any.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_start_together_all_arrive() {
    const TOGETHER: &str = r"
        const [url, done] = arguments;
        const calls = [1, 2, 3, 4, 5].map(n => fetch(url + '?' + n, { credentials: 'include' }).then(r => r.status, String));
        Promise.all(calls).then(done);";
    in_each_engine(async |world, browser| {
        let url = world.url(APP2, "/flow/null-allowed");
        let first = json!({ "credentials": "include", "redirect": "manual" });
        assert_eq!(browser.fetch(&url, first).await.status, 0, "an opaque redirect");
        let outcomes = browser.run(TOGETHER, vec![json!(url)]).await;
        assert_eq!(outcomes, json!([200, 200, 200, 200, 200]), "{}", browser.engine);
    })
    .await;
}

/// seed-S20: `null` of a sandboxed frame is not the `null` of the flow.
#[tokio::test(flavor = "multi_thread")]
async fn a_sandboxed_frame_gets_nothing_out_of_the_flow() {
    const SANDBOXED: &str = r"
        const [url, done] = arguments;
        addEventListener('message', event => done(event.data), { once: true });
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = `<script>fetch('${url}', { credentials: 'include' })
            .then(r => r.status, () => 'blocked').then(outcome => parent.postMessage(outcome, '*'))</script>`;
        document.body.append(frame);";
    let story = async |world: &World, browser: &Browser| {
        let url = world.url(APP2, "/flow/null-allowed");
        assert_eq!(
            browser.run(SANDBOXED, vec![json!(url)]).await,
            json!("blocked"),
            "{}",
            browser.engine
        );
        assert_eq!(world.upstream.received_at("/flow/null-allowed").len(), 0, "{}", browser.engine);
        let own = browser.fetch_with_credentials(&url).await;
        assert_eq!(own.outcome(), "200", "{}: while the page itself may", browser.engine);
    };
    in_each_engine(story).await;
    in_each_engine_over_tls(story).await;
}
