use crossgate_model::Host;
use crossgate_policy::EmailAddress;

use super::{Complaint, Effect, Event, Flow, Judgement, State, Surroundings, step};
use crate::testing::gate;

fn flow(email: &str) -> Flow {
    Flow { email: EmailAddress::parse(email).unwrap(), nonce: "nonce".into() }
}

fn take(state: State, event: Event<'_>) -> (State, Effect) {
    let gate = gate();
    let application = gate.application(&Host::parse("app1.acme.example").unwrap(), "/").unwrap();
    let nobody = |_: &EmailAddress| None;
    let around = Surroundings {
        application,
        client: "192.0.2.7".parse().unwrap(),
        known_device: &nobody,
        nonce: "nonce",
    };
    step(state, event, &around)
}

#[test]
fn an_address_gets_a_flow_whether_or_not_it_is_admitted() {
    for (email, expected) in
        [("alice@acme.example", true), ("  Alice@ACME.example ", true), ("eve@evil.example", false)]
    {
        let (state, effect) = take(State::Address, Event::AddressSent(email));
        let State::Code(flow) = state else { panic!("{email}") };
        assert_eq!(flow.nonce, "nonce");
        let Effect::MakeCode { admitted, limits } = effect else { panic!("{email}") };
        assert_eq!((admitted, limits.len()), (expected, 3), "{email}");
    }
}

#[test]
fn what_is_no_address_is_asked_for_again() {
    let long = format!("{}@acme.example", "a".repeat(300));
    for text in [
        "",
        "alice",
        "alice@@acme.example",
        "a@b@acme.example",
        "alice@acme.example\r\nBcc: x@y.example",
        "alice @acme.example",
        &long,
    ] {
        let expected = (State::Address, Effect::AskAddress(Some(Complaint::NotAnAddress)));
        assert_eq!(take(State::Address, Event::AddressSent(text)), expected, "{text:?}");
    }
}

#[test]
fn a_code_is_tried_only_if_it_could_be_one() {
    for (text, digits) in [("123456", "123456"), (" 123 456\n", "123456"), ("123-456", "123456")] {
        let (_, effect) = take(State::Code(flow("alice@acme.example")), Event::CodeSent(text));
        let Effect::TryCode { digits: found, .. } = effect else { panic!("{text:?}") };
        assert_eq!(found, digits);
    }
    for text in ["", "12345", "1234567", "12345a", "１２３４５６", &"1".repeat(100_000)] {
        let (_, effect) = take(State::Code(flow("alice@acme.example")), Event::CodeSent(text));
        assert_eq!(effect, Effect::AskCode(Some(Complaint::NotACode)), "{text:.20?}");
    }
}

#[test]
fn the_stores_judgement_is_told() {
    let rows = [
        (
            Judgement::Accepted { email: "a@b.example".into() },
            Effect::SignIn { email: "a@b.example".into() },
        ),
        (Judgement::AlreadyUsed, Effect::AskCode(Some(Complaint::UsedCode))),
        (Judgement::Expired, Effect::AskCode(Some(Complaint::ExpiredCode))),
        (Judgement::TooManyAttempts, Effect::AskCode(Some(Complaint::TooManyWrongCodes))),
        (
            Judgement::Wrong { attempts_left: 0 },
            Effect::AskCode(Some(Complaint::TooManyWrongCodes)),
        ),
        (
            Judgement::Wrong { attempts_left: 2 },
            Effect::AskCode(Some(Complaint::WrongCode { attempts_left: 2 })),
        ),
    ];
    for (judgement, expected) in rows {
        let (_, effect) = take(State::Code(flow("alice@acme.example")), Event::Judged(judgement));
        assert_eq!(effect, expected);
    }
}

#[test]
fn nobody_is_signed_in_without_an_accepted_code() {
    // sec-C9-R6: an empty or early form skips no stage.
    for event in
        [Event::CodeSent(""), Event::CodeSent("123456"), Event::AddressSent(""), Event::TooOften]
    {
        let (_, effect) = take(State::Address, event.clone());
        assert!(matches!(effect, Effect::AskAddress(_)), "{event:?}");
    }
    let accepted = Event::Judged(Judgement::Accepted { email: "alice@acme.example".into() });
    assert_eq!(
        take(State::Address, accepted).1,
        Effect::AskAddress(None),
        "a judgement without a flow is none"
    );
}

#[test]
fn a_flow_is_bound_to_browser_nonce_and_address() {
    let id = flow("alice@acme.example").id("browser");
    assert_eq!(id, flow("alice@acme.example").id("browser"));
    assert_ne!(id, flow("alice@acme.example").id("another browser"));
    assert_ne!(id, flow("bob@acme.example").id("browser"));
    let other = Flow { nonce: "other".into(), ..flow("alice@acme.example") };
    assert_ne!(id, other.id("browser"));
}
