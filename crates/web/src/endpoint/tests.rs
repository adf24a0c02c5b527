use http::{Method, StatusCode};

use crate::testing::{Browser, NAVIGATION, World, header, json, no_cors, words};

const ALICE: &str = "alice@acme.example";

#[tokio::test]
async fn the_keys_are_for_everybody() {
    let world = World::new().await;
    for host in ["login", "app1"] {
        let url = format!("https://{host}.acme.example/cdn-cgi/access/certs");
        let response = Browser::default()
            .send(&world, Method::GET, &url, &[("origin", "https://any.example")], "")
            .await;
        assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
        assert_eq!(header(&response, "cache-control"), Some("public, max-age=300"));
        let keys = json(&response);
        assert_eq!(keys["keys"][0]["alg"], "RS256");
        assert!(
            keys["public_cert"]["cert"]
                .as_str()
                .is_some_and(|cert| cert.starts_with("-----BEGIN CERTIFICATE"))
        );
    }
}

#[tokio::test]
async fn get_identity_tells_who_is_signed_in_on_every_host() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let url = |host: &str| format!("https://{host}.acme.example/cdn-cgi/access/get-identity");
    let nobody = browser.send(&world, Method::GET, &url("app1"), &[], "").await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        json(&nobody)["login_url"],
        "https://app1.acme.example/cdn-cgi/access/login?redirect_url=%2F"
    );
    browser.sign_in(&world, "https://app1.acme.example/", ALICE).await;
    let mut ids = Vec::new();
    for host in ["app1", "login"] {
        let response = browser.send(&world, Method::GET, &url(host), &[], "").await;
        assert_eq!(response.status(), StatusCode::OK, "{host}");
        let identity = json(&response);
        assert_eq!(identity["email"], ALICE);
        assert_eq!(identity["idp"]["type"], "onetimepin");
        assert_eq!(identity["geo"]["country"], "XX");
        assert_eq!(identity["ip"], "192.0.2.7");
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        ids.push(identity["user_uuid"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    let elsewhere = browser.send(&world, Method::GET, &url("app2"), &[], "").await;
    assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED, "no session there yet");
}

#[tokio::test]
async fn get_identity_is_readable_for_allowed_origins_and_the_rest_is_not() {
    let world = World::new().await;
    let send = async |url: &str, origin: &str| {
        let headers =
            [("origin", origin), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-site")];
        Browser::default().send(&world, Method::GET, url, &headers, "").await
    };
    let identity = "https://app2.acme.example/cdn-cgi/access/get-identity";
    let allowed = send(identity, "https://app1.acme.example").await;
    assert_eq!(header(&allowed, "access-control-allow-origin"), Some("https://app1.acme.example"));
    assert!(no_cors(&send(identity, "https://evil.example").await));
    for path in ["authorized", "logout"] {
        let url = format!("https://app2.acme.example/cdn-cgi/access/{path}");
        assert!(no_cors(&send(&url, "https://app1.acme.example").await), "{path}");
    }
}

#[tokio::test]
async fn a_callback_expects_nobody_yet() {
    let world = World::new().await;
    let url = "https://login.acme.example/cdn-cgi/access/callback?code=x&state=%3Cscript%3E";
    let response = Browser::default().send(&world, Method::GET, url, &NAVIGATION, "").await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(words(&response).contains("Nobody was expected here"));
}

#[tokio::test]
async fn an_application_names_its_own_sign_in_link() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let link = "https://app1.acme.example/cdn-cgi/access/login?redirect_url=%2Fwiki";
    let (page, response) = browser.follow(&world, link).await;
    assert!(page.contains("redirect_url=%2Fwiki"), "{page}");
    assert!(words(&response).contains("Sign in to app1"));
    let evil = "https://app1.acme.example/cdn-cgi/access/login?redirect_url=%2F%2Fevil.example";
    let (page, _) = browser.follow(&world, evil).await;
    assert!(page.contains("redirect_url=%2F&"), "{page}");
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused() {
    let (world, mut browser) = (World::new().await, Browser::default());
    for query in ["", "?code=x", "?code=&meta=", "?code=%00&meta=%ff", "?meta=x&meta=y"] {
        let url = format!("https://app1.acme.example/cdn-cgi/access/authorized{query}");
        let response = browser.open(&world, &url).await;
        assert_eq!(response.status(), StatusCode::FOUND, "it starts over: {query}");
    }
}

#[tokio::test]
async fn an_endpoint_can_be_answered_on_any_thread() {
    const fn sendable<F: Send>(_: &F) {}
    let world = World::new().await;
    let request = http::Request::get("https://login.acme.example/cdn-cgi/access/certs");
    let (parts, form) = request.body(bytes::Bytes::new()).map(http::Request::into_parts).unwrap();
    let request = crossgate_gate::EndpointRequest {
        parts,
        form,
        client: "192.0.2.7".parse().unwrap(),
        public: world.gate.snapshot().public,
        request_id: "0123456789abcdef".into(),
    };
    let gate = std::sync::Arc::clone(&world.gate);
    let answering =
        world.web.endpoint(gate, crossgate_gate::AccessEndpoint::Certs, request, world.now());
    sendable(&answering);
    assert_eq!(answering.await.status(), StatusCode::OK);
}
