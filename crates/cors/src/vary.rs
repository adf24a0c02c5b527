//! The `Vary` header, each field named once.

use http::HeaderMap;
use http::header::{HeaderValue, VARY};

/// Adds a field name, such as `Origin`, to `Vary`, unless it is there already (or `*` is). Several
/// lines become one.
pub fn vary_on(headers: &mut HeaderMap, field: &'static str) {
    if headers.get_all(VARY).iter().any(|line| names(line, field)) {
        return;
    }
    if !headers.contains_key(VARY) {
        headers.insert(VARY, HeaderValue::from_static(field));
        return;
    }
    let mut list: Vec<u8> = Vec::new();
    let old = headers.get_all(VARY).iter().map(HeaderValue::as_bytes);
    for line in old.chain([field.as_bytes()]).filter(|line| !line.is_empty()) {
        if !list.is_empty() {
            list.extend(b", ");
        }
        list.extend(line);
    }
    if let Ok(value) = HeaderValue::try_from(list) {
        headers.insert(VARY, value);
    }
}

fn names(line: &HeaderValue, field: &str) -> bool {
    line.as_bytes()
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(|name| name == b"*" || name.eq_ignore_ascii_case(field.as_bytes()))
}
