//! A config: it is read or refused with places that are in it, and what is read is read the same again.

#![no_main]

use std::path::Path;

use crossgate_model::{Config, Severity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let nothing = |_: &str| None;
    let (config, problems) = Config::parse(text, Path::new("crossgate.yaml"), &nothing);
    let fails = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(config.is_none(), fails);
    for problem in &problems {
        assert!(!problem.code.is_empty() && !problem.message.is_empty());
    }
    let (again, same) = Config::parse(text, Path::new("crossgate.yaml"), &nothing);
    assert_eq!((again.is_some(), same), (config.is_some(), problems));
});
