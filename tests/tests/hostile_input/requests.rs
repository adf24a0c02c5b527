//! Requests that no client should send, over a raw socket.

use std::net::Ipv4Addr;
use std::time::Duration;

use crossgate_testkit::wait::{PATIENCE, until};
use crossgate_testkit::{World, raw};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{APP1, APP2, PATHS, reason, world};

struct Row {
    name: &'static str,
    /// `@` stands for app1's authority.
    request: String,
    statuses: &'static [u16],
    /// What the log says; `None` where the request is no HTTP, of which there is nothing to decide.
    reason: Option<&'static str>,
}

fn row(
    name: &'static str,
    request: impl Into<String>,
    statuses: &'static [u16],
    reason: Option<&'static str>,
) -> Row {
    Row { name, request: request.into(), statuses, reason }
}

async fn check(world: &World, rows: Vec<Row>) {
    let authority = format!("{APP1}:{}", world.port);
    for Row { name, request, statuses, reason: expected } in rows {
        let answer = raw::exchange(world.port, request.replace('@', &authority).as_bytes()).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        match raw::status(&answer) {
            None => assert!(statuses.contains(&0), "{name}: closed without an answer"),
            Some(status) => {
                assert!(statuses.contains(&status), "{name}: {text}");
                if let Some(expected) = expected {
                    let lower_case = text.to_ascii_lowercase();
                    let id = lower_case.split("x-request-id: ").nth(1).and_then(|it| it.get(..16));
                    let id = id.unwrap_or_else(|| panic!("{name}: no x-request-id in {text}"));
                    assert_eq!(reason(world, id).await, expected, "{name}");
                }
            }
        }
        assert!(!text.to_ascii_lowercase().contains("panick"), "{name}: {text}");
        assert_eq!(world.upstream.received().len(), 0, "{name}: it reached the upstream");
    }
    let alive = world.client().get(&world.admin("/healthz")).send().await;
    assert_eq!(alive.status, 200);
}

fn get(target: &str, headers: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: @\r\n{headers}\r\n")
}

/// sec-C1-P1, sec-C1-P4, sec-C1-P13, sec-C1-P18, sec-C2-H4, sec-C4-I2, sec-C4-I3, sec-C5-S7
#[tokio::test(flavor = "multi_thread")]
async fn what_has_two_readings_or_none_is_refused_with_its_reason() {
    let world = world().await;
    let unreadable = Some("unreadable-target");
    let bare = |head: &str| format!("{head}\r\n\r\n");
    check(
        &world,
        vec![
            row("no Host", bare("GET / HTTP/1.1"), &[400], unreadable),
            row("an empty Host", bare("GET / HTTP/1.1\r\nHost:"), &[400], unreadable),
            row("two Hosts", bare("GET / HTTP/1.1\r\nHost: @\r\nHost: @"), &[400], unreadable),
            row(
                "a list of Hosts",
                bare(&format!("GET / HTTP/1.1\r\nHost: @, {APP2}")),
                &[400],
                unreadable,
            ),
            row(
                "user information in Host",
                bare("GET / HTTP/1.1\r\nHost: user\u{40}x"),
                &[400, 421],
                None,
            ),
            row(
                "spaces in Host",
                bare("GET / HTTP/1.1\r\nHost: app1 .demo.localhost"),
                &[400],
                unreadable,
            ),
            row(
                "an authority that contradicts Host",
                bare(&format!("GET http://{APP2}/ HTTP/1.1\r\nHost: @")),
                &[400],
                unreadable,
            ),
            row("dot segments", get("/a/../b", ""), &[400], unreadable),
            row("escaped dot segments", get("/a/%2e%2E/b", ""), &[400], unreadable),
            row("half-escaped dot segments", get("/a/.%2e/b", ""), &[400], unreadable),
            row("an escaped NUL", get("/a%00b", ""), &[400], unreadable),
            row("a broken escape", get("/%zz", ""), &[400], unreadable),
            row("an escape cut short", get("/%2", ""), &[400], unreadable),
            row(
                "an alias with underscores",
                get("/", "Cf_Access_Jwt_Assertion: x\r\n"),
                &[400],
                Some("aliased-header"),
            ),
            row(
                "an alias with dots",
                get("/", "Cf.Access.Jwt.Assertion: x\r\n"),
                &[400],
                Some("aliased-header"),
            ),
            row(
                "CONNECT",
                bare("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443"),
                &[400, 405],
                None,
            ),
            row("TRACE", bare("TRACE / HTTP/1.1\r\nHost: @"), &[405], Some("method-not-offered")),
        ],
    )
    .await;
}

/// sec-C2-H1: which host it is for, and what is not there.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_hosts_paths_and_methods_are_told_apart() {
    let world = world().await;
    let to = |host: &str, target: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    check(
        &world,
        vec![
            row("an unknown host", to("elsewhere.example", "/"), &[421], Some("unknown-host")),
            row("an address", to("127.0.0.1", "/"), &[421], Some("unknown-host")),
            row("a host that ends alike", to(&format!("evil{APP1}"), "/"), &[421], Some("unknown-host")),
            row("a host below", to(&format!("evil.{APP1}"), "/"), &[421], Some("unknown-host")),
            row("a host that no application covers", to("closed.demo.localhost", "/"), &[403], Some("no-application")),
            row("upper case is the same host", to("APP1.Demo.Localhost", "/"), &[302], Some("session-absent")),
            row("an endpoint that is none", get("/cdn-cgi/access/nothing", ""), &[404], Some("no-endpoint")),
            row("an endpoint's name in upper case", get("/cdn-cgi/access/CERTS", ""), &[404], Some("no-endpoint")),
            row(
                "a method that an endpoint has not",
                "DELETE /cdn-cgi/access/certs HTTP/1.1\r\nHost: @\r\n\r\n",
                &[405],
                Some("method-not-allowed"),
            ),
            row(
                "a preflight to an endpoint",
                "OPTIONS /cdn-cgi/access/get-identity HTTP/1.1\r\nHost: @\r\nOrigin: https://a.example\r\n\
                 Access-Control-Request-Method: GET\r\n\r\n",
                &[403],
                Some("preflight-to-endpoint"),
            ),
            row("an escaped slash where paths decide", to(PATHS, "/public%2fx"), &[400], Some("ambiguous-path")),
            row("a backslash where paths decide", to(PATHS, "/public\\x"), &[400], Some("ambiguous-path")),
            row("a path that only begins alike", to(PATHS, "/publicity"), &[302], Some("session-absent")),
            row("another case of the path", to(PATHS, "/PUBLIC/"), &[302], Some("session-absent")),
        ],
    )
    .await;
}

/// sec-C4-I7, sec-C5-S1, sec-C5-S2, sec-C5-S5, sec-C5-S11
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_ends_the_connection() {
    let world = world().await;
    let post = |headers: &str| {
        format!("POST /public/ HTTP/1.1\r\nHost: {PATHS}\r\n{headers}\r\n0\r\n\r\n")
    };
    let many = "x: y\r\n".repeat(500);
    let huge = format!("x: {}\r\n", "y".repeat(200_000));
    check(
        &world,
        vec![
            row("noise", "\u{1}\u{2}\u{3}\r\n\r\n", &[400, 0], None),
            row("the begin of TLS", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n", &[400, 0], None),
            row("a version that is none", "GET / HTTP/3.7\r\nHost: @\r\n\r\n", &[400, 0], None),
            row("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), &[400, 0], None),
            row("a length with a sign", post("Content-Length: +5\r\n"), &[400, 0], None),
            row("a list of lengths", post("Content-Length: 5, 6\r\n"), &[400, 0], None),
            row("an encoding that is not last chunked", post("Transfer-Encoding: chunked, identity\r\n"), &[400, 0], None),
            row(
                "an encoding in HTTP/1.0",
                format!("POST /public/ HTTP/1.0\r\nHost: {PATHS}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                &[400, 0],
                None,
            ),
            row("a space before the colon", get("/", "X-A : b\r\n"), &[400, 0], None),
            row("a folded header", get("/", "X-A: b\r\n c\r\n"), &[400, 0], None),
            row("a line feed in a value", get("/", "X-A: b\rc\r\n"), &[400, 0], None),
            row("too many headers", get("/", &many), &[400, 431, 0], None),
            row("a header that is too long", get("/", &huge), &[400, 431, 0], None),
        ],
    )
    .await;
}

/// sec-C5-S1: a length beside an encoding must not smuggle a second request.
#[tokio::test(flavor = "multi_thread")]
async fn a_length_beside_an_encoding_smuggles_nothing() {
    let world = world().await;
    let smuggled = "GET /public/smuggled HTTP/1.1\r\nHost: paths.demo.localhost\r\n\r\n";
    let request = format!(
        "POST /public/ HTTP/1.1\r\nHost: {PATHS}\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}",
        5 + smuggled.len()
    );
    let answer = raw::exchange(world.port, request.as_bytes()).await;
    until("the gateway to go on", Duration::from_secs(5), async || {
        (world.client().get(&world.admin("/healthz")).send().await.status == 200).then_some(())
    })
    .await;
    let text = String::from_utf8_lossy(&answer);
    for received in world.upstream.received() {
        let framings = ["content-length", "transfer-encoding"]
            .iter()
            .filter(|name| !received.header(name).is_empty());
        assert!(framings.count() <= 1, "{received:?}");
        assert!(received.body.is_empty(), "{received:?}: {text}");
    }
}

/// sec-C5-S13: an answer that says the path several times is longer than what is staged at a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_of_the_gateways_own_is_followed_by_the_next() {
    let world = world().await;
    let host = format!("host: {APP1}:{}\r\naccept: text/html", world.port);
    let path = "!".repeat(4_000);
    let first = format!("GET /{path} HTTP/1.1\r\n{host}\r\n\r\n");
    let second = format!("GET / HTTP/1.1\r\n{host}\r\nconnection: close\r\n\r\n");
    let mut visitor = TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap();
    visitor.write_all([first, second].concat().as_bytes()).await.unwrap();
    let mut text = String::new();
    let reading = timeout(PATIENCE, visitor.read_to_string(&mut text));
    reading.await.expect("the end of the connection").unwrap();
    let answers = text.split("HTTP/1.1 ").skip(1).collect::<Vec<_>>();
    let [first, second] = answers.as_slice() else { panic!("{} answers", answers.len()) };
    assert!(first.len() > 16_384, "it tests nothing: {}", first.len());
    assert!(first.starts_with("302") && second.starts_with("302"), "{second}");
}
