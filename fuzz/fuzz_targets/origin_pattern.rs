//! An entry of `allowed_origins`, asked about an origin: the compiled policy agrees with the entry, and says what is wrong with any other text.

#![no_main]

use crossgate_cors::{Dangers, Origin, OriginPattern, Policy, RequestOrigin, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (entry, asked) = input;
    let settings = Settings {
        allowed_origins: vec![entry.to_owned()],
        allow_all_methods: true,
        ..Settings::default()
    };
    let (policy, problems) = Policy::compile(&settings, &Dangers::default());
    for problem in &problems {
        assert!(!problem.message.is_empty() && !problem.fix.is_empty());
    }
    let Some(policy) = policy else {
        assert!(!problems.is_empty());
        return;
    };
    let Ok(RequestOrigin::Tuple(origin)) = Origin::parse(asked.as_bytes()) else { return };
    let named = OriginPattern::parse(entry).is_ok_and(|pattern| pattern.matches(&origin));
    let origin = RequestOrigin::Tuple(origin);
    assert_eq!(policy.allows_origin(&origin).is_allowed(), named);
});
