//! One value, the gateway's, on every response.

use std::process::Command;

use crossgate_testkit::{Browser, Engine};
use serde_json::json;

use crate::{ANN, APP1, APP2, world};

#[tokio::test(flavor = "multi_thread")]
async fn every_response_has_the_gateways_headers_and_none_of_the_upstreams() {
    let world = world().await;
    let app1 = world.origin(APP1);
    let client = world.signed_in(&world.url(APP2, "/x.html"), ANN).await;
    let stranger = world.client();
    let rows = [
        ("a response", &client, "/api", 200, "x-total"),
        ("an error of the upstream's", &client, "/missing", 404, "x-total"),
        ("an upstream that is gone", &client, "/gone/api", 502, "x-total"),
        ("a missing session", &stranger, "/api", 401, "x-total"),
    ];
    for (name, who, path, status, exposed) in rows {
        let url = world.url(APP2, path);
        let answer = who.get(&url).fetch_by(&app1, "same-site").send().await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some(&*app1), "{name}");
        let expected = [
            ("access-control-allow-credentials", Some("true")),
            ("access-control-expose-headers", Some(exposed)),
            ("access-control-allow-methods", None),
        ];
        for (header, expected) in expected {
            assert_eq!(answer.header(header).as_deref(), expected, "{name}: {header}");
        }
        assert!(answer.header("vary").unwrap().contains("Origin"), "{name}");

        for other in [None, Some("https://evil.example"), Some("null")] {
            let request = who.get(&url).header("sec-fetch-mode", "cors");
            let request = match other {
                Some(origin) => request.header("origin", origin),
                None => request,
            };
            let answer = request.header("accept", "*/*").send().await;
            assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}: {other:?}");
            assert!(answer.header("vary").unwrap().contains("Origin"), "{name}: {other:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_makes_no_difference() {
    let world = world().await;
    let client = world.signed_in(&world.url(APP2, "/x.html"), ANN).await;
    let cookies = client.jar().header(APP2, "/").unwrap();
    let app1 = world.origin(APP1);
    let curl = Command::new("curl")
        .args(["-sS", "-i", "--http2-prior-knowledge", "--max-time", "10"])
        .args(["-H", &format!("Cookie: {cookies}"), "-H", &format!("Origin: {app1}")])
        .args(["--resolve", &format!("{APP2}:{}:127.0.0.1", world.port)])
        .arg(world.url(APP2, "/api"))
        .output()
        .unwrap();
    let answer = String::from_utf8(curl.stdout).unwrap();
    assert!(answer.starts_with("HTTP/2 200"), "{answer}{}", String::from_utf8_lossy(&curl.stderr));
    let cors =
        answer.lines().filter(|line| line.starts_with("access-control-")).collect::<Vec<_>>();
    let expected = [
        format!("access-control-allow-origin: {app1}"),
        "access-control-allow-credentials: true".to_owned(),
        "access-control-expose-headers: x-total".to_owned(),
    ];
    assert_eq!(cors, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_reads_what_is_exposed_whatever_the_upstream_sends() {
    const READ: &str = r"
        const [url, done] = arguments;
        fetch(url, { credentials: 'include' }).then(
            response => done([response.status, response.headers.get('x-total'), response.headers.get('vary')]),
            error => done(String(error)));";
    for engine in Engine::ALL {
        let world = world().await;
        let browser = Browser::start(engine).await;
        browser.sign_in(&world.mailbox, &world.url(APP1, "/page.html"), ANN).await;
        let url = world.url(APP2, "/api");
        let read = browser.run(READ, vec![json!(url)]).await;
        assert_eq!(read, json!([401, null, null]), "{engine}: no session yet");
        browser.open(&world.url(APP2, "/x.html")).await;
        browser.wait_for_origin(&url).await;
        browser.open(&world.url(APP1, "/page.html")).await;
        let read = browser.run(READ, vec![json!(url)]).await;
        assert_eq!(read, json!([200, "7", null]), "{engine}");
    }
}
