//! Hosts and durations: what was read is read again the same from its canonical spelling.

#![no_main]

use crossgate_model::{GoDuration, Host};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(host) = Host::parse(text) {
        assert_eq!(Host::parse(host.as_str()).as_ref(), Ok(&host));
        assert_eq!(Host::parse(&text.to_ascii_uppercase()).as_ref(), Ok(&host));
        assert!(!host.as_str().ends_with('.'));
    }
    if let Ok(read) = GoDuration::parse(text) {
        let nanoseconds = read.duration.as_nanos();
        assert!(i64::try_from(nanoseconds).is_ok());
        assert_eq!(read.text, text);
        let again = GoDuration::parse(&format!("{nanoseconds}ns"));
        assert_eq!(again.map(|again| again.duration), Ok(read.duration));
    }
});
