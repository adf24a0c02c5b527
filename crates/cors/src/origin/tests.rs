use http::header::{HeaderMap, HeaderValue, ORIGIN};
use proptest::prelude::*;

use super::{Origin, OriginError as Mistake, OriginHeader, RequestOrigin};

fn origin(text: &str) -> Origin {
    Origin::parse(text.as_bytes()).unwrap().tuple().unwrap().clone()
}

#[test]
fn origins_in_a_browsers_spelling_are_read() {
    let rows = [
        ("a host by https", "https://example.com", "https", "example.com", 443),
        ("a host by http", "http://example.com", "http", "example.com", 80),
        ("a port", "https://example.com:8443", "https", "example.com", 8443),
        ("the other scheme's port", "https://example.com:80", "https", "example.com", 80),
        ("the lowest port", "http://example.com:1", "http", "example.com", 1),
        ("the highest port", "http://example.com:65535", "http", "example.com", 65535),
        ("a name without dots", "http://localhost:3000", "http", "localhost", 3000),
        ("an IPv4 address", "http://127.0.0.1:8080", "http", "127.0.0.1", 8080),
        ("an IPv6 address", "http://[::1]", "http", "[::1]", 80),
        ("an IPv6 address and a port", "https://[2001:db8::1]:9", "https", "[2001:db8::1]", 9),
        ("a mapped IPv4 address", "http://[::ffff:7f00:1]", "http", "[::ffff:7f00:1]", 80),
        ("punycode", "https://xn--bcher-kva.example", "https", "xn--bcher-kva.example", 443),
        ("an underscore", "https://a_b.example", "https", "a_b.example", 443),
        ("a name ending in a dot", "https://example.com.", "https", "example.com.", 443),
        ("an extension", "moz-extension://2f8b-1", "moz-extension", "2f8b-1", 0),
        ("a scheme with a port only", "capacitor://localhost:5", "capacitor", "localhost", 5),
    ];
    for (row, text, scheme, host, port) in rows {
        let origin = origin(text);
        assert_eq!((origin.scheme(), origin.host(), origin.port()), (scheme, host, port), "{row}");
        assert_eq!(origin.to_string(), text, "{row}");
    }
}

#[test]
fn other_spellings_are_refused_each_with_its_mistake() {
    let long = format!("https://{}example.com", "a.".repeat(200));
    let label = format!("https://{}.example", "a".repeat(64));
    let rows = [
        ("nothing", "", Mistake::Empty),
        ("null in upper case", "NULL", Mistake::UpperCase),
        ("null with a space", "null ", Mistake::List),
        ("a star", "*", Mistake::MissingScheme),
        ("a trailing slash", "https://example.com/", Mistake::TrailingSlash),
        ("a path", "https://example.com/app", Mistake::Path),
        ("two slashes", "https://example.com//", Mistake::Path),
        ("a query", "https://example.com?x", Mistake::Path),
        ("a fragment", "https://example.com#x", Mistake::Path),
        ("a backslash", "https://example.com\\.evil.test", Mistake::Path),
        ("a file", "file:///etc/passwd", Mistake::Path),
        ("an upper-case host", "https://Example.com", Mistake::UpperCase),
        ("an upper-case scheme", "HTTPS://example.com", Mistake::UpperCase),
        ("no scheme", "example.com", Mistake::MissingScheme),
        ("no scheme but a port", "example.com:443", Mistake::MissingScheme),
        ("a relative scheme", "//example.com", Mistake::MissingScheme),
        ("an empty scheme", "://example.com", Mistake::BadScheme),
        ("a scheme that begins with a digit", "1a://example.com", Mistake::BadScheme),
        ("a host before the scheme", "a/b://example.com", Mistake::BadScheme),
        ("the default port of https", "https://example.com:443", Mistake::DefaultPort),
        ("the default port of http", "http://example.com:80", Mistake::DefaultPort),
        ("port 0", "https://example.com:0", Mistake::BadPort),
        ("no port after the colon", "https://example.com:", Mistake::BadPort),
        ("a leading zero", "https://example.com:08443", Mistake::BadPort),
        ("a port too high", "https://example.com:65536", Mistake::BadPort),
        ("a signed port", "https://example.com:+1", Mistake::BadPort),
        ("a wildcard port", "https://example.com:*", Mistake::Wildcard),
        ("a subdomain pattern", "https://*.example.com", Mistake::Wildcard),
        ("a comma list", "https://a.example,https://b.example", Mistake::List),
        ("a space list", "https://a.example https://b.example", Mistake::List),
        ("a line break", "https://a.example\nx", Mistake::List),
        ("a user name", "https://user@example.com", Mistake::UserInfo),
        ("a user name like a host", "https://good.example:1@evil.test", Mistake::UserInfo),
        ("a name outside ASCII", "https://bücher.example", Mistake::NotAscii),
        ("no host", "https://", Mistake::InvalidHost),
        ("a port for a host", "https://:8080", Mistake::InvalidHost),
        ("an empty label", "https://a..example", Mistake::InvalidHost),
        ("a dot for a host", "https://.", Mistake::InvalidHost),
        ("an escape", "https://example%2ecom", Mistake::InvalidHost),
        ("a backquote", "https://example.com`.evil.test", Mistake::InvalidHost),
        ("a NUL", "https://example.com\0.evil.test", Mistake::InvalidHost),
        ("punycode that says nothing", "https://xn--a.example", Mistake::InvalidHost),
        ("an IPv6 address without brackets", "http://::1", Mistake::InvalidHost),
        ("an open bracket", "http://[::1", Mistake::InvalidHost),
        ("something after the bracket", "http://[::1]a", Mistake::InvalidHost),
        ("a zone", "http://[fe80::1%25eth0]", Mistake::InvalidHost),
        ("an IPv6 address in full", "http://[0:0:0:0:0:0:0:1]", Mistake::IpSpelling),
        ("an IPv4 address inside IPv6", "http://[::ffff:127.0.0.1]", Mistake::IpSpelling),
        ("an IPv4 address with a zero", "http://127.0.0.01", Mistake::IpSpelling),
        ("an IPv4 address in hex", "http://0x7f.1", Mistake::IpSpelling),
        ("an IPv4 address as one number", "http://2130706433", Mistake::IpSpelling),
        ("an IPv4 address with a dot", "http://127.0.0.1.", Mistake::IpSpelling),
        ("a label too long", &label, Mistake::InvalidHost),
        ("a value too long", &long, Mistake::TooLong),
    ];
    for (row, text, mistake) in rows {
        assert_eq!(Origin::parse(text.as_bytes()), Err(mistake), "{row}");
    }
    let null: &[u8] = b"null";
    assert_eq!(Origin::parse(null), Ok(RequestOrigin::Null));
}

#[test]
fn an_own_origin_leaves_the_default_port_out() {
    let rows = [
        ("https", "app.example", 443, Ok("https://app.example")),
        ("https", "app.example", 8443, Ok("https://app.example:8443")),
        ("http", "app1.demo.localhost", 8080, Ok("http://app1.demo.localhost:8080")),
        ("http", "[::1]", 80, Ok("http://[::1]")),
        ("https", "App.example", 443, Err(Mistake::UpperCase)),
        ("https", "app.example/x", 443, Err(Mistake::Path)),
        ("https", "app.example:1", 8443, Err(Mistake::InvalidHost)),
        ("https", "app.example", 0, Err(Mistake::BadPort)),
    ];
    for (scheme, host, port, expected) in rows {
        let built = Origin::new(scheme, host, port).map(|origin| origin.to_string());
        assert_eq!(built.as_deref().map_err(|mistake| *mistake), expected, "{host}:{port}");
    }
}

#[test]
fn only_names_of_the_machine_itself_are_loopback_and_secure_without_tls() {
    let rows = [
        ("http://localhost:3000", true),
        ("http://app.localhost", true),
        ("http://127.255.0.1", true),
        ("http://[::1]:8080", true),
        ("http://128.0.0.1", false),
        ("http://notlocalhost", false),
        ("http://localhost.example", false),
        ("http://127.0.0.1.example", false),
        ("http://[::2]", false),
    ];
    for (text, loopback) in rows {
        let origin = origin(text);
        assert_eq!((origin.is_loopback_name(), origin.is_secure()), (loopback, loopback), "{text}");
    }
    assert!(origin("https://example.com").is_secure());
    assert!(!origin("https://example.com").is_loopback_name());
}

#[test]
fn a_request_has_one_origin_header_or_none_that_counts() {
    let example = || RequestOrigin::Tuple(origin("https://example.com"));
    let rows: [(&str, &[&[u8]], OriginHeader); 7] = [
        ("none", &[], OriginHeader::Absent),
        ("null", &[b"null"], OriginHeader::One(RequestOrigin::Null)),
        ("an origin", &[b"https://example.com"], OriginHeader::One(example())),
        ("sec-C10-C7: two lines", &[b"https://example.com", b"null"], OriginHeader::Invalid),
        ("two equal lines", &[b"null", b"null"], OriginHeader::Invalid),
        ("an empty line", &[b""], OriginHeader::Invalid),
        ("bytes outside ASCII", &[b"https://\xff.example"], OriginHeader::Invalid),
    ];
    for (row, lines, expected) in rows {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ORIGIN, HeaderValue::from_bytes(line).unwrap());
        }
        assert_eq!(RequestOrigin::from_headers(&headers), expected, "{row}");
    }
}

fn origin_like() -> impl Strategy<Value = String> {
    let scheme = "(https?|ws|ftp|tauri|HTTP)(://|:/|:)";
    let host = "[a-z0-9A-Z_.*-]{0,12}|\\[[0-9a-f:.]{0,12}\\]|[0-9x.]{1,9}|xn--[a-z0-9-]{1,8}\\.de";
    let rest = "(:[0-9]{0,5})?[/?@]?";
    (scheme, host, rest).prop_map(|(scheme, host, rest)| format!("{scheme}{host}{rest}"))
}

proptest! {
    #[test]
    fn parsing_a_serialisation_gives_the_same_origin(text in origin_like()) {
        if let Ok(RequestOrigin::Tuple(origin)) = Origin::parse(text.as_bytes()) {
            prop_assert_eq!(origin.as_str(), &text);
            if origin.port() != 0 {
                let built = Origin::new(origin.scheme(), origin.host(), origin.port());
                prop_assert_eq!(built, Ok(origin));
            }
        }
    }

    #[test]
    fn what_is_read_is_what_the_url_standard_serialises(text in origin_like()) {
        if let Ok(RequestOrigin::Tuple(origin)) = Origin::parse(text.as_bytes()) {
            let url = url::Url::parse(&text);
            prop_assert!(url.is_ok(), "{}", text);
            if matches!(origin.scheme(), "http" | "https" | "ws" | "wss" | "ftp") {
                prop_assert_eq!(url.unwrap().origin().ascii_serialization(), text);
            }
        }
    }

    #[test]
    fn any_url_has_an_origin_that_is_read(
        host in prop_oneof![
            "[a-z0-9_]{1,8}(\\.[a-z][a-z0-9-]{0,8}[a-z]){0,3}",
            "\\[([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\\]",
            "[0-9]{1,3}\\.1",
        ],
        port in 0_u16..,
    ) {
        if let Ok(url) = url::Url::parse(&format!("https://{host}:{port}/path")) {
            let text = url.origin().ascii_serialization();
            prop_assume!(url.port() != Some(0));
            prop_assert_eq!(Origin::parse(text.as_bytes()).map(|it| it.to_string()), Ok(text));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        drop(Origin::parse(&bytes));
    }
}
