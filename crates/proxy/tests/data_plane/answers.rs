//! Answers of the gateway's own: one stamp for all.

use crossgate_proxy::Limits;

use crate::upstream::{Echo, nobody};
use crate::world::{Wanted, World, status};

#[tokio::test(flavor = "multi_thread")]
async fn all_are_stamped_whatever_they_are() {
    let upstream = Echo::start().await;
    let gone = format!("service: \"http://{}\"", nobody().await);
    let ingress = [("app", format!("service: \"http://{}\"", upstream.address)), ("other", gone)];
    let world =
        World::new(&Wanted { ingress: &ingress, limits: Limits::default(), tls: &[] }).await;
    let origin = "origin: https://spa.acme.example";
    let tool = "accept: */*";
    let rows: [(&str, &str, &str, &str, u16, &str); 6] = [
        ("nobody is signed in", "app", "/", tool, 302, "session-absent"),
        ("a script without session", "app", "/", origin, 401, "session-absent"),
        ("an unknown host", "nowhere", "/", origin, 421, "unknown-host"),
        ("no such endpoint", "app", "/cdn-cgi/access/nothing", origin, 404, "no-endpoint"),
        ("a malformed path", "app", "/a/%2e%2e/b", origin, 400, "unreadable-target"),
        ("an upstream that is gone", "other", "/", origin, 502, "upstream-unreachable"),
    ];
    for (name, host, path, line, expected, code) in rows {
        let answer = world.get(host, path, &[line]).await;
        assert_eq!(status(&answer), expected, "{name}: {answer}");
        assert!(answer.ends_with(code), "{name}: {answer}");
        assert!(answer.contains("\r\ncache-control: no-store\r\n"), "{name}: {answer}");
        assert!(answer.contains("\r\nx-request-id: 0123456789abcdef\r\n"), "{name}: {answer}");
        let granted = answer
            .contains("\r\naccess-control-allow-origin: https://spa.acme.example\r\n")
            && answer.contains("\r\naccess-control-allow-credentials: true\r\n");
        assert_eq!(granted, expected == 401, "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_gone_is_readable_across_origins() {
    let gone = format!("service: \"http://{}\"", nobody().await);
    let ingress = [("app", gone)];
    let world =
        World::new(&Wanted { ingress: &ingress, limits: Limits::default(), tls: &[] }).await;
    let cookie = world.cookie_of("ada@acme.example", "app.acme.example").await;
    let lines = [&*format!("cookie: {cookie}"), "origin: https://spa.acme.example"];
    let answer = world.get("app", "/", &lines).await;
    assert_eq!(status(&answer), 502);
    assert!(answer.contains("\r\naccess-control-allow-origin: https://spa.acme.example\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_said_and_readable_across_origins() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let host = "app.acme.example";
    let known = world.cookie_of("ada@acme.example", host).await;
    let elsewhere = world.another_process().await;
    let unknown = world.cookie_from(&elsewhere, "bob@acme.example", host).await;
    world.store.close().await;
    let origin = "origin: https://spa.acme.example";
    let answer = world.get("app", "/", &[&format!("cookie: {known}"), origin]).await;
    assert_eq!(status(&answer), 200, "who is in memory is not affected");
    let answer = world.get("app", "/", &[&format!("cookie: {unknown}"), origin]).await;
    assert_eq!(status(&answer), 503);
    assert!(answer.ends_with("store-unavailable"), "{answer}");
    assert!(answer.contains("\r\naccess-control-allow-origin: https://spa.acme.example\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_get_their_form_and_its_size_is_bounded() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let post = |length: usize| {
        let head = "POST /cdn-cgi/access/login/app.acme.example HTTP/1.1\r\nhost: login.acme.example\r\nconnection: close\r\n";
        format!("{head}content-length: {length}\r\n\r\n{}", "a".repeat(length))
    };
    let answer = world.exchange(post(3)).await;
    assert!(
        answer.ends_with("Login { host: Some(\"app.acme.example\") } for 127.0.0.1: b\"aaa\""),
        "{answer}"
    );
    let answer = world.exchange(post(65 * 1024)).await;
    assert_eq!(status(&answer), 413);
    assert!(answer.contains("body-too-large"), "{answer}");
    assert_eq!(world.records(), ["2 endpoint 200 0 -", "2 body-too-large 413 0 -"]);
}
