//! Floods over HTTP/2.

use std::net::Ipv4Addr;

use crossgate_testkit::World;
use crossgate_testkit::http2::{DATA, END_HEADERS, END_STREAM, HEADERS, PREFACE, field, frame};
use crossgate_testkit::wait::{PATIENCE, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::honest::beside;
use crate::{HOST, cut, peak_kib, resident_kib, world};

const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const ACK: u8 = 1;

const CANCEL: [u8; 4] = [0, 0, 0, 8];
const ENHANCE_YOUR_CALM: u8 = 11;

/// What the gateway must have ended long before: more than systems hold of what nobody reads.
const ROUNDS: u32 = 2_000_000;

/// A block of fields that asks for a path of the application that nobody else asks for.
fn block(method: &str) -> Vec<u8> {
    block_for(method, "/attack")
}

/// A block of fields that asks for a path of the application.
pub(crate) fn block_for(method: &str, path: &str) -> Vec<u8> {
    request_block(method, HOST, path)
}

/// A block of fields that asks for a path.
pub(crate) fn request_block(method: &str, host: &str, path: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in
        [(":method", method), (":scheme", "http"), (":authority", host), (":path", path)]
    {
        field(name.as_bytes(), value.as_bytes(), &mut block);
    }
    block
}

/// The number of the stream of a round.
pub(crate) const fn stream(round: u32) -> u32 {
    2 * round + 1
}

/// Sends the frames of round after round, and returns what came back until the other side closed.
async fn flood(port: u16, first: &[u8], round: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let sending = async {
        writer.write_all(&[PREFACE, first].concat()).await?;
        for batch in (0..ROUNDS).step_by(200) {
            let frames = (batch..batch + 200).flat_map(&round).collect::<Vec<_>>();
            writer.write_all(&frames).await?;
        }
        Ok::<(), std::io::Error>(())
    };
    let reading = async {
        let mut answer = Vec::new();
        while matches!(reader.read_buf(&mut answer).await, Ok(1..)) {}
        answer
    };
    let (sent, answer) =
        timeout(PATIENCE, async { tokio::join!(sending, reading) }).await.expect("an end");
    assert!(sent.is_err(), "all of it was taken");
    answer
}

/// The error codes of the GOAWAYs among frames.
fn goaways(mut frames: &[u8]) -> Vec<u8> {
    let mut codes = Vec::new();
    while let [_, l2, l3, kind, _, _, _, _, _, rest @ ..] = frames {
        let length = usize::from(*l2) * 256 + usize::from(*l3);
        let Some((payload, next)) = rest.split_at_checked(length) else { break };
        if *kind == GOAWAY {
            codes.push(payload[7]);
        }
        frames = next;
    }
    codes
}

struct Attack {
    name: &'static str,
    first: Vec<u8>,
    round: fn(u32) -> Vec<u8>,
    /// Any of these is what it is counted under.
    reasons: &'static [&'static str],
}

fn attacks() -> Vec<Attack> {
    let attack = |name, round, reasons| Attack { name, first: Vec::new(), round, reasons };
    let open = |method: &str, flags| frame(HEADERS, flags, 1, &block(method));
    let with = |first: Vec<u8>, attack: Attack| Attack { first, ..attack };
    vec![
        attack(
            "sec-C5-S9 streams are opened and reset at once",
            |round| {
                let open = frame(HEADERS, END_HEADERS | END_STREAM, stream(round), &block("GET"));
                [open, frame(RST_STREAM, 0, stream(round), &CANCEL)].concat()
            },
            &["http2-resets"],
        ),
        attack(
            "sec-C5-S10 streams are opened and the gateway is made to reset them",
            |round| {
                let open = frame(HEADERS, END_HEADERS, stream(round), &block("POST"));
                let too_much = [0x7f, 0xff, 0xff, 0xff];
                [open, frame(WINDOW_UPDATE, 0, stream(round), &too_much)].concat()
            },
            &["http2-resets"],
        ),
        attack(
            "sec-C5-S10 streams are opened and their windows by nothing",
            |round| {
                let open = frame(HEADERS, END_HEADERS, stream(round), &block("POST"));
                [open, frame(WINDOW_UPDATE, 0, stream(round), &[0; 4])].concat()
            },
            &["http2-resets", "http2-protocol-error"],
        ),
        attack(
            "sec-C5-S11 a head that never ends",
            |round| match round {
                0 => frame(HEADERS, END_STREAM, 1, &block("GET")),
                _ => frame(CONTINUATION, 0, 1, &[0, 1, b'a', 1, b'b']),
            },
            &["http2-continuations", "http2-flood", "http2-protocol-error"],
        ),
        attack("sec-C5-S12 settings", |_| frame(SETTINGS, 0, 0, &[]), &["http2-settings"]),
        attack("sec-C5-S12 pings", |_| frame(PING, 0, 0, &[0; 8]), &["http2-pings"]),
        attack(
            "sec-C5-S12 answers to pings that nobody sent",
            |_| frame(PING, ACK, 0, &[0; 8]),
            &["http2-pings"],
        ),
        attack(
            "sec-C5-S12 settings acknowledged that nobody sent",
            |_| frame(SETTINGS, ACK, 0, &[]),
            &["http2-settings", "http2-protocol-error"],
        ),
        with(
            open("POST", END_HEADERS),
            attack(
                "sec-C5-S12 priorities",
                |_| frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1]),
                &["http2-priorities"],
            ),
        ),
        attack(
            "sec-C5-S12 windows opened by a byte",
            |_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]),
            &["http2-window-updates"],
        ),
        with(
            open("POST", END_HEADERS),
            attack(
                "sec-C5-S12 pieces of a body with nothing in them",
                |_| frame(DATA, 0, 1, &[]),
                &["http2-empty-frames", "http2-flood"],
            ),
        ),
        attack(
            "sec-C5-S12 frames of a kind that nobody knows",
            |_| frame(0x50, 0, 0, b"hello"),
            &["http2-unknown-frames"],
        ),
    ]
}

/// sec-C5-S9, sec-C5-S10, sec-C5-S11, sec-C5-S12
#[tokio::test(flavor = "multi_thread")]
async fn floods_of_frames_end_the_connection_and_are_counted() {
    let world = world().await;
    for Attack { name, first, round, reasons } in attacks() {
        let before = counts(&world, reasons).await;
        let answer = beside(&world, flood(world.port, &first, round)).await;
        // The answer to whoever goes on sending can be lost on the way.
        for code in goaways(&answer) {
            assert!([1, ENHANCE_YOUR_CALM].contains(&code), "{name}: {code}");
        }
        until(name, PATIENCE, async || (counts(&world, reasons).await > before).then_some(()))
            .await;
    }
}

async fn counts(world: &World, reasons: &[&str]) -> u64 {
    let mut sum = 0;
    for reason in reasons {
        sum += cut(world, reason).await;
    }
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_in_time_is_told_to_calm_down() {
    let world = world().await;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap();
    let pings = frame(PING, 0, 0, &[0; 8]).repeat(110);
    stream.write_all(&[PREFACE, &pings].concat()).await.unwrap();
    let mut answer = Vec::new();
    let reading = async { while matches!(stream.read_buf(&mut answer).await, Ok(1..)) {} };
    timeout(PATIENCE, reading).await.expect("the end of the connection");
    assert_eq!(goaways(&answer), [ENHANCE_YOUR_CALM]);
}

/// sec-C5-S11: a field of 4,000 bytes in the table, and a thousand times its number.
#[tokio::test(flavor = "multi_thread")]
async fn a_small_head_that_unfolds_into_a_large_one_costs_no_memory() {
    let world = world().await;
    let mut bomb = block("GET");
    bomb.extend([0x40, 1, b'a', 0x7f, 0xa1, 0x1e]);
    bomb.extend([b'b'; 4000]);
    bomb.extend([0xbe; 10_000]);
    let before = resident_kib(&world);
    let sent = async {
        for _ in 0..20 {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, world.port)).await.unwrap();
            let head = frame(HEADERS, END_HEADERS | END_STREAM, 1, &bomb);
            stream.write_all(&[PREFACE, &head].concat()).await.unwrap();
            let mut answer = Vec::new();
            while !answer.windows(9).any(is_about_the_request) {
                let read = timeout(PATIENCE, stream.read_buf(&mut answer)).await;
                if read.expect("an answer").is_ok_and(|count| count == 0) {
                    break;
                }
            }
        }
    };
    beside(&world, sent).await;
    assert!(world.upstream.received().iter().all(|request| request.path != "/attack"));
    let grown = peak_kib(&world).saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB for 20 connections");
}

/// The head of a frame that ends or answers stream 1, or the connection.
pub(crate) fn is_about_the_request(window: &[u8]) -> bool {
    matches!(
        window,
        [_, _, _, HEADERS | RST_STREAM, _, 0, 0, 0, 1] | [0, 0, _, GOAWAY, 0, 0, 0, 0, 0]
    )
}
