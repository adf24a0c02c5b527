//! Heads that are longer than what is staged at a time: every message ends, and the connection goes on.

use crossgate_proxy::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::upstream::{Echo, in_bytes, read_head};
use crate::world::{World, read_until, status};

/// Below, at, just above and far above the stage.
const LENGTHS: [usize; 5] = [10_000, 16_384, 17_000, 33_000, 60_000];

fn filler(length: usize) -> String {
    format!("x-filler: {}\r\n", "x".repeat(length))
}

async fn say(visitor: &mut TcpStream, request: &str) {
    visitor.write_all(request.as_bytes()).await.unwrap();
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn an_upstreams_long_head_is_followed_by_its_body_and_the_next_answer() {
    let upstream = in_bytes(|mut stream| async move {
        for number in 0_usize.. {
            let head = read_head(&mut stream).await;
            let Some(length) = LENGTHS.get(number / 2) else { return };
            let (body, has_body) = ("body", !head.starts_with("HEAD"));
            let head = format!("HTTP/1.1 200 OK\r\n{}content-length: 4\r\n\r\n", filler(*length));
            let answer = if has_body { head + body } else { head };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let world = World::of(upstream).await;
    let mut visitor = world.connect().await;
    for length in LENGTHS {
        say(&mut visitor, "HEAD / HTTP/1.1\r\nhost: open.acme.example\r\n\r\n").await;
        let answer = read_until(&mut visitor, "\r\n\r\n").await;
        assert_eq!(status(&answer), 200, "{length}");
        say(&mut visitor, "GET / HTTP/1.1\r\nhost: open.acme.example\r\n\r\n").await;
        let answer = read_until(&mut visitor, "\r\n\r\nbody").await;
        assert!(status(&answer) == 200 && answer.len() > length, "{length}");
    }
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn a_requests_long_head_is_followed_by_its_body_and_the_upstream_has_its_time() {
    let upstream = Echo::start().await;
    let limits = Limits { body_pause: std::time::Duration::from_secs(5), ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{}\"", upstream.address), limits).await;
    let mut visitor = world.connect().await;
    for length in LENGTHS {
        let head = format!("HTTP/1.1\r\nhost: open.acme.example\r\n{}", filler(length));
        for (request, end) in [
            (format!("POST / {head}content-length: 4\r\n\r\nbody"), "\n\nbody\n"),
            (
                format!("POST / {head}transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"),
                "\n\nbody\n",
            ),
            (format!("GET / {head}\r\n"), "\n\n\n"),
        ] {
            say(&mut visitor, &request).await;
            let answer = read_until(&mut visitor, end).await;
            assert!(status(&answer) == 200 && answer.len() > length, "{length}: {answer}");
        }
    }
    assert_eq!(upstream.connections(), 1, "it is used again each time");
}
