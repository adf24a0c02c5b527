//! Recordings of each class of failure, diagnosed.
//!
//! `recorded/recorded.json` lists them: class, browser, whether the HAR is sanitised, whether it was made by hand in the browser's
//! shape (`synthetic`), and what must come out. The files are `recorded/<class>/<browser>.har` and `.console.txt`; `har` and
//! `console` name others. Each is diagnosed with and without its console's text. Where the HAR alone does not tell, the cause
//! must be `unknown` with what is missing, or the right one; never another.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crossgate_doctor::{Console, Diagnosis, Har, diagnose};
use serde_json::Value;

struct Recording {
    name: String,
    har: PathBuf,
    console: Option<PathBuf>,
    symptom: Option<String>,
    cause: Option<String>,
    /// The HAR alone need not tell.
    needs_console: bool,
}

fn recordings() -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let text =
        fs::read_to_string(folder.join("recorded.json")).expect("the list of recordings is there");
    let list = serde_json::from_str::<Value>(&text).unwrap();
    let list =
        list.get("recordings").unwrap_or(&list).as_array().expect("a list of recordings").clone();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    list.iter()
        .map(|it| {
            let (class, browser) = (text(it, "class").unwrap(), text(it, "browser").unwrap());
            let file = |key: &str, ending: &str| {
                folder.join(text(it, key).unwrap_or_else(|| format!("{class}/{browser}.{ending}")))
            };
            let console = file("console", "console.txt");
            Recording {
                name: format!("{class}, {browser}"),
                har: file("har", "har"),
                console: console.exists().then_some(console),
                symptom: text(it, "symptom"),
                cause: text(it, "cause"),
                needs_console: it.get("needs_console").and_then(Value::as_bool) == Some(true),
            }
        })
        .collect()
}

fn examine(recording: &Recording, with_console: bool) -> Diagnosis {
    let har = Har::read(
        File::open(&recording.har).unwrap_or_else(|error| panic!("{}: {error}", recording.name)),
    );
    let har = har.unwrap_or_else(|error| panic!("{}: {error}", recording.name));
    let console = recording.console.as_ref().filter(|_| with_console);
    let console =
        console.map(|path| Console::read(File::open(path).unwrap()).unwrap()).unwrap_or_default();
    diagnose(&har, &console, None)
}

#[test]
fn every_recording_is_diagnosed_right_and_no_wrong_cause_is_named() {
    let recordings = recordings();
    assert!(!recordings.is_empty(), "the list of recordings is empty");
    let mut wrong = Vec::new();
    for recording in &recordings {
        for with_console in [false, true] {
            if with_console && recording.console.is_none() {
                continue;
            }
            let case = format!("{}, console: {with_console}", recording.name);
            let findings = examine(recording, with_console).findings;
            let found =
                findings.iter().map(|it| (it.symptom.map_or("-", |it| it.code()), it.cause.code()));
            let found = found.collect::<Vec<_>>();
            let Some(cause) = &recording.cause else {
                if !found.is_empty() {
                    wrong.push(format!("{case}: {found:?}, and nothing is wrong"));
                }
                continue;
            };
            let is_found = found.iter().any(|(symptom, found)| {
                found == cause && recording.symptom.as_deref().is_none_or(|it| it == *symptom)
            });
            let must = with_console || !recording.needs_console;
            if must && !is_found {
                wrong.push(format!("{case}: {found:?}, not {:?} {cause}", recording.symptom));
            }
            for finding in &findings {
                let says_less = finding.cause.code() == "unknown" && !finding.missing.is_empty();
                if finding.cause.code() != cause && !says_less {
                    wrong.push(format!(
                        "{case}: a wrong cause, {:?}",
                        (finding.cause.code(), &finding.url)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
