//! The `cf-access-token` header.

use crossgate_gate::NoSession::{Absent, Expired, Invalid, Revoked};

use super::world::{HOUR, Lines, NOW, World, headers, nobody, whom};

/// A header token beside the cookie token of the same session.
async fn tokens(world: &World, email: &str) -> (String, String, String) {
    let session = world.sign_in(email).await;
    let opened = world.open("app", &session.sid, HOUR).await;
    let claims = world.sessions.keys().verify_signature(&opened.token).unwrap();
    let header = world.sessions.keys().sign(&claims.for_header()).unwrap();
    (header, world.cookies("app", &opened), session.sid)
}

#[tokio::test]
async fn a_header_token_counts_in_the_header_only() {
    let world = World::new().await;
    let (header, cookies, sid) = tokens(&world, "ann@acme.example").await;
    let cookie_token =
        cookies.split(';').next().unwrap().strip_prefix("CF_Authorization=").unwrap();
    let ann = "ann@acme.example".to_owned();
    let in_cookie = cookies.replace(cookie_token, &header);
    let rows: [(&str, &Lines<'_>, i64, String, String); 7] = [
        ("no header", &[("cookie", &cookies)], NOW, nobody(Absent), ann.clone()),
        (
            "a good one, without any cookie",
            &[("cf-access-token", &header)],
            NOW,
            ann.clone(),
            nobody(Absent),
        ),
        (
            "beside a cookie: both are told",
            &[("cf-access-token", &header), ("cookie", &cookies)],
            NOW,
            ann.clone(),
            ann.clone(),
        ),
        (
            "doubled, even if both are good",
            &[("cf-access-token", &header), ("cf-access-token", &header)],
            NOW,
            nobody(Invalid),
            nobody(Absent),
        ),
        (
            "a cookie's token",
            &[("cf-access-token", cookie_token)],
            NOW,
            nobody(Invalid),
            nobody(Absent),
        ),
        ("in the cookie", &[("cookie", &in_cookie)], NOW, nobody(Absent), nobody(Invalid)),
        (
            "when its time is over",
            &[("cf-access-token", &header)],
            NOW + 3600,
            nobody(Expired),
            nobody(Absent),
        ),
    ];
    for (row, lines, now, by_header, by_cookie) in rows {
        let credentials = world.credentials("app", &headers(lines), now).await;
        let evidence = credentials.evidence();
        assert_eq!((whom(evidence.header), whom(evidence.cookie)), (by_header, by_cookie), "{row}");
    }
    world.sessions.sign_out(&sid, NOW).await.unwrap();
    let credentials =
        world.credentials("app", &headers(&[("cf-access-token", &header)]), NOW).await;
    assert_eq!(whom(credentials.evidence().header), nobody(Revoked), "after signing out");
}

#[tokio::test]
async fn a_header_and_a_cookie_of_two_people_are_told_apart() {
    let world = World::new().await;
    let (header, _, _) = tokens(&world, "ann@acme.example").await;
    let (_, cookies, _) = tokens(&world, "bob@acme.example").await;
    let headers = headers(&[("cf-access-token", &header), ("cookie", &cookies)]);
    let credentials = world.credentials("app", &headers, NOW).await;
    let (header, cookie) = (credentials.evidence().header, credentials.evidence().cookie);
    assert_eq!(
        (whom(header), whom(cookie)),
        ("ann@acme.example".to_owned(), "bob@acme.example".to_owned())
    );
    assert_ne!(header.person().unwrap().user_id, cookie.person().unwrap().user_id);
}
