use super::{Console, Message};
use crate::{Engine, Symptom};

fn read(text: &str) -> Vec<Message> {
    Console::read(text.as_bytes()).unwrap().messages
}

#[test]
fn chrome_says_in_each_form_what_it_checked() {
    let head = "Access to fetch at 'https://api.b.example/x?token=s' from origin 'https://a.example' has been blocked by CORS policy: ";
    let pre = "Response to preflight request doesn't pass access control check: ";
    let rows = [
        (
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            Symptom::AllowOriginMissing,
            None,
        ),
        (
            "The 'Access-Control-Allow-Origin' header has a value 'https://c.example' that is not equal to the supplied origin. Have the server send the header with a valid value.",
            Symptom::AllowOriginMismatch,
            Some("https://c.example"),
        ),
        (
            "The 'Access-Control-Allow-Origin' header contains multiple values 'https://a.example, *', but only one is allowed. Have the server send the header with a valid value.",
            Symptom::AllowOriginMultiple,
            Some("https://a.example, *"),
        ),
        (
            "The 'Access-Control-Allow-Origin' header contains the invalid value 'a.example.com'. Have the server send the header with a valid value.",
            Symptom::AllowOriginInvalid,
            Some("a.example.com"),
        ),
        (
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
            Symptom::WildcardWithCredentials,
            Some("*"),
        ),
        (
            "The value of the 'Access-Control-Allow-Credentials' header in the response is 'True' which must be 'true' when the request's credentials mode is 'include'.",
            Symptom::AllowCredentialsMissing,
            Some("True"),
        ),
        (
            "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
            Symptom::PreflightStatus,
            None,
        ),
        (
            "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.",
            Symptom::PreflightRedirect,
            None,
        ),
        (
            "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.",
            Symptom::MethodNotAllowed,
            Some("PUT"),
        ),
        (
            "Request header field x-test is not allowed by Access-Control-Allow-Headers in preflight response.",
            Symptom::HeaderNotAllowed,
            Some("x-test"),
        ),
        (
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
            Symptom::PreflightSyntax,
            Some("Access-Control-Allow-Headers"),
        ),
        (
            "Redirect location 'https://u:p@b.example/' contains a username and password, which is disallowed for cross-origin requests.",
            Symptom::RedirectUserinfo,
            None,
        ),
        (
            "Permission was denied for this request to access the `loopback` address space.",
            Symptom::LocalNetwork,
            Some("loopback"),
        ),
        (
            "Cross origin requests are only supported for protocol schemes: chrome, data, http, https.",
            Symptom::UnsupportedScheme,
            None,
        ),
    ];
    for (reason, symptom, value) in rows {
        for prefix in ["", "index.html:17 ", "[Error] "] {
            for quotes in [["'", "'"], ["\u{2018}", "\u{2019}"], ["\u{201A}", "\u{2018}"]] {
                let mut open = false;
                let line = format!("{prefix}{head}{reason}").replace("doesn't", "doesnt");
                let line = line
                    .chars()
                    .map(|it| {
                        if it == '\'' {
                            open = !open;
                            quotes[usize::from(!open)].to_owned()
                        } else {
                            it.to_string()
                        }
                    })
                    .collect::<String>();
                let messages = read(&line.replace("doesnt", "doesn't"));
                assert_eq!(messages.len(), 1, "{line}");
                assert_eq!(
                    (messages[0].symptom, messages[0].value.as_deref()),
                    (symptom, value),
                    "{line}"
                );
                assert_eq!(
                    messages[0].target.as_ref().unwrap().as_str(),
                    "https://api.b.example/x",
                    "{line}"
                );
                assert_eq!(messages[0].page_origin.as_deref(), Some("https://a.example"), "{line}");
            }
        }
    }
    let both = read(&format!(
        "{head}{pre}No 'Access-Control-Allow-Origin' header is present on the requested resource."
    ));
    assert!(both[0].on_preflight);
    let redirected = read(
        "Access to XMLHttpRequest at 'https://login.example/l?x=1' (redirected from 'https://b.example/x') from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    );
    assert_eq!(redirected[0].redirected_from.as_ref().unwrap().as_str(), "https://b.example/x");
}

#[test]
fn other_lines_of_chrome_are_read_and_echoes_are_not_counted() {
    let rows = [
        (
            "Fetch API cannot load https://b.example/x. Request mode is \"same-origin\" but the URL's origin is not same as the request origin https://a.example.",
            Symptom::UnsupportedScheme,
        ),
        (
            "page.html:9 GET https://b.example/x net::ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByCoep 200 (OK)",
            Symptom::ResourcePolicy,
        ),
        ("page.html:9  GET https://b.example/x net::ERR_CONNECTION_REFUSED", Symptom::NotCors),
        (
            "https://b.example/x:1  Failed to load resource: net::ERR_CERT_AUTHORITY_INVALID",
            Symptom::NotCors,
        ),
        (
            "Refused to connect to 'https://b.example/x' because it violates the following Content Security Policy directive: \"connect-src 'self'\".",
            Symptom::NotCors,
        ),
        (
            "Mixed Content: The page at 'https://a.example/' was loaded over HTTPS, but requested an insecure resource 'http://b.example/x'. This request has been blocked; the content must be served over HTTPS.",
            Symptom::NotCors,
        ),
    ];
    for (line, symptom) in rows {
        let messages = read(line);
        assert_eq!(messages.len(), 1, "{line}");
        assert_eq!(messages[0].symptom, symptom, "{line}");
        assert!(messages[0].target.as_ref().unwrap().host() == "b.example", "{line}");
    }
    let two = "Access to fetch at 'https://b.example/x' from origin 'https://a.example' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\npage.html:9  GET https://b.example/x net::ERR_FAILED 200 (OK)\nUncaught TypeError: Failed to fetch";
    assert_eq!(read(two).len(), 1);
}

#[test]
fn firefox_says_in_each_form_what_it_checked() {
    let rows = [
        (
            "CORS header \u{2018}Access-Control-Allow-Origin\u{2019} missing). Status code: 200.",
            Symptom::AllowOriginMissing,
            None,
            Some(200),
        ),
        (
            "CORS header \u{2018}Access-Control-Allow-Origin\u{2019} does not match \u{2018}https://c.example\u{2019}).",
            Symptom::AllowOriginMismatch,
            Some("https://c.example"),
            None,
        ),
        (
            "CORS header \u{2018}Access-Control-Allow-Origin\u{2019} does not match \u{2018}null\u{2019}).",
            Symptom::AllowOriginMismatch,
            Some("null"),
            None,
        ),
        (
            "CORS header \u{2018}Access-Control-Allow-Origin\u{2019} does not match \u{2018}https://a.example, https://c.example\u{2019}).",
            Symptom::AllowOriginMultiple,
            Some("https://a.example, https://c.example"),
            None,
        ),
        (
            "CORS header \u{2018}Access-Control-Allow-Origin\u{2019} does not match \u{2018}a.example.com\u{2019}).",
            Symptom::AllowOriginInvalid,
            Some("a.example.com"),
            None,
        ),
        (
            "Multiple CORS header \u{2018}Access-Control-Allow-Origin\u{2019} not allowed).",
            Symptom::AllowOriginMultiple,
            None,
            None,
        ),
        (
            "Credential is not supported if the CORS header \u{2018}Access-Control-Allow-Origin\u{2019} is \u{2018}*\u{2019}).",
            Symptom::WildcardWithCredentials,
            Some("*"),
            None,
        ),
        (
            "expected \u{2018}true\u{2019} in CORS header \u{2018}Access-Control-Allow-Credentials\u{2019}).",
            Symptom::AllowCredentialsMissing,
            None,
            None,
        ),
        (
            "CORS preflight response did not succeed). Status code: 403.",
            Symptom::PreflightStatus,
            None,
            Some(403),
        ),
        ("CORS request external redirect not allowed).", Symptom::PreflightRedirect, None, None),
        (
            "Did not find method in CORS header \u{2018}Access-Control-Allow-Methods\u{2019}).",
            Symptom::MethodNotAllowed,
            None,
            None,
        ),
        (
            "header \u{2018}x-test\u{2019} is not allowed according to header \u{2018}Access-Control-Allow-Headers\u{2019} from CORS preflight response).",
            Symptom::HeaderNotAllowed,
            Some("x-test"),
            None,
        ),
        (
            "invalid token \u{2018}PUT; GET\u{2019} in CORS header \u{2018}Access-Control-Allow-Methods\u{2019}).",
            Symptom::PreflightSyntax,
            Some("Access-Control-Allow-Methods"),
            None,
        ),
        ("CORS request not http).", Symptom::UnsupportedScheme, None, None),
        ("CORS request did not succeed). Status code: (null).", Symptom::NotCors, None, None),
    ];
    for (reason, symptom, value, status) in rows {
        let text = format!(
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://b.example/x?token=s. (Reason: {reason}"
        );
        let quoted = text.replace(
            "https://b.example/x?token=s.",
            "\u{2018}https://b.example/x?token=s\u{2019}.",
        );
        for line in [text.clone(), format!("[JavaScript Error: \"{text}\"]"), quoted] {
            let messages = read(&line);
            assert_eq!(messages.len(), 1, "{line}");
            let message = &messages[0];
            assert_eq!(
                (message.symptom, message.value.as_deref(), message.status),
                (symptom, value, status),
                "{line}"
            );
            assert_eq!(message.target.as_ref().unwrap().as_str(), "https://b.example/x", "{line}");
        }
    }
    let echo = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://b.example/x. (Reason: CORS preflight response did not succeed). Status code: 403.\nCross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://b.example/x. (Reason: CORS request did not succeed). Status code: (null).";
    assert_eq!(read(echo).len(), 1, "the generic line after a failed preflight");
    let redirect = "Cross-Origin Request Blocked: x at https://b.example/x. (Reason: CORS request external redirect not allowed).\nCross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://b.example/x. (Reason: CORS header \u{2018}Access-Control-Allow-Origin\u{2019} does not match \u{2018}https://z\u{2019}).";
    assert!(read(redirect).len() <= 2);
    let warning = read(
        "[JavaScript Warning: \"Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at https://b.example/x soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not covered. To include the `Authorization` header, it must be explicitly listed in CORS header `Access-Control-Allow-Headers`).\"]",
    );
    assert_eq!(warning[0].symptom, Symptom::AuthorizationWildcard);
    let corp = read(
        "[JavaScript Error: \"The resource at \u{201C}https://b.example/x.js\u{201D} was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof). See https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#\" {file: \"https://a.example/\" line: 0}]",
    );
    assert_eq!(corp[0].target.as_ref().unwrap().as_str(), "https://b.example/x.js");
}

#[test]
fn safari_names_the_url_in_the_line_after_the_reason() {
    let follow =
        "\n[Error] Fetch API cannot load https://b.example/x due to access control checks.";
    let rows = [
        (
            "[Error] Origin https://a.example is not allowed by Access-Control-Allow-Origin. Status code: 200",
            Symptom::AllowOriginMissing,
            Some(200),
        ),
        (
            "[Error] Access-Control-Allow-Origin cannot contain more than one origin.",
            Symptom::AllowOriginMultiple,
            None,
        ),
        (
            "[Error] Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
            Symptom::WildcardWithCredentials,
            None,
        ),
        (
            "[Error] Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".",
            Symptom::AllowCredentialsMissing,
            None,
        ),
        (
            "[Error] Preflight response is not successful. Status code: 401",
            Symptom::PreflightStatus,
            Some(401),
        ),
        (
            "[Error] Request header field x-test is not allowed by Access-Control-Allow-Headers.",
            Symptom::HeaderNotAllowed,
            None,
        ),
    ];
    for (line, symptom, status) in rows {
        let messages = read(&format!("{line}{follow}"));
        assert_eq!(messages.len(), 1, "{line}");
        assert_eq!(
            (messages[0].symptom, messages[0].status, messages[0].engine),
            (symptom, status, Engine::Webkit),
            "{line}"
        );
        assert_eq!(messages[0].target.as_ref().unwrap().as_str(), "https://b.example/x", "{line}");
    }
}

#[test]
fn a_console_without_end_is_read_in_bounded_memory() {
    let long = "x".repeat(1_000_000);
    let text = format!(
        "{long}\nCross-Origin Request Blocked: x remote resource at https://b.example/x. (Reason: CORS request not http).\n"
    );
    let messages = read(&text);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].line, 2);
}
