use std::sync::LazyLock;

use crossgate_model::HostError;
use proptest::prelude::*;

use super::{Target, TargetError, is_plain, spell_anew};

fn read(host: &str, path: &str) -> Result<Target, TargetError> {
    Target::read(None, [host.as_bytes()].into_iter(), path, None)
}

static LONGEST: LazyLock<String> = LazyLock::new(|| format!("/{}", "a".repeat(65_533)));
static TOO_LONG: LazyLock<String> = LazyLock::new(|| format!("{}a", *LONGEST));

#[test]
fn paths_have_one_spelling() {
    let rows = [
        ("a plain path stays", "/a/b", Ok("/a/b")),
        ("sec-C1-P6 escapes of unreserved characters are decoded", "/%41dmin%7E", Ok("/Admin~")),
        ("sec-C1-P5 the case of an escape does not count", "/a%c3%a4", Ok("/a%C3%A4")),
        ("sec-C1-P14 escapes of reserved characters stay", "/a%3Fb%23c%25", Ok("/a%3Fb%23c%25")),
        ("sec-C1-P16 escaped line breaks stay escaped", "/a%0d%0ab", Ok("/a%0D%0Ab")),
        (
            "sec-C1-P10 odd but legal characters stay",
            "/a*b(c)d!e$f,g=h@i:j",
            Ok("/a*b(c)d!e$f,g=h@i:j"),
        ),
        ("bytes outside ASCII are escaped", "/ä", Ok("/%C3%A4")),
        (
            "sec-C1-P10 what no URI has is escaped, raw or not",
            "/\"<>^`{|}/%22%3c%3E%5e%60%7B%7c%7d",
            Ok("/%22%3C%3E%5E%60%7B%7C%7D/%22%3C%3E%5E%60%7B%7C%7D"),
        ),
        ("a path may be as long as HTTP/2 has it", LONGEST.as_str(), Ok(LONGEST.as_str())),
        ("and no longer", TOO_LONG.as_str(), Err(TargetError::TooLong)),
        ("a doubly escaped dot stays one", "/%252e%252e/x", Ok("/%252e%252e/x")),
        ("three dots are a name", "/.../x", Ok("/.../x")),
        ("sec-C1-P1 dot segments are refused", "/public/../admin", Err(TargetError::DotSegment)),
        ("a final dot segment is refused", "/a/..", Err(TargetError::DotSegment)),
        ("a single dot is refused", "/./a", Err(TargetError::DotSegment)),
        ("escaped dot segments are refused", "/public/%2e%2E/admin", Err(TargetError::DotSegment)),
        (
            "half-escaped dot segments are refused",
            "/public/.%2e/admin",
            Err(TargetError::DotSegment),
        ),
        ("NUL is refused", "/a%00b", Err(TargetError::Nul)),
        ("NUL as it is is refused", "/a\0b", Err(TargetError::InvalidCharacter)),
        ("sec-C1-P16 a line break is refused", "/a\r\nb", Err(TargetError::InvalidCharacter)),
        ("sec-C1-P16 a space is refused", "/a b", Err(TargetError::InvalidCharacter)),
        ("DEL is refused", "/a\u{7f}", Err(TargetError::InvalidCharacter)),
        ("sec-C1-P7 a fragment is refused", "/a#b", Err(TargetError::InvalidCharacter)),
        ("sec-C1-P8 a query is no path", "/a?b", Err(TargetError::InvalidCharacter)),
        ("sec-C1-P13 a malformed escape is refused", "/a%zz", Err(TargetError::BadEscape)),
        ("a truncated escape is refused", "/a%4", Err(TargetError::BadEscape)),
        ("sec-C1-P18 an asterisk is no path", "*", Err(TargetError::NotAPath)),
        ("an empty path is no path", "", Err(TargetError::NotAPath)),
    ];
    for (name, path, expected) in rows {
        let found = read("acme.example", path);
        assert_eq!(found.as_ref().map(Target::path), expected.as_ref().copied(), "{name}");
    }
}

#[test]
fn a_query_is_as_it_was_sent_but_for_what_no_uri_has() {
    let rows = [
        ("most stays", "a=b&c='d'%2f%2F[e]?/:@!$()*+,;{}|^`~", None),
        ("what browsers escape is escaped", r#"a="<b>""#, Some("a=%22%3Cb%3E%22")),
        ("characters outside ASCII stay", "ä=世\"", Some("ä=世%22")),
        ("an empty one stays", "", None),
    ];
    for (row, query, expected) in rows {
        let target = Target::read(None, [b"a.example".as_slice()].into_iter(), "/p", Some(query));
        let (target, expected) = (target.unwrap(), expected.unwrap_or(query));
        assert_eq!(target.query(), Some(expected), "{row}");
        assert_eq!(target.path(), "/p", "{row}");
        assert_eq!(target.path_and_query().as_str(), format!("/p?{expected}"), "{row}");
    }
    for query in ["a b", "a#b", "a\rb", "a\0", "\u{7f}"] {
        let target = Target::read(None, [b"a.example".as_slice()].into_iter(), "/p", Some(query));
        assert_eq!(target, Err(TargetError::InvalidCharacter), "{query:?}");
    }
}

#[test]
fn what_servers_disagree_about_is_marked() {
    let ambiguous =
        ["/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/a;b=c/d", "/a%3bb", "//a", "/a//b", "/a/%2f"];
    for path in ambiguous {
        assert!(read("acme.example", path).unwrap().is_ambiguous(), "{path}");
    }
    for path in ["/", "/a", "/a/", "/a%20b", "/a:b@c"] {
        assert!(!read("acme.example", path).unwrap().is_ambiguous(), "{path}");
    }
}

#[test]
fn hosts_have_one_spelling() {
    let rows = [
        ("sec-C2-H1 case does not count", "ADMIN.Acme.Example", Ok("admin.acme.example")),
        ("sec-C2-H4 a trailing dot does not count", "acme.example.", Ok("acme.example")),
        ("a port does not count", "acme.example:8443", Ok("acme.example")),
        ("an IPv6 address in brackets", "[2001:DB8:0::1]:443", Ok("[2001:db8::1]")),
        ("an IPv4 address", "192.0.2.1:80", Ok("192.0.2.1")),
        ("user information is refused", "user@acme.example", Err(TargetError::UserInformation)),
        ("an empty host is refused", "", Err(TargetError::Host(HostError::Empty))),
        ("only a port is refused", ":80", Err(TargetError::Host(HostError::Empty))),
        (
            "a port that is no number is refused",
            "acme.example:a",
            Err(TargetError::Host(HostError::InvalidCharacter)),
        ),
        (
            "an empty port is refused",
            "acme.example:",
            Err(TargetError::Host(HostError::InvalidCharacter)),
        ),
        (
            "a port out of range is refused",
            "acme.example:65536",
            Err(TargetError::Host(HostError::InvalidCharacter)),
        ),
        (
            "sec-C2-H3 a comma is refused",
            "acme.example,evil.example",
            Err(TargetError::Host(HostError::InvalidCharacter)),
        ),
        (
            "a quote is refused",
            "acme\".example",
            Err(TargetError::Host(HostError::InvalidCharacter)),
        ),
        (
            "an IPv6 zone is refused",
            "[fe80::1%25eth0]",
            Err(TargetError::Host(HostError::InvalidIpv6)),
        ),
        (
            "an unclosed bracket is refused",
            "[::1",
            Err(TargetError::Host(HostError::InvalidCharacter)),
        ),
        (
            "a number that some read as an address is refused",
            "2130706433",
            Err(TargetError::Host(HostError::InvalidIpv4)),
        ),
        (
            "a hexadecimal address is refused",
            "0x7f.1",
            Err(TargetError::Host(HostError::InvalidIpv4)),
        ),
        (
            "a hexadecimal address is refused in upper case, too",
            "0X7F.0X1",
            Err(TargetError::Host(HostError::InvalidIpv4)),
        ),
        (
            "two dots in a row are refused",
            "acme..example",
            Err(TargetError::Host(HostError::EmptyLabel)),
        ),
    ];
    for (name, host, expected) in rows {
        let found = read(host, "/");
        assert_eq!(
            found.as_ref().map(|target| target.host().as_str()),
            expected.as_ref().copied(),
            "{name}"
        );
    }
}

#[test]
fn a_host_comes_from_one_place() {
    let read = |hosts: &[&str]| {
        Target::read(Some("acme.example:443"), hosts.iter().map(|host| host.as_bytes()), "/", None)
            .map(|_| ())
    };
    assert_eq!(read(&[]), Ok(()), "the authority alone");
    assert_eq!(read(&["ACME.example:443"]), Ok(()), "a Host header that agrees");
    assert_eq!(read(&["other.example"]), Err(TargetError::HostConflict), "one that does not");
    assert_eq!(
        read(&["acme.example:444"]),
        Err(TargetError::HostConflict),
        "one with another port"
    );
    assert_eq!(
        read(&["acme.example:443", "acme.example:443"]),
        Err(TargetError::HostConflict),
        "two"
    );
    let none = Target::read(None, std::iter::empty(), "/", None);
    assert_eq!(none, Err(TargetError::HostMissing), "nothing at all");
}

proptest! {
    #[test]
    fn reading_twice_changes_nothing(path in "/[ -~]{0,40}") {
        if let Ok(target) = read("acme.example", &path) {
            let again = read("acme.example", target.path()).unwrap();
            prop_assert_eq!(again.path(), target.path());
            prop_assert_eq!(again.is_ambiguous(), target.is_ambiguous());
        }
    }

    #[test]
    fn a_plain_path_is_what_the_careful_reading_makes_of_it(path in "/[ -~]{0,20}|(/[a-z.]{0,3}){1,4}") {
        if is_plain(&path) {
            let mut anew = String::new();
            prop_assert_eq!(spell_anew(&path, &mut anew), Ok(false));
            prop_assert_eq!(anew, path);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(host in prop::collection::vec(any::<u8>(), 0..40), path in ".{0,60}", query in ".{0,60}") {
        let _ = Target::read(None, [host.as_slice()].into_iter(), &path, Some(&query));
    }

    #[test]
    fn no_accepted_path_has_a_dot_segment_in_any_spelling(path in "/([a-c./%2eE;]|%2e|%2E){0,20}") {
        if let Ok(target) = read("acme.example", &path) {
            let decoded = target.path().to_lowercase().replace("%2e", ".");
            prop_assert!(!decoded.split('/').any(|segment| segment == "." || segment == ".."));
        }
    }
}
