//! The cookies of a request that are an upstream's business.

use http::HeaderMap;
use http::header::COOKIE;

use super::is_gateway_cookie;
use super::read::{crumbs, name_and_value};

/// Adds the cookies that are not the gateway's to `line`, joined on one line, as HTTP/1.1 wants it (RFC 9113 section
/// 8.2.3). They keep their bytes and their order. One line with nothing of the gateway's is taken as it is.
///
/// All cookies are looked at, not only the first so many: what is not looked at would pass.
pub fn foreign(headers: &HeaderMap, line: &mut Vec<u8>) {
    let (before, mut any_of_ours) = (line.len(), false);
    let mut last = None;
    for sent in headers.get_all(COOKIE) {
        for crumb in crumbs(sent.as_bytes()) {
            let crumb = crumb.trim_ascii();
            if is_gateway_cookie(name_and_value(crumb).0) {
                any_of_ours = true;
            } else if !crumb.is_empty() {
                if line.len() > before {
                    line.extend_from_slice(b"; ");
                }
                line.extend_from_slice(crumb);
            }
        }
        // Several lines are joined, whatever is on them.
        any_of_ours |= last.replace(sent).is_some();
    }
    if let (Some(only), false) = (last, any_of_ours) {
        line.truncate(before);
        line.extend_from_slice(only.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::foreign;
    use crate::cookie::{cookies, is_gateway_cookie};

    fn stripped(lines: &[&[u8]]) -> HeaderMap {
        let headers: HeaderMap = lines
            .iter()
            .filter_map(|line| Some((COOKIE, HeaderValue::from_bytes(line).ok()?)))
            .collect();
        let mut left = Vec::new();
        foreign(&headers, &mut left);
        let left = Some(left).filter(|left| !left.is_empty());
        left.map(|left| (COOKIE, HeaderValue::from_bytes(&left).unwrap())).into_iter().collect()
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
