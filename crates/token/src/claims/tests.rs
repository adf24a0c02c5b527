use serde_json::json;

use super::{Claims, Expectation, Grant, NBF_LEEWAY, Subject, TokenType, Use};
use crate::TokenError;

const ISS: &str = "https://login.acme.example";
const GRANT: Grant<'static> =
    Grant { iss: ISS, aud: "aud", sid: "sid", issued_at: 1_000, expires_at: 2_000 };
const ALICE: Subject<'static> = Subject {
    id: "user",
    email: "alice@acme.example",
    identity_nonce: "nonce",
    country: None,
    custom: None,
};
const COOKIE: Expectation<'static> =
    Expectation { use_: Use::Cookie, type_: TokenType::App, aud: Some("aud"), iss: ISS };

#[test]
fn a_token_counts_only_where_and_when_it_should() {
    let claims = Claims::application(&GRANT, &ALICE);
    let rows = [
        ("its own place", COOKIE, 1_500, Ok(())),
        ("any application will do", Expectation { aud: None, ..COOKIE }, 1_500, Ok(())),
        (
            "another application",
            Expectation { aud: Some("other"), ..COOKIE },
            1_500,
            Err(TokenError::Audience),
        ),
        (
            "another installation",
            Expectation { iss: "https://login.evil.example", ..COOKIE },
            1_500,
            Err(TokenError::Issuer),
        ),
        ("a header", Expectation { use_: Use::Header, ..COOKIE }, 1_500, Err(TokenError::Use)),
        (
            "the login host",
            Expectation { type_: TokenType::Org, ..COOKIE },
            1_500,
            Err(TokenError::Type),
        ),
        ("its last second", COOKIE, 1_999, Ok(())),
        ("its end", COOKIE, 2_000, Err(TokenError::Expired)),
        ("long after", COOKIE, i64::MAX, Err(TokenError::Expired)),
        ("a clock that is slightly behind", COOKIE, 1_000 - NBF_LEEWAY, Ok(())),
        ("before its time", COOKIE, 1_000 - NBF_LEEWAY - 1, Err(TokenError::NotYetValid)),
        ("long before", COOKIE, i64::MIN, Err(TokenError::NotYetValid)),
    ];
    for (row, expected, now, verdict) in rows {
        assert_eq!(claims.check(&expected, now), verdict, "{row}");
    }
}

#[test]
fn an_assertion_is_accepted_nowhere_at_the_gateway() {
    for claims in
        [Claims::assertion(&GRANT, &ALICE), Claims::service_assertion(&GRANT, Some("id.access"))]
    {
        for use_ in [Use::Cookie, Use::Header] {
            assert_eq!(claims.check(&Expectation { use_, ..COOKIE }, 1_500), Err(TokenError::Use));
        }
    }
}

#[test]
fn claims_are_spelled_as_access_spells_them() {
    let person = json!({
        "aud": ["aud"], "email": "alice@acme.example", "exp": 2_000, "iat": 1_000, "nbf": 1_000, "iss": ISS,
        "type": "app", "identity_nonce": "nonce", "sub": "user", "country": "XX", "use": "assertion", "sid": "sid",
    });
    let machine = json!({
        "aud": ["aud"], "exp": 2_000, "iat": 1_000, "nbf": 1_000, "iss": ISS, "type": "app", "sub": "",
        "common_name": "id.access", "use": "assertion", "sid": "",
    });
    let grant = Grant { sid: "", ..GRANT };
    assert_eq!(serde_json::to_value(Claims::assertion(&GRANT, &ALICE)).ok(), Some(person));
    assert_eq!(
        serde_json::to_value(Claims::service_assertion(&grant, Some("id.access"))).ok(),
        Some(machine)
    );
}

#[test]
fn a_team_token_is_of_the_type_org() {
    let claims = Claims::team(&GRANT, &ALICE);
    assert_eq!(claims.check(&Expectation { type_: TokenType::Org, ..COOKIE }, 1_500), Ok(()));
    assert_eq!(claims.check(&COOKIE, 1_500), Err(TokenError::Type));
}
