use super::{Dangers, Settings, listed_origin};
use crate::Severity::{Error, Warning};
use crate::{Policy, Problem, Severity};

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

/// Settings that have no problem.
fn fine() -> Settings {
    Settings {
        allowed_origins: strings(&["https://app.example"]),
        allowed_methods: strings(&["GET", "PUT"]),
        allowed_headers: strings(&["content-type"]),
        allow_credentials: true,
        max_age: Some(600),
        ..Settings::default()
    }
}

fn origins(list: &[&str]) -> Settings {
    Settings { allowed_origins: strings(list), ..fine() }
}

fn methods(list: &[&str]) -> Settings {
    Settings { allowed_methods: strings(list), ..fine() }
}

fn headers(list: &[&str]) -> Settings {
    Settings { allowed_headers: strings(list), ..fine() }
}

fn all_origins() -> Settings {
    Settings { allow_all_origins: true, ..origins(&[]) }
}

fn problems(settings: &Settings, dangers: Dangers) -> Vec<Problem> {
    let (policy, problems) = Policy::compile(settings, &dangers);
    let errors = problems.iter().any(|problem| problem.severity == Error);
    assert_eq!(policy.is_none(), errors, "there is a policy unless there are errors");
    problems
}

fn codes(problems: &[Problem]) -> Vec<(&'static str, Severity, &'static str, Option<usize>)> {
    problems.iter().map(|it| (it.code, it.severity, it.field, it.index)).collect()
}

#[test]
fn settings_without_problems_compile_in_silence() {
    let rows = [
        ("named origins with credentials", fine()),
        ("plain http on loopback names, with credentials", {
            origins(&["http://localhost:3000", "http://app.demo.localhost:8080", "http://[::1]"])
        }),
        (
            "plain http without credentials",
            Settings { allow_credentials: false, ..origins(&["http://intranet.example"]) },
        ),
        ("null without credentials", Settings { allow_credentials: false, ..origins(&["null"]) }),
        ("all origins without credentials", Settings { allow_credentials: false, ..all_origins() }),
        (
            "all methods and headers",
            Settings {
                allow_all_methods: true,
                allow_all_headers: true,
                allowed_methods: vec![],
                allowed_headers: vec![],
                ..fine()
            },
        ),
        ("no headers", headers(&[])),
        ("headers in any case", headers(&["X-Requested-With", "authorization"])),
        ("every useful method", {
            methods(&["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
        }),
        ("a max-age of -1", Settings { max_age: Some(-1), ..fine() }),
        ("a max-age of two hours", Settings { max_age: Some(7_200), ..fine() }),
        ("patterns", origins(&["https://*.acme.example.com", "http://localhost:*"])),
        (
            "response headers that pages may read",
            Settings {
                exposed_headers: vec!["ETag".into(), "x-total".into()],
                owns_responses: true,
                ..fine()
            },
        ),
        ("bound null", Settings { owns_responses: true, ..origins(&["null"]) }),
        ("no max-age", Settings { max_age: None, ..fine() }),
    ];
    for (row, settings) in rows {
        assert_eq!(problems(&settings, Dangers::default()), [], "{row}");
    }
}

#[test]
fn each_misspelt_origin_has_its_code_and_the_spelling_that_was_meant() {
    let example = "write `https://app.example`";
    let rows = [
        ("https://app.example/", "origin-trailing-slash", example),
        ("https://app.example/login", "origin-path", example),
        ("https://App.Example", "origin-upper-case", example),
        ("app.example", "origin-missing-scheme", example),
        ("//app.example", "origin-missing-scheme", example),
        ("https://app.example:443", "origin-default-port", example),
        ("https://app.example:0443", "origin-port", example),
        ("https://me:secret@app.example", "origin-userinfo", example),
        (" https://app.example", "origin-list", "write one origin an entry"),
        ("https://a.example,https://b.example", "origin-list", "write one origin an entry"),
        ("https://bücher.example", "origin-not-punycode", "write `https://xn--bcher-kva.example`"),
        ("http://127.1", "origin-ip-spelling", "write `http://127.0.0.1`"),
        ("http://[0:0:0:0:0:0:0:1]", "origin-ip-spelling", "write `http://[::1]`"),
        ("Null", "origin-upper-case", "write `null`"),
        (
            "*",
            "wildcard-origin",
            "list the origins, or set `allow_all_origins: true` if any page may call",
        ),
        (
            "https://app-*.example.com",
            "origin-pattern",
            "write each origin whole, or `https://*.example.com` for all hosts below a domain, or \
             `https://example.com:*` for all ports",
        ),
        (
            "https://.*\\.example\\.com",
            "origin-path",
            "write scheme and host, such as `https://app.example`",
        ),
        (
            "https://*.github.io",
            "wildcard-over-public-suffix",
            "list your own hosts below `github.io`, or a wildcard below a domain of yours",
        ),
        (
            "https://*.com",
            "wildcard-over-public-suffix",
            "list your own hosts below `com`, or a wildcard below a domain of yours",
        ),
        (
            "ftp://app.example",
            "origin-scheme",
            "list origins that begin with `https://` (or `http://`)",
        ),
        (
            "moz-extension://2f8b",
            "origin-scheme",
            "list origins that begin with `https://` (or `http://`)",
        ),
    ];
    for (value, code, fix) in rows {
        let found = problems(&origins(&["https://first.example", value]), Dangers::default());
        assert_eq!(codes(&found), [(code, Error, "allowed_origins", Some(1))], "{value}");
        assert_eq!(found.iter().map(|it| it.fix.as_str()).collect::<Vec<_>>(), [fix], "{value}");
    }
    let hopeless = [
        ("", "origin-empty"),
        ("https://", "origin-host"),
        ("https://a..example", "origin-host"),
        ("1a://app.example", "origin-scheme"),
        (&"a".repeat(400), "origin-too-long"),
    ];
    for (value, code) in hopeless {
        let found = problems(&origins(&[value]), Dangers::default());
        assert_eq!(codes(&found), [(code, Error, "allowed_origins", Some(0))], "{value}");
    }
}

#[test]
fn a_password_in_an_origin_is_not_repeated() {
    let found = problems(&origins(&["https://me:s3cret@app.example"]), Dangers::default());
    assert!(!format!("{found:?}").contains("s3cret"));
    assert_eq!(found.first().map(|it| it.value.as_str()), Some("https://***@app.example"));
}

#[test]
fn each_rule_has_its_code_and_its_key() {
    let rows = [
        (
            "null with credentials",
            origins(&["null"]),
            ("null-origin-with-credentials", Error, "allowed_origins", Some(0)),
        ),
        (
            "all origins with credentials",
            all_origins(),
            ("all-origins-with-credentials", Error, "allow_all_origins", None),
        ),
        (
            "plain http with credentials",
            origins(&["https://a.example", "http://b.example"]),
            ("insecure-origin-with-credentials", Error, "allowed_origins", Some(1)),
        ),
        (
            "an origin twice",
            origins(&["https://a.example", "https://a.example"]),
            ("duplicate-origin", Warning, "allowed_origins", Some(1)),
        ),
        (
            "an origin that ends in a dot",
            origins(&["https://a.example."]),
            ("origin-trailing-dot", Warning, "allowed_origins", Some(0)),
        ),
        (
            "all origins and a list",
            Settings { allow_all_origins: true, allow_credentials: false, ..fine() },
            ("allow-all-and-list", Error, "allowed_origins", None),
        ),
        (
            "all methods and a list",
            Settings { allow_all_methods: true, ..fine() },
            ("allow-all-and-list", Error, "allowed_methods", None),
        ),
        (
            "all headers and a list",
            Settings { allow_all_headers: true, ..fine() },
            ("allow-all-and-list", Error, "allowed_headers", None),
        ),
        (
            "origins without methods (12057)",
            methods(&[]),
            ("invalid-cors-methods", Error, "allowed_methods", None),
        ),
        (
            "methods without origins",
            origins(&[]),
            ("cors-methods-without-origins", Error, "allowed_origins", None),
        ),
        (
            "neither origins nor methods",
            Settings::default(),
            ("cors-allows-nothing", Warning, "allowed_origins", None),
        ),
        (
            "a method in lower case",
            methods(&["GET", "patch"]),
            ("method-case", Error, "allowed_methods", Some(1)),
        ),
        ("a star", methods(&["*"]), ("wildcard-method", Error, "allowed_methods", Some(0))),
        ("TRACK", methods(&["TRACK"]), ("method-unknown", Error, "allowed_methods", Some(0))),
        ("QUERY", methods(&["QUERY"]), ("method-unknown", Error, "allowed_methods", Some(0))),
        (
            "two methods in one entry",
            methods(&["GET, PUT"]),
            ("method-unknown", Error, "allowed_methods", Some(0)),
        ),
        (
            "CONNECT",
            methods(&["GET", "CONNECT"]),
            ("method-never-useful", Warning, "allowed_methods", Some(1)),
        ),
        (
            "TRACE",
            methods(&["GET", "TRACE"]),
            ("method-never-useful", Warning, "allowed_methods", Some(1)),
        ),
        (
            "a method twice",
            methods(&["GET", "GET"]),
            ("duplicate-method", Warning, "allowed_methods", Some(1)),
        ),
        ("a star", headers(&["*"]), ("wildcard-header", Error, "allowed_headers", Some(0))),
        ("nothing", headers(&[""]), ("invalid-header-name", Error, "allowed_headers", Some(0))),
        (
            "a header with its value",
            headers(&["accept: text/html"]),
            ("invalid-header-name", Error, "allowed_headers", Some(0)),
        ),
        (
            "two headers in one entry",
            headers(&["x-a,x-b"]),
            ("invalid-header-name", Error, "allowed_headers", Some(0)),
        ),
        ("Cookie", headers(&["Cookie"]), ("forbidden-header", Error, "allowed_headers", Some(0))),
        ("Host", headers(&["Host"]), ("forbidden-header", Error, "allowed_headers", Some(0))),
        ("Origin", headers(&["Origin"]), ("forbidden-header", Error, "allowed_headers", Some(0))),
        (
            "Sec-Fetch-Site",
            headers(&["Sec-Fetch-Site"]),
            ("forbidden-header", Error, "allowed_headers", Some(0)),
        ),
        (
            "Proxy-Authorization",
            headers(&["Proxy-Authorization"]),
            ("forbidden-header", Error, "allowed_headers", Some(0)),
        ),
        (
            "a header of the preflight itself",
            headers(&["Access-Control-Request-Method"]),
            ("forbidden-header", Error, "allowed_headers", Some(0)),
        ),
        (
            "a response header",
            headers(&["Access-Control-Allow-Origin"]),
            ("response-header-as-request-header", Error, "allowed_headers", Some(0)),
        ),
        (
            "a header twice, in another case",
            headers(&["x-a", "X-A"]),
            ("duplicate-header", Warning, "allowed_headers", Some(1)),
        ),
        (
            "a max-age below -1",
            Settings { max_age: Some(-2), ..fine() },
            ("max-age-out-of-range", Error, "max_age", None),
        ),
        (
            "a max-age above a day",
            Settings { max_age: Some(86_401), ..fine() },
            ("max-age-out-of-range", Error, "max_age", None),
        ),
    ];
    for (row, settings, expected) in rows {
        assert_eq!(codes(&problems(&settings, Dangers::default())), [expected], "{row}");
    }
}

#[test]
fn a_named_danger_turns_its_error_into_a_warning_and_no_other() {
    let null = Dangers { null_origin_with_credentials: true, ..Dangers::default() };
    let all = Dangers { all_origins_with_credentials: true, ..Dangers::default() };
    let insecure = Dangers { insecure_origins: true, ..Dangers::default() };
    let rows = [
        (origins(&["null"]), "dangerous-null-origin", null),
        (all_origins(), "dangerous-all-origins", all),
        (origins(&["http://b.example"]), "dangerous-insecure-origin", insecure),
    ];
    for (settings, code, its_own) in &rows {
        for (.., danger) in &rows {
            let found = problems(settings, *danger);
            let found: Vec<_> = found.iter().map(|it| (it.code, it.severity)).collect();
            if danger == its_own {
                assert_eq!(found, [(*code, Warning)]);
            } else {
                assert!(matches!(found[..], [(_, Error)]), "{code}: {found:?}");
            }
        }
    }
    let every = Dangers {
        null_origin_with_credentials: true,
        all_origins_with_credentials: true,
        insecure_origins: true,
    };
    assert_eq!(problems(&fine(), every), [], "a danger that is not in effect is no problem here");
}

#[test]
fn all_problems_are_reported_at_once() {
    let settings = Settings {
        allowed_origins: strings(&["https://a.example/", "null", "*"]),
        allowed_methods: strings(&["patch", "*"]),
        allowed_headers: strings(&["cookie", "x y"]),
        allow_credentials: true,
        max_age: Some(100_000),
        ..Settings::default()
    };
    let found = problems(&settings, Dangers::default());
    let found: Vec<_> = found.iter().map(|problem| problem.code).collect();
    assert_eq!(
        found,
        [
            "origin-trailing-slash",
            "null-origin-with-credentials",
            "wildcard-origin",
            "method-case",
            "wildcard-method",
            "forbidden-header",
            "invalid-header-name",
            "max-age-out-of-range",
        ]
    );
}

#[test]
fn another_list_of_origins_is_read_by_the_same_rules_but_for_null() {
    let read = |value| listed_origin("trusted_origins", 3, value);
    assert_eq!(read("https://a.example").map(|it| it.to_string()), Ok("https://a.example".into()));
    for (value, code) in [("null", "origin-null"), ("https://a.example/", "origin-trailing-slash")]
    {
        let problem = read(value).expect_err(value);
        assert_eq!(
            (problem.code, problem.field, problem.index),
            (code, "trusted_origins", Some(3))
        );
    }
}

#[test]
fn each_mistake_in_exposed_headers_has_its_code() {
    let rows = [
        ("*", "wildcard-exposed-header", Error),
        ("Set-Cookie", "exposed-set-cookie", Error),
        ("x total", "invalid-header-name", Error),
        ("Content-Type", "exposed-header-needless", Warning),
        ("ETAG", "duplicate-header", Warning),
    ];
    for (name, code, severity) in rows {
        let settings = Settings {
            exposed_headers: vec!["etag".into(), name.into()],
            owns_responses: true,
            ..fine()
        };
        let found = problems(&settings, Dangers::default());
        assert_eq!(codes(&found), [(code, severity, "exposed_headers", Some(1))], "{name}");
    }
    let of_the_upstream = Settings { exposed_headers: vec!["etag".into()], ..fine() };
    let found = problems(&of_the_upstream, Dangers::default());
    assert_eq!(
        codes(&found),
        [("exposed-headers-of-the-upstream", Error, "exposed_headers", None)]
    );
}

#[test]
fn a_max_age_that_no_browser_keeps_is_said() {
    let settings = Settings { max_age: Some(86_400), ..fine() };
    let found = problems(&settings, Dangers::default());
    assert_eq!(codes(&found), [("max-age-above-browser-cap", Warning, "max_age", None)]);
}

#[test]
fn a_response_header_is_not_what_pages_send() {
    for name in ["access-control-allow-origin", "ETag", "vary", "location"] {
        let found = problems(&headers(&[name]), Dangers::default());
        let code = "response-header-as-request-header";
        assert_eq!(codes(&found), [(code, Error, "allowed_headers", Some(0))], "{name}");
    }
}
