//! Taking cookies out of a request before it goes to an upstream.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::read::{crumbs, name_and_value};

/// Removes all cookies whose name `is_ours`, and joins the rest on one line, as HTTP/1.1 wants it (RFC 9113 section
/// 8.2.3). Other cookies keep their bytes and their order. One line with nothing to remove is left as it is.
///
/// All cookies are looked at, not only the first so many: what is not looked at would pass.
pub fn strip(headers: &mut HeaderMap, is_ours: impl Fn(&[u8]) -> bool) {
    let mut lines = headers.get_all(COOKIE).iter();
    let Some(first) = lines.next() else { return };
    let several = lines.next().is_some();
    let ours = |cookie: &[u8]| is_ours(name_and_value(cookie).0);
    if !several && !crumbs(first.as_bytes()).any(ours) {
        return;
    }
    let mut kept = Vec::new();
    for crumb in headers.get_all(COOKIE).iter().flat_map(|line| crumbs(line.as_bytes())) {
        let crumb = crumb.trim_ascii();
        if crumb.is_empty() || ours(crumb) {
            continue;
        }
        if !kept.is_empty() {
            kept.extend(b"; ");
        }
        kept.extend(crumb);
    }
    headers.remove(COOKIE);
    // Parts of header values, joined by what may stand in one, are a header value.
    if let Ok(value) = HeaderValue::from_bytes(&kept)
        && !value.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::strip;
    use crate::cookie::{cookies, is_gateway_cookie};

    fn stripped(lines: &[&[u8]]) -> HeaderMap {
        let mut headers: HeaderMap = lines
            .iter()
            .filter_map(|line| Some((COOKIE, HeaderValue::from_bytes(line).ok()?)))
            .collect();
        strip(&mut headers, is_gateway_cookie);
        headers
    }

    #[test]
    fn only_the_gateways_cookies_go() {
        let rows: [(&str, &[&str], &[&str]); 8] = [
            ("no cookies", &[], &[]),
            ("none of ours: not a byte changes", &["a=1;b=2;; junk"], &["a=1;b=2;; junk"]),
            ("ours alone", &["CF_Authorization=x"], &[]),
            ("ours first", &["CF_Authorization=x; a=1"], &["a=1"]),
            ("ours between", &["a=1; CF_Authorization-0123abcd=x; b=\"2\""], &["a=1; b=\"2\""]),
            (
                "all of ours, with odd spaces",
                &["a=1;__Host-CF_Binding =x;  __Host-CF_AppSession=y"],
                &["a=1"],
            ),
            ("crumbs are joined", &["a=1", "CF_Authorization=x", "b=2"], &["a=1; b=2"]),
            (
                "doubled ones all go",
                &["CF_Authorization=x; CF_Authorization=y", "CF_Authorization=z"],
                &[],
            ),
        ];
        for (row, lines, expected) in rows {
            let lines: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
            let headers = stripped(&lines);
            let left: Vec<_> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
            let expected: Vec<_> = expected.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(left, expected, "{row}");
        }
    }

    #[test]
    fn one_hidden_behind_many_goes_too() {
        let line = format!("{}CF_Authorization=x", "a=1; ".repeat(2_000));
        let headers = stripped(&[line.as_bytes()]);
        let found = headers.get_all(COOKIE).iter().any(|value| value.as_bytes().ends_with(b"=x"));
        assert!(!found);
    }

    fn cookie() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            Just("CF_Authorization"),
            Just("__Host-CF_Binding-0123abcd"),
            Just("a"),
            Just(" b ")
        ];
        (name, "[ -~&&[^;]]{0,10}").prop_map(|(name, value)| format!("{name}={value}"))
    }

    proptest! {
        #[test]
        fn nothing_of_ours_is_left_and_all_else_is(lines in proptest::collection::vec(proptest::collection::vec(cookie(), 1..5), 0..4)) {
            let lines: Vec<_> = lines.iter().map(|line| line.join(";")).collect();
            let lines: Vec<_> = lines.iter().map(String::as_bytes).collect();
            let before: HeaderMap =
                lines.iter().filter_map(|line| Some((COOKIE, HeaderValue::from_bytes(line).ok()?))).collect();
            let expected: Vec<_> = cookies(&before).filter(|(name, _)| !is_gateway_cookie(name)).collect();
            let after = stripped(&lines);
            prop_assert_eq!(cookies(&after).collect::<Vec<_>>(), expected);
            prop_assert!(after.get_all(COOKIE).iter().count() <= 1);
        }
    }
}
