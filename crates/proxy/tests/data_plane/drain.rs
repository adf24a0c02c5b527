//! How it stops: what is in flight ends as it should, what does not end is cut.

use std::net::TcpListener;
use std::time::Duration;

use crossgate_proxy::{Drained, bind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use crate::upstream::{Echo, in_bytes, read_head};
use crate::world::{PATIENCE, World, read_to_end, read_until};

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: open.acme.example\r\n\r\n";

fn drain(world: &mut World, deadline: Duration) -> tokio::task::JoinHandle<Drained> {
    let server = world.server.take().unwrap();
    tokio::task::spawn_blocking(move || server.drain(deadline, Duration::ZERO))
}

/// Until nobody listens any more: the drain has begun.
async fn refused(world: &World) {
    while let Ok(mut stream) = TcpStream::connect(world.address).await {
        // One that was still in the queue is gone, which its client may learn only when it says something.
        let _gone = stream.write_all(GET).await;
        read_to_end(&mut stream).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_ends_and_idle_connections_close() {
    let (asked, mut was_asked) = unbounded_channel();
    let go = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let may_answer = std::sync::Arc::clone(&go);
    let upstream = in_bytes(move |mut stream| {
        let (asked, go) = (asked.clone(), std::sync::Arc::clone(&may_answer));
        async move {
            read_head(&mut stream).await;
            asked.send(()).unwrap();
            go.acquire().await.unwrap().forget();
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let mut world = World::of(upstream).await;
    let mut idle = world.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: nowhere.acme.example\r\n\r\n").await.unwrap();
    read_until(&mut idle, "unknown-host").await;
    let mut busy = world.connect().await;
    busy.write_all(GET).await.unwrap();
    timeout(PATIENCE, was_asked.recv()).await.expect("the request at the upstream");
    let drained = drain(&mut world, PATIENCE);
    assert_eq!(read_to_end(&mut idle).await, "", "closed without a word");
    refused(&world).await;
    go.add_permits(1);
    let answer = read_to_end(&mut busy).await;
    assert!(answer.ends_with("done"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(drained.await.unwrap(), Drained { cut: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_has_just_begun_gets_its_first_answer() {
    let upstream = Echo::start().await;
    let mut world = World::of(upstream.address).await;
    let mut fresh = world.connect().await;
    // One that came later has been served: the first one has been accepted.
    assert!(world.get("open", "/", &[]).await.starts_with("HTTP/1.1 200"));
    let drained = drain(&mut world, PATIENCE);
    refused(&world).await;
    fresh.write_all(GET).await.unwrap();
    let answer = read_to_end(&mut fresh).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
    assert_eq!(drained.await.unwrap(), Drained { cut: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_is_cut_and_counted() {
    let (heard, mut hears) = unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let heard = heard.clone();
        async move {
            if read_head(&mut stream).await.contains("upgrade") {
                stream.write_all(crate::web_socket::AGREED.as_bytes()).await.unwrap();
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).await.unwrap();
                heard.send(bytes).unwrap();
            } else {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
                stream.write_all(head.as_bytes()).await.unwrap();
            }
            std::future::pending::<()>().await;
        }
    })
    .await;
    let mut world = World::of(upstream).await;
    let mut response = world.connect().await;
    response.write_all(GET).await.unwrap();
    read_until(&mut response, "half").await;
    let mut socket = world.connect().await;
    let ask = "GET / HTTP/1.1\r\nhost: open.acme.example\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.write_all(ask.as_bytes()).await.unwrap();
    read_until(&mut socket, "\r\n\r\n").await;
    let drained = drain(&mut world, Duration::from_millis(100));
    assert_eq!(drained.await.unwrap(), Drained { cut: 2 });
    let mut said = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut said)).await.unwrap().unwrap();
    assert_eq!(said, [0x88, 2, 0x03, 0xe9], "closed with 1001");
    let heard = hears.recv().await.unwrap();
    let [0x88, 0x82, mask @ .., one, two] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!((one ^ mask[0], two ^ mask[1]), (0x03, 0xe9), "closed with 1001, masked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_was_passed_in_takes_the_place_of_the_listeners() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let passed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = passed.local_addr().unwrap();
    let listener =
        crossgate_model::Listener::plain(address, crossgate_model::PublicAddress::STANDARD);
    let bound = bind(std::slice::from_ref(&listener), 2, &[passed]).unwrap();
    assert_eq!(bound[0].address, address);
    assert!(bind(&[listener], 1, &[]).is_err(), "without it the address is taken");
    let gateway =
        std::sync::Arc::clone(&world.gateway) as std::sync::Arc<dyn crossgate_proxy::Gateway>;
    let limits = crossgate_proxy::Limits::default();
    let server = crossgate_proxy::Server::start(bound, &gateway, limits).unwrap();
    let mut visitor = TcpStream::connect(address).await.unwrap();
    visitor
        .write_all(b"GET / HTTP/1.1\r\nhost: open.acme.example\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(read_to_end(&mut visitor).await.starts_with("HTTP/1.1 200"));
    let drained =
        tokio::task::spawn_blocking(move || server.drain(PATIENCE, Duration::ZERO)).await.unwrap();
    assert_eq!(drained, Drained { cut: 0 });
}
