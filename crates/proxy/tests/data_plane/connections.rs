//! Connections: which are used again, and which end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossgate_proxy::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::upstream::{Echo, in_bytes, read_head};
use crate::world::{World, read_to_end, read_until, status};

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: open.acme.example\r\n\r\n";

/// The preface of HTTP/2, with settings that change nothing.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// HPACK's indexes of methods (RFC 7541, appendix A), and flags of a head.
const HPACK_GET: u8 = 0x82;
const HPACK_POST: u8 = 0x83;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A request for / over http at open.acme.example, on the first stream.
fn http2_head(method: u8, flags: u8) -> Vec<u8> {
    let block = [&[method], &b"\x86\x84\x01\x11open.acme.example"[..]].concat();
    let head = [0, 0, u8::try_from(block.len()).unwrap(), 1, flags, 0, 0, 0, 1];
    [&head[..], &block].concat()
}

/// Waits until the upstream is let go, for this reason.
async fn is_let_go(world: &World, mut was_closed: UnboundedReceiver<()>, reason: &str) {
    let ended = tokio::time::timeout(crate::world::PATIENCE, was_closed.recv()).await;
    assert_eq!(ended, Ok(Some(())), "{reason}: the upstream is let go");
    let records = world.records();
    assert!(records.contains(&format!("cut {reason}")), "{reason}: {records:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_are_kept_alive() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let mut visitor = world.connect().await;
    for _ in 0..5 {
        visitor.write_all(GET).await.unwrap();
        read_until(&mut visitor, "\n\n\n").await;
    }
    world.get("open", "/", &[]).await;
    world.get("other", "/", &[]).await;
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_response_is_not_through_is_not_used_again() {
    let upstream = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        // More than buffers hold, so that it is not through when the visitor goes.
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        while stream.write_all(&[b'a'; 65_536]).await.is_ok() {}
    })
    .await;
    let world = World::of(upstream).await;
    for _ in 0..3 {
        let mut visitor = world.connect().await;
        visitor.write_all(GET).await.unwrap();
        let head = read_until(&mut visitor, "\r\n\r\n").await;
        assert_eq!(status(&head), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_never_end_do_not_keep_others_from_sharing_connections() {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let upstream = in_bytes(move |mut stream| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            loop {
                let head = read_head(&mut stream).await;
                if head.is_empty() {
                    return;
                }
                let endless = head.starts_with("GET /events ");
                let length = if endless { 999 } else { 2 };
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nhi");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let world = World::of(upstream).await;
    let mut listening = Vec::new();
    for _ in 0..40 {
        let mut visitor = world.connect().await;
        let get = b"GET /events HTTP/1.1\r\nhost: open.acme.example\r\n\r\n";
        visitor.write_all(get).await.unwrap();
        read_until(&mut visitor, "\r\n\r\nhi").await;
        listening.push(visitor);
    }
    for _ in 0..40 {
        assert_eq!(status(&world.get("open", "/", &[]).await), 200);
    }
    assert_eq!(opened.load(Ordering::SeqCst), listening.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooled_connection_that_the_upstream_closed_costs_no_request() {
    let upstream = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await.unwrap();
    })
    .await;
    let world = World::of(upstream).await;
    for _ in 0..10 {
        let answer = world.get("open", "/", &[]).await;
        assert_eq!(status(&answer), 200, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_nothing_is_cut_off() {
    let upstream = Echo::start().await;
    let short = Duration::from_millis(100);
    let limits = Limits { head: short, idle: short, ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{}\"", upstream.address), limits).await;
    let rows: [(&str, &[u8], &str); 6] = [
        ("nothing at all", b"", "cut idle"),
        ("the beginning of what may become HTTP/2", b"PRI * HT", "head-timeout"),
        ("the beginning of HTTP/2", &HTTP2[..24], "cut idle"),
        ("HTTP/2 and no request", HTTP2, "cut idle"),
        ("sec-C5-S13 half a head", b"GET / HTTP/1.1\r\nhost: open", "head-timeout"),
        ("an answered request and nothing more", GET, "cut idle"),
    ];
    for (name, bytes, counted) in rows {
        world.forget_records();
        let mut visitor = world.connect().await;
        visitor.write_all(bytes).await.unwrap();
        let mut all = Vec::new();
        let ended = tokio::time::timeout(crate::world::PATIENCE, visitor.read_to_end(&mut all));
        assert!(ended.await.is_ok(), "{name}");
        let records = world.records();
        assert!(records.last().is_some_and(|last| last.contains(counted)), "{name}: {records:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_cut_off() {
    let (closed, was_closed) = tokio::sync::mpsc::unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_head(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            while stream.write_all(&[b'a'; 65_536]).await.is_ok() {}
            closed.send(()).unwrap();
        }
    })
    .await;
    let limits = Limits { write_pause: Duration::from_millis(100), ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{upstream}\""), limits).await;
    let mut visitor = world.connect().await;
    visitor.write_all(GET).await.unwrap();
    read_until(&mut visitor, "\r\n\r\n").await;
    is_let_go(&world, was_closed, "slow-reader").await;
}

/// sec-C5-S13: over HTTP/2 the window of a stream is closed, and the connection goes on answering pings.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_open_a_window_is_cut_off() {
    let (closed, was_closed) = tokio::sync::mpsc::unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_head(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            while stream.write_all(&[b'a'; 65_536]).await.is_ok() {}
            closed.send(()).unwrap();
        }
    })
    .await;
    let limits = Limits { write_pause: Duration::from_millis(200), ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{upstream}\""), limits).await;
    let mut visitor = world.connect().await;
    visitor.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    // SETTINGS_INITIAL_WINDOW_SIZE is 0.
    visitor.write_all(b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0").await.unwrap();
    visitor.write_all(&http2_head(HPACK_GET, END_HEADERS | END_STREAM)).await.unwrap();
    is_let_go(&world, was_closed, "slow-reader").await;
}

/// An upstream that begins to answer at once and then waits for the end of the request, and word when it is let go.
async fn half_answering() -> (SocketAddr, UnboundedReceiver<()>) {
    let (closed, was_closed) = tokio::sync::mpsc::unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let closed = closed.clone();
        async move {
            read_head(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            let _broken = stream.read_to_end(&mut rest).await;
            closed.send(()).unwrap();
        }
    })
    .await;
    (upstream, was_closed)
}

/// sec-C5-S13: over both protocols, and the upstream's connection is not held.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_a_body_lying_while_the_answer_comes_is_cut_off() {
    let http1 = b"POST / HTTP/1.1\r\nhost: open.acme.example\r\ncontent-length: 9\r\n\r\nhalf";
    // DATA that does not end.
    let data = b"\0\0\x04\0\0\0\0\0\x01half";
    let http2 = [HTTP2, &http2_head(HPACK_POST, END_HEADERS), data].concat();
    for bytes in [&http1[..], &http2] {
        let (upstream, was_closed) = half_answering().await;
        let limits = Limits { body_pause: Duration::from_millis(50), ..Limits::default() };
        let world = World::open_by(format!("service: \"http://{upstream}\""), limits).await;
        let mut visitor = world.connect().await;
        visitor.write_all(bytes).await.unwrap();
        read_until(&mut visitor, "half").await;
        is_let_go(&world, was_closed, "body-timeout").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_no_ping_is_cut_off() {
    let (upstream, was_closed) = half_answering().await;
    let limits = Limits { head: Duration::from_millis(100), ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{upstream}\""), limits).await;
    let mut visitor = world.connect().await;
    let head = http2_head(HPACK_GET, END_HEADERS | END_STREAM);
    visitor.write_all(&[HTTP2, &head].concat()).await.unwrap();
    is_let_go(&world, was_closed, "http2-ping-timeout").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_is_answered_as_it_understands() {
    let upstream = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let world = World::of(upstream).await;
    let mut visitor = world.connect().await;
    visitor.write_all(b"GET / HTTP/1.0\r\nhost: open.acme.example\r\n\r\n").await.unwrap();
    let answer = read_to_end(&mut visitor).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nhi"), "{answer}");
}
