//! WebSockets over HTTP/1.1: nothing passes before the upstream has agreed, everything after.

use std::time::Duration;

use crossgate_proxy::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::upstream::{in_bytes, read_head};
use crate::world::{NOW, World, read_to_end, read_until, status};

pub(crate) const AGREED: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const ASKING: &str = "GET /chat HTTP/1.1\r\nhost: open.acme.example\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// An upstream that agrees once it is told to, then says back what it hears; and what it heard with and after the head.
async fn agreeing()
-> (std::net::SocketAddr, std::sync::Arc<tokio::sync::Semaphore>, UnboundedReceiver<String>) {
    let go = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let (heard, hears) = unbounded_channel();
    let may_agree = std::sync::Arc::clone(&go);
    let address = in_bytes(move |mut stream| {
        let (heard, go) = (heard.clone(), std::sync::Arc::clone(&may_agree));
        async move {
            heard.send(read_head(&mut stream).await).unwrap();
            go.acquire().await.unwrap().forget();
            stream.write_all(AGREED.as_bytes()).await.unwrap();
            echo(&mut stream).await;
        }
    })
    .await;
    (address, go, hears)
}

pub(crate) async fn echo(stream: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        if stream.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_flow_both_ways_after_the_upgrade_and_none_before() {
    let (upstream, go, mut hears) = agreeing().await;
    let world = World::of(upstream).await;
    let mut visitor = world.connect().await;
    visitor.write_all(format!("{ASKING}early").as_bytes()).await.unwrap();
    let head = hears.recv().await.unwrap().to_ascii_lowercase();
    assert!(head.ends_with("\r\n\r\n"), "sec-C5-S4 nothing came early: {head}");
    for line in ["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line} in {head}");
    }
    go.add_permits(1);
    let answer = read_until(&mut visitor, "early").await;
    assert_eq!(status(&answer), 101);
    assert!(answer.contains("upgrade: websocket\r\n"), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
    visitor.write_all(b"and late").await.unwrap();
    read_until(&mut visitor, "and late").await;
    assert_eq!(world.records(), ["7 bypass 101 101 -"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_end_at_one_side_is_its_end_at_the_other() {
    let upstream = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(format!("{AGREED}bye").as_bytes()).await.unwrap();
    })
    .await;
    let world = World::of(upstream).await;
    let answer = world.exchange(ASKING).await;
    assert!(answer.ends_with("\r\n\r\nbye"), "{answer}");
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_does_not_mind_its_end_does_not_keep_it() {
    let (left, mut leaves) = unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let left = left.clone();
        async move {
            read_head(&mut stream).await;
            stream.write_all(AGREED.as_bytes()).await.unwrap();
            let mut heard = String::new();
            stream.read_to_string(&mut heard).await.unwrap();
            // It goes on as if nobody had gone.
            while stream.write_all(b"tick").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            left.send(heard).unwrap();
        }
    })
    .await;
    let world = World::of(upstream).await;
    let mut visitor = world.connect().await;
    visitor.write_all(ASKING.as_bytes()).await.unwrap();
    assert_eq!(status(&read_until(&mut visitor, "\r\n\r\n").await), 101);
    visitor.write_all(b"bye").await.unwrap();
    visitor.shutdown().await.unwrap();
    assert!(read_to_end(&mut visitor).await.starts_with("tick"), "what is still said arrives");
    assert_eq!(leaves.recv().await.as_deref(), Some("bye"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_back_and_the_connection_is_not_used_again() {
    let refusal = "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno";
    let second = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond";
    let upstream = in_bytes(move |mut stream| async move {
        for answer in [refusal, second] {
            if read_head(&mut stream).await.is_empty() {
                return;
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let world = World::of(upstream).await;
    let asking = ASKING.replace("keep-alive, Upgrade", "Upgrade, close");
    let get = "GET / HTTP/1.1\r\nhost: open.acme.example\r\nconnection: close\r\n\r\n";
    for request in [&asking, get] {
        let answer = world.exchange(request).await;
        assert_eq!(status(&answer), 403, "the first answer of a connection: {answer}");
        assert!(answer.ends_with("no"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_and_nobody_get_none() {
    let (upstream, go, _hears) = agreeing().await;
    let world = World::of(upstream).await;
    let to_app = ASKING.replace("open", "app").replace("keep-alive, Upgrade", "Upgrade, close");
    let with = |line: &str| {
        to_app.replace("upgrade: websocket\r\n", &format!("upgrade: websocket\r\n{line}\r\n"))
    };
    assert_eq!(status(&world.exchange(with("origin: https://evil.example")).await), 403);
    assert_eq!(status(&world.exchange(with("x: y")).await), 401);
    let mut visitor = world.connect().await;
    let cookie = world.cookie_of("ada@acme.example", "app.acme.example").await;
    let origin = "origin: https://app.acme.example";
    go.add_permits(1);
    visitor.write_all(with(&format!("{origin}\r\ncookie: {cookie}")).as_bytes()).await.unwrap();
    assert_eq!(status(&read_until(&mut visitor, "\r\n\r\n").await), 101);
    drop(visitor);
    let mut closed = world.connect().await;
    closed
        .write_all(b"GET / HTTP/1.1\r\nhost: app.acme.example\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(status(&read_to_end(&mut closed).await), 302);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_its_visitor_signs_out() {
    let (upstream, go, _hears) = agreeing().await;
    let world = World::of(upstream).await;
    let sessions = &world.gateway.sessions;
    let (sid, cookie) = world.signed_in(sessions, "ada@acme.example", "app.acme.example").await;
    let lines = format!("origin: https://app.acme.example\r\ncookie: {cookie}\r\n");
    let mut visitor = world.connect().await;
    let asking = ASKING.replace("open", "app").replace("upgrade: w", &format!("{lines}upgrade: w"));
    visitor.write_all(asking.as_bytes()).await.unwrap();
    go.add_permits(1);
    assert_eq!(status(&read_until(&mut visitor, "\r\n\r\n").await), 101);
    visitor.write_all(b"hello").await.unwrap();
    read_until(&mut visitor, "hello").await;
    sessions.sign_out(&sid, NOW).await.unwrap();
    assert_eq!(read_to_end(&mut visitor).await, "");
}

/// sec-C5-S13: those that nobody has agreed to count, too.
#[tokio::test(flavor = "multi_thread")]
async fn more_than_may_be_are_refused_until_there_is_a_place() {
    let (upstream, go, mut hears) = agreeing().await;
    let limits = Limits { web_sockets: 2, ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{upstream}\""), limits).await;
    let mut asking = Vec::new();
    for _ in 0..2 {
        let mut visitor = world.connect().await;
        visitor.write_all(ASKING.as_bytes()).await.unwrap();
        hears.recv().await.unwrap();
        asking.push(visitor);
    }
    let refused = world.exchange(ASKING.replace("keep-alive, Upgrade", "Upgrade, close")).await;
    assert_eq!(status(&refused), 503, "{refused}");
    assert!(refused.ends_with("too-many-web-sockets"), "{refused}");
    go.add_permits(2);
    for visitor in &mut asking {
        assert_eq!(status(&read_until(visitor, "\r\n\r\n").await), 101);
    }
    let refused = world.exchange(ASKING.replace("keep-alive, Upgrade", "Upgrade, close")).await;
    assert_eq!(status(&refused), 503, "it counts for as long as it is open: {refused}");
    asking.pop();
    go.add_permits(1);
    let agreed = async {
        loop {
            let mut visitor = world.connect().await;
            visitor.write_all(ASKING.as_bytes()).await.unwrap();
            if status(&read_until(&mut visitor, "\r\n\r\n").await) == 101 {
                return;
            }
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, agreed).await.expect("a place");
}
