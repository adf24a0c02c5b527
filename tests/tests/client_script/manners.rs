//! What the script leaves alone.

use crossgate_tests::{APP1, APP2, PARTNER, STRANGER};
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use crate::{PAGE, called, in_each_engine, in_each_engine_over_tls};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_one_name_more() {
    const ADDED: &str = r"
        const [done] = arguments;
        const before = Object.getOwnPropertyNames(window);
        const script = document.createElement('script');
        script.src = '/cdn-cgi/access/client.js';
        script.onload = () => done(Object.getOwnPropertyNames(window).filter(name => !before.includes(name)));
        document.head.append(script);";
    in_each_engine(async |world, browser| {
        browser.open(&world.url(APP1, "/page.html")).await;
        assert_eq!(browser.run(ADDED, vec![]).await, json!(["crossgate"]), "{}", browser.engine);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_a_session_cannot_help_are_left_alone() {
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        let rows = [
            (
                "without credentials",
                world.url(APP2, "/api"),
                json!({ "credentials": "omit" }),
                "401",
            ),
            ("with those of its own origin", world.url(APP2, "/api"), json!({}), "401"),
            (
                "an application that does not list the page",
                world.url(STRANGER, "/api"),
                json!({ "credentials": "include" }),
                "blocked",
            ),
        ];
        for (name, url, init, expected) in rows {
            assert_eq!(browser.fetch(&url, init).await.outcome(), expected, "{engine}: {name}");
        }
        let wrong = browser.fetch("http://[", json!({})).await;
        assert!(wrong.blocked && wrong.text.starts_with("TypeError"), "{engine}: {}", wrong.text);
        assert_eq!(called(world, browser, "ticket").await, 0, "{engine}");
    })
    .await;
}

/// A 401 of somebody else's that looks like the gateway's: only the page's own host is believed.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_imitates_the_gateway_gets_no_ticket() {
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        // An upstream behind a bypass answers as it likes, here for another origin than the page's.
        let url = world.url(APP2, "/public/imitation");
        let fetched = browser.fetch_with_credentials(&url).await;
        assert_eq!(fetched.outcome(), "401", "{engine}: {}", fetched.text);
        assert_eq!(called(world, browser, "ticket").await, 1, "{engine}: the own host was asked");
        for endpoint in ["exchange", "frame", "status", "popup"] {
            assert_eq!(called(world, browser, endpoint).await, 0, "{engine}: {endpoint}");
        }
        let elsewhere = world.upstream.received().iter().any(|request| request.path == "/stolen");
        assert!(!elsewhere, "{engine}: what the imitation names is not called");
    })
    .await;
}

/// A page that nobody lists opens the frame in the name of one that is listed.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_tells_nothing_to_a_page_that_it_is_not_for() {
    const FRAME: &str = r"
        const [url, own, done] = arguments;
        addEventListener('message', event => done(event.data));
        const frame = document.createElement('iframe');
        // What the frame has said by now comes before what the page says to itself.
        frame.onload = () => own || window.postMessage('nothing', '*');
        frame.src = url;
        document.body.append(frame);";
    in_each_engine(async |world, browser| {
        let page: String = byte_serialize(world.origin(APP1).as_bytes()).collect();
        let query = format!("path=%2F&origin={page}&nonce=0123456789abcdef");
        let url = world.url(APP2, &format!("/cdn-cgi/access/frame?{query}"));
        let told = browser.run(FRAME, vec![json!(url), json!(true)]).await;
        assert_eq!(told["outcome"], "signed-in", "{}: the page itself", browser.engine);
        for host in [STRANGER, PARTNER] {
            let elsewhere = world.url(host, "/page.html");
            browser.open(&elsewhere).await;
            browser.wait_for_origin(&elsewhere).await;
            let told = browser.run(FRAME, vec![json!(url), json!(false)]).await;
            assert_eq!(told, "nothing", "{}: {host}", browser.engine);
        }
    })
    .await;
}

/// A stream can be read once: the call is not repeated, and says so by its 401. Then the session is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_not_sent_again() {
    const STREAM: &str = r"
        const [url, done] = arguments;
        const body = new Blob(['streamed']).stream();
        const init = { method: 'PUT', credentials: 'include', headers: { 'content-type': 'text/plain' }, body, duplex: 'half' };
        fetch(url, init).then(r => done(r.status), error => done(String(error)));";
    in_each_engine_over_tls(async |world, browser| {
        let engine = browser.engine;
        let url = world.url(APP2, "/api");
        assert_eq!(browser.run(STREAM, vec![json!(url)]).await, 401, "{engine}");
        assert_eq!(world.upstream.received().len(), 0, "{engine}");
        assert_eq!(browser.run(STREAM, vec![json!(url)]).await, 200, "{engine}");
        assert_eq!(called(world, browser, "ticket").await, 1, "{engine}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_beside_a_service_worker() {
    const REGISTER: &str = r"
        const [done] = arguments;
        navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => {
            if (navigator.serviceWorker.controller) done('controlled');
            else navigator.serviceWorker.addEventListener('controllerchange', () => done('controlled'));
        }).catch(error => done(String(error)));";
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        assert_eq!(browser.run(REGISTER, vec![]).await, "controlled", "{engine}");
        let fetched = browser.fetch_with_credentials(&world.url(APP2, "/api")).await;
        assert_eq!(fetched.outcome(), "200", "{engine}: {}", fetched.text);
        browser.open(&world.url(APP1, PAGE)).await;
        let fetched = browser.fetch_with_credentials(&world.url(APP2, "/everything/api")).await;
        assert_eq!(fetched.outcome(), "200", "{engine}: {}", fetched.text);
    })
    .await;
}
