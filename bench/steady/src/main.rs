//! Sends HTTP/1.1 requests at a given rate and tells how long each took, in microseconds, a line each.
//!
//! `crossgate-bench-steady PORT RATE CONNECTIONS SECONDS STATUS` reads the request from standard input. Each connection
//! sends one in every slot of its own, at a random moment of it: requests come as those of strangers do, neither in bursts nor in
//! step. Time counts from the moment that was planned, so that a server that stalls is charged for whom it keeps waiting. An answer
//! with another status ends it with an error.
//!
//! One thread serves all connections: it shares the machine with what it measures, and a thread for each would take as much of it.

mod connection;
mod slots;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use crate::connection::Connection;
use crate::slots::Slots;

/// A server that says nothing for so long ends it with an error.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is sent, and for how long.
struct Plan {
    port: u16,
    request: Vec<u8>,
    status: u16,
    connections: u32,
    rate: f64,
    time: Duration,
}

/// A connection with what it has before it.
struct Visitor {
    connection: Connection,
    slots: Slots,
    /// The moment that the request in flight, or the next one, was planned for.
    planned: Instant,
}

fn main() -> Result<()> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    let plan = Plan {
        port: argument(1, "the port")?,
        request,
        status: argument(5, "the status")?,
        connections: argument(3, "the number of connections")?,
        rate: argument(2, "the rate")?,
        time: Duration::from_secs_f64(argument(4, "the time")?),
    };
    let mut out = std::io::stdout().lock();
    for took in run(&plan)? {
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

/// Sends all requests of the plan. Returns how long each answer took.
fn run(plan: &Plan) -> Result<Vec<Duration>> {
    // By default the kernel may wake a thread 50 microseconds late.
    rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
    let readable = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut connections = Vec::new();
    for number in 0..plan.connections {
        let connection = Connection::open(plan.port)?;
        epoll::add(
            &readable,
            &connection,
            epoll::EventData::new_u64(number.into()),
            epoll::EventFlags::IN,
        )?;
        connections.push(connection);
    }
    let (begin, slot) =
        (Instant::now(), Duration::from_secs_f64(f64::from(plan.connections) / plan.rate));
    let mut visitors: Vec<Visitor> = Vec::new();
    let mut due = BinaryHeap::new();
    for (number, connection) in connections.into_iter().enumerate() {
        let mut slots = Slots::new(begin, begin + plan.time, slot, number);
        let Some(planned) = slots.next() else { bail!("no time for a single request") };
        due.push(Reverse((planned, number)));
        visitors.push(Visitor { connection, slots, planned });
    }

    let mut took = Vec::new();
    let mut in_flight = 0;
    let mut events = Vec::with_capacity(visitors.len());
    while in_flight > 0 || !due.is_empty() {
        while let Some(&Reverse((planned, number))) = due.peek()
            && planned <= Instant::now()
            && let Some(visitor) = visitors.get_mut(number)
        {
            due.pop();
            visitor.connection.send(&plan.request)?;
            in_flight += 1;
        }
        let rest = due.peek().map_or(PATIENCE, |Reverse((planned, _))| {
            planned.saturating_duration_since(Instant::now())
        });
        epoll::wait(&readable, spare_capacity(&mut events), Some(&Timespec::try_from(rest)?))?;
        if events.is_empty() && rest == PATIENCE {
            bail!("no answer to {in_flight} requests");
        }
        for event in events.drain(..) {
            let number = usize::try_from(event.data.u64())?;
            let Some(visitor) = visitors.get_mut(number) else { continue };
            if visitor.connection.receive(plan.status)? {
                took.push(visitor.planned.elapsed());
                in_flight -= 1;
                if let Some(planned) = visitor.slots.next() {
                    visitor.planned = planned;
                    due.push(Reverse((planned, number)));
                }
            }
        }
    }
    Ok(took)
}
