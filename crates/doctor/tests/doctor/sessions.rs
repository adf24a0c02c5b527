//! Calls that came without a session, and why.

use super::builder::{Exchange, Shape, call, har};
use super::classes::{API, PAGE};
use super::examine;

const LOGIN: &str = "https://login.acme.example/cdn-cgi/access/login/api?kid=1&meta=SECRET";
const PARTNER: &str = "https://partner.example";
/// `{"exp":1000000000}`
const EXPIRED: &str = "CF_Authorization=eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.SECRET";

fn to_login(page: &str) -> Exchange {
    call("GET", API, page).gets(302, &[("location", LOGIN)]).blocked()
}

fn visit(set_cookie: &str) -> Exchange {
    call("GET", "https://api.acme.example/", "-")
        .without("Origin")
        .kind("document", "navigate", "document")
        .gets(200, &[("set-cookie", set_cookie)])
}

#[test]
#[rustfmt::skip]
fn why_there_was_no_session_is_told_as_far_as_the_recording_shows() {
    use Shape::{Chrome, ChromeSanitised, Firefox};
    let rows: [(_, _, Vec<Shape>, Vec<Exchange>, _); 12] = [
        ("the visitor has never been there", PAGE, vec![Chrome, Firefox, ChromeSanitised], vec![to_login(PAGE)], "session-missing"),
        ("a token that had expired", PAGE, vec![Chrome, Firefox], vec![to_login(PAGE).sends("Cookie", EXPIRED)], "session-expired"),
        ("a cookie that was no good", PAGE, vec![Chrome, Firefox], vec![to_login(PAGE).sends("Cookie", "CF_Authorization=SECRET")], "session-expired"),
        ("an earlier call went well, and cookies are not shown", PAGE, vec![ChromeSanitised],
            vec![call("GET", "https://api.acme.example/a", PAGE).gets(200, &[("access-control-allow-origin", PAGE)]), to_login(PAGE)], "session-missing"),
        ("a cookie of the same site stayed behind", PAGE, vec![Chrome, Firefox],
            vec![visit("CF_Authorization=SECRET; Path=/; Secure; SameSite=None"), to_login(PAGE)], "credentials-not-sent"),
        ("a Lax cookie and a page of another site", PARTNER, vec![Chrome, Firefox],
            vec![visit("CF_Authorization=SECRET; Path=/; Secure; SameSite=Lax"), to_login(PARTNER)], "same-site-cookie"),
        ("a cookie for all sites, and Firefox", PARTNER, vec![Firefox],
            vec![visit("CF_Authorization=SECRET; Path=/; Secure; SameSite=None"), to_login(PARTNER)], "third-party-cookies-blocked"),
        ("the browser says that it keeps cookies", PARTNER, vec![Chrome, ChromeSanitised, Firefox],
            vec![to_login(PARTNER).sends("Sec-Fetch-Storage-Access", "none")], "third-party-cookies-blocked"),
        ("a script element without credentials", PAGE, vec![Chrome, Firefox, ChromeSanitised],
            vec![to_login(PAGE).kind("script", "cors", "script")], "anonymous-script"),
        ("a login page in place of data", PAGE, vec![Chrome, Firefox, ChromeSanitised],
            vec![call("GET", API, PAGE).body("text/html", "<!doctype html><title>Sign in</title>").gets(200, &[("access-control-allow-origin", PAGE)])], "login-page-as-response"),
        ("a readable 401 of the gateway's own", PAGE, vec![Chrome, Firefox],
            vec![call("GET", API, PAGE).body("application/problem+json", r#"{"code":"session-absent","login_url":"SECRET"}"#)
                .gets(401, &[("access-control-allow-origin", PAGE), ("x-request-id", "1")])], "session-missing"),
        ("a socket that was refused", PARTNER, vec![Chrome, Firefox, ChromeSanitised],
            vec![call("GET", "wss://api.acme.example/s", PARTNER).kind("websocket", "websocket", "empty").gets(403, &[])], "origin-not-allowed"),
    ];
    for (row, page, shapes, exchanges, cause) in rows {
        for shape in shapes {
            let diagnosis = examine(&har(shape, page, &exchanges), "");
            let found = diagnosis.findings.iter().map(|it| it.cause.code()).collect::<Vec<_>>();
            assert_eq!(found, [cause], "{row}, {shape:?}: {:?}", diagnosis.findings);
        }
    }
}

#[test]
fn a_later_try_that_went_well_is_pointed_out() {
    let ok = [("access-control-allow-origin", PAGE), ("vary", "Origin")];
    let exchanges = [
        call("GET", API, PAGE).gets(302, &ok).gets(302, &[("location", LOGIN)]),
        call("GET", LOGIN, "null")
            .gets(302, &[("access-control-allow-origin", "null"), ("location", API)]),
        call("GET", API, "null").gets(200, &ok).blocked(),
        call("GET", API, PAGE)
            .sends("Cookie", "CF_Authorization=SECRET")
            .gets(200, &ok)
            .gets(200, &[("access-control-allow-credentials", "true")]),
    ];
    let diagnosis = examine(&har(Shape::Firefox, PAGE, &exchanges), "");
    assert_eq!(diagnosis.findings.len(), 1, "{:?}", diagnosis.findings);
    let finding = &diagnosis.findings[0];
    assert_eq!(finding.cause.code(), "null-origin-after-redirect");
    assert_eq!(finding.entries, [0, 1, 2]);
    assert!(finding.explanation.contains("entry 3"), "{}", finding.explanation);
    assert!(finding.danger.is_some_and(|it| it.contains("null")));
}
