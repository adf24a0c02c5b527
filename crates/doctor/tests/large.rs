//! A file of 200 MB in bounded memory: alone in its process, so that the memory is its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::Read;

use crossgate_doctor::{Console, Har, diagnose};

/// A HAR of many entries with large bodies, made while it is read.
struct Large {
    entry: Vec<u8>,
    chunk: Vec<u8>,
    at: usize,
    left: usize,
}

impl Read for Large {
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
fn a_file_of_200_megabytes_is_read_in_bounded_memory() {
    let body = "x\\\"y\u{e9}".repeat(70_000);
    let entry = format!(
        r#"{{"startedDateTime":"2026-11-20T10:00:00Z","request":{{"method":"GET","url":"https://api.example/x","headers":[
        {{"name":"Origin","value":"https://app.example"}},{{"name":"Sec-Fetch-Mode","value":"cors"}}]}},"response":{{"status":200,
        "headers":[{{"name":"Vary","value":"Origin"}}],"content":{{"mimeType":"text/html","text":"{body}"}}}}}},"#
    );
    let count = 200_000_000 / entry.len();
    let head = br#"{"log":{"creator":{"name":"Firefox"},"entries":["#.to_vec();
    let file = Large { entry: entry.into_bytes(), chunk: head, at: 0, left: count + 1 };
    let before = peak_memory();
    let har = Har::read(file).unwrap();
    assert_eq!(har.len(), count);
    let diagnosis = diagnose(&har, &Console::default(), None);
    assert_eq!(diagnosis.findings[0].times, count);
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 16 * 1024, "{} KiB for 200 MB", after - before);
    }
}

/// The most memory that this process has held, in KiB, where the system says.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|it| it.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
