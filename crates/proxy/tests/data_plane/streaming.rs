//! Bodies flow both ways while they come.

use std::sync::Arc;
use std::time::Duration;

use crossgate_proxy::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use crate::upstream::{Echo, in_bytes, read_head};
use crate::world::{PATIENCE, World, read_to_end, read_until, status};

const POST: &str = "POST / HTTP/1.1\r\nhost: open.acme.example\r\nconnection: close\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_upstream_hears_the_beginning_before_the_client_has_ended() {
    let (heard, mut hears) = unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let heard = heard.clone();
        async move {
            read_until(&mut stream, "first").await;
            heard.send("first").unwrap();
            read_until(&mut stream, "0\r\n\r\n").await;
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let world = World::of(upstream).await;
    let mut visitor = world.connect().await;
    let head = format!("{POST}transfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    visitor.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(hears.recv().await, Some("first"));
    visitor.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut visitor).await.ends_with("done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_visitor_hears_the_beginning_before_the_upstream_has_ended() {
    let heard = Arc::new(Semaphore::new(0));
    let go_on = Arc::clone(&heard);
    let upstream = in_bytes(move |mut stream| {
        let go_on = Arc::clone(&go_on);
        async move {
            read_head(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            go_on.acquire().await.unwrap().forget();
            stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let world = World::of(upstream).await;
    let mut visitor = world.connect().await;
    let get = "GET / HTTP/1.1\r\nhost: open.acme.example\r\nconnection: close\r\n\r\n";
    visitor.write_all(get.as_bytes()).await.unwrap();
    read_until(&mut visitor, "first").await;
    heard.add_permits(1);
    read_until(&mut visitor, "last").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_asked_for_its_body_only_when_somebody_wants_it() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let expecting = |host: &str| {
        format!(
            "POST / HTTP/1.1\r\nhost: {host}.acme.example\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n"
        )
    };
    let mut visitor = world.connect().await;
    visitor.write_all(expecting("open").as_bytes()).await.unwrap();
    let interim = read_until(&mut visitor, "\r\n\r\n").await;
    assert_eq!(status(&interim), 100);
    visitor.write_all(b"body").await.unwrap();
    let answer = read_to_end(&mut visitor).await;
    assert!(answer.contains("\n\nbody\n"), "{answer}");
    assert!(!answer.contains("expect"), "{answer}");
    let refused = world.exchange(expecting("app")).await;
    assert_eq!(status(&refused), 401, "without having asked for it: {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstreams_time_does_not_run_while_the_client_sends() {
    let upstream = Echo::start().await;
    let rule = format!(
        "service: \"http://{}\", origin_request: {{ response_timeout: 100ms }}",
        upstream.address
    );
    let world = World::open_by(rule, Limits::default()).await;
    let mut visitor = world.connect().await;
    let head = format!("{POST}content-length: 8\r\n\r\n");
    visitor.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..4 {
        // The pause is what is tested: longer than the upstream is given.
        tokio::time::sleep(Duration::from_millis(150)).await;
        visitor.write_all(b"ab").await.unwrap();
    }
    let answer = read_to_end(&mut visitor).await;
    assert!(answer.contains("\n\nabababab\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_though_its_upstream_takes_no_more_of_the_request() {
    let upstream = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            stream.write_all(b"4\r\ntick\r\n").await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        // Closed with a request unread it would be reset, and the answer lost.
        std::future::pending::<()>().await;
    })
    .await;
    let limits = Limits { body_pause: Duration::from_millis(300), ..Limits::default() };
    let world = World::open_by(format!("service: \"http://{upstream}\""), limits).await;
    let (mut reader, mut writer) = world.connect().await.into_split();
    let sending = tokio::spawn(async move {
        let head = format!("{POST}content-length: 100000000\r\n\r\n");
        writer.write_all(head.as_bytes()).await.unwrap();
        // Until it is not taken any more.
        while writer.write_all(&[b'x'; 10_000]).await.is_ok() {}
    });
    let mut answer = String::new();
    while answer.matches("tick").count() < 10 {
        let mut piece = [0; 1024];
        let count = timeout(PATIENCE, reader.read(&mut piece)).await.unwrap().unwrap();
        assert_ne!(count, 0, "it is cut: {answer}");
        answer.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
    sending.abort();
    assert!(!world.records().contains(&"cut body-timeout".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn trailers_pass_but_not_those_that_only_the_gateway_may_say() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let names = [
        "x-sum",
        "cf-access-jwt-assertion",
        "cf_access_jwt_assertion",
        "x-forwarded-for",
        "cookie",
        "authorization",
    ];
    let trailers = names.map(|name| format!("{name}: 1\r\n")).concat();
    let post = POST.replace("POST /", "POST /trailers");
    let answer = world
        .exchange(format!(
            "{post}te: trailers\r\ntrailer: {}\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{trailers}\r\n",
            names.join(", ")
        ))
        .await;
    let got = answer.lines().filter(|line| line.starts_with("trailer ")).collect::<Vec<_>>();
    assert_eq!(got, ["trailer x-sum: 1"], "{answer}");
    assert!(answer.ends_with("0\r\ngrpc-status: 0\r\n\r\n"), "{answer}");
}
