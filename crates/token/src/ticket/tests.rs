use proptest::prelude::*;

use super::{LIFETIME_SECONDS, MAX_LENGTH, Ticket, TicketError, bound_to, open, seal};
use crate::{MasterKey, code};

const NOW: i64 = 1_800_000_000;
const APP1: &str = "https://app1.acme.example";
const HOST: &str = "app2.acme.example";

fn ticket() -> Ticket {
    Ticket {
        id: [1; 16],
        sid: "00000000-0000-4000-8000-000000000001".to_owned(),
        aud: "2".repeat(64),
        bound: bound_to(APP1, HOST),
        expires_at: NOW + LIFETIME_SECONDS,
    }
}

#[test]
fn a_ticket_is_read_back_until_it_ends() {
    let key = MasterKey::new([7; 32]).ticket();
    let sealed = seal(&key, [3; 12], &ticket());
    assert!(sealed.len() <= MAX_LENGTH, "{}", sealed.len());
    for (after, expected) in [
        (0, Ok(ticket())),
        (LIFETIME_SECONDS - 1, Ok(ticket())),
        (LIFETIME_SECONDS, Err(TicketError::Expired)),
    ] {
        assert_eq!(open(&key, sealed.as_bytes(), NOW + after), expected, "after {after} seconds");
    }
}

#[test]
fn a_ticket_is_for_one_page_and_one_host() {
    let rows = [
        ("the page and the host it was made for", APP1, HOST, true),
        ("another page", "https://evil.example", HOST, false),
        ("the page on another port", "https://app1.acme.example:8443", HOST, false),
        ("the page on plain HTTP", "http://app1.acme.example", HOST, false),
        ("no page", "null", HOST, false),
        ("another host", APP1, "app3.acme.example", false),
        ("the same letters cut elsewhere", "https://app1.acme.examplea", "pp2.acme.example", false),
    ];
    for (row, origin, host, expected) in rows {
        assert_eq!(ticket().is_for(origin, host), expected, "{row}");
    }
}

/// sec-C7-O16
#[test]
fn nothing_that_was_sealed_for_another_purpose_is_a_ticket() {
    let master = MasterKey::new([7; 32]);
    let code = code::Code {
        id: [1; 16],
        outcome: code::Outcome::Denied(1),
        aud_hash: [0; 32],
        meta_hash: [0; 32],
        expires_at: NOW + 30,
    };
    let code = code::seal(&master.code(), [3; 12], &code);
    let others = seal(&MasterKey::new([8; 32]).ticket(), [3; 12], &ticket());
    for (row, text) in [("a code", code), ("another installation's", others)] {
        let opened = open(&master.ticket(), text.as_bytes(), NOW);
        assert_eq!(opened, Err(TicketError::Forged), "{row}");
    }
}

proptest! {
    #[test]
    fn no_text_is_a_ticket_by_chance(text in ".{0,600}") {
        let key = MasterKey::new([7; 32]).ticket();
        prop_assert_eq!(open(&key, text.as_bytes(), NOW), Err(TicketError::Forged));
    }

    #[test]
    fn a_changed_ticket_is_none(at in 0usize..200, to in "[A-Za-z0-9_-]") {
        let key = MasterKey::new([7; 32]).ticket();
        let sealed = seal(&key, [3; 12], &ticket());
        let mut changed = sealed.clone();
        let at = at % sealed.len();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != sealed);
        prop_assert_eq!(open(&key, changed.as_bytes(), NOW), Err(TicketError::Forged));
    }
}
