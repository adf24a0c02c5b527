//! WebSockets that are asked for and never come about.

use std::net::Ipv4Addr;

use crossgate_testkit::http2::{END_HEADERS, HEADERS, PREFACE, field, frame};
use crossgate_testkit::wait::{PATIENCE, until};
use crossgate_testkit::{Received, Reply, World, raw};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::connections::raise_descriptors;
use crate::honest::beside;
use crate::http2::stream;
use crate::hurried::hurried;
use crate::silent::Silent;
use crate::{CONFIG, HOST, decided};

/// What one network may have open and asked for.
const OF_A_NETWORK: usize = 4_096;

/// What a connection of HTTP/2 may ask for at once.
const STREAMS: u32 = 128;

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap()
}

async fn ask(world: &World, path: &str) -> TcpStream {
    let mut visitor = connect(world).await;
    let asking = format!(
        "GET {path} HTTP/1.1\r\nhost: {HOST}:{}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        world.port
    );
    visitor.write_all(asking.as_bytes()).await.unwrap();
    visitor
}

/// The status of the answer that comes.
async fn status(visitor: &mut TcpStream) -> u16 {
    let mut answer = Vec::new();
    let reading = async {
        while raw::status(&answer).is_none() {
            let count = visitor.read_buf(&mut answer).await.unwrap();
            assert_ne!(count, 0, "{}", String::from_utf8_lossy(&answer));
        }
    };
    timeout(PATIENCE, reading).await.expect("an answer");
    raw::status(&answer).unwrap()
}

/// Extended CONNECT (RFC 8441).
fn connect_block(path: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":authority", HOST),
        (":path", path),
        ("sec-websocket-version", "13"),
    ] {
        field(name.as_bytes(), value.as_bytes(), &mut block);
    }
    block
}

/// sec-C5-S13: the upstream neither agrees nor refuses.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_nobody_answers_ends_in_time() {
    let hurried = hurried().await;
    let mut visitor = ask(&hurried.world, "/silent").await;
    assert_eq!(beside(&hurried.world, status(&mut visitor)).await, 504);
    assert_eq!(decided(&hurried.world, "upstream-response-timeout").await, 1);
    until("the upstream to be let go", PATIENCE, async || {
        (hurried.silent.ended() == 1).then_some(())
    })
    .await;
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_whose_visitor_leaves_lets_the_upstream_go() {
    let hurried = hurried().await;
    let visitor = ask(&hurried.world, "/silent").await;
    let attack = async {
        until("it to be asked for", PATIENCE, async || (hurried.silent.open() == 1).then_some(()))
            .await;
        drop(visitor);
        until("the upstream to be let go", PATIENCE, async || {
            (hurried.silent.ended() == 1).then_some(())
        })
        .await;
    };
    beside(&hurried.world, attack).await;
    let line = hurried.world.gateway.logged("/silent").await;
    assert_eq!(line["reason"], "visitor-left");
}

/// sec-C5-S13: a network cannot have more of them over HTTP/2 than it can have connections.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_gets_its_share_of_web_sockets_and_no_more() {
    raise_descriptors();
    let silent = Silent::start().await;
    let rule = format!(
        "ingress:\n  - {{ hostname: {HOST}, path: /silent, service: \"http://@SILENT@\" }}"
    );
    let config = CONFIG.replace("ingress:", &rule);
    let world = World::builder(&config)
        .name("SILENT", &silent.address)
        .start(|_: &Received| Reply::new("text/plain", "hello"))
        .await;
    let block = connect_block("/silent");
    let attack = async {
        let mut open = Vec::new();
        for connection in 1..=OF_A_NETWORK / STREAMS as usize {
            let mut visitor = connect(&world).await;
            let asking = (0..STREAMS)
                .flat_map(|round| frame(HEADERS, END_HEADERS, stream(round), &block))
                .collect::<Vec<_>>();
            visitor.write_all(&[PREFACE, &asking].concat()).await.unwrap();
            open.push(visitor);
            // So that the upstream's queue is never full.
            until("all to be asked for", PATIENCE, async || {
                (silent.open() == connection * STREAMS as usize).then_some(())
            })
            .await;
        }
        let one_more = status(&mut ask(&world, "/silent").await).await;
        (open, one_more)
    };
    let (mut open, one_more) = beside(&world, attack).await;
    assert_eq!(one_more, 503);
    assert_eq!(decided(&world, "too-many-web-sockets").await, 1);
    // What is free again is given out again.
    open.pop();
    until("a place", PATIENCE, async || {
        (status(&mut ask(&world, "/echo").await).await == 101).then_some(())
    })
    .await;
}
