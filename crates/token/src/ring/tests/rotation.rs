use serde_json::Value;

use super::{COOKIE, ISS, NOW, claims, key, ring};
use crate::TokenError;
use crate::ring::{KeyError, KeyRing, OVERLAP_SECONDS, ROTATION_SECONDS, SigningKey};

#[test]
fn what_is_signed_verifies_and_says_what_was_said() {
    let ring = ring();
    assert_eq!(ring.verify(&ring.sign(&claims()).unwrap(), &COOKIE, NOW), Ok(claims()));
}

#[test]
fn a_key_is_the_same_after_storing_it() {
    let made = &super::KEYS[0];
    let loaded = key(0, NOW);
    assert_eq!((made.kid(), made.certificate()), (loaded.kid(), loaded.certificate()));
    assert_eq!(made.created_at(), NOW);
    assert!(made.kid().len() == 64 && made.kid().bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn what_is_no_key_is_refused() {
    let whole = super::KEYS[0].pkcs8();
    for (row, bytes) in
        [("nothing", &[][..]), ("half a key", &whole[..whole.len() / 2]), ("junk", &[0x30; 64][..])]
    {
        let key = SigningKey::from_parts(bytes, String::new(), NOW);
        assert_eq!(key.err(), Some(KeyError::Invalid), "{row}");
    }
}

#[test]
fn a_key_signs_for_six_weeks() {
    let ring = ring();
    assert!(!ring.due(NOW + ROTATION_SECONDS - 1, ROTATION_SECONDS));
    assert!(ring.due(NOW + ROTATION_SECONDS, ROTATION_SECONDS));
    assert!(ring.due(i64::MAX, ROTATION_SECONDS));
    assert!(!ring.due(i64::MIN, ROTATION_SECONDS));
}

#[test]
fn the_key_before_verifies_for_seven_days() {
    let mut ring = ring();
    let old = ring.sign(&claims()).unwrap();
    ring.rotate(key(1, NOW + 10));
    let new = ring.sign(&claims()).unwrap();
    assert!(!ring.expire(NOW + 10 + OVERLAP_SECONDS - 1));
    assert!(ring.verify_signature(&old).is_ok() && ring.verify_signature(&new).is_ok());
    assert!(ring.expire(NOW + 10 + OVERLAP_SECONDS));
    assert_eq!(ring.verify_signature(&old), Err(TokenError::UnknownKey));
    assert!(ring.verify_signature(&new).is_ok());
    assert!(!ring.expire(i64::MAX));
}

#[test]
fn a_second_rotation_drops_the_oldest_key() {
    let mut ring = ring();
    let oldest = ring.sign(&claims()).unwrap();
    ring.rotate(key(1, NOW + 10));
    ring.rotate(key(2, NOW + 20));
    assert_eq!(ring.verify_signature(&oldest), Err(TokenError::UnknownKey));
    assert_eq!(ring.previous().map(SigningKey::kid), Some(key(1, NOW).kid()));
}

#[test]
fn the_key_set_is_what_consumers_of_access_read() {
    let ring = KeyRing::new(key(0, NOW), Some(key(1, NOW - 10)));
    let set: Value = serde_json::from_str(&ring.jwks_json()).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for (jwk, kid) in keys.iter().zip([key(0, NOW).kid(), key(1, NOW).kid()]) {
        let members: Vec<_> = jwk.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["kid", "kty", "alg", "use", "e", "n"]);
        assert_eq!(
            (&jwk["kid"], &jwk["kty"], &jwk["alg"], &jwk["use"], &jwk["e"]),
            (&kid.into(), &"RSA".into(), &"RS256".into(), &"sig".into(), &"AQAB".into())
        );
    }
    let certificates = set["public_certs"].as_array().unwrap();
    assert_eq!((certificates.len(), &certificates[0]), (2, &set["public_cert"]));
    assert_eq!(set["public_cert"]["kid"], keys[0]["kid"]);
    let pem = set["public_cert"]["cert"].as_str().unwrap();
    assert!(
        pem.starts_with("-----BEGIN CERTIFICATE-----")
            && pem.trim_end().ends_with("-----END CERTIFICATE-----")
    );
    assert!(!ring.jwks_json().contains("PRIVATE") && !ring.jwks_json().contains("\"d\""));
}

#[test]
fn a_token_verifies_with_nothing_but_the_key_set() {
    let ring = ring();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&ring.jwks_json()).unwrap();
    let token = ring.sign(&claims()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(set.find(ring.current().kid()).unwrap()).unwrap();
    let algorithm = jsonwebtoken::Algorithm::RS256;
    assert_eq!(
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm),
        Ok(true)
    );
}

#[test]
fn no_time_makes_a_key_impossible() {
    for now in [i64::MIN, -1, 0, i64::MAX] {
        assert!(SigningKey::generate(ISS, now).is_ok(), "{now}");
    }
}

#[test]
fn claims_that_fit_no_cookie_are_not_signed() {
    let claims = crate::Claims { sub: "x".repeat(4096), ..claims() };
    assert_eq!(ring().sign(&claims), Err(KeyError::TokenTooLong));
}
