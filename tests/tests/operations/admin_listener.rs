use crate::{APP1, one_application};

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_are_on_the_admin_listener_only() {
    let world = one_application().await;
    let client = world.client();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(client.get(&world.admin(path)).send().await.status, 200, "{path}");
    }
    client.get(&world.url(APP1, "/secret-path?secret-query")).send().await;
    world.gateway.logged("/secret-path").await;
    let metrics = client.get(&world.admin("/metrics")).send().await;
    assert_eq!(metrics.status, 200);
    let text = metrics.text();
    assert!(text.contains("crossgate_decisions_total{"), "{text}");
    assert!(text.contains("reason=\"session-absent\""), "{text}");
    assert!(!text.contains("secret"), "labels never come from strangers: {text}");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(
            client.get(&world.url(APP1, path)).send().await.status,
            302,
            "{path} of the application"
        );
    }
}

/// sec-C10-C10, sec-C10-C11
#[tokio::test(flavor = "multi_thread")]
async fn the_admin_listener_answers_to_its_own_name_and_to_no_other_site() {
    let world = one_application().await;
    let client = world.client();
    let port = world.admin_port;
    let get = || client.get(&world.admin("/healthz"));
    let rows = [
        ("its address", get(), 200),
        ("localhost", get().header("host", &format!("localhost:{port}")), 200),
        (
            "a name that somebody pointed here",
            get().header("host", &format!("rebound.evil.example:{port}")),
            421,
        ),
        ("an application's name", get().header("host", APP1), 421),
        (
            "another site's script",
            get().header("sec-fetch-site", "cross-site").header("sec-fetch-mode", "cors"),
            403,
        ),
        (
            "another site's image",
            get().header("sec-fetch-site", "cross-site").header("sec-fetch-mode", "no-cors"),
            403,
        ),
        ("a link of another site", get().navigation("cross-site"), 200),
        (
            "a page of its own",
            get().header("sec-fetch-site", "same-origin").header("sec-fetch-mode", "cors"),
            200,
        ),
    ];
    for (name, request, status) in rows {
        let answer = request.send().await;
        assert_eq!(answer.status, status, "{name}");
        assert_eq!(answer.names("access-control"), Vec::<&str>::new(), "{name}");
    }
}
