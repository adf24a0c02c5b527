//! The browser model against real browsers: each scenario runs in Chromium with third-party cookies allowed and blocked,
//! and in Firefox, and the model has to say what was sent on each hop and what the page got.
//!
//! The scenarios are made from the dimensions of the protocol (page, method, headers, modes, answers, redirects, cookies),
//! not from the model. A sample runs always; `cargo xtask test --browsers` runs all of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it saw"
)]

mod exceptions;
mod in_browser;
mod in_model;
mod observed;
mod scenario;
mod scenarios;
mod server;

use std::collections::BTreeSet;

use crossgate_testkit::Engine;

use exceptions::Exception;
use scenario::Scenario;

/// One scenario in so many is in the sample.
const SAMPLE: usize = 11;

#[test]
fn there_are_at_least_500_scenarios_and_each_has_a_name_of_its_own() {
    let all = scenarios::all();
    assert!(all.len() >= 500, "{}", all.len());
    let names: BTreeSet<_> = all.iter().map(|scenario| &scenario.name).collect();
    let doubled =
        all.iter().filter(|it| all.iter().filter(|other| other.name == it.name).count() > 1);
    assert_eq!(names.len(), all.len(), "{:?}", doubled.map(|it| &it.name).collect::<Vec<_>>());
}

#[test]
fn every_exception_names_a_scenario() {
    let all = scenarios::all();
    for exception in exceptions::ALL {
        let known = all.iter().any(|scenario| scenario.name == exception.scenario);
        assert!(known, "{:?} is no scenario", exception.scenario);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_agrees_with_chromium() {
    agrees(Engine::Chromium, "http", sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_agrees_with_chromium_that_blocks_third_party_cookies() {
    agrees(Engine::ChromiumStrict, "http", sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_agrees_with_firefox() {
    agrees(Engine::Firefox, "http", sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask test --browsers` runs it"]
async fn every_scenario_agrees_with_chromium() {
    agrees(Engine::Chromium, "http", scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask test --browsers` runs it"]
async fn every_scenario_agrees_with_chromium_that_blocks_third_party_cookies() {
    agrees(Engine::ChromiumStrict, "http", scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask test --browsers` runs it"]
async fn every_scenario_agrees_with_firefox() {
    agrees(Engine::Firefox, "http", scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_over_tls_agrees_with_chromium() {
    agrees(Engine::Chromium, "https", sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_over_tls_agrees_with_chromium_that_blocks_third_party_cookies() {
    agrees(Engine::ChromiumStrict, "https", sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_over_tls_agrees_with_firefox() {
    agrees(Engine::Firefox, "https", sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask test --browsers` runs it"]
async fn every_scenario_over_tls_agrees_with_chromium() {
    agrees(Engine::Chromium, "https", scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask test --browsers` runs it"]
async fn every_scenario_over_tls_agrees_with_chromium_that_blocks_third_party_cookies() {
    agrees(Engine::ChromiumStrict, "https", scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask test --browsers` runs it"]
async fn every_scenario_over_tls_agrees_with_firefox() {
    agrees(Engine::Firefox, "https", scenarios::all()).await;
}

fn sample() -> Vec<Scenario> {
    scenarios::all().into_iter().step_by(SAMPLE).collect()
}

/// Runs the scenarios in the browser, then in the model with the same clock, and compares.
async fn agrees(engine: Engine, scheme: &'static str, scenarios: Vec<Scenario>) {
    let seen = in_browser::run(engine, scheme, &scenarios).await;
    let at = seen.at;
    let (mut agreed, mut excepted, mut disagreements) = (0, 0, Vec::new());
    for (index, scenario) in scenarios.iter().enumerate() {
        let seen = &seen[index];
        let mut predicted = in_model::run(engine, scenario, index, seen, at);
        let exception = Exception::of(engine, scenario);
        if predicted == seen.calls {
            agreed += 1;
            if let Some(Exception { why, .. }) = exception {
                disagreements.push(format!("{}: no longer so: {why}", scenario.name));
            }
            continue;
        }
        if let Some(exception) = exception {
            (exception.bug)(&mut predicted);
        }
        if exception.is_some() && predicted == seen.calls {
            excepted += 1;
        } else {
            let difference = observed::difference(&predicted, &seen.calls);
            disagreements.push(format!("{}\n{difference}", scenario.name));
        }
    }
    let count = scenarios.len();
    eprintln!(
        "{engine}, {scheme}: {agreed} of {count} scenarios as predicted, {excepted} by a named bug"
    );
    assert!(disagreements.is_empty(), "{engine}, {scheme}:\n{}", disagreements.join("\n"));
}
