use std::net::Ipv4Addr;
use std::time::Duration;

use crossgate_testkit::wait::until;
use crossgate_testkit::{Client, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::{ANN, APP1, LIMIT, after, hello, metric, status, world};

#[tokio::test(flavor = "multi_thread")]
async fn without_descriptors_connections_wait_nothing_spins_and_nobody_gets_in() {
    let scripts = tempfile::tempdir().unwrap();
    let script = after(scripts.path(), "ulimit -n 64");
    let world = world().program(&script).environment("CROSSGATE_WORKERS", "1").start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let cookie = ann.jar().header(APP1, "/").unwrap();
    let mut known = TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap();
    let mut stranger = TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap();
    assert_eq!(ask(&mut known, &format!("cookie: {cookie}\r\n")).await, 200);
    assert_eq!(ask(&mut stranger, "").await, 302);

    let mut idle = Vec::new();
    for _ in 0..100 {
        idle.push(TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap());
    }
    world.gateway.process.errors.wait_for_text("connections cannot be accepted").await;
    let before = processor_time(&world);
    sleep(Duration::from_secs(2)).await;
    let spent = processor_time(&world) - before;
    assert!(spent < 0.5, "{spent} s of two spent on waiting");
    assert!(matches!(ask(&mut known, &format!("cookie: {cookie}\r\n")).await, 200 | 502 | 503));
    assert_ne!(ask(&mut stranger, "").await, 200);
    assert_eq!(ask(&mut stranger, "").await, 302, "what was decided before is decided now");
    let lines = world.gateway.process.errors.text();
    assert!(lines.matches("cannot be accepted").count() < 10, "{lines}");

    drop(idle);
    let admin =
        || async { timeout(LIMIT, Client::new().get(&world.admin("/healthz")).send()).await };
    until("new connections to be served", LIMIT, async || {
        (admin().await.is_ok() && status(&world, &ann, "/").await == 200).then_some(())
    })
    .await;
    assert!(metric(&world, "crossgate_accept_failures_total").await > 0.0);
}

/// The status of one request on a connection that is kept.
async fn ask(stream: &mut TcpStream, headers: &str) -> u16 {
    let request = format!("GET / HTTP/1.1\r\nhost: {APP1}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = async {
        loop {
            let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    return head[9..12].parse().unwrap();
                }
            }
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{text}");
        }
    };
    timeout(LIMIT, read).await.unwrap()
}

/// What the gateway has used of the processor, in seconds.
fn processor_time(world: &World) -> f64 {
    let path = format!("/proc/{}/stat", world.gateway.process.pid());
    let stat = std::fs::read_to_string(path).unwrap();
    let fields = stat.rsplit(") ").next().unwrap().split(' ').collect::<Vec<_>>();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}
