//! Preflights that are explained, and preflights that are only judged.

use serde_json::json;

use crate::{APP1, APP2, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_explained_to_the_browsers_console() {
    let world = world().await;
    let (app1, url) = (world.origin(APP1), world.url(APP2, "/debug/api"));
    let client = world.client();
    let rows = [
        (
            "a method",
            app1.as_str(),
            "DELETE",
            None,
            app1.as_str(),
            Some("GET,PUT"),
            Some("content-type"),
        ),
        ("a header", &app1, "PUT", Some("x-a"), &app1, Some("PUT"), Some("content-type")),
        (
            "an origin",
            "https://evil.example",
            "PUT",
            None,
            "https://origin-is-not-in-allowed-origins.invalid",
            None,
            None,
        ),
    ];
    for (name, origin, method, headers, allowed, methods, names) in rows {
        let mut request = client.preflight(&url, origin, method);
        if let Some(headers) = headers {
            request = request.header("access-control-request-headers", headers);
        }
        let answer = request.send().await;
        assert_eq!(answer.status, 200, "{name}");
        for (header, expected) in [
            ("access-control-allow-origin", Some(allowed)),
            ("access-control-allow-methods", methods),
            ("access-control-allow-headers", names),
        ] {
            assert_eq!(answer.header(header).as_deref(), expected, "{name}: {header}");
        }
    }
    assert_eq!(world.upstream.received().len(), 0);
    let line = world
        .gateway
        .log()
        .wait_for("the origin", |line| line["cors"]["reason"] == "origin-not-allowed")
        .await;
    assert_eq!(line["cors"]["allowed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_leaves_the_answer_to_the_upstream() {
    let world = world().await;
    let client = world.client();
    for (path, method, allowed, reason) in [
        ("/trial/yes", "PUT", true, json!(null)),
        ("/trial/no", "DELETE", false, json!("method-not-allowed")),
    ] {
        let request = client.preflight(&world.url(APP2, path), &world.origin(APP1), method);
        let answer = request.header("cookie", "theirs=1").send().await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(
            answer.header("access-control-allow-methods").as_deref(),
            Some("DELETE"),
            "{path}"
        );
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        let line = world.gateway.logged(path).await;
        let cors = &line["cors"];
        assert_eq!((&cors["allowed"], &cors["reason"]), (&json!(allowed), &reason), "{path}");
        assert_eq!(world.upstream.received_at(path)[0].header("cookie"), "", "{path}");
    }
}
