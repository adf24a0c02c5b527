//! What a CORS decision costs, beside tower-http's CORS layer in the same run: time, allocations and, under callgrind,
//! instructions. `bench/cors/run` calls it and writes the table of the README.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(clippy::expect_used, clippy::panic, reason = "a bench that cannot set up its work ends")]

mod ours;
mod theirs;
mod work;

use std::alloc::System;
use std::hint::black_box;
use std::time::Instant;

use http::{Request, Response};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::ours::Ours;
use crate::theirs::Theirs;
use crate::work::Work;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Requests that are made ready before the clock starts.
const BATCH: usize = 2_000;

/// What answers requests.
trait Contender {
    /// The response with its CORS headers.
    fn answer(&mut self, request: Request<()>) -> Response<()>;
    /// The decision alone, where it can be had.
    fn decide(&mut self, _: &Request<()>) -> bool {
        true
    }
}

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["times", rounds] => times(rounds.parse().expect("a number of rounds")),
        [contender, work, origins, iterations] => {
            let number = |text: &str| text.parse::<usize>().expect("a number");
            repeat(contender, Work::named(work), number(origins), number(iterations));
        }
        _ => panic!(
            "usage: times ROUNDS | (ours|decide|theirs|nothing) (preflight|actual) ORIGINS ITERATIONS"
        ),
    }
}

/// Lines `work,origins,contender,round,nanoseconds,allocations` for one operation each, contenders taking turns.
fn times(rounds: usize) {
    println!("work,origins,contender,round,nanoseconds,allocations");
    for work in [Work::Preflight, Work::Actual] {
        for origins in [1, 10, 1_000, 10_000] {
            let (mut ours, mut theirs) = (Ours::new(origins), Theirs::new(origins));
            for round in 0..=rounds {
                let rows = [
                    ("decide", measure_decision(&mut ours, work, origins)),
                    ("ours", measure(&mut ours, work, origins)),
                    ("theirs", measure(&mut theirs, work, origins)),
                ];
                // The first round warms up.
                for (contender, (nanoseconds, allocations)) in
                    rows.into_iter().filter(|_| round > 0)
                {
                    println!(
                        "{},{origins},{contender},{round},{nanoseconds:.1},{allocations:.2}",
                        work.name()
                    );
                }
            }
        }
    }
}

fn measure(contender: &mut impl Contender, work: Work, origins: usize) -> (f64, f64) {
    let requests = vec![work.request(origins); BATCH];
    let mut responses = Vec::with_capacity(BATCH);
    let (before, start) = (allocations(), Instant::now());
    for request in requests {
        responses.push(black_box(contender.answer(black_box(request))));
    }
    per_operation(start, before)
}

fn measure_decision(contender: &mut impl Contender, work: Work, origins: usize) -> (f64, f64) {
    let request = work.request(origins);
    let (before, start) = (allocations(), Instant::now());
    for _ in 0..BATCH {
        assert!(black_box(contender.decide(black_box(&request))));
    }
    per_operation(start, before)
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn per_operation(start: Instant, before: usize) -> (f64, f64) {
    let nanoseconds = start.elapsed().as_nanos() as f64;
    let allocated = (allocations() - before) as f64;
    (nanoseconds / BATCH as f64, allocated / BATCH as f64)
}

/// Allocations of the process so far.
fn allocations() -> usize {
    ALLOCATOR.stats().allocations
}

/// The same work again and again, for callgrind.
fn repeat(contender: &str, work: Work, origins: usize, iterations: usize) {
    let request = work.request(origins);
    match contender {
        "ours" => answer_often(&mut Ours::new(origins), &request, iterations),
        "theirs" => answer_often(&mut Theirs::new(origins), &request, iterations),
        "nothing" => answer_often(&mut Nothing, &request, iterations),
        "decide" => {
            let mut ours = Ours::new(origins);
            for _ in 0..iterations {
                assert!(black_box(ours.decide(black_box(&request))));
            }
        }
        other => panic!("{other}: ours, decide, theirs or nothing"),
    }
}

fn answer_often(contender: &mut impl Contender, request: &Request<()>, iterations: usize) {
    for _ in 0..iterations {
        black_box(contender.answer(black_box(request.clone())));
    }
}

/// What making a request and an empty response costs.
struct Nothing;

impl Contender for Nothing {
    fn answer(&mut self, _: Request<()>) -> Response<()> {
        Response::new(())
    }
}
