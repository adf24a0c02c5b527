use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use crossgate_testkit::World;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::{ANN, APP1, CONFIG, LIMIT, hello, sign_out, status, world};

/// How many at a time, and how much each has to say.
const VISITORS: usize = 64;
const BODY: usize = 16 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn those_who_do_not_read_cost_a_bounded_amount_of_memory() {
    // Takes connections and reads nothing; to those who download it says more than they read.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            open.spawn(async move {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {BODY}\r\n\r\n");
                if stream.write_all(head.as_bytes()).await.is_ok() {
                    let _blocked = stream.write_all(&vec![b'x'; BODY]).await;
                }
                std::future::pending::<()>().await;
            });
        }
    });
    let world = World::builder(CONFIG).name("GONE", &address.to_string()).start(hello).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    let cookie = ann.jar().header(APP1, "/").unwrap();
    let before = resident(&world);
    let mut visitors = JoinSet::new();
    for number in 0..VISITORS {
        let (port, cookie) = (world.port, cookie.clone());
        visitors.spawn(async move {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            let upload = number % 2 == 0;
            let (method, length) = if upload { ("POST", BODY) } else { ("GET", 0) };
            let head = format!(
                "{method} /gone HTTP/1.1\r\nhost: {APP1}:{port}\r\norigin: http://{APP1}:{port}\r\ncookie: {cookie}\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            // Until nobody takes any more.
            let body = vec![b'x'; length];
            let _blocked = timeout(Duration::from_secs(2), stream.write_all(&body)).await;
            stream
        });
    }
    let open = visitors.join_all().await;
    let grown = resident(&world).saturating_sub(before);
    println!("{grown} KiB for {VISITORS} visitors who do not read");
    assert!(grown < 32 * 1024, "{grown} KiB for {} MiB", (VISITORS * BODY) >> 20);
    assert_eq!(status(&world, &ann, "/").await, 200, "others are served");
    drop(open);
}

/// rel-D2: whoever allots it too little is told by its end, and finds everything that was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_gets_no_memory_ends_and_is_as_it_was_when_it_is_started_anew() {
    // So that the limit counts what is used, not what is reserved.
    let mut world = world().environment("MIMALLOC_ARENA_EAGER_COMMIT", "0").start(hello).await;
    let url = world.url(APP1, "/");
    let (ann, bob) =
        (world.signed_in(&url, ANN).await, world.signed_in(&url, "bob@acme.example").await);
    assert_eq!(sign_out(&world, &bob).await, 200);
    let most = 1024 * (kib(&world, "VmData:") + 8 * 1024);
    let pid = world.gateway.process.pid();
    let limited = std::process::Command::new("prlimit")
        .args([format!("--pid={pid}"), format!("--data={most}")])
        .status();
    assert!(limited.unwrap().success());

    // Heads that do not end, of more than it may have in all.
    let mut visitors = JoinSet::new();
    for _ in 0..1_000 {
        let port = world.port;
        visitors.spawn(async move {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
            let head = format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(60_000));
            stream.write_all(head.as_bytes()).await.ok()?;
            Some(stream)
        });
    }
    let _open = visitors.join_all().await;
    let ended = world.gateway.process.end(LIMIT).await;
    assert!(ended.signal().is_some(), "{ended}: nobody can take it for a clean end");
    world.gateway.process.errors.wait_for_text("memory allocation of").await;

    world.gateway.crash_and_restart().await;
    assert_eq!(status(&world, &ann, "/").await, 200, "signed in as before");
    assert_ne!(status(&world, &bob, "/").await, 200, "signed out as before");
}

/// Resident memory in KiB.
fn resident(world: &World) -> usize {
    kib(world, "VmRSS:")
}

/// What the system says of the process.
fn kib(world: &World, what: &str) -> usize {
    let path = format!("/proc/{}/status", world.gateway.process.pid());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
