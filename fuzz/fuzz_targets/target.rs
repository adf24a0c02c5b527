//! Host, path and query: what is accepted has one spelling, and no reader finds a dot segment in it.

#![no_main]

use crossgate_gate::Target;
use crossgate_model::comparable_path;
use libfuzzer_sys::fuzz_target;

fn read(authority: Option<&str>, host: &[u8], path: &str, query: Option<&str>) -> Option<Target> {
    Target::read(authority, [host].into_iter(), path, query).ok()
}

// Lines: a host, a path, and perhaps a query and an authority.
fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|byte| *byte == b'\n');
    let host = lines.next().unwrap_or_default();
    let mut text = || lines.next().map(|line| std::str::from_utf8(line).unwrap_or("/"));
    let (path, query, authority) = (text().unwrap_or("/"), text(), text());
    let Some(target) = read(authority, host, path, query) else { return };
    let again = read(None, target.host().as_str().as_bytes(), target.path(), target.query());
    let again = again.expect("what was accepted is accepted again");
    assert_eq!((again.host(), again.path()), (target.host(), target.path()), "it has one spelling");
    assert_eq!(again.is_ambiguous(), target.is_ambiguous());
    assert!(target.path().starts_with('/') && target.path().is_ascii());
    let decoded: Vec<u8> = percent_decoded(target.path().as_bytes());
    let names = decoded.split(|byte| matches!(byte, b'/' | b'\\'));
    let mut names = names.map(|name| name.split(|byte| *byte == b';').next().unwrap_or_default());
    assert!(!names.any(|name| matches!(name, b"." | b"..")), "{}", target.path());
    assert!(!decoded.contains(&0));
    let plain = !decoded.iter().any(|byte| matches!(byte, b'\\' | b';')) && !target.path().contains("//");
    let slashes = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'/').count();
    let separates = slashes(&decoded) == slashes(target.path().as_bytes());
    assert_eq!(target.is_ambiguous(), !(plain && separates), "{}", target.path());
    let comparable = comparable_path(target.path());
    assert_eq!(percent_decoded(comparable.as_bytes()), decoded, "patterns are compared with the same path");
    assert_eq!(comparable_path(&comparable), comparable);
    if separates && !decoded.contains(&b'\\') {
        let every_escape = decoded.iter().map(|byte| if *byte == b'/' { "/".to_owned() } else { format!("%{byte:02x}") });
        assert_eq!(comparable_path(&every_escape.collect::<String>()), comparable, "however it is spelt");
    }
});

fn percent_decoded(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) if *byte == b'%' => {
                decoded.push(escaped);
                rest = &after[2..];
            }
            _ => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    decoded
}
