//! Files that are cut off, changed, huge, or something else.

use std::io::Read;

use crossgate_doctor::{Console, Har, ReadError, diagnose};
use proptest::prelude::*;

use super::builder::{Shape, call, har, preflight};
use super::classes::{API, PAGE};

fn plain() -> String {
    har(
        Shape::Chrome,
        PAGE,
        &[
            preflight(API, PAGE, "PUT", "content-type")
                .gets(302, &[("location", "https://login.acme.example/login?SECRET")]),
            call("PUT", API, PAGE)
                .sends("Cookie", "sid=SECRET")
                .sends("Authorization", "Bearer SECRET")
                .fails("net::ERR_FAILED"),
            call("GET", API, PAGE).gets(
                200,
                &[("set-cookie", "sid=SECRET"), ("access-control-allow-origin", "*?SECRET")],
            ),
        ],
    )
}

#[test]
fn what_is_no_har_is_refused_with_the_reason() {
    let rows: [(&str, &[u8], &str); 9] = [
        ("nothing", b"", "empty"),
        ("a mark and nothing", b"\xEF\xBB\xBF", "not JSON, at byte 3"),
        ("a page", b"<!doctype html>", "HTML"),
        ("an archive", b"PK\x03\x04....", "ZIP"),
        ("compressed", b"\x1F\x8B\x08\x00", "gzip"),
        ("UTF-16", b"\xFF\xFE{\x00", "UTF-16"),
        ("other JSON", b"{\"a\": 1}", "no list `log.entries`"),
        ("a list", b"[1, 2]", "not JSON"),
        (
            "cut off in the first entry",
            b"{\"log\": {\"entries\": [{\"request\": {\"url\": \"htt",
            "at byte 45",
        ),
    ];
    for (row, bytes, words) in rows {
        let error = Har::read(bytes).unwrap_err();
        let is_said = error.to_string().contains(words)
            || matches!(error, ReadError::NotJson { .. }) && row == "a list";
        assert!(is_said, "{row}: {error}");
    }
}

#[test]
fn what_stands_before_the_break_counts() {
    let text = plain();
    let cut = text.find("\"method\":\"GET\"").unwrap();
    let har = Har::read(&text.as_bytes()[..cut]).unwrap();
    assert_eq!(har.len(), 2);
    let diagnosis = diagnose(&har, &Console::default(), None);
    assert_eq!(diagnosis.findings[0].cause.code(), "auth-before-cors");
    let note = &diagnosis.notes[0];
    assert!(note.contains(&format!("byte {cut}")) && note.contains("entry 2"), "{note}");

    let marked = format!("\u{FEFF}{text}");
    assert_eq!(Har::read(marked.as_bytes()).unwrap().len(), 3);
    let trailing = format!("{text} and more");
    assert_eq!(
        diagnose(&Har::read(trailing.as_bytes()).unwrap(), &Console::default(), None).notes.len(),
        1
    );
}

#[test]
fn values_of_another_type_than_promised_count_as_absent() {
    let text = r#"{"log": {"creator": 7, "pages": {"a": 1}, "entries": [
        null, 1, "x", [], {}, {"request": []}, {"request": {"url": 7}},
        {"request": {"url": "https://a.example/", "method": null, "headers": {"a": "b"}}, "response": {"status": "200", "headers": [1, null, {"name": 7}]}, "_initiator": "x"},
        {"request": {"url": "https://a.example/\ud83d"}, "response": {"status": -1e300, "content": {"text": "\ude00 \ud83d\ude00"}}}
    ]}}"#;
    assert_eq!(Har::read(text.as_bytes()).unwrap().len(), 2);
}

/// A HAR with as many entries, each with a body of its own, made while it is read.
struct Endless {
    chunk: Vec<u8>,
    at: usize,
    left: usize,
    entry: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.chunk.len() {
            self.at = 0;
            self.chunk = match self.left {
                0 => return Ok(0),
                1 => b"{}]}}".to_vec(),
                _ => self.entry.clone(),
            };
            self.left -= 1;
        }
        let count = out.len().min(self.chunk.len() - self.at);
        out[..count].copy_from_slice(&self.chunk[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn entries_without_end_are_counted_and_not_kept() {
    let entry = br#"{"request":{"url":"https://a.example/"}},"#.to_vec();
    let head = br#"{"log":{"entries":["#.to_vec();
    let har = Har::read(Endless { chunk: head, at: 0, left: 50_001, entry }).unwrap();
    assert_eq!(har.len(), 20_000);
    let notes = diagnose(&har, &Console::default(), None).notes;
    assert!(notes.iter().any(|it| it.contains("left out")), "{notes:?}");
}

/// What changes the secret itself, or makes a path of a query, is no test of it.
fn may_change(byte: u8) -> bool {
    !byte.is_ascii_uppercase() && !matches!(byte, b'?' | b'=')
}

#[test]
fn one_changed_byte_anywhere_lets_nothing_secret_out() {
    let text = plain();
    for at in 0..text.len() {
        for byte in *b"$\"" {
            let mut bytes = text.clone().into_bytes();
            if !may_change(bytes[at]) {
                continue;
            }
            bytes[at] = byte;
            let Ok(har) = Har::read(bytes.as_slice()) else { continue };
            let printed =
                serde_json::to_string(&diagnose(&har, &Console::default(), None)).unwrap();
            let changed =
                String::from_utf8_lossy(&bytes[at.saturating_sub(40)..(at + 40).min(bytes.len())]);
            assert!(!printed.contains("SECRET"), "{changed}: {printed}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_happens_to_a_har_nothing_secret_comes_out(
        cut in 0.0..1.0_f64,
        changes in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 0..6),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = plain().into_bytes();
        let length = bytes.len();
        for (at, byte) in changes {
            let at = (at * length as f64) as usize;
            if may_change(bytes[at]) {
                bytes[at] = byte;
            }
        }
        if is_cut {
            bytes.truncate((cut * length as f64) as usize);
        }
        if let Ok(har) = Har::read(bytes.as_slice()) {
            let console = Console::read(bytes.as_slice()).unwrap();
            let printed = serde_json::to_string(&diagnose(&har, &console, None)).unwrap();
            prop_assert!(!printed.contains("SECRET"), "{printed}");
        }
    }

    #[test]
    fn any_console_text_is_read(text in "(Access to fetch at '|Cross-Origin Request Blocked: |\\(Reason: |https://a.example/x|'|\n|has been blocked by CORS policy: |is '|net::ERR_|.){0,40}") {
        let console = Console::read(text.as_bytes()).unwrap();
        diagnose(&Har::default(), &console, None);
    }
}
