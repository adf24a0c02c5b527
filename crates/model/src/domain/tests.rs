use proptest::prelude::*;

use super::{DomainPattern, HostPattern, PathPattern, PatternError};
use crate::HostError;

#[test]
fn host_patterns_cover_hosts_label_by_label() {
    let rows = [
        ("an exact host covers itself", "a.example.com", "a.example.com", true),
        ("an exact host covers no subdomain", "example.com", "a.example.com", false),
        ("a pattern is lower case whatever was written", "A.Example.COM", "a.example.com", true),
        ("a trailing dot does not count", "a.example.com.", "a.example.com", true),
        ("a * covers one label", "*.example.com", "a.example.com", true),
        ("a * does not cover the host above", "*.example.com", "example.com", false),
        ("a * does not cover two labels", "*.example.com", "a.b.example.com", false),
        ("a * before letters covers nothing, too", "*test.example.com", "test.example.com", true),
        (
            "a * before letters covers other letters",
            "*test.example.com",
            "alphatest.example.com",
            true,
        ),
        ("a * before letters needs the letters", "*test.example.com", "tests.example.com", false),
        ("a * amid letters needs both sides apart", "ab*ba.example.com", "aba.example.com", false),
        ("several * are for several levels", "*.*.example.com", "a.b.example.com", true),
    ];
    for (row, pattern, host, expected) in rows {
        assert_eq!(HostPattern::parse(pattern).unwrap().matches(host), expected, "{row}");
    }
}

#[test]
fn path_patterns_cover_paths() {
    let rows = [
        ("an empty pattern covers everything", "", "/any/thing", true),
        ("a lone * covers everything", "/*", "/", true),
        ("a path covers itself", "/app", "/app", true),
        ("a path covers what is below it", "/app", "/app/x/y", true),
        ("a path covers its own slash", "/app", "/app/", true),
        ("a path ends at a segment", "/app", "/apple", false),
        ("a slash at the end does not count", "/app/", "/app", true),
        ("case counts", "/app", "/App", false),
        ("/* does not cover the path above", "/alpha/*", "/alpha", false),
        ("/* covers one segment", "/alpha/*", "/alpha/one", true),
        ("/* covers several segments", "/alpha/*", "/alpha/one/two", true),
        ("a * amid a path spans segments", "/foo*/bar", "/food/stuff/bar", true),
        ("what follows a * ends the path", "/foo*/bar", "/food/bar/x", false),
        ("both sides of a * are apart", "/ab*ba", "/aba", false),
        ("pieces come in their order", "/a*/b*/c", "/a/c/b", false),
        ("the last piece stands at the end", "/a*/b*/b", "/ax/b/y/b", true),
        ("a path is compared in the spelling of requests", "/%61pp/%c3%a4", "/app/%C3%A4", true),
        ("letters outside ASCII are escaped", "/ä", "/%C3%A4", true),
    ];
    for (row, pattern, path, expected) in rows {
        assert_eq!(PathPattern::parse(pattern).unwrap().matches(path), expected, "{row}");
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    let rows = [
        ("a URL", "https://a.example/x", PatternError::Scheme),
        ("a port", "a.example:8443", PatternError::Port),
        ("a port and a path", "a.example:8443/x", PatternError::Port),
        ("a port after an address", "[::1]:80", PatternError::Port),
        ("a user name", "me@a.example", PatternError::UserInfo),
        ("a query", "a.example/x?y=1", PatternError::Query),
        ("a fragment", "a.example#x", PatternError::Query),
        ("a name outside ASCII", "bücher.example", PatternError::NotAscii),
        ("nothing", "", PatternError::Host(HostError::Empty)),
        ("a path alone", "/x", PatternError::Host(HostError::Empty)),
        ("two dots in a row", "a..example", PatternError::Host(HostError::EmptyLabel)),
        ("two * in a label", "*a*.example", PatternError::HostWildcard),
        ("a * for the top level", "acme.*", PatternError::TopLevelWildcard),
        ("a * alone", "*", PatternError::TopLevelWildcard),
        ("two * between slashes", "a.example/*x*", PatternError::PathWildcard),
        ("dot segments", "a.example/x/../y", PatternError::DotSegment),
        ("escaped dot segments", "a.example/x/%2e%2E/y", PatternError::DotSegment),
        ("two slashes in a row", "a.example//x", PatternError::EmptySegment),
        ("a bad escape", "a.example/%zz", PatternError::Escape),
        ("an escaped NUL", "a.example/%00", PatternError::PathCharacter),
        ("a space", "a.example/a b", PatternError::PathCharacter),
        ("a backslash", "a.example/a\\b", PatternError::PathCharacter),
    ];
    for (row, text, expected) in rows {
        assert_eq!(DomainPattern::parse(text), Err(expected), "{row}");
    }
}

#[test]
fn patterns_that_share_a_host_overlap() {
    let rows = [
        ("a host and itself", "a.example", "a.example", true),
        ("a host and its wildcard", "a.acme.example", "*.acme.example", true),
        ("other numbers of labels", "a.b.acme.example", "*.acme.example", false),
        ("wildcards at both ends", "a*.acme.example", "*b.acme.example", true),
        ("other beginnings", "a*.acme.example", "b*.acme.example", false),
        ("other ends", "*a.acme.example", "*b.acme.example", false),
    ];
    for (row, one, other, expected) in rows {
        let (one, other) = (HostPattern::parse(one).unwrap(), HostPattern::parse(other).unwrap());
        assert_eq!(one.overlaps(&other), expected, "{row}");
        assert_eq!(other.overlaps(&one), expected, "{row}, the other way round");
    }
}

/// The same by trying everything.
fn naive(pattern: &[u8], path: &[u8]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((b'*', rest)) => (0..=path.len()).any(|at| naive(rest, &path[at..])),
        Some((byte, rest)) => {
            path.split_first().is_some_and(|(first, path)| first == byte && naive(rest, path))
        }
    }
}

proptest! {
    #[test]
    fn globs_agree_with_trying_everything(pattern in "/[ab/*]{0,8}", path in "/[ab/]{0,10}") {
        prop_assert_eq!(super::glob::path(&pattern, &path), naive(pattern.as_bytes(), path.as_bytes()));
    }

    #[test]
    fn hosts_that_two_patterns_cover_make_them_overlap(
        one in "[ab*]{1,3}[.]c", other in "[ab*]{1,3}[.]c", host in "[ab]{1,4}[.]c",
    ) {
        if let (Ok(one), Ok(other)) = (HostPattern::parse(&one), HostPattern::parse(&other)) {
            prop_assert!(!(one.matches(&host) && other.matches(&host)) || one.overlaps(&other));
        }
    }

    #[test]
    fn any_text_is_a_pattern_or_not(text in ".{0,40}") {
        if let Ok(pattern) = DomainPattern::parse(&text) {
            let again = DomainPattern::parse(&pattern.to_string());
            prop_assert_eq!(again, Ok(pattern));
        }
    }
}
