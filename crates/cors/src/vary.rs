//! The `Vary` header, named once a field.

use http::HeaderMap;

/// Adds a field name, such as `Origin`, to `Vary`, unless it is there already (or `*` is).
pub fn vary_on(headers: &mut HeaderMap, field: &'static str) {
    todo!("{headers:?}{field}")
}
