//! What upstreams get.

use crossgate_gate::UpstreamIdentity;
use crossgate_token::{Claims, Expectation, TokenType, Use};

use super::world::{ISSUER, NOW, World, headers};
use crate::Credentials;

fn assertion(
    world: &World,
    credentials: &Credentials,
    identity: UpstreamIdentity,
) -> Option<(Claims, Option<String>)> {
    let upstream = credentials.upstream(identity)?;
    let claims =
        world.sessions.keys().verify_signature(upstream.assertion.to_str().unwrap()).unwrap();
    let email = upstream.email.map(|email| email.to_str().unwrap().to_owned());
    assert!(upstream.assertion.is_sensitive());
    Some((claims, email))
}

#[tokio::test]
async fn a_person_comes_with_an_assertion_and_an_address() {
    let world = World::new().await;
    let tokens = world.enter("app", "ann@acme.example").await;
    let cookies = headers(&[("cookie", &world.cookies("app", &tokens))]);
    let credentials = world.credentials("app", &cookies, NOW).await;
    let (claims, email) = assertion(&world, &credentials, UpstreamIdentity::Cookie).unwrap();
    let aud = world.application("app").aud.as_str();
    let expected =
        Expectation { use_: Use::Assertion, type_: TokenType::App, aud: Some(aud), iss: ISSUER };
    claims.check(&expected, NOW).unwrap();
    assert_eq!(email.as_deref(), Some("ann@acme.example"));
    assert_eq!(claims.email.as_deref(), Some("ann@acme.example"));
    assert_eq!(claims.sub, credentials.evidence().cookie.person().unwrap().user_id);
    assert_eq!((claims.exp, claims.country.as_deref()), (tokens.expires_at, Some("XX")));
    assert_eq!(credentials.identity_for_log(), Some("ann@acme.example"));
    assert!(credentials.upstream(UpstreamIdentity::None).is_none());
    assert!(credentials.upstream(UpstreamIdentity::Header).is_none());
    assert!(credentials.upstream(UpstreamIdentity::ServiceToken).is_none());
}

#[tokio::test]
async fn the_same_person_has_the_same_id_at_every_sign_in() {
    let world = World::new().await;
    let first = world.sign_in("ann@acme.example").await;
    let second = world.sign_in("ANN@acme.example").await;
    assert_eq!(first.user_id, second.user_id);
    assert_ne!(first.sid, second.sid);
    assert_ne!(first.user_id, world.sign_in("bob@acme.example").await.user_id);
}

#[tokio::test]
async fn a_machine_comes_with_an_assertion_that_is_signed_once_and_renewed_in_time() {
    let world = World::new().await;
    let (id, secret) = world.service_token("ci", |token| token.expires_at = Some(NOW + 4000)).await;
    world.sessions.refresh(NOW).await.unwrap();
    let lines = headers(&[("cf-access-client-id", &id), ("cf-access-client-secret", &secret)]);
    let at = async |now| {
        let credentials = world.credentials("app", &lines, now).await;
        assert_eq!(credentials.identity_for_log(), Some("ci"));
        assertion(&world, &credentials, UpstreamIdentity::ServiceToken).unwrap()
    };
    let (claims, email) = at(NOW).await;
    assert_eq!(email, None);
    assert_eq!((claims.sub.as_str(), claims.common_name.as_deref()), ("", Some(id.as_str())));
    assert_eq!((claims.use_, claims.exp), (Use::Assertion, NOW + 3600));
    assert_eq!(
        at(NOW + 3299).await.0.exp,
        NOW + 3600,
        "the same for as long as it is good for a while"
    );
    assert_eq!(at(NOW + 3300).await.0.exp, NOW + 4000, "then a new one, which ends with the token");
    assert_eq!(at(NOW + 3999).await.0.exp, NOW + 4000, "to the last second");
}

#[tokio::test]
async fn somebody_without_identity_comes_with_an_assertion_that_names_nobody() {
    let world = World::new().await;
    let credentials = world.credentials("app", &headers(&[]), NOW).await;
    assert!(credentials.upstream(UpstreamIdentity::NonIdentity).is_none(), "no policy admits them");
    let credentials = world.credentials("free", &headers(&[]), NOW).await;
    let (claims, email) = assertion(&world, &credentials, UpstreamIdentity::NonIdentity).unwrap();
    assert_eq!(
        (claims.sub.as_str(), claims.common_name, claims.email, email),
        ("", None, None, None)
    );
    assert_eq!(claims.use_, Use::Assertion);
    assert_eq!(credentials.identity_for_log(), None);
}

#[tokio::test]
async fn connections_that_outlive_their_request_end_with_the_session() {
    let world = World::new().await;
    let session = world.sign_in("ann@acme.example").await;
    let tokens = world.open("app", &session.sid, super::world::HOUR).await;
    let cookies = headers(&[("cookie", &world.cookies("app", &tokens))]);
    let credentials = world.credentials("app", &cookies, NOW).await;
    assert!(credentials.still_stand(UpstreamIdentity::Cookie, NOW + 3599));
    assert!(!credentials.still_stand(UpstreamIdentity::Cookie, NOW + 3600));
    assert!(!credentials.still_stand(UpstreamIdentity::Header, NOW));
    world.sessions.sign_out(&session.sid, NOW).await.unwrap();
    assert!(!credentials.still_stand(UpstreamIdentity::Cookie, NOW));
    assert!(credentials.still_stand(UpstreamIdentity::NonIdentity, NOW));
}
