use std::str::from_utf8;

use askama::Template;
use http::StatusCode;

use super::{
    AddressPage, CodePage, ContinuePage, Forms, Link, MessagePage, NotAllowedPage, STYLE,
    SignOutPage, SignedOutPage, page,
};

/// A name that wants to be markup.
const EVIL: &str = "<script>alert(1)</script>\"'&";

fn body(template: &impl Template) -> String {
    let response = page(StatusCode::OK, template, Forms::None);
    let html = from_utf8(response.body()).unwrap();
    html.split_once("</style>").unwrap().1.to_owned()
}

fn address<'a>(text: &'a str, complaint: Option<String>) -> AddressPage<'a> {
    AddressPage {
        brand: text,
        application: text,
        host: text,
        action: text,
        csrf: text,
        meta: text,
        email: text,
        complaint,
    }
}

fn code<'a>(text: &'a str, complaint: Option<String>) -> CodePage<'a> {
    CodePage {
        brand: text,
        application: text,
        action: text,
        another: text,
        csrf: text,
        meta: text,
        flow: text,
        email: text,
        complaint,
    }
}

fn not_allowed<'a>(text: &'a str, message: Option<&'a str>) -> NotAllowedPage<'a> {
    NotAllowedPage {
        brand: text,
        application: text,
        email: text,
        message,
        another: text,
        request_id: text,
    }
}

fn message<'a>(text: &'a str, more: Option<&'a str>) -> MessagePage<'a> {
    MessagePage {
        brand: text,
        title: text,
        what: text,
        message: more,
        todo: text,
        link: more.map(|text| Link { href: text, text }),
        status: 403,
        code: text,
        request_id: text,
    }
}

#[test]
fn the_pages() {
    let complaint = Some("Something is not right.".to_owned());
    insta::assert_snapshot!("address", body(&address("TEXT", None)));
    insta::assert_snapshot!("address_again", body(&address("TEXT", complaint.clone())));
    insta::assert_snapshot!("code", body(&code("TEXT", None)));
    insta::assert_snapshot!("code_again", body(&code("TEXT", complaint)));
    insta::assert_snapshot!("not_allowed", body(&not_allowed("TEXT", Some("MESSAGE"))));
    insta::assert_snapshot!("message", body(&message("TEXT", Some("MORE"))));
    insta::assert_snapshot!(
        "sign_out",
        body(&SignOutPage { brand: "TEXT", return_to: Some("URL") })
    );
    insta::assert_snapshot!("signed_out", body(&SignedOutPage { brand: "TEXT" }));
    insta::assert_snapshot!(
        "continue",
        body(&ContinuePage { brand: "TEXT", application: "TEXT", href: "URL" })
    );
}

#[test]
fn nothing_that_is_shown_becomes_markup() {
    // sec-C9-R4
    let pages = [
        body(&address(EVIL, Some(EVIL.to_owned()))),
        body(&code(EVIL, Some(EVIL.to_owned()))),
        body(&not_allowed(EVIL, Some(EVIL))),
        body(&message(EVIL, Some(EVIL))),
        body(&SignOutPage { brand: EVIL, return_to: Some(EVIL) }),
        body(&SignedOutPage { brand: EVIL }),
        body(&ContinuePage { brand: EVIL, application: EVIL, href: EVIL }),
    ];
    for html in pages {
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("\"'&"), "a quote ends no attribute: {html}");
    }
}

#[test]
fn every_page_protects_itself() {
    let template = SignedOutPage { brand: "Acme" };
    let response = page(StatusCode::OK, &template, Forms::OwnAndOnwards("https"));
    let headers: Vec<_> = response
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    insta::assert_snapshot!("headers", headers.join("\n").replace(&**super::STYLE_HASH, "HASH"));
    assert!(
        !response.headers().keys().any(|name| name.as_str().starts_with("access-control-")),
        "seed-S7"
    );
}

#[test]
fn the_style_sheet_stands_in_the_page_as_its_hash_says() {
    let response = page(StatusCode::OK, &SignedOutPage { brand: "Acme" }, Forms::None);
    let html = from_utf8(response.body()).unwrap();
    let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert_eq!(style, STYLE);
    assert!(!html.contains("style="), "inline styles would be refused");
}
