//! Reading `Cookie` (RFC 6265 section 5.4), over several lines (RFC 9113 section 8.2.3), whatever else is in it.

use http::HeaderMap;
use http::header::COOKIE;
use memchr::memchr;

/// Cookies beyond this many are not looked at.
pub const MAX_COOKIES: usize = 512;

/// Copies of one cookie beyond this many are not looked at. A sibling host can set copies for its whole domain.
pub const MAX_COPIES: usize = 8;

/// All cookies in order: name and value. Junk without `=` is a cookie without a name.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| crumbs(line.as_bytes()))
        .take(MAX_COOKIES)
        .map(name_and_value)
}

/// The values of all cookies of one name, at most [`MAX_COPIES`]. Several are no error: the one that verifies counts.
pub fn values_of<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h [u8]> {
    let name = name.as_bytes();
    cookies(headers).filter_map(move |(own, value)| (own == name).then_some(value)).take(MAX_COPIES)
}

/// The values of all cookies whose name is `name` followed by `suffix`, at most [`MAX_COPIES`]. The two need not be put together, and cookies of
/// other names are hardly looked at: this is on the way of every request.
pub fn values_with_suffix<'h>(
    headers: &'h HeaderMap,
    name: &str,
    suffix: &str,
) -> impl Iterator<Item = &'h [u8]> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| crumbs(line.as_bytes()))
        .take(MAX_COOKIES)
        .filter_map(move |cookie| {
            let after = cookie.trim_ascii_start().strip_prefix(name.as_bytes())?;
            let after = after.strip_prefix(suffix.as_bytes())?.trim_ascii_start();
            after.strip_prefix(b"=").map(<[u8]>::trim_ascii)
        })
        .take(MAX_COPIES)
}

/// What stands between the semicolons of a line. Tokens are long: this is no place to look at each byte.
pub(super) fn crumbs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let Some((crumb, after)) = memchr(b';', line).and_then(|at| line.split_at_checked(at))
        else {
            return rest.take();
        };
        rest = after.get(1..);
        Some(crumb)
    })
}

/// Name and value of one cookie, without the spaces around them. Quotes belong to the value.
pub(super) fn name_and_value(cookie: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'=', cookie).and_then(|at| cookie.split_at_checked(at)) {
        Some((name, value)) => (name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii()),
        None => (b"", cookie.trim_ascii()),
    }
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::{MAX_COOKIES, MAX_COPIES, cookies, values_of};

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        lines
            .iter()
            .filter_map(|line| Some((COOKIE, HeaderValue::from_bytes(line).ok()?)))
            .collect()
    }

    fn values(lines: &[&[u8]], name: &str) -> Vec<String> {
        let headers = headers(lines);
        values_of(&headers, name).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// What it shows, the lines of `Cookie`, the values found.
    struct Row(&'static str, &'static [&'static [u8]], &'static [&'static str]);

    #[test]
    fn a_cookie_is_found_wherever_it_is() {
        let rows = [
            Row("alone", &[b"a=1"], &["1"]),
            Row("among others", &[b"b=2; a=1; c=3"], &["1"]),
            Row("on a line of its own, as HTTP/2 may send it", &[b"b=2", b"a=1"], &["1"]),
            Row("without spaces, or with more", &[b"b=2;a=1 ;  a = 3"], &["1", "3"]),
            Row("twice", &[b"a=1; a=2"], &["1", "2"]),
            Row("with = in its value", &[b"a=b=c=="], &["b=c=="]),
            Row("after junk", &[b";;; =; x; a=1"], &["1"]),
            Row("after bytes that are no text", &[b"\xff\xfe=\x80; a=1"], &["1"]),
            Row("empty", &[b"a="], &[""]),
            Row("not: another case, a prefix, a longer name", &[b"A=1; aa=2; xa=3"], &[]),
        ];
        for Row(row, lines, expected) in rows {
            assert_eq!(values(lines, "a"), expected, "{row}");
        }
    }

    #[test]
    fn work_is_bounded() {
        let many = "a=1; ".repeat(MAX_COOKIES * 2);
        let headers = headers(&[many.as_bytes()]);
        assert_eq!(cookies(&headers).count(), MAX_COOKIES);
        assert_eq!(values_of(&headers, "a").count(), MAX_COPIES);
    }

    proptest! {
        #[test]
        fn nothing_panics(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..4)) {
            let lines: Vec<_> = lines.iter().map(Vec::as_slice).collect();
            for (name, value) in cookies(&headers(&lines)) {
                prop_assert!(!name.contains(&b'=') && !name.contains(&b';') && !value.contains(&b';'));
            }
        }
    }
}
