//! Several upstreams of one rule: who is asked, who is passed over, and what is asked twice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossgate_proxy::Limits;
use tokio::io::AsyncWriteExt;
use tokio::sync::Barrier;

use crate::upstream::{in_bytes, nobody, read_head};
use crate::world::{World, status};

async fn world(upstreams: &[SocketAddr]) -> World {
    let services = upstreams.iter().map(|address| format!("\"http://{address}\""));
    let services = services.collect::<Vec<_>>().join(", ");
    World::open_by(format!("service: [ {services} ]"), Limits::default()).await
}

async fn saying(answer: &'static str) -> SocketAddr {
    in_bytes(move |mut stream| async move {
        while !read_head(&mut stream).await.is_empty() {
            let length = answer.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{answer}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await
}

/// Reads a request, counts it, and closes without an answer.
async fn breaking_off() -> (SocketAddr, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let address = in_bytes(move |mut stream| {
        let counted = Arc::clone(&counted);
        async move {
            read_head(&mut stream).await;
            counted.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await;
    (address, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_gone_is_passed_over_and_all_requests_are_answered() {
    let (one, two, gone) = (saying("one").await, saying("two").await, nobody().await);
    let world = world(&[one, gone, two]).await;
    let (mut ones, mut twos) = (0, 0);
    for _ in 0..60 {
        let answer = world.get("open", "/", &[]).await;
        assert_eq!(status(&answer), 200, "{answer}");
        ones += usize::from(answer.ends_with("one"));
        twos += usize::from(answer.ends_with("two"));
    }
    assert!(ones > 9 && twos > 9 && ones + twos == 60, "{ones} and {twos}");
    let ejected = format!("{} Ejected(10s)", gone.port());
    assert_eq!(world.records().iter().filter(|line| **line == ejected).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_sent_is_sent_elsewhere_only_if_it_changes_nothing() {
    let ((bad, asked), good) = (breaking_off().await, saying("good").await);
    let world = world(&[bad, good]).await;
    let mut broken = 0;
    // Fewer than eject it.
    while asked.load(Ordering::Relaxed) < 4 {
        let before = asked.load(Ordering::Relaxed);
        let post = "POST / HTTP/1.1\r\nhost: open.acme.example\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let answer = world.exchange(post).await;
        let was_asked = asked.load(Ordering::Relaxed) > before;
        assert_eq!(status(&answer), if was_asked { 502 } else { 200 }, "{answer}");
        broken += usize::from(was_asked);
        let answer = world.get("open", "/", &[]).await;
        assert!(status(&answer) == 200 && answer.ends_with("good"), "{answer}");
    }
    assert!(broken <= 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_dies_of_a_request_gets_it_twice_and_no_more() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (counted, together) = (Arc::clone(&asked), Arc::new(Barrier::new(8)));
    let upstream = in_bytes(move |mut stream| {
        let (counted, together) = (Arc::clone(&counted), Arc::clone(&together));
        async move {
            loop {
                let head = read_head(&mut stream).await;
                if head.starts_with("GET /deadly") {
                    counted.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                if head.is_empty() {
                    return;
                }
                // So that there are as many connections.
                together.wait().await;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    let world = world(&[upstream]).await;
    let together = (0..8).map(|_| world.get("open", "/", &[]));
    for answer in futures_util::future::join_all(together).await {
        assert_eq!(status(&answer), 200, "{answer}");
    }
    let answer = world.get("open", "/deadly", &[]).await;
    assert_eq!(status(&answer), 502, "{answer}");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_upstreams_time_does_not_run_while_the_first_one_has_its_own() {
    let slow_to_fail = in_bytes(|mut stream| async move {
        if !read_head(&mut stream).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    })
    .await;
    let slow = in_bytes(|mut stream| async move {
        while !read_head(&mut stream).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let rule = format!(
        "service: [ \"http://{slow_to_fail}\", \"http://{slow}\" ], origin_request: {{ response_timeout: 1s }}"
    );
    let world = World::open_by(rule, Limits::default()).await;
    let mut passed_on = 0;
    // Often enough that the second one has a connection in the pool when the first one fails, and not so often that it is ejected.
    while passed_on < 3 {
        let began = Instant::now();
        assert_eq!(status(&world.get("open", "/", &[]).await), 200);
        passed_on += usize::from(began.elapsed() > Duration::from_millis(1_150));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_sent_elsewhere_where_nothing_of_it_was_sent() {
    let (gone, good) = (nobody().await, saying("good").await);
    let world = world(&[gone, good]).await;
    for _ in 0..20 {
        let post = "POST / HTTP/1.1\r\nhost: open.acme.example\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody";
        let answer = world.exchange(post).await;
        assert!(status(&answer) == 200 && answer.ends_with("good"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_are_gone_the_answer_says_so_every_time() {
    let world = world(&[nobody().await, nobody().await]).await;
    for _ in 0..20 {
        let answer = world.get("open", "/", &[]).await;
        assert!(status(&answer) == 502 && answer.ends_with("upstream-unreachable"), "{answer}");
    }
}
