use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::{
    CLIENT_ID, CLIENT_SECRET, ClientId, ClientSecret, MalformedCredentials, Presented,
    ServiceCredentials,
};

const SINGLE: HeaderName = http::header::AUTHORIZATION;

fn id() -> String {
    ClientId::from_random([0xab; 16]).as_str().to_owned()
}

fn secret() -> String {
    ClientSecret::from_random([7; 29]).expose().to_owned()
}

fn read(
    headers: &[(HeaderName, &str)],
    single: Option<&HeaderName>,
) -> Result<Option<(String, String)>, MalformedCredentials> {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
        .collect();
    match ServiceCredentials::from_headers(&headers, single) {
        Presented::None => Ok(None),
        Presented::One { id, secret } => {
            Ok(Some((id.as_str().to_owned(), secret.expose().to_owned())))
        }
        Presented::Malformed(reason) => Err(reason),
    }
}

#[test]
fn credentials_are_one_pair_or_malformed() {
    let (id, secret) = (id(), secret());
    let json = format!(r#"{{"cf-access-client-id":"{id}","cf-access-client-secret":"{secret}"}}"#);
    let half = format!(r#"{{"cf-access-client-id":"{id}"}}"#);
    let twice = json.replacen('{', &format!("{{\"cf-access-client-id\":\"{id}\","), 1);
    let mistyped = format!("{}0", &secret[..secret.len() - 1]);
    let pair = [(CLIENT_ID, &*id), (CLIENT_SECRET, &*secret)];
    let one = Ok(Some((id.clone(), secret.clone())));
    use MalformedCredentials::{Doubled, DoublySourced, Half, Unreadable};
    let rows: Vec<(&str, Vec<(HeaderName, &str)>, _)> = vec![
        ("no headers", vec![], Ok(None)),
        ("the pair", pair.to_vec(), one.clone()),
        ("an id alone", vec![(CLIENT_ID, &id)], Err(Half)),
        ("a secret alone", vec![(CLIENT_SECRET, &secret)], Err(Half)),
        ("an id twice", [&pair[..], &[(CLIENT_ID, &id)]].concat(), Err(Doubled)),
        ("a secret twice", [&pair[..], &[(CLIENT_SECRET, &secret)]].concat(), Err(Doubled)),
        ("an empty id", vec![(CLIENT_ID, ""), (CLIENT_SECRET, &secret)], Err(Unreadable)),
        (
            "a secret that is none",
            vec![(CLIENT_ID, &id), (CLIENT_SECRET, "secret")],
            Err(Unreadable),
        ),
        ("a mistyped secret", vec![(CLIENT_ID, &id), (CLIENT_SECRET, &mistyped)], Err(Unreadable)),
        ("the single header", vec![(SINGLE, &json)], one),
        ("both sources", [&pair[..], &[(SINGLE, &json)]].concat(), Err(DoublySourced)),
        (
            "half a pair and the single header",
            vec![(CLIENT_ID, &id), (SINGLE, &json)],
            Err(DoublySourced),
        ),
        ("the single header twice", vec![(SINGLE, &json), (SINGLE, &json)], Err(Doubled)),
        (
            "the single header and something else",
            vec![(SINGLE, "Bearer x"), (SINGLE, &json)],
            Err(Doubled),
        ),
        ("half a single header", vec![(SINGLE, &half)], Err(Half)),
        ("a member twice", vec![(SINGLE, &twice)], Err(Unreadable)),
        ("an empty object", vec![(SINGLE, "{}")], Err(Unreadable)),
        ("half an object", vec![(SINGLE, &json[..20])], Err(Unreadable)),
        ("somebody else's single header", vec![(SINGLE, "Bearer x")], Ok(None)),
        (
            "somebody else's, beside the pair",
            [&pair[..], &[(SINGLE, "Bearer x")]].concat(),
            Ok(Some((id.clone(), secret.clone()))),
        ),
    ];
    for (row, headers, expected) in rows {
        assert_eq!(read(&headers, Some(&SINGLE)), expected, "{row}");
    }
    assert_eq!(
        read(&[(SINGLE, &json)], None),
        Ok(None),
        "a single header that the application does not read"
    );
    let long = format!("{{{}}}", " ".repeat(2_000));
    assert_eq!(read(&[(SINGLE, &long)], Some(&SINGLE)), Err(Unreadable), "a long single header");
}

#[test]
fn a_client_id_has_one_form() {
    let hex = "0123456789abcdef0123456789abcdef";
    assert!(ClientId::parse(&format!("{hex}.access")).is_some());
    for text in [
        hex,
        ".access",
        &format!("{}.access", hex.to_uppercase()),
        &format!("{hex}0.access"),
        &format!("{hex}.access "),
    ] {
        assert!(ClientId::parse(text).is_none(), "{text}");
    }
}

#[test]
fn a_hash_is_one_secrets() {
    let (one, other) = (ClientSecret::from_random([1; 29]), ClientSecret::from_random([2; 29]));
    let stored = super::SecretHash::from_bytes(*one.hash().as_bytes());
    assert!(stored.verify(&one));
    assert!(!stored.verify(&other));
}

proptest! {
    #[test]
    fn any_secret_made_is_read(random in proptest::array::uniform29(any::<u8>())) {
        let secret = ClientSecret::from_random(random);
        prop_assert_eq!(secret.expose().len(), 54);
        prop_assert!(ClientSecret::parse(secret.expose()).is_some_and(|read| read.expose() == secret.expose()));
    }

    #[test]
    fn different_bytes_make_different_secrets(one in proptest::array::uniform29(any::<u8>()), bit in 0..29 * 8_usize) {
        let mut other = one;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(ClientSecret::from_random(one).expose() != ClientSecret::from_random(other).expose());
    }

    #[test]
    fn one_wrong_character_is_noticed(at in 0..54_usize, new in "[0-9A-Za-z]") {
        let mut text = secret();
        let changed = &text[at..=at] != new.as_str();
        text.replace_range(at..=at, &new);
        prop_assert_eq!(ClientSecret::parse(&text).is_none(), changed);
    }

    #[test]
    fn nothing_panics(text in ".{0,60}", object in "\\{.{0,60}") {
        prop_assert!(ClientSecret::parse(&text).is_none() && ClientId::parse(&text).is_none());
        if let Ok(value) = HeaderValue::from_str(&object) {
            let headers: HeaderMap = std::iter::once((SINGLE, value)).collect();
            let presented = ServiceCredentials::from_headers(&headers, Some(&SINGLE));
            let is_pair = matches!(presented, Presented::One { .. });
            prop_assert!(!is_pair);
        }
    }
}
