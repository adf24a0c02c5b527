//! Visitors who are slow, in every phase of a connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crossgate_testkit::http2::{DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, frame};
use crossgate_testkit::raw;
use crossgate_testkit::wait::{PATIENCE, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::honest::beside;
use crate::http2::{PING, SETTINGS, WINDOW_UPDATE, block_for, stream};
use crate::hurried::{Hurried, hurried, until_the_end};
use crate::{HOST, cut, decided};

/// Calls whose answers are more than systems hold of what is not read.
const STREAMS: u32 = 60;

/// The flag of an answer to a ping.
const ACK: u8 = 1;

fn head(hurried: &Hurried, line: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: {HOST}:{}\r\n", hurried.world.port)
}

/// The rest of what is said until the other side has had enough, a byte at a time.
async fn trickle(stream: &mut TcpStream, byte: u8) -> Vec<u8> {
    let (mut reader, mut writer) = stream.split();
    let writing = async {
        while writer.write_all(&[byte]).await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = until_the_end(&mut reader) => answer,
        () = writing => unreachable!("it writes for ever"),
    }
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_is_not_ended_is_cut() {
    let hurried = hurried().await;
    let attack = async {
        let (mut mute, mut begun) =
            (hurried.connect_for_tls().await, hurried.connect_for_tls().await);
        let mut slow = hurried.connect_for_tls().await;
        // The first bytes of a hello of 512.
        for stream in [&mut begun, &mut slow] {
            stream.write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]).await.unwrap();
        }
        tokio::join!(until_the_end(&mut mute), until_the_end(&mut begun), trickle(&mut slow, 0));
    };
    beside(&hurried.world, attack).await;
    assert_eq!(cut(&hurried.world, "tls-handshake-timeout").await, 3);
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn a_head_byte_by_byte_is_cut() {
    let hurried = hurried().await;
    let (mut first, mut second) = (hurried.connect().await, hurried.connect().await);
    let (in_line, in_fields) = ("GET /", head(&hurried, "GET /slow") + "x: ");
    first.write_all(in_line.as_bytes()).await.unwrap();
    second.write_all(in_fields.as_bytes()).await.unwrap();
    let attack = async { tokio::join!(trickle(&mut first, b'a'), trickle(&mut second, b'a')) };
    let (first, second) = beside(&hurried.world, attack).await;
    for answer in [first, second] {
        assert_eq!(raw::status(&answer), Some(408), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(decided(&hurried.world, "head-timeout").await, 2);
}

/// sec-C5-S13: over both protocols, while the upstream waits for it, and where nobody is there to take it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stops_is_cut() {
    let hurried = hurried().await;
    let mut plain = hurried.connect().await;
    let post = head(&hurried, "POST /slow") + "content-length: 1000\r\n\r\nabc";
    plain.write_all(post.as_bytes()).await.unwrap();
    let mut http2 = hurried.connect().await;
    let open = frame(HEADERS, END_HEADERS, 1, &block_for("POST", "/slow"));
    let piece = frame(DATA, 0, 1, b"abc");
    http2.write_all(&[PREFACE, &open, &piece].concat()).await.unwrap();
    let attack = async {
        let answer = until_the_end(&mut plain).await;
        assert_eq!(raw::status(&answer), Some(408), "{}", String::from_utf8_lossy(&answer));
        until("both to be given up", PATIENCE, async || {
            (decided(&hurried.world, "body-timeout").await == 2).then_some(())
        })
        .await;
    };
    beside(&hurried.world, attack).await;
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_let_go_whatever_was_said_before() {
    let hurried = hurried().await;
    let asked = head(&hurried, "GET /") + "\r\n";
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, &block_for("GET", "/"));
    let half = frame(HEADERS, END_STREAM, 1, &block_for("GET", "/"));
    let first_words = [
        Vec::new(),
        asked.into_bytes(),
        PREFACE.to_vec(),
        [PREFACE, &request].concat(),
        [PREFACE, &half].concat(),
    ];
    let attack = async {
        let mut silent = tokio::task::JoinSet::new();
        for words in first_words {
            let mut stream = hurried.connect().await;
            silent.spawn(async move {
                stream.write_all(&words).await.unwrap();
                until_the_end(&mut stream).await;
            });
        }
        silent.join_all().await;
    };
    beside(&hurried.world, attack).await;
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_read_is_cut() {
    let hurried = hurried().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, hurried.world.port));
    let mut plain = socket.connect(address).await.unwrap();
    plain.write_all((head(&hurried, "GET /large") + "\r\n").as_bytes()).await.unwrap();
    // The windows of all streams are closed from the beginning, or open for a byte, and stay so.
    let (mut closed, mut ajar) = (hurried.connect().await, hurried.connect().await);
    for (stream, window, path) in [(&mut closed, 0, "/large"), (&mut ajar, 1, "/")] {
        let settings = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, window]);
        let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, &block_for("GET", path));
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        stream.write_all(&[preface, settings.as_slice(), &request].concat()).await.unwrap();
    }
    let attack = async {
        tokio::join!(answer_pings(&mut closed), answer_pings(&mut ajar));
        until("all to be cut", PATIENCE, async || {
            (cut(&hurried.world, "slow-reader").await == 3).then_some(())
        })
        .await;
    };
    beside(&hurried.world, attack).await;
    drop(plain);
}

/// sec-C5-S13: answers are handed over while windows are open, and wait when those are closed afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_left_behind_closed_windows_are_let_go() {
    let hurried = hurried().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, hurried.world.port));
    let mut visitor = socket.connect(address).await.unwrap();
    let window = |size: u32| frame(SETTINGS, 0, 0, &[&[0, 4], &size.to_be_bytes()[..]].concat());
    let wide = frame(WINDOW_UPDATE, 0, 0, &(1_u32 << 30).to_be_bytes());
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    visitor.write_all(&[preface, window(1 << 20).as_slice(), &wide].concat()).await.unwrap();
    for round in 0..STREAMS {
        let block = block_for("GET", "/whole");
        let open = frame(HEADERS, END_HEADERS | END_STREAM, stream(round), &block);
        visitor.write_all(&open).await.unwrap();
    }
    until("all answers", PATIENCE, async || {
        let asked = hurried.world.upstream.received_at("/whole").len();
        (asked == usize::try_from(STREAMS).unwrap()).then_some(())
    })
    .await;
    // Until they are handed over: what is left of them is in the gateway, more than the system holds.
    sleep(Duration::from_millis(500)).await;
    visitor.write_all(&window(0)).await.unwrap();
    let attack = async {
        // Twice as long as others, since it is idle first.
        let ending = answer_pings_for(&mut visitor, 2 * PATIENCE);
        ending.await;
        until("it to be cut", PATIENCE, async || {
            (cut(&hurried.world, "slow-reader").await == 1).then_some(())
        })
        .await;
    };
    beside(&hurried.world, attack).await;
}

/// Shows that somebody is there, until the other side ends the connection.
async fn answer_pings(stream: &mut TcpStream) {
    answer_pings_for(stream, PATIENCE).await;
}

async fn answer_pings_for(stream: &mut TcpStream, patience: Duration) {
    let (mut reader, mut writer) = stream.split();
    let answering = async {
        let mut head = [0; 9];
        while reader.read_exact(&mut head).await.is_ok() {
            let length = usize::from(head[1]) * 256 + usize::from(head[2]);
            let mut payload = vec![0; length];
            if reader.read_exact(&mut payload).await.is_err() {
                return;
            }
            if head[3] == PING && head[4] != ACK {
                // It may be over already.
                let _sent = writer.write_all(&frame(PING, ACK, 0, &payload)).await;
            }
        }
    };
    timeout(patience, answering).await.expect("the end of the connection");
}
