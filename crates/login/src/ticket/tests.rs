use crossgate_token::MasterKey;
use http::Method;

use super::{Exchange, TicketRefusal, Wanted};
use crate::testing::{NOW, Request, gate, keys};

const APP1: &str = "https://app1.acme.example";
const APP2: &str = "https://app2.acme.example";
const PARTNER: &str = "https://partner.example";

fn post(url: &str, origin: &str, site: &'static str) -> Request {
    Request::new(Method::POST, url).with("origin", origin).with_all(&[
        ("sec-fetch-site", site),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
    ])
}

fn ask(body: &str) -> Result<String, TicketRefusal> {
    let request = post(&format!("{APP1}/cdn-cgi/access/ticket"), APP1, "same-origin");
    request.read(|head| {
        let gate = gate();
        let wanted = Wanted::read(&gate, head, body.as_bytes())?;
        Ok(wanted.ticket("sign-in", &keys().ticket(), [1; 16], [2; 12], NOW))
    })
}

#[test]
fn what_a_ticket_may_be_asked_for() {
    let rows = [
        ("an application that lists the page", format!("{APP2}/api?x=1#y"), None),
        ("in capitals", "HTTPS://APP2.ACME.EXAMPLE/".to_owned(), None),
        (
            "with the port that goes without saying",
            "https://app2.acme.example:443/".to_owned(),
            None,
        ),
        ("the page's own host", format!("{APP1}/"), Some(TicketRefusal::NotTrusted)),
        (
            "the login host",
            "https://login.acme.example/".to_owned(),
            Some(TicketRefusal::UnknownApplication),
        ),
        (
            "plain HTTP",
            "http://app2.acme.example/".to_owned(),
            Some(TicketRefusal::UnknownApplication),
        ),
        ("another scheme", "data:,app2.acme.example".to_owned(), Some(TicketRefusal::Unreadable)),
        (
            "user information",
            "https://a:b@app2.acme.example/".to_owned(),
            Some(TicketRefusal::Unreadable),
        ),
        ("bytes that are no text", "\u{fffd}".to_owned(), Some(TicketRefusal::Unreadable)),
    ];
    for (row, url, expected) in rows {
        assert_eq!(ask(&url).err(), expected, "{row}");
    }
}

fn exchange(ticket: &str, origin: &str, at: i64) -> Result<bool, TicketRefusal> {
    let request = post(&format!("{APP2}/cdn-cgi/access/exchange"), origin, "cross-site");
    request.read(|head| {
        let gate = gate();
        let exchange = Exchange::read(&gate, head, ticket.as_bytes(), &keys().ticket(), at)?;
        assert_eq!((exchange.sid.as_str(), exchange.id), ("sign-in", [1; 16]));
        Ok(exchange.cross_site)
    })
}

#[test]
fn a_ticket_is_good_for_half_a_minute_and_one_page() {
    let ticket = ask(APP2).unwrap();
    let rows = [
        ("by its page", APP1, 0, Ok(false)),
        ("just in time", APP1, 29, Ok(false)),
        ("too late", APP1, 30, Err(TicketRefusal::Expired)),
        ("by another page that is listed", PARTNER, 0, Err(TicketRefusal::Invalid)),
        ("by a page that is not", "https://evil.example", 0, Err(TicketRefusal::NotTrusted)),
        ("by nobody's page", "null", 0, Err(TicketRefusal::NotTrusted)),
    ];
    for (row, origin, after, expected) in rows {
        assert_eq!(exchange(&ticket, origin, NOW + after), expected, "{row}");
    }
}

#[test]
fn tickets_of_another_installation_open_nothing() {
    let other = post(&format!("{APP1}/cdn-cgi/access/ticket"), APP1, "same-origin").read(|head| {
        let gate = gate();
        let wanted = Wanted::read(&gate, head, APP2.as_bytes()).unwrap();
        wanted.ticket("sign-in", &MasterKey::new([8; 32]).ticket(), [1; 16], [2; 12], NOW)
    });
    assert_eq!(exchange(&other, APP1, NOW), Err(TicketRefusal::Invalid));
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let mut codes = TicketRefusal::ALL.map(TicketRefusal::code).to_vec();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), TicketRefusal::ALL.len());
}

proptest::proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let request = post(&format!("{APP1}/cdn-cgi/access/ticket"), APP1, "same-origin");
        request.read(|head| {
            let gate = gate();
            let _refused = Wanted::read(&gate, head, &body).is_err();
            let _invalid = Exchange::read(&gate, head, &body, &keys().ticket(), NOW).is_err();
        });
    }
}
