//! Crowds: many connections, each held for as long as the server lets it be.

use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::connect;
use crate::server::Server;

/// Between two bytes of those who send byte by byte.
const TRICKLE: Duration = Duration::from_millis(200);

/// What a server has to itself when all are open: what is measured is what it costs to hold them.
const SETTLING: Duration = Duration::from_millis(500);

/// What waits at an attacker who does not read: as little as the system allows.
const NO_ROOM: u32 = 4096;

/// A crowd.
pub(crate) struct Hold {
    connections: usize,
    text: Rc<[u8]>,
    manner: Manner,
}

/// What each does after its first words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Reads, and says nothing.
    Waits,
    /// Says a byte now and then.
    Trickles,
    /// Does not even read.
    IsDeaf,
}

impl Hold {
    pub(crate) fn silent(connections: usize) -> Self {
        Self::waiting(connections, Vec::new())
    }

    pub(crate) fn waiting(connections: usize, text: Vec<u8>) -> Self {
        Self { connections, text: text.into(), manner: Manner::Waits }
    }

    pub(crate) fn trickling(connections: usize, text: Vec<u8>) -> Self {
        Self { connections, text: text.into(), manner: Manner::Trickles }
    }

    pub(crate) fn not_reading(connections: usize, text: Vec<u8>) -> Self {
        Self { connections, text: text.into(), manner: Manner::IsDeaf }
    }

    /// Opens all of them. One that cannot be opened is left out.
    pub(crate) async fn begin(self, server: &Rc<Server>) {
        let room = (self.manner == Manner::IsDeaf).then_some(NO_ROOM);
        for number in 0..self.connections {
            let Ok(stream) = connect::plain(server.plain, number, room).await else { continue };
            server.count_opened();
            let (server, text, manner) = (Rc::clone(server), Rc::clone(&self.text), self.manner);
            spawn_local(async move {
                hold(stream, &text, manner).await;
                server.count_ended();
            });
        }
        sleep(SETTLING).await;
    }
}

/// Until the server ends it.
async fn hold(stream: TcpStream, text: &[u8], manner: Manner) {
    let (mut reader, mut writer) = stream.into_split();
    if writer.write_all(text).await.is_err() {
        return;
    }
    let writing = async {
        while manner == Manner::Trickles && writer.write_all(b"x").await.is_ok() {
            sleep(TRICKLE).await;
        }
        if manner != Manner::Trickles {
            std::future::pending::<()>().await;
        }
    };
    let reading = async {
        if manner == Manner::IsDeaf {
            std::future::pending::<()>().await;
        }
        let mut room = [0; 1024];
        while matches!(reader.read(&mut room).await, Ok(1..)) {}
    };
    tokio::select! {
        () = writing => {}
        () = reading => {}
    }
}
