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
    agrees(Engine::Chromium, sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_agrees_with_chromium_that_blocks_third_party_cookies() {
    agrees(Engine::ChromiumStrict, sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_agrees_with_firefox() {
    agrees(Engine::Firefox, sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute per browser: `cargo xtask test --browsers` runs it"]
async fn every_scenario_agrees_with_chromium() {
    agrees(Engine::Chromium, scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute per browser: `cargo xtask test --browsers` runs it"]
async fn every_scenario_agrees_with_chromium_that_blocks_third_party_cookies() {
    agrees(Engine::ChromiumStrict, scenarios::all()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute per browser: `cargo xtask test --browsers` runs it"]
async fn every_scenario_agrees_with_firefox() {
    agrees(Engine::Firefox, scenarios::all()).await;
}

fn sample() -> Vec<Scenario> {
    scenarios::all().into_iter().step_by(SAMPLE).collect()
}

/// Runs the scenarios in the browser, then in the model with the same clock, and compares.
async fn agrees(engine: Engine, scenarios: Vec<Scenario>) {
    let seen = in_browser::run(engine, &scenarios).await;
    let mut disagreements = Vec::new();
    for (index, scenario) in scenarios.iter().enumerate() {
        let predicted = in_model::run(engine, scenario, index, &seen[index], seen.port);
        let excepted = exceptions::ALL.iter().find(|it| it.is_about(engine, scenario));
        match (excepted, predicted == seen[index].calls) {
            (None, true) | (Some(_), false) => {}
            (None, false) => disagreements.push(format!(
                "{}\n{}",
                scenario.name,
                observed::difference(&predicted, &seen[index].calls)
            )),
            (Some(Exception { why, .. }), true) => {
                disagreements.push(format!("{}: no longer so: {why}", scenario.name));
            }
        }
    }
    let agreed = scenarios.len() - disagreements.len();
    eprintln!("{engine}: {agreed} of {} scenarios as predicted", scenarios.len());
    assert!(disagreements.is_empty(), "{engine}:\n{}", disagreements.join("\n"));
}
