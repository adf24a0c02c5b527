use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;

use super::{Allowance, Policy};
use crate::{Dangers, Origin, Preflight, Problem, RequestOrigin, Settings, Severity};

const EVERY_DANGER: Dangers = Dangers {
    null_origin_with_credentials: true,
    all_origins_with_credentials: true,
    insecure_origins: true,
};

fn settings(origins: &[&str], credentials: bool) -> Settings {
    Settings {
        allowed_origins: origins.iter().map(ToString::to_string).collect(),
        allow_all_origins: origins.is_empty(),
        allow_all_methods: true,
        allow_credentials: credentials,
        ..Settings::default()
    }
}

fn policy(origins: &[&str], credentials: bool) -> Policy {
    Policy::compile(&settings(origins, credentials), &EVERY_DANGER).0.unwrap()
}

fn origin(text: &str) -> RequestOrigin {
    Origin::parse(text.as_bytes()).unwrap()
}

#[test]
fn an_origin_is_allowed_when_it_is_listed_byte_for_byte() {
    let policy = policy(&["https://example.com", "https://foo.com", "https://bar.com:8443"], true);
    let rows = [
        ("a listed one", "https://example.com", Allowance::Listed),
        ("a listed one with its port", "https://bar.com:8443", Allowance::Listed),
        ("sec-C10-C3: an ending", "https://example.com.evil.test", Allowance::Refused),
        ("sec-C10-C3: a beginning", "https://evilexample.com", Allowance::Refused),
        ("sec-C10-C3: a letter for the dot", "https://examplexcom", Allowance::Refused),
        ("sec-C10-C3: an underscore", "https://example.com_.evil.test", Allowance::Refused),
        ("two listed ones run together", "https://barfoo.com", Allowance::Refused),
        ("a subdomain", "https://a.example.com", Allowance::Refused),
        ("the other scheme", "http://example.com", Allowance::Refused),
        ("another port", "https://example.com:8443", Allowance::Refused),
        ("without its port", "https://bar.com", Allowance::Refused),
        ("null", "null", Allowance::Refused),
    ];
    for (row, text, expected) in rows {
        assert_eq!(policy.allows_origin(&origin(text)), expected, "{row}");
        assert_eq!(policy.trusts(&origin(text)), expected == Allowance::Listed, "{row}");
    }
}

#[test]
fn a_pattern_is_as_good_as_a_name() {
    let policy = policy(&["https://*.acme.com", "http://localhost:*"], true);
    for (row, text, expected) in [
        ("below the domain", "https://a.b.acme.com", true),
        ("the domain itself", "https://acme.com", false),
        ("any port", "http://localhost:5173", true),
        ("null", "null", false),
    ] {
        assert_eq!(policy.trusts(&origin(text)), expected, "{row}");
        assert_eq!(policy.trusts_for_websocket(&origin(text)), expected, "{row}");
    }
}

#[test]
fn bound_null_is_allowed_to_nobody_who_merely_says_so() {
    let settings = Settings { owns_responses: true, ..settings(&["null"], true) };
    let (policy, problems) = Policy::compile(&settings, &Dangers::default());
    let policy = policy.unwrap();
    assert_eq!(problems, []);
    assert!(policy.binds_null() && policy.lists_null());
    assert_eq!(policy.allows_origin(&RequestOrigin::Null), Allowance::Refused);
    let dangerous = Policy::compile(&settings, &EVERY_DANGER).0.unwrap();
    assert!(!dangerous.binds_null() && dangerous.trusts(&RequestOrigin::Null));
}

#[test]
fn who_is_allowed_and_who_is_trusted() {
    let listed = policy(&["https://a.example"], true);
    let listed_without = policy(&["https://a.example"], false);
    let null = policy(&["null"], true);
    let null_without = policy(&["null"], false);
    let all = policy(&[], true);
    let all_without = policy(&[], false);
    let rows = [
        ("listed", &listed, "https://a.example", Allowance::Listed, true, true),
        (
            "listed, no credentials",
            &listed_without,
            "https://a.example",
            Allowance::Listed,
            false,
            false,
        ),
        ("null, listed", &null, "null", Allowance::NullListed, true, false),
        ("null, no credentials", &null_without, "null", Allowance::NullListed, false, false),
        (
            "another origin where null is",
            &null,
            "https://a.example",
            Allowance::Refused,
            false,
            false,
        ),
        ("any, all allowed", &all, "https://a.example", Allowance::All, true, false),
        ("seed-S17: null, all allowed", &all, "null", Allowance::All, true, false),
        (
            "any, all, no credentials",
            &all_without,
            "https://a.example",
            Allowance::All,
            false,
            false,
        ),
    ];
    for (row, policy, text, allowance, trusted, for_websocket) in rows {
        let origin = origin(text);
        assert_eq!(policy.allows_origin(&origin), allowance, "{row}");
        assert_eq!(policy.trusts(&origin), trusted, "{row}");
        assert_eq!(policy.trusts_for_websocket(&origin), for_websocket, "{row}");
    }
}

#[test]
fn max_age_is_sent_as_set_and_no_remembering_as_zero() {
    let rows =
        [(None, None), (Some(-1), Some("0")), (Some(0), Some("0")), (Some(600), Some("600"))];
    for (max_age, expected) in rows {
        let settings = Settings { max_age, ..settings(&["https://a.example"], true) };
        let policy = Policy::compile(&settings, &Dangers::default()).0.unwrap();
        assert_eq!(policy.max_age().map(|it| it.to_str().unwrap()), expected);
    }
}

/// Entries as administrators write them, of which some match the origins of [`origin_text`].
fn entry_text() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => origin_text(),
        2 => "https?://\\*\\.(a\\.|b\\.)?(a|b)\\.test(:(1|8080|\\*))?",
        2 => "https?://(a|b|ab)(\\.(a|b))?\\.(test|localhost):\\*",
    ]
}

fn origin_text() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("null".to_owned()),
        9 => "https?://(a|b|ab)(\\.(a|b)){0,2}\\.(test|localhost)(:(1|8080))?",
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let list = |entry| proptest::collection::vec(entry, 0..6);
    let method = "GET|POST|PUT|PATCH|TRACE|patch|\\*";
    let header = "x-a|X-B|content-type|cf-access-token|cookie";
    (
        list(prop_oneof![8 => entry_text().boxed(), 1 => "\\PC{0,12}".boxed()].boxed()),
        list(method.prop_map(|it| it).boxed()),
        list(header.prop_map(|it| it).boxed()),
        any::<[bool; 4]>(),
        proptest::option::of(-3..90_000_i64),
    )
        .prop_map(
            |(
                origins,
                methods,
                headers,
                [all_origins, all_methods, all_headers, credentials],
                max_age,
            )| {
                let unless = |all: bool, list: Vec<String>| if all { vec![] } else { list };
                Settings {
                    allowed_origins: unless(all_origins, origins),
                    allow_all_origins: all_origins,
                    allowed_methods: unless(all_methods, methods),
                    allow_all_methods: all_methods,
                    allowed_headers: unless(all_headers, headers),
                    allow_all_headers: all_headers,
                    allow_credentials: credentials,
                    max_age,
                    ..Settings::default()
                }
            },
        )
}

fn any_dangers() -> impl Strategy<Value = Dangers> {
    any::<[bool; 3]>().prop_map(|[null, all, insecure]| Dangers {
        null_origin_with_credentials: null,
        all_origins_with_credentials: all,
        insecure_origins: insecure,
    })
}

fn preflight(origin: &str, method: &str, names: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_str(origin).unwrap());
    headers.insert("access-control-request-method", HeaderValue::from_str(method).unwrap());
    headers.insert("access-control-request-headers", HeaderValue::from_str(names).unwrap());
    headers
}

/// What an entry means, said with strings.
fn names(entry: &str, asked: &str) -> bool {
    let (base, any_port) = match entry.strip_suffix(":*") {
        Some(base) => (base, true),
        None => (entry, false),
    };
    let without_port = |origin: &str| match origin.rsplit_once(':') {
        Some((rest, port)) if port.bytes().all(|it| it.is_ascii_digit()) => rest.to_owned(),
        _ => origin.to_owned(),
    };
    let asked = if any_port { without_port(asked) } else { asked.to_owned() };
    match base.split_once("*.") {
        None => base == asked,
        Some((scheme, domain)) => {
            asked.starts_with(scheme) && asked.ends_with(&format!(".{domain}"))
        }
    }
}

proptest! {
    #[test]
    fn the_matcher_agrees_with_a_naive_one(
        listed in proptest::collection::vec(entry_text(), 1..40),
        asked in origin_text(),
    ) {
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let naive = listed.iter().any(|it| names(it, &asked));
        prop_assert_eq!(policy(&listed, true).allows_origin(&origin(&asked)).is_allowed(), naive);
    }

    #[test]
    fn nothing_is_granted_that_the_settings_do_not_name(
        settings in any_settings(),
        dangers in any_dangers(),
        asked in origin_text(),
        method in "GET|POST|PUT|PATCH|TRACE|patch|put",
        name in "x-a|x-b|x-c|content-type|cf-access-token",
    ) {
        let (Some(policy), _) = Policy::compile(&settings, &dangers) else { return Ok(()) };
        let headers = preflight(&asked, &method, &name);
        let origin = RequestOrigin::from_headers(&headers);
        let preflight = Preflight::recognise(&Method::OPTIONS, &origin, &headers).unwrap();
        let origin_named = settings.allow_all_origins
            || settings.allowed_origins.iter().any(|it| names(it, &asked));
        let method_named = settings.allow_all_methods || settings.allowed_methods.contains(&method);
        let header_named = settings.allow_all_headers && name != "cf-access-token"
            || settings.allowed_headers.iter().any(|it| it.eq_ignore_ascii_case(&name));
        let expected = origin_named && method_named && method != "TRACE" && header_named;
        prop_assert_eq!(policy.answer(&preflight, &[]).is_ok(), expected);
    }

    #[test]
    fn trust_takes_credentials_and_a_name_or_a_danger(
        settings in any_settings(),
        dangers in any_dangers(),
        asked in origin_text(),
    ) {
        let (Some(policy), _) = Policy::compile(&settings, &dangers) else { return Ok(()) };
        let request_origin = origin(&asked);
        let insecure = request_origin.tuple().is_some_and(|it| !it.is_secure());
        let listed = settings.allowed_origins.iter().any(|it| names(it, &asked));
        if policy.trusts(&request_origin) {
            prop_assert!(settings.allow_credentials);
            let by_name = listed
                && (asked != "null" || dangers.null_origin_with_credentials)
                && (!insecure || dangers.insecure_origins);
            let by_danger = settings.allow_all_origins && dangers.all_origins_with_credentials;
            prop_assert!(by_name || by_danger);
        }
        if policy.trusts_for_websocket(&request_origin) {
            prop_assert!(policy.trusts(&request_origin) && listed && asked != "null");
        }
    }

    #[test]
    fn every_problem_says_what_why_and_how(settings in any_settings(), dangers in any_dangers()) {
        let (policy, problems) = Policy::compile(&settings, &dangers);
        let errors = problems.iter().filter(|it| it.severity == Severity::Error).count();
        prop_assert_eq!(policy.is_some(), errors == 0);
        for Problem { code, field, message, fix, .. } in problems {
            prop_assert!(code.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'));
            prop_assert!(!field.is_empty() && !message.is_empty() && !fix.is_empty());
        }
    }
}
