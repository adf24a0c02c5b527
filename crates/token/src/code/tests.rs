use proptest::prelude::*;

use super::{Code, CodeError, LENGTH, MAX_SID, Outcome, aud_hash, meta_hash, open, seal};
use crate::{MasterKey, SealKey};

fn key() -> SealKey {
    MasterKey::new([7; 32]).code()
}

fn code(outcome: Outcome) -> Code {
    Code {
        id: [1; 16],
        outcome,
        aud_hash: aud_hash("a"),
        meta_hash: meta_hash("m"),
        expires_at: 130,
    }
}

fn permitted(sid: &str) -> Outcome {
    Outcome::Permitted { sid: sid.to_owned() }
}

#[test]
fn every_outcome_has_the_same_length() {
    let longest = "s".repeat(MAX_SID);
    for outcome in [
        permitted(""),
        permitted("short"),
        permitted(&longest),
        Outcome::Denied(0),
        Outcome::Denied(255),
    ] {
        let sealed = seal(&key(), [9; 12], &code(outcome.clone()));
        assert_eq!(sealed.len(), LENGTH, "{outcome:?}");
        assert_eq!(open(&key(), &sealed, 100), Ok(code(outcome)));
    }
}

#[test]
fn a_session_id_that_does_not_fit_is_no_permission() {
    let sealed = seal(&key(), [9; 12], &code(permitted(&"s".repeat(MAX_SID + 1))));
    assert_eq!(open(&key(), &sealed, 100), Ok(code(Outcome::Denied(u8::MAX))));
}

#[test]
fn a_code_ends_at_its_second() {
    let sealed = seal(&key(), [9; 12], &code(permitted("s")));
    assert!(open(&key(), &sealed, 129).is_ok());
    assert_eq!(open(&key(), &sealed, 130), Err(CodeError::Expired));
    assert_eq!(open(&key(), &sealed, i64::MAX), Err(CodeError::Expired));
}

#[test]
fn what_is_no_code_of_ours_is_refused() {
    let sealed = seal(&key(), [9; 12], &code(permitted("s")));
    let rows = [
        ("nothing", String::new(), CodeError::Malformed),
        (
            "another installation's",
            seal(&MasterKey::new([8; 32]).code(), [9; 12], &code(permitted("s"))),
            CodeError::Forged,
        ),
        ("cut short", sealed[..LENGTH - 1].to_owned(), CodeError::Malformed),
        ("something after it", format!("{sealed}A"), CodeError::Malformed),
        ("not base64url", "!".repeat(LENGTH), CodeError::Malformed),
    ];
    for (row, sealed, error) in rows {
        assert_eq!(open(&key(), &sealed, 100), Err(error), "{row}");
    }
}

#[test]
fn an_application_is_no_statement() {
    assert_ne!(aud_hash("same"), meta_hash("same"));
}

proptest! {
    #[test]
    fn no_altered_bit_passes(at in 0..LENGTH, bit in 0..8_u8) {
        let mut sealed = seal(&key(), [9; 12], &code(permitted("s"))).into_bytes();
        sealed[at] ^= 1 << bit;
        if let Ok(sealed) = String::from_utf8(sealed) {
            prop_assert!(open(&key(), &sealed, 100).is_err());
        }
    }

    #[test]
    fn any_code_is_read_as_written(id: [u8; 16], sid in "[a-z0-9-]{0,64}", meta: [u8; 32], nonce: [u8; 12]) {
        let code = Code { id, outcome: permitted(&sid), aud_hash: [0; 32], meta_hash: meta, expires_at: i64::MAX };
        prop_assert_eq!(open(&key(), &seal(&key(), nonce, &code), 0), Ok(code));
    }

    #[test]
    fn nothing_panics(sealed in ".{0,300}", now: i64) {
        prop_assert!(open(&key(), &sealed, now).is_err());
    }
}
