//! The origins that nearly all requests have, read in one pass: `http` or `https`, a host name in plain letters, a port perhaps.

use super::Parts;

const LABEL_BYTES: usize = 63;
const NAME_BYTES: usize = 253;

/// Reads a plain origin. `None` says nothing: it may be an origin of another kind, or none.
pub(super) fn tuple(value: &[u8]) -> Option<Parts> {
    let (scheme_end, default_port) = if value.starts_with(b"https://") {
        (5, 443)
    } else if value.starts_with(b"http://") {
        (4, 80)
    } else {
        return None;
    };
    let start = scheme_end + "://".len();
    let (mut label, mut host_end) = (start, value.len());
    for (at, byte) in value.iter().enumerate().skip(start) {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => {}
            b'.' if is_plain_label(value, label, at) => label = at + 1,
            b':' => {
                host_end = at;
                break;
            }
            _ => return None,
        }
    }
    let is_name = is_plain_label(value, label, host_end) && host_end - start <= NAME_BYTES;
    // A last label that begins with a digit may be the end of an address.
    if !is_name || value.get(label).is_none_or(u8::is_ascii_digit) {
        return None;
    }
    let port = match value.get(host_end + 1..) {
        None => default_port,
        Some(digits) => port(digits).filter(|port| *port != default_port)?,
    };
    Some(Parts { host: start..host_end, scheme_end, port })
}

/// Whether a label is neither empty nor too long, nor punycode, whose spelling is checked elsewhere.
fn is_plain_label(value: &[u8], start: usize, end: usize) -> bool {
    let punycode = || value.get(start..end).is_some_and(|label| label.starts_with(b"xn--"));
    (start + 1..=start + LABEL_BYTES).contains(&end) && !punycode()
}

fn port(digits: &[u8]) -> Option<u16> {
    if !(1..=5).contains(&digits.len()) || digits.first() == Some(&b'0') {
        return None;
    }
    let number = digits.iter().try_fold(0_u32, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })?;
    u16::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::any_tuple;
    use super::tuple;

    #[test]
    fn the_usual_origins_are_plain() {
        for origin in
            ["https://app.acme.example", "http://localhost:5173", "https://a-b_c.example:8443"]
        {
            assert!(tuple(origin.as_bytes()).is_some(), "{origin}");
        }
    }

    proptest! {
        #[test]
        fn what_is_plain_is_read_as_any_origin_is(
            value in "https?://[a-z0-9._:-]{0,20}|https?://(xn--)?[a-z0-9]{1,70}(\\.[a-z0-9]{0,3}){0,3}(:[0-9]{0,20})?|\\PC{0,30}",
        ) {
            if let Some(parts) = tuple(value.as_bytes()) {
                prop_assert_eq!(Ok(parts), any_tuple(value.as_bytes()));
            }
        }
    }
}
