//! Tokens that nobody should accept.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{COOKIE, ISS, KEYS, NOW, claims, key, ring};
use crate::octets::{from_text, to_text};
use crate::ring::{KeyRing, MAX_TOKEN_LENGTH};
use crate::{Claims, Expectation, TokenError, TokenType, Use};

fn parts(header: &Value, payload: &Value) -> String {
    let text = |value: &Value| to_text(value.to_string().as_bytes());
    format!("{}.{}", text(header), text(payload))
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": KEYS[0].kid(), "typ": "JWT" })
}

fn payload() -> Value {
    serde_json::to_value(claims()).unwrap()
}

/// Our own key signs whatever the row says.
fn signed_with(key: usize, encoding: &'static dyn RsaEncoding, message: &str) -> String {
    let pair = RsaKeyPair::from_pkcs8(KEYS[key].pkcs8()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", to_text(&signature))
}

fn signed(header: &Value, payload: &Value) -> String {
    signed_with(0, &RSA_PKCS1_SHA256, &parts(header, payload))
}

fn hmac_signed(header: &Value, secret: &[u8]) -> String {
    let message = parts(header, &payload());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", to_text(tag.as_ref()))
}

fn with(mut value: Value, member: &str, new: Value) -> Value {
    value[member] = new;
    value
}

fn without(mut value: Value, member: &str) -> Value {
    value.as_object_mut().unwrap().shift_remove(member);
    value
}

#[test]
fn a_header_cannot_choose_how_it_is_verified() {
    let modulus = from_text(KEYS[0].modulus()).unwrap();
    let hs256 = with(header(), "alg", json!("HS256"));
    let own_key = json!({ "kty": "RSA", "n": KEYS[1].modulus(), "e": "AQAB" });
    let rows = [
        (
            "alg none",
            format!("{}.", parts(&with(header(), "alg", json!("none")), &payload())),
            TokenError::Algorithm,
        ),
        (
            "alg NONE",
            format!("{}.", parts(&with(header(), "alg", json!("NONE")), &payload())),
            TokenError::Algorithm,
        ),
        ("no signature", format!("{}.", parts(&header(), &payload())), TokenError::Signature),
        ("HS256 with the modulus as secret", hmac_signed(&hs256, &modulus), TokenError::Algorithm),
        (
            "HS256 with the certificate as secret",
            hmac_signed(&hs256, KEYS[0].certificate().as_bytes()),
            TokenError::Algorithm,
        ),
        (
            "an HMAC that claims to be RS256",
            hmac_signed(&header(), &modulus),
            TokenError::Signature,
        ),
        (
            "RS512",
            signed_with(
                0,
                &RSA_PKCS1_SHA512,
                &parts(&with(header(), "alg", json!("RS512")), &payload()),
            ),
            TokenError::Algorithm,
        ),
        (
            "RS512 that claims to be RS256",
            signed_with(0, &RSA_PKCS1_SHA512, &parts(&header(), &payload())),
            TokenError::Signature,
        ),
        (
            "PS256 that claims to be RS256",
            signed_with(0, &RSA_PSS_SHA256, &parts(&header(), &payload())),
            TokenError::Signature,
        ),
        ("alg missing", signed(&without(header(), "alg"), &payload()), TokenError::Malformed),
        (
            "alg a list",
            signed(&with(header(), "alg", json!(["RS256"])), &payload()),
            TokenError::Malformed,
        ),
        ("kid missing", signed(&without(header(), "kid"), &payload()), TokenError::UnknownKey),
        (
            "kid unknown",
            signed(&with(header(), "kid", json!("0".repeat(64))), &payload()),
            TokenError::UnknownKey,
        ),
        (
            "kid in capitals",
            signed(&with(header(), "kid", json!(KEYS[0].kid().to_uppercase())), &payload()),
            TokenError::UnknownKey,
        ),
        (
            "kid of a key that we do not hold",
            signed_with(
                1,
                &RSA_PKCS1_SHA256,
                &parts(&with(header(), "kid", json!(KEYS[1].kid())), &payload()),
            ),
            TokenError::UnknownKey,
        ),
        (
            "another key under our kid",
            signed_with(1, &RSA_PKCS1_SHA256, &parts(&header(), &payload())),
            TokenError::Signature,
        ),
        (
            "its own key in jwk",
            signed_with(1, &RSA_PKCS1_SHA256, &parts(&with(header(), "jwk", own_key), &payload())),
            TokenError::Signature,
        ),
        (
            "its own keys at jku",
            signed_with(
                1,
                &RSA_PKCS1_SHA256,
                &parts(&with(header(), "jku", json!("https://evil.example/certs")), &payload()),
            ),
            TokenError::Signature,
        ),
        (
            "crit",
            signed(&with(header(), "crit", json!(["exp"])), &payload()),
            TokenError::Malformed,
        ),
        (
            "another typ",
            signed(&with(header(), "typ", json!("at+jwt")), &payload()),
            TokenError::Malformed,
        ),
    ];
    let ring = ring();
    for (row, token, error) in rows {
        assert_eq!(ring.verify(&token, &COOKIE, NOW), Err(error), "{row}");
    }
}

#[test]
fn members_that_name_other_keys_are_not_looked_at() {
    let header = with(with(header(), "x5u", json!("https://evil.example")), "jku", json!(7));
    assert_eq!(ring().verify(&signed(&header, &payload()), &COOKIE, NOW), Ok(claims()));
}

#[test]
fn a_claim_of_a_wrong_type_is_no_claim() {
    let rows = [
        ("exp a string", with(payload(), "exp", json!("9999999999"))),
        ("exp a fraction", with(payload(), "exp", json!(9_999_999_999.5))),
        ("exp beyond all numbers", with(payload(), "exp", json!(u64::MAX))),
        ("exp null", with(payload(), "exp", Value::Null)),
        ("exp missing", without(payload(), "exp")),
        ("iat missing", without(payload(), "iat")),
        ("nbf missing", without(payload(), "nbf")),
        ("nbf a string", with(payload(), "nbf", json!("0"))),
        ("aud a string", with(payload(), "aud", json!("aud"))),
        ("aud missing", without(payload(), "aud")),
        ("iss missing", without(payload(), "iss")),
        ("iss a list", with(payload(), "iss", json!([ISS]))),
        ("sub missing", without(payload(), "sub")),
        ("type missing", without(payload(), "type")),
        ("type unknown", with(payload(), "type", json!("other"))),
        ("use missing", without(payload(), "use")),
        ("use unknown", with(payload(), "use", json!("any"))),
        ("sid missing", without(payload(), "sid")),
        ("no object", json!([1])),
    ];
    let ring = ring();
    for (row, payload) in rows {
        assert_eq!(
            ring.verify(&signed(&header(), &payload), &COOKIE, NOW),
            Err(TokenError::Claims),
            "{row}"
        );
    }
    let doubled = payload().to_string().replacen('{', "{\"exp\":9999999999,", 1);
    let message =
        format!("{}.{}", to_text(header().to_string().as_bytes()), to_text(doubled.as_bytes()));
    let token = signed_with(0, &RSA_PKCS1_SHA256, &message);
    assert_eq!(ring.verify(&token, &COOKIE, NOW), Err(TokenError::Claims), "exp twice");
}

#[test]
fn a_genuine_token_counts_only_in_its_place_and_time() {
    let ring = ring();
    let token = ring.sign(&claims()).unwrap();
    let rows = [
        ("expired", COOKIE, NOW + 3600, TokenError::Expired),
        ("not yet valid", COOKIE, NOW - 61, TokenError::NotYetValid),
        (
            "another issuer",
            Expectation { iss: "https://login.other.example", ..COOKIE },
            NOW,
            TokenError::Issuer,
        ),
        (
            "another application",
            Expectation { aud: Some("other"), ..COOKIE },
            NOW,
            TokenError::Audience,
        ),
        ("a header", Expectation { use_: Use::Header, ..COOKIE }, NOW, TokenError::Use),
        ("the login host", Expectation { type_: TokenType::Org, ..COOKIE }, NOW, TokenError::Type),
    ];
    for (row, expected, now, error) in rows {
        assert_eq!(ring.verify(&token, &expected, now), Err(error), "{row}");
    }
}

#[test]
fn what_is_not_of_the_form_of_a_token_is_refused() {
    let token = ring().sign(&claims()).unwrap();
    let rows = [
        ("nothing", String::new(), TokenError::Malformed),
        ("two parts", "a.b".to_owned(), TokenError::Malformed),
        ("dots", "...".to_owned(), TokenError::Malformed),
        ("four parts", format!("{token}.{}", to_text(b"x")), TokenError::Signature),
        ("cut short", token[..token.len() - 2].to_owned(), TokenError::Signature),
        ("garbage after it", format!("{token}AAAA"), TokenError::Signature),
        ("padding after it", format!("{token}=="), TokenError::Signature),
        ("a space before it", format!(" {token}"), TokenError::Malformed),
        ("a line after it", format!("{token}\n"), TokenError::Signature),
        ("quotes", format!("\"{token}\""), TokenError::Malformed),
        ("longest and junk", "a".repeat(MAX_TOKEN_LENGTH), TokenError::Malformed),
        ("longer", "a".repeat(MAX_TOKEN_LENGTH + 1), TokenError::TooLong),
        ("huge", format!("{}.{}", token, "a".repeat(1 << 20)), TokenError::TooLong),
    ];
    let ring = ring();
    for (row, token, error) in rows {
        assert_eq!(ring.verify(&token, &COOKIE, NOW), Err(error), "{row}");
    }
}

/// One ring and token for all cases of a property.
static GENUINE: LazyLock<(KeyRing, String)> = LazyLock::new(|| {
    let ring = KeyRing::new(key(0, NOW), Some(key(1, NOW)));
    let token = ring.sign(&claims()).unwrap();
    (ring, token)
});

proptest! {
    #[test]
    fn no_altered_bit_passes(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (ring, token) = &*GENUINE;
        let mut token = token.clone().into_bytes();
        let at = at.index(token.len());
        token[at] ^= 1 << bit;
        if let Ok(token) = String::from_utf8(token) {
            prop_assert!(ring.verify_signature(&token).is_err());
        }
    }

    #[test]
    fn nothing_panics(token in "[a-zA-Z0-9_.=-]{0,400}|.{0,100}") {
        prop_assert!(GENUINE.0.verify_signature(&token).is_err());
    }

    #[test]
    fn nothing_panics_on_genuine_nonsense(header in ".{0,100}", payload in ".{0,100}") {
        let message = format!("{}.{}", to_text(header.as_bytes()), to_text(payload.as_bytes()));
        prop_assert!(GENUINE.0.verify_signature(&signed_with(0, &RSA_PKCS1_SHA256, &message)).is_err());
    }

    #[test]
    fn any_claims_are_read_as_written(
        text in ".{0,40}",
        email in proptest::option::of(".{0,40}"),
        (exp, iat, nbf) in any::<(i64, i64, i64)>(),
    ) {
        let claims = Claims { sub: text.clone(), sid: text, email, exp, iat, nbf, ..claims() };
        let ring = &GENUINE.0;
        prop_assert_eq!(ring.verify_signature(&ring.sign(&claims).unwrap()), Ok(claims));
    }
}
