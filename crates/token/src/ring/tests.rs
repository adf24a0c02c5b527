mod hostile;
mod rotation;

use std::sync::LazyLock;

use super::{KeyRing, SigningKey};
use crate::claims::{Claims, Expectation, Grant, Subject, TokenType, Use};

const ISS: &str = "https://login.acme.example";
const NOW: i64 = 1_800_000_000;
const COOKIE: Expectation<'static> =
    Expectation { use_: Use::Cookie, type_: TokenType::App, aud: Some("aud"), iss: ISS };

/// Keys are slow to make: these are shared, as parts, by all tests.
static KEYS: LazyLock<[SigningKey; 3]> =
    LazyLock::new(|| std::array::from_fn(|_| SigningKey::generate(ISS, NOW).unwrap()));

fn key(index: usize, created_at: i64) -> SigningKey {
    let key = &KEYS[index];
    SigningKey::from_parts(key.pkcs8(), key.certificate().to_owned(), created_at).unwrap()
}

fn ring() -> KeyRing {
    KeyRing::new(key(0, NOW), None)
}

fn claims() -> Claims {
    let grant = Grant { iss: ISS, aud: "aud", sid: "sid", issued_at: NOW, expires_at: NOW + 3600 };
    let subject = Subject {
        id: "user",
        email: "alice@acme.example",
        identity_nonce: "nonce",
        country: Some("NL"),
        custom: None,
    };
    Claims::application(&grant, &subject).bound_to(Some("hash".to_owned()))
}
