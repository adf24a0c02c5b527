//! Every row of the table of symptoms, in every shape of HAR, with and without the console's text.

use super::builder::{Exchange, SHAPES, Shape, call, console, har, preflight};
use super::examine;

pub(crate) const PAGE: &str = "https://app.acme.example";
pub(crate) const API: &str = "https://api.acme.example/orders?token=SECRET";
const SHOWN: &str = "https://api.acme.example/orders";
const LOGIN: &str = "https://login.acme.example/cdn-cgi/access/login/api?kid=1&meta=SECRET";
const ACAO: &str = "access-control-allow-origin";
const ACAC: &str = "access-control-allow-credentials";
const ACAM: &str = "access-control-allow-methods";
const ACAH: &str = "access-control-allow-headers";

/// What must come out without fail.
#[derive(Clone, Copy, PartialEq)]
enum Sure {
    /// In Chrome's and Firefox's shapes; Safari's needs the console.
    ButSafari,
    /// Where there is the console's text.
    WithConsole,
}

struct Row {
    name: &'static str,
    exchanges: Vec<Exchange>,
    words: (&'static str, &'static str, &'static str),
    row: &'static str,
    cause: &'static str,
    sure: Sure,
}

fn get() -> Exchange {
    call("GET", API, PAGE)
}

fn ask(method: &str, headers: &str) -> Exchange {
    preflight(API, PAGE, method, headers)
}

/// A PUT that its preflight stops.
fn put() -> Exchange {
    call("PUT", API, PAGE).fails("net::ERR_FAILED")
}

fn row(
    name: &'static str,
    (row, cause): (&'static str, &'static str),
    sure: Sure,
    words: (&'static str, &'static str, &'static str),
    exchanges: Vec<Exchange>,
) -> Row {
    Row { name, exchanges, words, row, cause, sure }
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    const NO_ACAO: (&str, &str, &str) = ("No 'Access-Control-Allow-Origin' header is present on the requested resource.", "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200", "Origin https://app.acme.example is not allowed by Access-Control-Allow-Origin. Status code: 200");
    const PRE_NO_ACAO: (&str, &str, &str) = ("Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.", "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 401", "Preflight response is not successful. Status code: 401");
    let ok = [(ACAO, PAGE), (ACAC, "true"), ("vary", "Origin")];
    vec![
        row("M1: the server does not know the page", ("M1", "origin-not-allowed"), Sure::ButSafari, NO_ACAO,
            vec![get().gets(200, &[("vary", "Origin")]).blocked()]),
        row("M1: an error has no CORS headers", ("M1", "error-path-without-cors"), Sure::ButSafari,
            (NO_ACAO.0, "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 500", "Origin https://app.acme.example is not allowed by Access-Control-Allow-Origin. Status code: 500"),
            vec![call("GET", "https://api.acme.example/fine", PAGE).gets(200, &ok), get().gets(500, &[]).blocked()]),
        row("M2: another origin", ("M2", "origin-not-allowed"), Sure::ButSafari,
            ("The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal to the supplied origin. Have the server send the header with a valid value.", "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://other.example’)", NO_ACAO.2),
            vec![get().gets(200, &[(ACAO, "https://other.example"), ("vary", "Origin")]).blocked()]),
        row("M2: a slash at the end", ("M2", "malformed-header"), Sure::ButSafari,
            ("The 'Access-Control-Allow-Origin' header has a value 'https://app.acme.example/' that is not equal to the supplied origin. Have the server send the header with a valid value.", "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://app.acme.example/’)", NO_ACAO.2),
            vec![get().gets(200, &[(ACAO, "https://app.acme.example/")]).blocked()]),
        row("M2: a redirect made the origin null", ("M2", "null-origin-after-redirect"), Sure::ButSafari,
            ("Access to fetch at 'https://cdn.acme.example/x' (redirected from 'https://api.acme.example/orders?token=SECRET') from origin 'null' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value 'https://app.acme.example' that is not equal to the supplied origin.", "", ""),
            vec![get().gets(302, &ok).gets(302, &[("location", "https://cdn.acme.example/x")]),
                 call("GET", "https://cdn.acme.example/x", "null").gets(200, &ok).blocked()]),
        row("M2: a cache gave out another page's answer", ("M2", "cached-for-another-origin"), Sure::ButSafari,
            ("The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal to the supplied origin.", "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://other.example’)", NO_ACAO.2),
            vec![get().gets(200, &[(ACAO, "https://other.example"), ("age", "30")]).blocked()]),
        row("M3: two lines", ("M3", "two-owners"), Sure::ButSafari,
            ("The 'Access-Control-Allow-Origin' header contains multiple values 'https://app.acme.example, https://app.acme.example', but only one is allowed. Have the server send the header with a valid value.", "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed)", "Access-Control-Allow-Origin cannot contain more than one origin."),
            vec![get().gets(200, &[(ACAO, PAGE), (ACAO, PAGE)]).blocked()]),
        row("M4: no origin at all", ("M4", "malformed-header"), Sure::ButSafari,
            ("The 'Access-Control-Allow-Origin' header contains the invalid value 'app.acme.example'. Have the server send the header with a valid value.", "CORS header ‘Access-Control-Allow-Origin’ does not match ‘app.acme.example’)", ""),
            vec![get().gets(200, &[(ACAO, "app.acme.example")]).blocked()]),
        row("M5: a star with credentials", ("M5", "wildcard-with-credentials"), Sure::ButSafari,
            ("The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.", "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)", "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."),
            vec![get().sends("Cookie", "sid=SECRET").gets(200, &[(ACAO, "*")]).blocked()]),
        row("M6: credentials are not allowed", ("M6", "allow-credentials-missing"), Sure::ButSafari,
            ("The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.", "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’)", "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"."),
            vec![get().sends("Cookie", "sid=SECRET").gets(200, &[(ACAO, PAGE)]).blocked()]),
        row("M6: True is not true", ("M6", "allow-credentials-missing"), Sure::ButSafari,
            ("The value of the 'Access-Control-Allow-Credentials' header in the response is 'True' which must be 'true' when the request's credentials mode is 'include'.", "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’)", "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"."),
            vec![get().sends("Cookie", "sid=SECRET").gets(200, &[(ACAO, PAGE), (ACAC, "True")]).blocked()]),
        row("P1: 403 to a preflight, with perfect headers", ("P1", "auth-before-cors"), Sure::ButSafari,
            ("Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", "CORS preflight response did not succeed). Status code: 403", "Preflight response is not successful. Status code: 403"),
            vec![ask("PUT", "").gets(403, &ok), put()]),
        row("P1: 405 to a preflight, with headers", ("P1", "options-not-handled"), Sure::ButSafari,
            ("Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", "CORS preflight response did not succeed). Status code: 405", "Preflight response is not successful. Status code: 405"),
            vec![ask("PUT", "").gets(405, &ok), put()]),
        row("P6: 401 to a preflight, without headers", ("P6", "auth-before-cors"), Sure::ButSafari, PRE_NO_ACAO,
            vec![ask("PUT", "").gets(401, &[]), put()]),
        row("P6: 404 to a preflight, without headers", ("P6", "options-not-handled"), Sure::ButSafari,
            (PRE_NO_ACAO.0, "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 404", "Preflight response is not successful. Status code: 404"),
            vec![ask("PUT", "").gets(404, &[]), put()]),
        row("P6: a preflight that allows nobody", ("P6", "origin-not-allowed"), Sure::ButSafari, (PRE_NO_ACAO.0, NO_ACAO.1, NO_ACAO.2),
            vec![ask("PUT", "").gets(204, &[("vary", "Origin")]), put()]),
        row("P6: a preflight with a star, the call with credentials", ("P6", "wildcard-with-credentials"), Sure::WithConsole,
            ("Response to preflight request doesn't pass access control check: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.", "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)", "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."),
            vec![ask("PUT", "").gets(200, &[(ACAO, "*"), (ACAM, "PUT")]), put()]),
        row("P2: a preflight met a login", ("P2", "auth-before-cors"), Sure::ButSafari,
            ("Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.", "CORS request external redirect not allowed)", "Preflight response is not successful. Status code: 302"),
            vec![ask("PUT", "").gets(302, &[("location", LOGIN)]), put()]),
        row("P2: a preflight met a redirect to https", ("P2", "options-not-handled"), Sure::ButSafari,
            ("Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.", "CORS request external redirect not allowed)", "Preflight response is not successful. Status code: 301"),
            vec![ask("PUT", "").gets(301, &[("location", "https://api.acme.example/orders/")]), put()]),
        row("P3: the method is not listed", ("P3", "method-not-allowed"), Sure::ButSafari,
            ("Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.", "Did not find method in CORS header ‘Access-Control-Allow-Methods’)", "Method PUT is not allowed by Access-Control-Allow-Methods."),
            vec![ask("PUT", "").gets(200, &ok).gets(200, &[(ACAM, "GET, POST")]), put()]),
        row("P3: patch in lower case", ("P3", "method-not-allowed"), Sure::ButSafari,
            ("Method patch is not allowed by Access-Control-Allow-Methods in preflight response.", "Did not find method in CORS header ‘Access-Control-Allow-Methods’)", "Method patch is not allowed by Access-Control-Allow-Methods."),
            vec![ask("patch", "").gets(200, &ok).gets(200, &[(ACAM, "PATCH")]), call("patch", API, PAGE).fails("net::ERR_FAILED")]),
        row("P4: the header is not listed", ("P4", "header-not-allowed"), Sure::ButSafari,
            ("Request header field x-test is not allowed by Access-Control-Allow-Headers in preflight response.", "header ‘x-test’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response)", "Request header field x-test is not allowed by Access-Control-Allow-Headers."),
            vec![ask("PUT", "content-type,x-test").gets(200, &ok).gets(200, &[(ACAM, "PUT"), (ACAH, "content-type")]), put()]),
        row("P5: a list with a semicolon", ("P5", "malformed-header"), Sure::ButSafari,
            ("Cannot parse Access-Control-Allow-Methods response header field in preflight response.", "invalid token ‘PUT; GET’ in CORS header ‘Access-Control-Allow-Methods’)", ""),
            vec![ask("PUT", "").gets(200, &ok).gets(200, &[(ACAM, "PUT; GET")]), put()]),
        row("R1: a redirect with a password", ("R1", "malformed-header"), Sure::ButSafari,
            ("Redirect location 'https://u:SECRET@b.acme.example/' contains a username and password, which is disallowed for cross-origin requests.", "CORS request did not succeed). Status code: (null)", ""),
            vec![get().gets(302, &ok).gets(302, &[("location", "https://u:SECRET@b.acme.example/")]).blocked()]),
        row("L1: the local network", ("L1", "local-network"), Sure::WithConsole,
            ("Permission was denied for this request to access the `local` address space.", "", ""),
            vec![get().fails("net::ERR_FAILED")]),
        row("C1: a resource policy", ("C1", "resource-policy"), Sure::ButSafari,
            ("app.js:1 GET https://api.acme.example/orders?token=SECRET net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin 200 (OK)", "[JavaScript Error: \"The resource at “https://api.acme.example/orders?token=SECRET” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof).\"]", ""),
            vec![get().without("Origin").kind("script", "no-cors", "script").sends("Referer", "https://app.acme.example/").gets(200, &[("cross-origin-resource-policy", "same-origin")])]),
        row("X1: nobody is there", ("X1", "network-failure"), Sure::ButSafari,
            ("app.js:1 GET https://api.acme.example/orders?token=SECRET net::ERR_CONNECTION_REFUSED", "CORS request did not succeed). Status code: (null)", ""),
            vec![get().fails("net::ERR_CONNECTION_REFUSED")]),
        row("W1: Authorization passes by a star, today", ("W1", "header-not-allowed"), Sure::ButSafari, ("", "", ""),
            vec![ask("GET", "authorization").gets(200, &[(ACAO, "*"), (ACAH, "*")]), get().sends("Authorization", "Bearer SECRET").gets(200, &[(ACAO, "*")])]),
    ]
}

#[test]
fn every_class_is_found_in_every_shape_and_no_wrong_cause_is_named() {
    let mut wrong = Vec::new();
    for row in rows() {
        for shape in SHAPES {
            if row.row == "L1" && shape == Shape::Firefox {
                continue; // does not occur: Firefox has no such check
            }
            for with_console in [false, true] {
                let file = har(shape, PAGE, &row.exchanges);
                let text = console(shape, API, PAGE, row.words);
                let text = if with_console { text } else { String::new() };
                let case = format!("{}, {shape:?}, console: {with_console}", row.name);
                let diagnosis = examine(&file, &text);
                let has_console = !text.is_empty();
                let must = match row.sure {
                    Sure::ButSafari => shape != Shape::Safari,
                    Sure::WithConsole => has_console && shape != Shape::Safari,
                };
                let found = diagnosis
                    .findings
                    .iter()
                    .map(|it| (it.row.unwrap_or("-"), it.cause.code()))
                    .collect::<Vec<_>>();
                if must && found != [(row.row, row.cause)] {
                    wrong.push(format!("{case}: {found:?}, not {} {}", row.row, row.cause));
                }
                for finding in &diagnosis.findings {
                    let is_right = finding.cause.code() == row.cause;
                    let says_less =
                        finding.cause.code() == "unknown" && !finding.missing.is_empty();
                    // Safari does not tell a missing header from another page's, and shows no preflights.
                    let is_vague = shape == Shape::Safari
                        && finding.cause.code() == "origin-not-allowed"
                        && finding.confidence < crossgate_doctor::Confidence::Certain
                        && !finding.missing.is_empty();
                    if !(is_right || says_less || is_vague) {
                        wrong.push(format!("{case}: a wrong cause, {}", finding.cause.code()));
                    }
                    if finding.url.contains('?')
                        || finding.fix.is_empty()
                        || finding.explanation.is_empty()
                    {
                        wrong.push(format!("{case}: {finding:?}"));
                    }
                }
                if has_console
                    && shape != Shape::Safari
                    && !diagnosis
                        .findings
                        .iter()
                        .any(|it| it.url == SHOWN || it.url.contains("cdn.acme"))
                {
                    wrong.push(format!("{case}: the URL is not named"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_console_alone_gives_findings_that_say_what_is_missing() {
    for row in rows() {
        for shape in SHAPES {
            let text = console(shape, API, PAGE, row.words);
            if text.is_empty() {
                continue;
            }
            let diagnosis = examine(r#"{"log":{"entries":[]}}"#, &text);
            let case = format!("{}, {shape:?}: {:?}", row.name, diagnosis.findings);
            assert_eq!(diagnosis.findings.len(), 1, "{case}");
            let finding = &diagnosis.findings[0];
            assert!(finding.missing.iter().any(|it| it.contains("HAR")), "{case}");
            // What only the entries show may be named as possible, never as certain.
            let is_right = finding.cause.code() == row.cause || finding.cause.code() == "unknown";
            assert!(
                is_right || finding.confidence < crossgate_doctor::Confidence::Certain,
                "{case}"
            );
        }
    }
}

#[test]
fn what_went_well_is_not_found() {
    let ok =
        [(ACAO, PAGE), (ACAC, "true"), (ACAM, "PUT"), (ACAH, "content-type"), ("vary", "Origin")];
    let exchanges = [
        call("GET", "https://app.acme.example/data", PAGE).without("Origin").gets(500, &[]),
        call("GET", "https://img.acme.example/a.png", PAGE)
            .without("Origin")
            .kind("image", "no-cors", "image")
            .gets(200, &[]),
        get().sends("Cookie", "sid=SECRET").gets(200, &ok),
        ask("PUT", "content-type").gets(204, &ok),
        call("PUT", API, PAGE).sends("Cookie", "sid=SECRET").gets(422, &ok),
        call("GET", "https://login.acme.example/", PAGE)
            .without("Origin")
            .kind("document", "navigate", "document")
            .body("text/html", "<html><input type=password>"),
        call("GET", "https://api.acme.example/gone", PAGE).fails("net::ERR_ABORTED"),
    ];
    for shape in [Shape::Chrome, Shape::ChromeSanitised] {
        let diagnosis = examine(&har(shape, PAGE, &exchanges), "");
        assert!(diagnosis.findings.is_empty(), "{shape:?}: {:?}", diagnosis.findings);
    }
    // The others have no word of their own for a call that the page gave up.
    for shape in [Shape::Firefox, Shape::Safari] {
        let diagnosis = examine(&har(shape, PAGE, &exchanges[..6]), "");
        assert!(diagnosis.findings.is_empty(), "{shape:?}: {:?}", diagnosis.findings);
    }
}

#[test]
fn a_failure_that_happens_often_is_one_finding() {
    let exchanges = vec![get().gets(200, &[("vary", "Origin")]).blocked(); 30];
    let diagnosis = examine(&har(Shape::Firefox, PAGE, &exchanges), "");
    assert_eq!(diagnosis.findings.len(), 1);
    assert_eq!((diagnosis.findings[0].times, diagnosis.findings[0].entries.len()), (30, 30));
}
