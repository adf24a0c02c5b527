//! Recordings of each class of failure, diagnosed.
//!
//! The lists are the `*.json` files of `recorded/`; what they say is in the README there: which HAR and console text, the config of the
//! gateway that was asked, and what must come out. Each is diagnosed with and without its console's text. Where the HAR alone does
//! not tell, the cause must be `unknown` with what is missing, or a right one; never another.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crossgate_doctor::{Configured, Console, Diagnosis, Finding, Har, diagnose};
use crossgate_model::Surroundings;
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded")
}

/// All rows of all lists.
fn recordings() -> Vec<Value> {
    let files = fs::read_dir(folder()).unwrap().map(|it| it.unwrap().path());
    let lists = files.filter(|it| it.extension().is_some_and(|ending| ending == "json"));
    lists
        .flat_map(|list| {
            let text = fs::read_to_string(&list).unwrap();
            serde_json::from_str::<Vec<Value>>(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", list.display()))
        })
        .collect()
}

fn examine(row: &Value, with_console: bool) -> Diagnosis {
    let path = |key: &str| row[key].as_str().map(|it| folder().join(it));
    let open = |path: PathBuf| {
        File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let har =
        Har::read(open(path("har").unwrap())).unwrap_or_else(|error| panic!("{row}: {error}"));
    let console =
        path("console").filter(|_| with_console).map(|it| Console::read(open(it)).unwrap());
    let config = path("config").map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let surroundings = Surroundings {
            environment: &|_| Some("A".repeat(43)),
            read_file: &|_| Ok("A".repeat(43)),
            file_exists: &|_| true,
            tls_files: &crossgate_model::UnreadTlsFiles,
        };
        Configured::parse(&text, &path, &surroundings)
            .unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()))
    });
    diagnose(&har, &console.unwrap_or_default(), config.as_ref())
}

/// Whether `found` is what a row names under `key` or, as also right, under `or_key`.
fn is_one_of(expected: &Value, key: &str, found: &str) -> bool {
    let also = expected[format!("or_{key}")].as_array();
    expected[key] == found || also.is_some_and(|it| it.iter().any(|it| it == found))
}

fn is_right(expected: &Value, finding: &Finding) -> bool {
    is_one_of(expected, "cause", finding.cause.code())
        && finding.symptom.is_some_and(|it| is_one_of(expected, "symptom", it.code()))
}

fn says_less(finding: &Finding) -> bool {
    finding.cause.code() == "unknown" && !finding.missing.is_empty()
}

#[test]
fn every_recording_is_diagnosed_right_and_no_wrong_cause_is_named() {
    let recordings = recordings();
    assert!(!recordings.is_empty(), "there are no recordings");
    let mut wrong = Vec::new();
    for row in &recordings {
        let expected = &row["expected"];
        if expected.get("does_not_occur").is_some() {
            continue;
        }
        for with_console in [false, true] {
            let case = format!("{}, {}, console: {with_console}", row["class"], row["browser"]);
            if with_console && row["console"].is_null() {
                continue;
            }
            let diagnosis = examine(row, with_console);
            let printed = serde_json::to_string(&diagnosis).unwrap();
            if printed.contains("secret-") {
                wrong.push(format!("{case}: a secret, {printed}"));
            }
            let findings = &diagnosis.findings;
            let found = findings
                .iter()
                .map(|it| (it.symptom.map_or("-", |it| it.code()), it.cause.code(), &it.url));
            let found = found.collect::<Vec<_>>();
            if expected.get("healthy").is_some() {
                let latent = &expected["latent"];
                if !findings
                    .iter()
                    .all(|it| latent.is_object() && is_one_of(latent, "cause", it.cause.code()))
                {
                    wrong.push(format!("{case}: {found:?}, and nothing is wrong but {latent}"));
                }
                continue;
            }
            if with_console && !findings.iter().any(|it| is_right(expected, it)) {
                wrong.push(format!("{case}: {found:?}, not {expected}"));
            }
            if findings.is_empty() && !tells_only_the_console(row) {
                wrong.push(format!("{case}: nothing is found of {expected}"));
            }
            for finding in findings {
                if !is_one_of(expected, "cause", finding.cause.code()) && !says_less(finding) {
                    wrong.push(format!(
                        "{case}: a wrong cause, {} for {}: {}",
                        finding.cause.code(),
                        finding.url,
                        finding.explanation
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), recordings.len(), wrong.join("\n"));
}

/// What ends before there is a request leaves no entry that shows it; what is checked only with credentials, or by the page's own
/// policy, does not show in the answer; and Safari's export has no preflights.
fn tells_only_the_console(row: &Value) -> bool {
    let symptom = row["expected"]["symptom"].as_str().unwrap_or_default();
    let needs_more = [
        "allow-credentials-missing",
        "not-cors",
        "resource-policy",
        "unsupported-scheme",
        "wildcard-with-credentials",
    ];
    needs_more.contains(&symptom) || row["browser"] == "safari"
}
