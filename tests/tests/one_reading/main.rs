//! One reading: whatever is sent, what reaches the upstream is what was decided on, or nothing.
//!
//! A corpus of requests in bytes (`corpus/`) goes through the real binary to an upstream that records every byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod case;
mod check;
mod client;
mod corpus;
mod escape;
mod frames;
mod page;
mod peers;
mod recorder;
mod world;

use std::sync::Arc;
use std::time::Duration;

use crossgate_testkit::wait::until;

use crate::case::{Case, Way};

/// Cases that are under way at once.
const AT_ONCE: usize = 16;

/// Sends each case of a class in each of its ways, and complains of all that went wrong.
async fn hold(class: &str) {
    let cases = corpus::class(class);
    let (world, proxy) = world::gateway().await;
    let proxy = Arc::new(proxy);
    let permits = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let runs = cases
        .into_iter()
        .map(Arc::new)
        .flat_map(|case| case.ways.iter().map(|way| (Arc::clone(&case), *way)).collect::<Vec<_>>());
    let runs = runs.map(|(case, way)| {
        let (proxy, permits) = (Arc::clone(&proxy), Arc::clone(&permits));
        tokio::spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            let client = world::next_client();
            let transcript = client::send(&case, way, &proxy, client).await;
            let wrong = check::answers(&case, way, &transcript);
            (case, way, client, wrong)
        })
    });
    let mut ended = Vec::new();
    for run in runs.collect::<Vec<_>>() {
        ended.push(run.await.unwrap());
    }
    until("the upstream to have read everything", Duration::from_secs(20), async || {
        (proxy.recorder.in_flight() == 0).then_some(())
    })
    .await;
    let mut complaints = proxy.recorder.strays();
    for (case, way, client, mut wrong) in ended {
        let port = if way == Way::Tls { proxy.tls.as_ref().unwrap().0 } else { proxy.plain }.port();
        wrong.extend(check::received(&case, client, port, &proxy.recorder.of(client)));
        complaints.extend(complaint(&case, way, &wrong));
    }
    assert!(
        complaints.is_empty(),
        "{} of {class} went wrong:\n{}\n",
        complaints.len(),
        complaints.join("\n")
    );
    drop(world);
}

fn complaint(case: &Case, way: Way, wrong: &[String]) -> Option<String> {
    let Case { name, rows, .. } = case;
    (!wrong.is_empty())
        .then(|| format!("{} {name} ({way:?}):\n    {}", rows.join(" "), wrong.join("\n    ")))
}

/// sec-C1
#[tokio::test(flavor = "multi_thread")]
async fn a_path_is_forwarded_as_it_was_decided_on() {
    hold("paths").await;
}

/// sec-C2
#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_read_from_one_place() {
    hold("hosts").await;
}

/// sec-C3
#[tokio::test(flavor = "multi_thread")]
async fn where_a_request_comes_from_is_not_the_visitors_to_say() {
    hold("forwarded_headers").await;
}

/// sec-C4
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_not_the_visitors_to_say() {
    hold("identity_headers").await;
}

/// sec-C5-S1
#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_one_length() {
    hold("lengths").await;
}

/// sec-C5-S2
#[tokio::test(flavor = "multi_thread")]
async fn chunks_are_read_by_the_letter() {
    hold("chunks").await;
}

/// sec-C5-S3, sec-C5-S5
#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_framed_or_refused() {
    hold("bodies").await;
}

/// sec-C5-S2, sec-C5-S7
#[tokio::test(flavor = "multi_thread")]
async fn a_request_line_is_read_by_the_letter() {
    hold("request_lines").await;
}

/// sec-C4-I7, sec-C5-S2
#[tokio::test(flavor = "multi_thread")]
async fn header_lines_are_read_by_the_letter() {
    hold("header_lines").await;
}

/// sec-C5-S4, sec-C5-S6
#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_before_both_sides_have_agreed() {
    hold("upgrades").await;
}

/// sec-C5-S8
#[tokio::test(flavor = "multi_thread")]
async fn http_2_says_nothing_that_http_1_would_read_otherwise() {
    hold("http2").await;
}

#[test]
fn every_row_has_a_case() {
    let cases = corpus::CLASSES.map(corpus::class).concat();
    let rows: &[(&str, u32)] = &[("C1-P", 18), ("C2-H", 4), ("C3-F", 11), ("C4-I", 8), ("C5-S", 8)];
    let rows =
        rows.iter().flat_map(|(stem, last)| (1..=*last).map(move |row| format!("sec-{stem}{row}")));
    // Properties of the gate: the speed of its look-ups, and what routes leave behind.
    let elsewhere = ["sec-C1-P15", "sec-C2-H2"];
    let missing = rows.filter(|row| !cases.iter().any(|case| case.rows.contains(row)));
    let missing = missing.filter(|row| !elsewhere.contains(&row.as_str())).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no case: {missing:?}");
    assert!(cases.len() >= 400, "{} cases", cases.len());
    let mut names = cases.iter().map(|case| (&case.rows, &case.name)).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    println!("{} cases, {} names", cases.len(), names.len());
}
