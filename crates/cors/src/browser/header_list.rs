//! Reading response headers as the standard does ("get", "extract header list values").

use http::header::HeaderMap;
use http::{HeaderName, HeaderValue};

use crate::preflight::request_headers::is_token_byte;

/// All lines of a header as one text, joined by a comma and a space; nothing where there is none.
pub(super) fn combined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut lines = headers.get_all(name).iter().map(text);
    let mut all = lines.next()?;
    for line in lines {
        all.push_str(", ");
        all.push_str(&line);
    }
    Some(all)
}

/// The tokens of a header that is a list of them; nothing in it where the header is not there.
///
/// # Errors
///
/// The combined value, when it is not a list of tokens.
pub(super) fn tokens(headers: &HeaderMap, name: &HeaderName) -> Result<Vec<Box<str>>, String> {
    let Some(all) = combined(headers, name) else { return Ok(Vec::new()) };
    let mut tokens = Vec::new();
    for element in all.split(',') {
        let token = element.trim_matches([' ', '\t']);
        if token.is_empty() {
            continue;
        }
        if !token.bytes().all(is_token_byte) {
            return Err(all);
        }
        tokens.push(token.into());
    }
    Ok(tokens)
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim_matches([' ', '\t']).to_owned()
}
