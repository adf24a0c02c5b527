//! Handshakes of TLS that are begun and never ended, each on a connection of its own.

use std::io;
use std::rc::Rc;

use tokio::io::AsyncWriteExt as _;
use tokio::task::spawn_local;
use tokio::time::interval;

use crate::connect;
use crate::flood::{BEAT, CONNECTIONS};
use crate::server::Server;

/// Begins with them. All are held.
pub(crate) fn begin(server: &Rc<Server>) -> io::Result<()> {
    for number in 0..CONNECTIONS {
        let (server, hello) = (Rc::clone(server), connect::hello(server)?);
        spawn_local(async move {
            let mut open = Vec::new();
            let mut beat = interval(BEAT);
            for round in 0.. {
                beat.tick().await;
                let Ok(mut stream) = connect::plain(server.tls, number, None).await else {
                    continue;
                };
                server.count_opened();
                // Half of them are not even greeted to the end.
                let sent = hello.get(..hello.len() >> (round % 2)).unwrap_or_default();
                if stream.write_all(sent).await.is_err() {
                    server.count_ended();
                }
                open.push(stream);
            }
        });
    }
    Ok(())
}
