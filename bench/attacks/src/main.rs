//! Attacks a server on the loopback while others measure what is left of it.
//!
//! `crossgate-bench-attacks ATTACK PLAIN TLS SECONDS` attacks the server with these two ports, for so many seconds after it has said
//! `ready`, which is when every connection that is to be held is open. What it says to the server over HTTP/1.1 is read from standard input.
//! At the end it tells how many connections it opened, and how many of them the server ended.
//!
//! Floods are paced: whatever the server does, it is offered the same. A connection that ends is opened again after a pause, as by somebody
//! who is far away.

mod connect;
mod flood;
mod frames;
mod handshakes;
mod hold;
mod server;

use std::io::{Read as _, Write as _};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::task::LocalSet;
use tokio::time::sleep;

use crate::flood::Flood;
use crate::hold::Hold;
use crate::server::Server;

/// What is done to a server.
enum Attack {
    Flood(Flood),
    Handshakes,
    Hold(Hold),
}

fn main() -> Result<()> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text)?;
    let server =
        Rc::new(Server::new(argument(2, "the plain port")?, argument(3, "the port of TLS")?)?);
    let attack = attack(&argument::<String>(1, "the attack")?, text)?;
    let time = Duration::from_secs_f64(argument(4, "the time")?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let here = LocalSet::new();
    let attacking = async {
        match attack {
            Attack::Flood(flood) => flood.begin(&server),
            Attack::Handshakes => handshakes::begin(&server)?,
            Attack::Hold(hold) => hold.begin(&server).await,
        }
        let mut out = std::io::stdout();
        writeln!(out, "ready")?;
        out.flush()?;
        sleep(time).await;
        writeln!(out, "{} {}", server.opened.get(), server.ended.get())
    };
    here.block_on(&runtime, attacking)?;
    Ok(())
}

fn argument<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    position: usize,
    name: &str,
) -> Result<T> {
    let text = std::env::args().nth(position).with_context(|| format!("{name} is missing"))?;
    text.parse().with_context(|| name.to_owned())
}

fn attack(name: &str, text: Vec<u8>) -> Result<Attack> {
    Ok(match name {
        "rapid-reset" => Attack::Flood(flood::rapid_reset()),
        "made-you-reset" => Attack::Flood(flood::made_you_reset()),
        "continuation" => Attack::Flood(flood::continuation()),
        "ping-settings" => Attack::Flood(flood::ping_and_settings()),
        "hpack-bomb" => Attack::Flood(flood::hpack_bomb()),
        "requests" => Attack::Flood(flood::requests(text, 1)),
        "large-heads" => Attack::Flood(flood::requests(flood::large_head(text), 4)),
        "handshakes" => Attack::Handshakes,
        "idle" => Attack::Hold(Hold::silent(10_000)),
        "trickle" => Attack::Hold(Hold::trickling(2_000, text)),
        "no-reading" => Attack::Hold(Hold::not_reading(500, text)),
        "waiting" => Attack::Hold(Hold::waiting(1_000, text)),
        other => bail!("{other}: no such attack"),
    })
}
