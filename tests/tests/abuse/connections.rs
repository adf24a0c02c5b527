//! Connections that do nothing, and too many of them.

use std::net::{Ipv4Addr, SocketAddr};

use crossgate_testkit::World;
use crossgate_testkit::wait::{PATIENCE, until};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::honest::beside;
use crate::{HOST, cut, world};

/// What one network may have open.
const OF_A_NETWORK: usize = 4_096;

async fn connect(from: Ipv4Addr, port: u16) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.unwrap()
}

/// How many the gateway has open.
fn descriptors(world: &World) -> usize {
    let folder = format!("/proc/{}/fd", world.gateway.process.pid());
    std::fs::read_dir(folder).unwrap().count()
}

pub(crate) fn raise_descriptors() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_are_held_beside_honest_visitors() {
    raise_descriptors();
    let world = world().await;
    let request = format!("GET /idle HTTP/1.1\r\nHost: {HOST}:{}\r\n\r\n", world.port);
    let mut open = Vec::new();
    let attack = async {
        for number in 0..10_000_u32 {
            let from = Ipv4Addr::new(127, 0, 1, 1 + u8::try_from(number % 5).unwrap());
            let mut stream = connect(from, world.port).await;
            // Some are silent, some have begun to ask, some have asked.
            let sent = [&b""[..], b"GET / HT", request.as_bytes()][number as usize % 3];
            stream.write_all(sent).await.unwrap();
            open.push(stream);
        }
    };
    beside(&world, attack).await;
    until("all to be held", PATIENCE, async || (descriptors(&world) >= 10_000).then_some(())).await;
    let last = open.last_mut().unwrap();
    let mut byte = [0];
    // The last one, number 9,999, is silent: it is open, and waits.
    let read = timeout(std::time::Duration::from_millis(100), last.read(&mut byte)).await;
    assert!(read.is_err(), "it was closed: {read:?}");
    let honest = world.client().get(&world.url(HOST, "/honest")).send().await;
    assert_eq!(honest.status, 200);
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn a_network_gets_its_share_of_connections_and_no_more() {
    raise_descriptors();
    let world = world().await;
    let from = Ipv4Addr::new(127, 0, 2, 1);
    let mut open = Vec::new();
    let attack = async {
        for _ in 0..OF_A_NETWORK {
            open.push(connect(from, world.port).await);
        }
        until("all to be accepted", PATIENCE, async || {
            (descriptors(&world) >= OF_A_NETWORK).then_some(())
        })
        .await;
        let mut refused = 0;
        for _ in 0..20 {
            let mut one_more = connect(from, world.port).await;
            let mut byte = [0];
            let read = timeout(PATIENCE, one_more.read(&mut byte)).await.expect("an end");
            refused += usize::from(!matches!(read, Ok(1..)));
        }
        refused
    };
    assert_eq!(beside(&world, attack).await, 20, "each is closed at once");
    assert_eq!(cut(&world, "too-many-connections-of-a-network").await, 20);
    // What is free again is given out again.
    open.truncate(OF_A_NETWORK / 2);
    let request =
        format!("GET / HTTP/1.1\r\nHost: {HOST}:{}\r\nConnection: close\r\n\r\n", world.port);
    let answer = until("a place", PATIENCE, async || {
        let mut stream = connect(from, world.port).await;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(answer)
    });
    answer.await;
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_come_and_go_leave_nothing_behind() {
    let world = world().await;
    let churn = async {
        for _ in 0..2_000 {
            drop(connect(Ipv4Addr::new(127, 0, 3, 1), world.port).await);
        }
    };
    beside(&world, churn).await;
    until("the descriptors to be closed", PATIENCE, async || {
        (descriptors(&world) < 300).then_some(())
    })
    .await;
}
