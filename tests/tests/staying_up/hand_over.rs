use std::net::Ipv4Addr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use crossgate_testkit::crossgate;
use crossgate_testkit::wait::until;
use nix::sys::signal::{Signal, kill};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::traffic::Traffic;
use crate::{ANN, APP1, hand_over, hello, one_application, sign_out};

const LIMIT: Duration = Duration::from_secs(20);

/// Client preface, empty SETTINGS.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// rel-D3, rel-D8
#[tokio::test(flavor = "multi_thread")]
async fn two_hand_overs_under_load_refuse_and_drop_nothing() {
    let mut world = one_application().arguments(&["--drain", "8"]).start(hello).await;
    let url = world.url(APP1, "/");
    let client = world.signed_in(&url, ANN).await;
    let traffic = Traffic::start(world.port);
    let mut pid = world.gateway.process.pid();
    for round in 1..=2 {
        let before = traffic.requests();
        until("some traffic", LIMIT, async || (traffic.requests() > before + 100).then_some(()))
            .await;
        let (mut web_socket, mut http2) = (web_socket(world.port).await, http2(world.port).await);

        pid = hand_over(&world, pid).await;
        assert_eq!(client.get(&url).send().await.status, 200, "the session goes on");
        assert!(read_goaway(&mut http2).await, "HTTP/2 is told to go elsewhere");
        web_socket.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']).await.unwrap();
        let mut echo = [0; 4];
        web_socket.read_exact(&mut echo).await.unwrap();
        assert_eq!(echo, [0x81, 2, b'h', b'i'], "the WebSocket is still served");
        let mut last = Vec::new();
        web_socket.read_to_end(&mut last).await.unwrap();
        assert_eq!(last, [0x88, 2, 0x03, 0xe9], "and told at the deadline: 1001");

        let stopped = |text: String| text.lines().filter(|line| line.ends_with(" stopped")).count();
        until("the old process to end", LIMIT, async || {
            (stopped(world.gateway.process.errors.text()) == round).then_some(())
        })
        .await;
    }
    assert_eq!(world.gateway.process.end(LIMIT).await.code(), Some(0));
    let requests = traffic.end().await;
    assert!(requests > 500, "{requests} requests");
    assert_eq!(client.get(&world.admin("/readyz")).send().await.status, 200);
    let cookie = client.jar().header(APP1, "/").unwrap();
    let session = || world.client().get(&url).header("cookie", &cookie);
    assert_eq!(session().send().await.status, 200);
    sign_out(&world, &client).await;
    assert_ne!(session().send().await.status, 200, "signing out works as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_process_that_does_not_start_leaves_the_old_one_serving() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("crossgate");
    symlink(crossgate(), &program).unwrap();
    let world = one_application().program(&program).start(hello).await;
    let traffic = Traffic::start(world.port);
    let pid = world.gateway.process.pid();
    let install = |script: &str| {
        let new = folder.path().join("new");
        std::fs::write(&new, script).unwrap();
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(&new, &program).unwrap();
    };
    for (installed, said) in
        [("#!/bin/sh\nexit 3\n", "the new process ended"), ("#!/no/such/program\n", "cannot start")]
    {
        install(installed);
        kill(pid, Signal::SIGUSR2).unwrap();
        world.gateway.process.errors.wait_for_text(said).await;
    }

    std::fs::remove_file(&program).unwrap();
    symlink(crossgate(), &program).unwrap();
    let config = std::fs::read_to_string(world.config()).unwrap();
    std::fs::write(world.config(), config.replace("ingress:", "ingres:")).unwrap();
    kill(pid, Signal::SIGUSR2).unwrap();
    let failures = |text: String| text.matches("were not handed over").count();
    until("a config with a mistake to be noticed", LIMIT, async || {
        (failures(world.gateway.process.errors.text()) == 3).then_some(())
    })
    .await;

    std::fs::write(world.config(), config).unwrap();
    let heir = hand_over(&world, pid).await;
    let before = traffic.requests();
    until("traffic at the new one", LIMIT, async || {
        (traffic.requests() > before + 50).then_some(())
    })
    .await;
    kill(heir, Signal::SIGUSR2).unwrap();
    traffic.end().await;
}

/// Two processes use the store at the same time: what one is told the other knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_at_the_new_process_ends_what_the_old_one_still_serves() {
    let world = one_application().arguments(&["--drain", "20"]).start(hello).await;
    let url = world.url(APP1, "/");
    let client = world.signed_in(&url, ANN).await;
    let cookie = client.jar().header(APP1, "/").unwrap();
    let ask = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let origin = world.origin(APP1);
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap();
    let request = format!(
        "GET /chat HTTP/1.1\r\nhost: {APP1}:{}\r\norigin: {origin}\r\ncookie: {cookie}\r\n{ask}\r\n",
        world.port
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    read_head(&mut stream, "101").await;

    hand_over(&world, world.gateway.process.pid()).await;
    sign_out(&world, &client).await;
    let mut last = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut last))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(last, [0x88, 2, 0x03, 0xf0], "closed with 1008, long before the deadline");
}

async fn web_socket(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let ask = format!(
        "GET /public/chat HTTP/1.1\r\nhost: {APP1}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    read_head(&mut stream, "101").await;
    stream
}

async fn read_head(stream: &mut TcpStream, status: &str) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
}

async fn http2(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    stream.write_all(HTTP2).await.unwrap();
    let mut settings = [0; 9];
    stream.read_exact(&mut settings).await.unwrap();
    assert_eq!(settings[3], 4, "SETTINGS");
    let mut rest = vec![0; usize::from(settings[2])];
    stream.read_exact(&mut rest).await.unwrap();
    stream
}

/// Reads frames until GOAWAY.
async fn read_goaway(stream: &mut TcpStream) -> bool {
    let read = async {
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.unwrap();
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            stream.read_exact(&mut payload).await.unwrap();
            if head[3] == 7 {
                return true;
            }
        }
    };
    tokio::time::timeout(LIMIT, read).await.unwrap_or(false)
}
