//! Requests in bytes that no client would send: what two servers could read in two ways is read in one, or refused.

use crate::upstream::Echo;
use crate::world::{World, status};

const HOST: &str = "host: open.acme.example\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_has_two_readings_is_refused() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let rows: Vec<(&str, String, u16)> = vec![
        (
            "sec-C5-S1 two different lengths",
            format!("POST / HTTP/1.1\r\n{HOST}content-length: 1\r\ncontent-length: 2\r\n\r\nab"),
            400,
        ),
        (
            "sec-C5-S1 a list of lengths",
            format!("POST / HTTP/1.1\r\n{HOST}content-length: 1, 2\r\n\r\nab"),
            400,
        ),
        (
            "sec-C5-S1 a signed length",
            format!("POST / HTTP/1.1\r\n{HOST}content-length: +1\r\n\r\na"),
            400,
        ),
        (
            "sec-C5-S1 chunked is not last",
            format!("POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
            400,
        ),
        (
            "sec-C5-S1 an unknown coding",
            format!("POST / HTTP/1.1\r\n{HOST}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
            400,
        ),
        (
            "sec-C5-S5 HTTP/1.0 with a transfer coding",
            format!("POST / HTTP/1.0\r\n{HOST}transfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
        ),
        ("sec-C4-I7 a folded line", format!("GET / HTTP/1.1\r\n{HOST}a: b\r\n c\r\n\r\n"), 400),
        (
            "sec-C4-I7 a space before the colon",
            format!("GET / HTTP/1.1\r\n{HOST}a : b\r\n\r\n"),
            400,
        ),
        (
            "sec-C2-H4 two hosts",
            format!("GET / HTTP/1.1\r\n{HOST}host: app.acme.example\r\n\r\n"),
            400,
        ),
        ("the same host twice", format!("GET / HTTP/1.1\r\n{HOST}{HOST}\r\n"), 400),
        ("no host", "GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("an empty host", "GET / HTTP/1.1\r\nhost:\r\n\r\n".to_owned(), 400),
        (
            "sec-C2-H4 user information",
            "GET / HTTP/1.1\r\nhost: a@open.acme.example\r\n\r\n".to_owned(),
            400,
        ),
        (
            "sec-C2-H3 a comma in the host",
            "GET / HTTP/1.1\r\nhost: a,open.acme.example\r\n\r\n".to_owned(),
            400,
        ),
        (
            "sec-C1-P18 a target that contradicts the host",
            format!("GET http://app.acme.example/ HTTP/1.1\r\n{HOST}\r\n"),
            400,
        ),
        ("sec-C1-P18 an asterisk", format!("OPTIONS * HTTP/1.1\r\n{HOST}\r\n"), 400),
        ("sec-C5-S7 CONNECT", format!("CONNECT open.acme.example:443 HTTP/1.1\r\n{HOST}\r\n"), 405),
        ("TRACE", format!("TRACE / HTTP/1.1\r\n{HOST}\r\n"), 405),
        (
            "sec-C4-I2 an alias with underscores",
            format!("GET / HTTP/1.1\r\n{HOST}cf_access_jwt_assertion: x\r\n\r\n"),
            400,
        ),
        (
            "sec-C4-I3 an alias with dots",
            format!("GET / HTTP/1.1\r\n{HOST}x.forwarded.for: x\r\n\r\n"),
            400,
        ),
        ("sec-C1-P1 a dot segment", format!("GET /a/../b HTTP/1.1\r\n{HOST}\r\n"), 400),
        ("sec-C1-P16 an escaped NUL", format!("GET /a%00 HTTP/1.1\r\n{HOST}\r\n"), 400),
        (
            "too many headers",
            format!("GET / HTTP/1.1\r\n{HOST}{}\r\n", "a: b\r\n".repeat(200)),
            431,
        ),
        (
            "too large a head",
            format!("GET / HTTP/1.1\r\n{HOST}a: {}\r\n\r\n", "b".repeat(70 * 1024)),
            431,
        ),
        (
            "the same length twice",
            format!(
                "POST / HTTP/1.1\r\n{HOST}connection: close\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\nabc"
            ),
            400,
        ),
        (
            "sec-C5-S1 a length and then chunks",
            format!(
                "POST / HTTP/1.1\r\n{HOST}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n{HOST}\r\n"
            ),
            400,
        ),
        (
            "sec-C5-S1 chunks and then a length",
            format!(
                "POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n{HOST}\r\n"
            ),
            400,
        ),
        (
            "a WebSocket with a body",
            format!(
                "GET / HTTP/1.1\r\n{HOST}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\ncontent-length: 2\r\n\r\nab"
            ),
            400,
        ),
    ];
    for (name, bytes, expected) in rows {
        let bytes = bytes.replacen(
            HOST,
            &format!("{HOST}connection: close\r\n"),
            usize::from(!bytes.contains("connection:")),
        );
        let answer = world
            .exchange(
                bytes
                    .replace("HTTP/1.1\r\n\r\n", "HTTP/1.1\r\nconnection: close\r\n\r\n")
                    .replace("HTTP/1.1\r\nhost:", "HTTP/1.1\r\nconnection: close\r\nhost:"),
            )
            .await;
        assert_eq!(status(&answer), expected, "{name}: {answer}");
    }
    assert_eq!(upstream.connections(), 0, "none of it was forwarded");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forwarded_has_one_length() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let rows: Vec<(&str, String, &str, &str)> = vec![
        (
            "a length",
            format!("POST / HTTP/1.1\r\n{HOST}connection: close\r\ncontent-length: 3\r\n\r\nabc"),
            "content-length: 3",
            "abc",
        ),
        (
            "chunks",
            format!(
                "POST / HTTP/1.1\r\n{HOST}connection: close\r\ntransfer-encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n0\r\n\r\n"
            ),
            "transfer-encoding: chunked",
            "abc",
        ),
        (
            "sec-C5-S3 a GET with a body",
            format!("GET / HTTP/1.1\r\n{HOST}connection: close\r\ncontent-length: 3\r\n\r\nabc"),
            "content-length: 3",
            "abc",
        ),
        (
            "sec-C5-S3 a GET with a body in chunks",
            format!(
                "GET / HTTP/1.1\r\n{HOST}connection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            ),
            "transfer-encoding: chunked",
            "abc",
        ),
        (
            "an empty POST",
            format!("POST / HTTP/1.1\r\n{HOST}connection: close\r\ncontent-length: 0\r\n\r\n"),
            "content-length: 0",
            "",
        ),
    ];
    for (name, bytes, framing, body) in rows {
        let answer = world.exchange(bytes).await;
        assert_eq!(status(&answer), 200, "{name}: {answer}");
        let (_, echoed) = answer.split_once("\r\n\r\n").unwrap();
        let framings = echoed
            .lines()
            .filter(|line| line.starts_with("content-length") || line.starts_with("transfer-"))
            .collect::<Vec<_>>();
        assert_eq!(framings, [framing], "{name}: {answer}");
        assert!(echoed.ends_with(&format!("\n\n{body}\n")), "{name}: {answer}");
        assert!(!answer.contains("smuggled"), "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_line_feed_splits_nothing() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let hidden = "GET / HTTP/1.1\nhost: open.acme.example\nconnection: close\n\n";
    let answer = world.exchange(hidden).await;
    assert_eq!(status(&answer), 400, "{answer}");
    let chunk = format!("POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n3\nabc\n0\n\n");
    let answer = world.exchange(chunk).await;
    assert_ne!(status(&answer), 200, "sec-C5-S2: {answer}");
    let huge = format!(
        "POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n"
    );
    assert_ne!(status(&world.exchange(huge).await), 200, "sec-C5-S2");
}
