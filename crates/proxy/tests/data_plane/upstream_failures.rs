//! Upstreams that are gone, slow, full or broken.

use std::time::Duration;

use crossgate_proxy::Limits;
use tokio::io::AsyncWriteExt;

use crate::upstream::{Echo, answering, in_bytes, nobody, read_head};
use crate::world::{World, status};

#[tokio::test(flavor = "multi_thread")]
async fn each_has_its_status_and_code() {
    let silent = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let deaf = in_bytes(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let hangs_up = in_bytes(|mut stream| async move { drop(read_head(&mut stream).await) }).await;
    let no_http = answering(&["SSH-2.0-OpenSSH_9.9\r\n\r\n"]).await;
    let switches = answering(&[
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ])
    .await;
    let plain = Echo::start().await.address;
    let rows = [
        (
            "nobody listens",
            format!("service: \"http://{}\"", nobody().await),
            502,
            "upstream-unreachable",
        ),
        (
            "its name does not resolve",
            "service: \"http://nobody.invalid:80\"".to_owned(),
            502,
            "upstream-unreachable",
        ),
        (
            "it says nothing",
            format!("service: \"http://{silent}\", origin_request: {{ response_timeout: 50ms }}"),
            504,
            "upstream-response-timeout",
        ),
        (
            "its TLS handshake does not end",
            format!("service: \"https://{deaf}\", origin_request: {{ connect_timeout: 50ms }}"),
            504,
            "upstream-connect-timeout",
        ),
        ("it speaks no TLS", format!("service: \"https://{plain}\""), 502, "upstream-tls"),
        ("it hangs up", format!("service: \"http://{hangs_up}\""), 502, "upstream-broken"),
        (
            "it speaks something else",
            format!("service: \"http://{no_http}\""),
            502,
            "upstream-broken",
        ),
        (
            "it switches protocols unasked",
            format!("service: \"http://{switches}\""),
            502,
            "upstream-broken",
        ),
    ];
    for (name, rule, expected, code) in rows {
        let world = World::open_by(rule, Limits::default()).await;
        let answer = world.get("open", "/", &[]).await;
        assert_eq!(status(&answer), expected, "{name}: {answer}");
        assert!(answer.ends_with(code), "{name}: {answer}");
        assert_eq!(world.records(), [format!("7 {code} {expected} 0 -")], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_all_connections_taken_it_says_so() {
    let silent = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let limits = Limits { upstream_connections: 1, ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{silent}\""), limits).await;
    let mut first = world.connect().await;
    first.write_all(b"GET / HTTP/1.1\r\nhost: open.acme.example\r\n\r\n").await.unwrap();
    crate::world::read_until(&mut first, "half").await;
    let answer = world.get("open", "/", &[]).await;
    assert_eq!(status(&answer), 503);
    assert!(answer.ends_with("upstream-overloaded"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_breaks_off_is_not_passed_on_as_whole() {
    let half =
        answering(&["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"]).await;
    let world = World::open_by(format!("service: \"http://{half}\""), Limits::default()).await;
    let answer = world.get("open", "/", &[]).await;
    assert_eq!(status(&answer), 200);
    assert!(!answer.ends_with("0\r\n\r\n"), "the last chunk never came: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_sending_is_told() {
    let upstream = Echo::start().await;
    let limits = Limits { body_pause: Duration::from_millis(50), ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{}\"", upstream.address), limits).await;
    let answer = world
        .exchange("POST / HTTP/1.1\r\nhost: open.acme.example\r\ncontent-length: 9\r\n\r\nhalf")
        .await;
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(answer.ends_with("body-timeout"), "{answer}");
}
