//! Any bytes as a HAR, and as the console's text beside it: no panic, and no query in what is printed.
//!
//! Seeds: `crates/doctor/tests/recorded`.

#![no_main]

use crossgate_doctor::{Console, Har, diagnose};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // A NUL, which JSON has not, divides the HAR from the console's text.
    let (har, console) = data.iter().position(|it| *it == 0).map_or((data, data), |at| data.split_at(at));
    let har = Har::read(har).unwrap_or_default();
    let console = Console::read(console).unwrap_or_default();
    let diagnosis = diagnose(&har, &console, None);
    assert!(serde_json::to_string(&diagnosis).is_ok());
    for finding in &diagnosis.findings {
        assert!(!finding.url.contains('?'), "a query: {}", finding.url);
        assert!(!finding.explanation.chars().any(char::is_control), "{:?}", finding.explanation);
        assert!(!finding.fix.is_empty());
    }
});
