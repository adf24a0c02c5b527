//! Sends HTTP/1.1 requests at a given rate and tells how long each took, in microseconds, a line each.
//!
//! `crossgate-bench-steady PORT RATE CONNECTIONS SECONDS STATUS` reads the request from standard input. A thread for each connection
//! sends one in every slot of its own, at a random moment of it: requests come as those of strangers do, neither in bursts nor in
//! step. Time counts from the moment that was planned, so that a server that stalls is charged for whom it keeps waiting. An answer
//! with another status ends it with an error.

mod connection;

use std::io::{Read as _, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::connection::Connection;

/// What each connection does.
#[derive(Clone, Copy)]
struct Plan {
    port: u16,
    status: u16,
    /// The time between the beginnings of two slots of a connection.
    slot: Duration,
    begin: Instant,
    end: Instant,
}

fn main() -> Result<()> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    let rate: f64 = argument(2, "the rate")?;
    let connections: u32 = argument(3, "the number of connections")?;
    // Long enough for all connections to be made.
    let begin = Instant::now() + Duration::from_millis(200);
    let plan = Plan {
        port: argument(1, "the port")?,
        status: argument(5, "the status")?,
        slot: Duration::from_secs_f64(f64::from(connections) / rate),
        begin,
        end: begin + Duration::from_secs_f64(argument(4, "the time")?),
    };
    let mut out = std::io::stdout().lock();
    for took in run(plan, connections, &request)? {
        writeln!(out, "{}", took.as_micros())?;
    }
    Ok(())
}

fn argument<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    position: usize,
    name: &str,
) -> Result<T> {
    let text = std::env::args().nth(position).with_context(|| format!("{name} is missing"))?;
    text.parse().with_context(|| name.to_owned())
}

fn run(plan: Plan, connections: u32, request: &[u8]) -> Result<Vec<Duration>> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for number in 0..connections {
            threads.push(scope.spawn(move || slots(plan, u64::from(number) + 1, request)));
        }
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| anyhow!("a thread panicked"))??);
        }
        Ok(all)
    })
}

fn slots(plan: Plan, mut seed: u64, request: &[u8]) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(plan.port)?;
    let mut took = Vec::new();
    let mut slot = plan.begin;
    while slot + plan.slot <= plan.end {
        let planned = slot + plan.slot.mul_f64(fraction(&mut seed));
        thread::sleep(planned.saturating_duration_since(Instant::now()));
        connection.exchange(request, plan.status)?;
        took.push(planned.elapsed());
        slot += plan.slot;
    }
    Ok(took)
}

/// The next number of a sequence between 0 and 1 (splitmix64): the same in every run.
fn fraction(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let upper = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default();
    f64::from(upper) / f64::from(u32::MAX)
}
