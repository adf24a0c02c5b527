//! Writes that another site makes a browser send, and those that are the page's own.

use crossgate_testkit::{Browser, World};
use crossgate_tests::{APP1, PARTNER};
use serde_json::json;

use crate::{in_each_engine, visit};

/// Sends a form by a page's script, as `<form>` does, and waits for the page it leads to.
async fn submit(browser: &Browser, action: &str, method: &str, referrer: &str) {
    let script = r"
        const [action, method, referrer, done] = arguments;
        const meta = document.createElement('meta');
        meta.name = 'referrer'; meta.content = referrer;
        document.head.append(meta);
        const form = document.createElement('form');
        Object.assign(form, { action, method });
        const field = document.createElement('input');
        Object.assign(field, { name: 'amount', value: '100' });
        form.append(field);
        document.body.append(form);
        done();
        setTimeout(() => form.submit());";
    browser.run(script, vec![json!(action), json!(method), json!(referrer)]).await;
    browser.wait_for_origin(action).await;
}

/// A page of another site that no gateway protects.
fn evil(world: &World) -> String {
    format!("http://evil.example.localhost:{}/page.html", world.upstream.address.port())
}

/// seed-S28: a cookie alone is no permission to write.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_writes_nothing() {
    in_each_engine(async |world, browser| {
        visit(world, browser, &[(PARTNER, "/")]).await;
        let rows = [
            ("the cookie stays at home", APP1, "/lax/transfer", 401, "session-absent"),
            ("the cookie comes along", PARTNER, "/none/transfer", 403, "cross-site-write"),
        ];
        for (name, host, path, status, reason) in rows {
            browser.open(&evil(world)).await;
            submit(browser, &world.url(host, path), "post", "strict-origin").await;
            let line = world.gateway.logged(path).await;
            assert_eq!(
                (&line["status"], &line["reason"], &line["method"]),
                (&json!(status), &json!(reason), &json!("POST")),
                "{}: {name}",
                browser.engine
            );
            assert_eq!(world.upstream.received_at(path).len(), 0, "{}: {name}", browser.engine);
        }
    })
    .await;
}

/// seed-S3: the page's own forms are its own affair, whatever they say about where they come from.
#[tokio::test(flavor = "multi_thread")]
async fn forms_of_the_own_host_pass_under_any_referrer_policy() {
    in_each_engine(async |world, browser| {
        for referrer in ["no-referrer", "strict-origin-when-cross-origin"] {
            browser.open(&world.url(APP1, "/page.html")).await;
            let path = format!("/own/{referrer}");
            submit(browser, &world.url(APP1, &path), "post", referrer).await;
            browser.wait_for_text("amount=100").await;
            let received = world.upstream.received_at(&path);
            assert_eq!(
                (received.len(), &*received[0].body),
                (1, &b"amount=100"[..]),
                "{}",
                browser.engine
            );
        }
    })
    .await;
}

/// seed-S16: a link of another site signs in silently and arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_another_site_arrives() {
    in_each_engine(async |world, browser| {
        browser.open(&evil(world)).await;
        submit(browser, &world.url(PARTNER, "/linked.html"), "get", "strict-origin").await;
        browser.wait_for_text(PARTNER).await;
        assert_eq!(world.upstream.received_at("/linked.html").len(), 1, "{}", browser.engine);
    })
    .await;
}
