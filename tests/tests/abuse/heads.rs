//! Heads that are larger than any honest one.

use std::net::Ipv4Addr;

use crossgate_testkit::raw;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::honest::beside;
use crate::hurried::until_the_end;
use crate::{HOST, decided, peak_kib, resident_kib, world};

const VISITORS: usize = 100;

/// sec-C5-S11: they are told so as soon as they are over the limit, and what they sent is not kept.
#[tokio::test(flavor = "multi_thread")]
async fn large_heads_are_refused_and_cost_no_memory() {
    let world = world().await;
    let shapes = [
        b"x: y\r\n".repeat(200_000),
        [&b"x: "[..], &[b'y'; 1 << 20]].concat(),
        [&b"x: "[..], &[b'y'; 1000], b"\r\n"].concat().repeat(1000),
    ];
    let before = resident_kib(&world);
    let attack = async {
        let mut visitors = JoinSet::new();
        for number in 0..VISITORS {
            let (port, fields) = (world.port, shapes[number % shapes.len()].clone());
            visitors.spawn(async move {
                let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
                let line = format!("GET /attack HTTP/1.1\r\nhost: {HOST}:{port}\r\n");
                stream.write_all(line.as_bytes()).await.unwrap();
                // It may be refused before it is through.
                let _refused = stream.write_all(&fields).await;
                until_the_end(&mut stream).await
            });
        }
        visitors.join_all().await
    };
    let answers = beside(&world, attack).await;
    for answer in answers.iter().filter(|answer| !answer.is_empty()) {
        assert_eq!(raw::status(answer), Some(431), "{}", String::from_utf8_lossy(answer));
    }
    assert_eq!(decided(&world, "head-too-large").await, u64::try_from(VISITORS).unwrap());
    assert!(world.upstream.received_at("/attack").is_empty());
    let grown = peak_kib(&world).saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB for {VISITORS} heads of a megabyte");
}
