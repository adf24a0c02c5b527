//! Whatever a request brings.

use std::sync::{Arc, OnceLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use tokio::task::JoinSet;

use super::world::{HOUR, NOW, World, headers};
use crate::Credentials;

struct Scene {
    world: World,
    runtime: tokio::runtime::Runtime,
    token: String,
    binding: String,
}

/// One world for all cases: somebody is signed in, and everything is in memory.
fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (world, token, binding) = runtime.block_on(async {
            let world = World::new().await;
            let session = world.sign_in("ann@acme.example").await;
            let tokens = world.open("app", &session.sid, HOUR).await;
            world.credentials("app", &headers(&[]), NOW).await;
            (world, tokens.token, tokens.binding.unwrap())
        });
        Scene { world, runtime, token, binding }
    })
}

fn credentials(headers: &HeaderMap) -> Credentials {
    let scene = scene();
    scene.runtime.block_on(scene.world.credentials("app", headers, NOW))
}

fn is_somebody(credentials: &Credentials) -> bool {
    let evidence = credentials.evidence();
    evidence.cookie.person().is_some() || evidence.header.person().is_some()
}

fn lines() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let name = prop::sample::select(vec![
        "cookie",
        "cf-access-token",
        "cf-access-client-id",
        "cf-access-client-secret",
        "x-machine",
    ]);
    let prefix = prop::sample::select(vec![
        "",
        "CF_Authorization=",
        "__Host-CF_Binding=",
        "a.b.c",
        "{\"cf-access-client-id\":",
    ]);
    let value = (prefix, prop::collection::vec(any::<u8>(), 0..200))
        .prop_map(|(prefix, bytes)| [prefix.as_bytes(), &bytes].concat());
    prop::collection::vec((name, value), 0..6)
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_lead_to_anybody(lines in lines()) {
        let headers: HeaderMap = lines
            .iter()
            .filter_map(|(name, value)| {
                Some((HeaderName::from_static(name), HeaderValue::from_bytes(value).ok()?))
            })
            .collect();
        prop_assert!(!is_somebody(&credentials(&headers)));
    }

    #[test]
    fn a_token_of_which_any_bit_is_flipped_leads_to_nobody(at in any::<prop::sample::Index>(), bit in 0..7_u32) {
        let scene = scene();
        let mut token = scene.token.clone().into_bytes();
        let at = at.index(token.len());
        token[at] ^= 1 << bit;
        let cookie = [b"CF_Authorization=", token.as_slice(), b"; __Host-CF_Binding=", scene.binding.as_bytes()].concat();
        let Ok(value) = HeaderValue::from_bytes(&cookie) else { return Ok(()) };
        let headers: HeaderMap = [(http::header::COOKIE, value)].into_iter().collect();
        prop_assert!(!is_somebody(&credentials(&headers)));
    }
}

#[test]
fn a_crowd_that_arrives_at_once_gets_one_answer() {
    let scene = scene();
    let cookie = format!("CF_Authorization={}; __Host-CF_Binding={}", scene.token, scene.binding);
    let headers = headers(&[("cookie", &cookie)]);
    scene.runtime.block_on(async {
        let other = scene.world.other_process(NOW).await;
        let mut crowd = JoinSet::new();
        for _ in 0..50 {
            let (other, headers) = (Arc::clone(&other), headers.clone());
            let application = scene.world.application("app");
            crowd.spawn(async move { other.credentials(application, &headers, NOW).await });
        }
        while let Some(credentials) = crowd.join_next().await {
            assert!(is_somebody(&credentials.unwrap().unwrap()));
        }
    });
}
