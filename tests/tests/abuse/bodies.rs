//! Bodies of those whom nobody knows.

use std::net::Ipv4Addr;

use crossgate_testkit::http2::{END_HEADERS, HEADERS, PREFACE, frame};
use crossgate_testkit::wait::PATIENCE;
use crossgate_testkit::{Received, Reply, World, raw};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::honest::beside;
use crate::http2::{is_about_the_request, request_block};
use crate::hurried::until_the_end;
use crate::{CONFIG, peak_kib, resident_kib};

const STAFF: &str = "staff.demo.localhost";

const STRANGERS: usize = 64;

/// What each wants to send.
const BODY: usize = 64 << 20;

async fn world() -> World {
    let config = CONFIG
        .replace("ingress:", &format!("ingress:\n  - {{ hostname: {STAFF}, service: \"http://@UPSTREAM@\" }}"))
        .replace("policies:\n", "policies:\n  - { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] }\n")
        .replace("applications:", &format!("applications:\n  - {{ name: staff, domain: {STAFF}, policies: [ staff ] }}"));
    World::start(&config, |_: &Received| Reply::new("text/plain", "hello")).await
}

fn head(world: &World) -> String {
    format!(
        "POST /attack HTTP/1.1\r\nhost: {STAFF}:{}\r\naccept: */*\r\ncontent-length: {BODY}\r\n\r\n",
        world.port
    )
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap()
}

/// sec-C5-S14: over both protocols a stranger is answered before a byte of the body is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_answered_without_a_body() {
    let world = world().await;
    let mut plain = connect(&world).await;
    plain.write_all(head(&world).as_bytes()).await.unwrap();
    let answer = until_the_end(&mut plain).await;
    assert_eq!(raw::status(&answer), Some(401), "{}", String::from_utf8_lossy(&answer));
    let mut http2 = connect(&world).await;
    let open = frame(HEADERS, END_HEADERS, 1, &request_block("POST", STAFF, "/attack"));
    http2.write_all(&[PREFACE, &open].concat()).await.unwrap();
    let mut answer = Vec::new();
    let reading = async {
        while !answer.windows(9).any(is_about_the_request) {
            assert_ne!(http2.read_buf(&mut answer).await.unwrap(), 0, "an answer");
        }
    };
    timeout(PATIENCE, reading).await.expect("an answer");
    let line = world.gateway.logged("/attack").await;
    assert_eq!(line["status"], 401);
    assert!(world.upstream.received_at("/attack").is_empty());
}

/// sec-C5-S14
#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_send_is_neither_taken_nor_kept() {
    let world = world().await;
    let before = resident_kib(&world);
    let attack = async {
        let mut strangers = JoinSet::new();
        for _ in 0..STRANGERS {
            let (mut stream, head) = (connect(&world).await, head(&world));
            strangers.spawn(async move {
                stream.write_all(head.as_bytes()).await.unwrap();
                let (piece, mut taken) = (vec![b'x'; 1 << 16], 0);
                while taken < BODY && stream.write_all(&piece).await.is_ok() {
                    taken += piece.len();
                }
                taken
            });
        }
        timeout(PATIENCE, strangers.join_all()).await.expect("the end of all of them")
    };
    for taken in beside(&world, attack).await {
        // What is on the way counts, too: systems hold some megabytes of that.
        assert!(taken < BODY / 2, "{taken} bytes were taken");
    }
    let grown = peak_kib(&world).saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB for {STRANGERS} strangers");
    assert!(world.upstream.received_at("/attack").is_empty());
}
