//! WebSockets know no CORS: the gateway looks at their origin.

use crossgate_tests::{APP1, APP2, PARTNER, STRANGER};
use serde_json::json;

use crate::{expected, in_each_engine, visit};

/// Says what came back, or `refused`.
const TALK: &str = r"
    const [url, done] = arguments;
    const socket = new WebSocket(url);
    socket.onopen = () => socket.send('hello');
    socket.onmessage = event => { done(event.data); socket.close(); };
    socket.onerror = () => done('refused');";

/// seed-S3, seed-S23
#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_opens_for_the_own_page_and_trusted_ones_only() {
    in_each_engine(async |world, browser| {
        let engine = browser.engine;
        let talk = async |host: &str, path: &str| {
            let url = world.url(host, path).replacen("http", "ws", 1);
            browser.run(TALK, vec![json!(url)]).await.as_str().unwrap().to_owned()
        };
        assert_eq!(talk(APP2, "/ws").await, "refused", "{engine}: no session there yet");
        visit(world, browser, &[(APP2, "/"), (APP2, "/others/"), (PARTNER, "/"), (STRANGER, "/")])
            .await;
        let rows = [
            ("the own host", APP1, "/ws", ["hello"; 3]),
            ("a sibling that trusts the page", APP2, "/ws", ["hello"; 3]),
            ("an application that trusts another page", APP2, "/others/ws", ["refused"; 3]),
            ("another site that trusts the page", PARTNER, "/ws", ["hello", "refused", "refused"]),
            ("an application that trusts nobody", STRANGER, "/ws", ["refused"; 3]),
        ];
        for (name, host, path, outcomes) in rows {
            assert_eq!(talk(host, path).await, expected(engine, outcomes), "{engine}: {name}");
        }
        browser.open(&world.url(STRANGER, "/page.html")).await;
        assert_eq!(talk(APP1, "/ws").await, "refused", "{engine}: a page that nobody trusts");
    })
    .await;
}
