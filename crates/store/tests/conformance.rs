//! What every backend must do. A backend is a way to make an empty store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crossgate_store::{
    AcmeAccount, AcmeCertificate, AcmeChallenge, AcmeFailure, ApplicationSession, CorsRefusal,
    CorsRefusalCount, EncryptionKey, Pin, PinOutcome, ServiceToken, Session, Store, StoreErrorKind,
    StoredKey, Wanted,
};

const NOW: i64 = 1_800_000_000;

async fn sqlite() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder), None).await.unwrap();
    (store, folder)
}

fn url(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}", folder.path().join("crossgate.db").display())
}

fn wanted(name: &str, given: Option<&str>, fresh: &str) -> Wanted {
    Wanted {
        kind: "application",
        name: name.to_owned(),
        given_id: given.map(str::to_owned),
        fresh_id: format!("id-{fresh}"),
        fresh_aud: Some(format!("aud-{fresh}")),
    }
}

fn session(id: &str) -> Session {
    Session {
        id: id.to_owned(),
        email: "a@acme.example".to_owned(),
        user_id: "user".to_owned(),
        idp: "idp".to_owned(),
        country: "XX".to_owned(),
        ip: "192.0.2.1".to_owned(),
        user_agent: "a browser".to_owned(),
        created_at: NOW,
        expires_at: NOW + 100,
        revoked_at: None,
    }
}

fn pin(flow: &str) -> Pin {
    Pin {
        flow_id: flow.to_owned(),
        email: "a@acme.example".to_owned(),
        aud: "aud".to_owned(),
        code_mac: vec![7; 32],
        created_at: NOW,
        expires_at: NOW + 600,
    }
}

fn service_token(name: &str) -> ServiceToken {
    ServiceToken {
        id: format!("id of {name}"),
        name: name.to_owned(),
        client_id: format!("{name}.access"),
        secret_hash: [9; 32],
        created_at: NOW,
        expires_at: Some(NOW + 10),
        enabled: true,
        duration: "10s".to_owned(),
        last_seen_at: None,
    }
}

fn key(kid: &str, created_at: i64) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        pkcs8: b"a private key".to_vec().into(),
        certificate_pem: "a certificate".to_owned(),
        created_at,
        retired_at: None,
    }
}

#[tokio::test]
async fn identifiers_are_made_once_and_follow_a_given_id() {
    let (store, _folder) = sqlite().await;
    let remembered = async |wanted: Wanted| {
        let mut found = store.remember_all(&[wanted]).await.unwrap();
        let found = found.pop().unwrap();
        (found.id, found.aud.unwrap())
    };
    let pair = |id: &str, aud: &str| (id.to_owned(), aud.to_owned());
    assert_eq!(
        remembered(wanted("app", None, "1")).await,
        pair("id-1", "aud-1"),
        "a new name gets what is fresh"
    );
    assert_eq!(
        remembered(wanted("app", None, "2")).await,
        pair("id-1", "aud-1"),
        "a known name keeps what it has"
    );
    assert_eq!(
        remembered(wanted("renamed", Some("id-1"), "3")).await,
        pair("id-1", "aud-1"),
        "a given id renames"
    );
    assert_eq!(
        remembered(wanted("app", None, "4")).await,
        pair("id-4", "aud-4"),
        "the old name is free again"
    );
    assert_eq!(
        remembered(wanted("renamed", Some("other"), "5")).await,
        pair("other", "aud-1"),
        "a given id takes over"
    );
    assert_eq!(
        remembered(wanted("new", Some("mine"), "6")).await,
        pair("mine", "aud-6"),
        "a given id can be new"
    );
}

#[tokio::test]
async fn a_pin_is_accepted_once() {
    let (store, _folder) = sqlite().await;
    store.create_pin(&pin("flow")).await.unwrap();
    let right = [7; 32];
    assert_eq!(store.try_pin("none", &right, NOW).await.unwrap(), PinOutcome::Unknown);
    assert_eq!(
        store.try_pin("flow", &[8; 32], NOW).await.unwrap(),
        PinOutcome::Wrong { attempts_left: 4 }
    );
    let accepted =
        PinOutcome::Accepted { email: "a@acme.example".to_owned(), aud: "aud".to_owned() };
    assert_eq!(store.try_pin("flow", &right, NOW).await.unwrap(), accepted);
    assert_eq!(store.try_pin("flow", &right, NOW).await.unwrap(), PinOutcome::AlreadyUsed);
}

#[tokio::test]
async fn a_pin_ends_by_time_and_by_attempts() {
    let (store, _folder) = sqlite().await;
    store.create_pin(&pin("late")).await.unwrap();
    assert_eq!(store.try_pin("late", &[7; 32], NOW + 600).await.unwrap(), PinOutcome::Expired);
    store.create_pin(&pin("guessed")).await.unwrap();
    for left in (0..Store::PIN_ATTEMPTS).rev() {
        assert_eq!(
            store.try_pin("guessed", &[0; 32], NOW).await.unwrap(),
            PinOutcome::Wrong { attempts_left: left }
        );
    }
    assert_eq!(store.try_pin("guessed", &[7; 32], NOW).await.unwrap(), PinOutcome::TooManyAttempts);
    store.create_pin(&pin("guessed")).await.unwrap();
    assert!(
        matches!(
            store.try_pin("guessed", &[7; 32], NOW).await.unwrap(),
            PinOutcome::Accepted { .. }
        ),
        "a new code starts anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_at_once_exactly_one_wins() {
    let (store, _folder) = sqlite().await;
    store.create_pin(&pin("race")).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        tasks.spawn(async move {
            let pin = matches!(
                store.try_pin("race", &[7; 32], NOW).await.unwrap(),
                PinOutcome::Accepted { .. }
            );
            (pin, store.consume([1; 16], NOW + 30).await.unwrap())
        });
    }
    let won = tasks.join_all().await;
    assert_eq!(won.iter().filter(|(pin, _)| *pin).count(), 1);
    assert_eq!(won.iter().filter(|(_, consumed)| *consumed).count(), 1);
}

#[tokio::test]
async fn counters_begin_anew_with_each_window() {
    let (store, _folder) = sqlite().await;
    let count = async |now| store.count("bucket", now, 60, 2).await.unwrap();
    assert_eq!((count(NOW).await.within, count(NOW + 59).await.within), (true, true));
    assert!(!count(NOW + 59).await.within, "the third is too many");
    assert_eq!(store.counted("bucket", NOW + 59).await.unwrap(), 3);
    assert_eq!(store.counted("bucket", NOW + 60).await.unwrap(), 0);
    assert!(count(NOW + 60).await.within, "a new window");
}

#[tokio::test]
async fn a_window_that_began_in_the_future_is_over() {
    let (store, _folder) = sqlite().await;
    for _ in 0..3 {
        store.count("bucket", NOW + 1_000_000, 60, 2).await.unwrap();
    }
    assert!(!store.count("bucket", NOW + 1_000_000, 60, 2).await.unwrap().within);
    assert_eq!(store.count("bucket", NOW, 60, 2).await.unwrap().count, 1);
    assert_eq!(store.count("bucket", NOW + 1, 60, 2).await.unwrap().count, 2);
}

#[tokio::test]
async fn a_file_that_is_gone_or_replaced_takes_no_writes_and_is_not_made_anew() {
    let (store, folder) = sqlite().await;
    let (file, aside) = (folder.path().join("crossgate.db"), folder.path().join("aside"));
    store.create_session(&session("before")).await.unwrap();
    std::fs::rename(&file, &aside).unwrap();
    assert!(store.create_session(&session("gone")).await.is_err());
    assert!(store.session("before").await.is_err());
    assert!(store.ping().await.is_err() && store.revision().await.is_err());
    assert!(!file.exists());
    std::fs::write(&file, "another file").unwrap();
    assert!(store.create_session(&session("replaced")).await.is_err());
    assert!(store.ping().await.unwrap_err().to_string().contains("another file"));
    std::fs::rename(&aside, &file).unwrap();
    store.ping().await.unwrap();
    store.create_session(&session("after")).await.unwrap();
    assert!(store.session("before").await.unwrap().is_some());
}

#[tokio::test]
async fn ending_a_sign_in_ends_what_stems_from_it() {
    let (store, _folder) = sqlite().await;
    store.create_session(&session("s")).await.unwrap();
    let created = ApplicationSession {
        id: "nonce".to_owned(),
        session_id: "s".to_owned(),
        aud: "aud".to_owned(),
        assertion: "signed".to_owned(),
        created_at: NOW,
        expires_at: NOW + 50,
    };
    store.create_application_session(&created).await.unwrap();
    let found = store.application_session("nonce").await.unwrap().unwrap();
    assert_eq!((found.application_session, found.session.revoked_at), (created, None));
    let before = store.revision().await.unwrap();
    store.revoke_session("s", NOW + 5).await.unwrap();
    assert!(store.revision().await.unwrap() > before, "another process hears of it");
    let found = store.application_session("nonce").await.unwrap().unwrap();
    assert_eq!(found.session.revoked_at, Some(NOW + 5));
    assert_eq!(store.revoked_since(NOW + 5).await.unwrap(), ["s"]);
    assert_eq!(store.revoked_since(NOW + 6).await.unwrap(), Vec::<String>::new());
    store.create_session(&session("t")).await.unwrap();
    store.revoke_sessions_of("a@acme.example", NOW + 7).await.unwrap();
    assert_eq!(store.session("s").await.unwrap().unwrap().revoked_at, Some(NOW + 5), "ended once");
    assert_eq!(store.session("t").await.unwrap().unwrap().revoked_at, Some(NOW + 7));
}

#[tokio::test]
async fn a_user_keeps_its_id() {
    let (store, _folder) = sqlite().await;
    assert_eq!(store.user_id("a@acme.example", "one").await.unwrap(), "one");
    assert_eq!(store.user_id("a@acme.example", "two").await.unwrap(), "one");
    assert_eq!(store.user_id("b@acme.example", "two").await.unwrap(), "two");
}

#[tokio::test]
async fn service_tokens_have_names_of_their_own() {
    let (store, _folder) = sqlite().await;
    let before = store.revision().await.unwrap();
    store.create_service_token(&service_token("ci")).await.unwrap();
    assert!(store.revision().await.unwrap() > before, "another process hears of it");
    let again = ServiceToken {
        id: "other".to_owned(),
        client_id: "other".to_owned(),
        ..service_token("ci")
    };
    let conflict = store.create_service_token(&again).await.unwrap_err();
    assert_eq!(*conflict.kind(), StoreErrorKind::Conflict);
    store.touch_service_tokens(&[("id of ci".to_owned(), NOW + 1)]).await.unwrap();
    let expected = ServiceToken { last_seen_at: Some(NOW + 1), ..service_token("ci") };
    assert_eq!(store.service_tokens().await.unwrap(), [expected]);
    assert!(store.revoke_service_token("ci.access").await.unwrap(), "by client id");
    assert!(!store.revoke_service_token("ci").await.unwrap(), "it is gone");
}

#[tokio::test]
async fn a_new_signing_key_retires_the_old_one() {
    let (store, _folder) = sqlite().await;
    store.add_signing_key(&key("first", NOW)).await.unwrap();
    store.add_signing_key(&key("second", NOW + 5)).await.unwrap();
    let keys = store.signing_keys().await.unwrap();
    let found = keys.iter().map(|key| (key.kid.as_str(), key.retired_at)).collect::<Vec<_>>();
    assert_eq!(found, [("second", None), ("first", Some(NOW + 5))]);
    store.delete_signing_key("first").await.unwrap();
    assert_eq!(store.signing_keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn sweeping_removes_only_what_is_over() {
    let (store, _folder) = sqlite().await;
    store.create_session(&session("s")).await.unwrap();
    store.create_pin(&pin("flow")).await.unwrap();
    store.count("bucket", NOW, 60, 2).await.unwrap();
    assert!(store.consume([1; 16], NOW + 30).await.unwrap());
    assert_eq!(store.sweep(NOW).await.unwrap(), 0);
    assert!(!store.consume([1; 16], NOW + 30).await.unwrap(), "still remembered");
    assert_eq!(store.sweep(NOW + 10_000).await.unwrap(), 4);
    assert_eq!(store.session("s").await.unwrap(), None);
}

#[tokio::test]
async fn ten_thousand_identifiers_are_remembered_at_once() {
    let (store, _folder) = sqlite().await;
    let wanted = (0..10_000)
        .map(|number| wanted(&format!("app {number}"), None, &number.to_string()))
        .collect::<Vec<_>>();
    let found = store.remember_all(&wanted).await.unwrap();
    assert_eq!(found.len(), 10_000);
    assert_eq!(store.remember_all(&wanted).await.unwrap(), found);
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let (store, folder) = sqlite().await;
    let master = store.master_key([1; 32]).await.unwrap();
    store.create_session(&session("s")).await.unwrap();
    store.close().await;
    assert!(store.ping().await.is_err(), "a closed store says so");
    let store = Store::open(&url(&folder), None).await.unwrap();
    assert_eq!(*store.master_key([2; 32]).await.unwrap(), *master, "the master key is made once");
    assert_eq!(store.session("s").await.unwrap(), Some(session("s")));
}

#[tokio::test]
async fn with_a_key_secrets_are_not_readable_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        async |key: Option<[u8; 32]>| Store::open(&url(&folder), key.map(EncryptionKey::new)).await;
    let plain = open(None).await.unwrap();
    plain.add_signing_key(&key("k", NOW)).await.unwrap();
    let master = plain.master_key([42; 32]).await.unwrap();
    plain.close().await;

    let encrypted = open(Some([1; 32])).await.unwrap();
    assert_eq!(
        *encrypted.master_key([0; 32]).await.unwrap(),
        *master,
        "what was there is encrypted and still readable"
    );
    assert_eq!(encrypted.signing_keys().await.unwrap()[0].pkcs8.as_slice(), b"a private key");
    encrypted.add_signing_key(&key("k2", NOW + 1)).await.unwrap();
    encrypted.close().await;

    let wrong_key = |result: Result<Store, crossgate_store::StoreError>| match result {
        Ok(_) => panic!("opened"),
        Err(error) => assert!(matches!(error.kind(), StoreErrorKind::WrongKey(_)), "{error}"),
    };
    wrong_key(open(None).await);
    wrong_key(open(Some([2; 32])).await);

    let again = open(Some([1; 32])).await.unwrap();
    let row: (Vec<u8>,) = (again.signing_keys().await.unwrap()[0].pkcs8.to_vec(),);
    assert_eq!(row.0, b"a private key");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crossgate.db");
    std::fs::write(&file, b"").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = Store::open(&url(&folder), None).await.unwrap();
    store.master_key([1; 32]).await.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.path()
        );
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("crossgate.db"),
        "this is no database, and long enough to be looked at".repeat(40),
    )
    .unwrap();
    let error = Store::open(&url(&folder), None).await.err().unwrap();
    assert_eq!(*error.kind(), StoreErrorKind::Corrupt, "{error}");
    let missing = Store::open("sqlite:/nonexistent/folder/crossgate.db", None).await.err().unwrap();
    assert!(matches!(missing.kind(), StoreErrorKind::Unavailable(_)), "{missing}");
}

#[tokio::test]
async fn what_cors_refused_adds_up_for_a_week_and_within_bounds() {
    let (store, _folder) = sqlite().await;
    let refusal = |origin: String| CorsRefusal {
        application: "api".to_owned(),
        origin,
        kind: "preflight".to_owned(),
        reason: "origin-not-allowed".to_owned(),
        method: "PUT".to_owned(),
        refused: String::new(),
    };
    let known = refusal("https://app.acme.example".to_owned());
    let count = |count, signed_in| CorsRefusalCount { count, signed_in };
    store.add_cors_refusals(100, &[(known.clone(), count(2, 0))]).await.unwrap();
    store.add_cors_refusals(101, &[(known.clone(), count(3, 1))]).await.unwrap();
    assert_eq!(store.cors_refusals(95).await.unwrap(), [(known.clone(), count(5, 1))]);

    let strangers =
        (0..3_000).map(|number| (refusal(format!("https://{number}.test")), count(1, 0)));
    store.add_cors_refusals(101, &strangers.collect::<Vec<_>>()).await.unwrap();
    store.add_cors_refusals(101, &[(known.clone(), count(1, 0))]).await.unwrap();
    let all = store.cors_refusals(95).await.unwrap();
    assert_eq!(all.len(), 2_000, "strangers cannot fill the store");
    assert_eq!(all[0], (known.clone(), count(6, 1)), "what is there goes on counting");

    store.add_cors_refusals(107, &[]).await.unwrap();
    assert_eq!(store.cors_refusals(0).await.unwrap()[0], (known.clone(), count(4, 1)));
    store.add_cors_refusals(108, &[]).await.unwrap();
    assert_eq!(store.cors_refusals(0).await.unwrap(), [], "a week is over");
}

fn acme_certificate(name: &str, not_after: i64) -> AcmeCertificate {
    AcmeCertificate {
        name: name.to_owned(),
        chain_pem: "a chain".to_owned(),
        key: b"a private key".to_vec().into(),
        not_before: NOW,
        not_after,
    }
}

#[tokio::test]
async fn what_an_authority_issued_is_kept_sealed_and_told_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder), None).await.unwrap();
    let revision = store.revision().await.unwrap();
    assert!(store.acme_account("dir").await.unwrap().is_none());
    let account = |contact: &str| AcmeAccount {
        contact: contact.to_owned(),
        credentials: b"an account's key".to_vec().into(),
    };
    store.save_acme_account("dir", &account("a@acme.example")).await.unwrap();
    store.save_acme_account("dir", &account("b@acme.example")).await.unwrap();
    store.save_acme_certificate("dir", &acme_certificate("a.example", NOW + 1)).await.unwrap();
    store.save_acme_certificate("dir", &acme_certificate("a.example", NOW + 2)).await.unwrap();
    store.save_acme_certificate("other", &acme_certificate("a.example", NOW + 3)).await.unwrap();
    assert!(store.revision().await.unwrap() > revision, "others hear of it");
    store.close().await;

    let key = || Some(EncryptionKey::new([1; 32]));
    let store = Store::open(&url(&folder), key()).await.unwrap();
    store.save_acme_certificate("dir", &acme_certificate("b.example", NOW + 4)).await.unwrap();
    store.close().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("an account's key"), "sealed when the key came");
        assert!(!text.contains("a private key"), "sealed when the key came");
    }
    let store = Store::open(&url(&folder), key()).await.unwrap();
    let kept = store.acme_account("dir").await.unwrap().unwrap();
    assert_eq!(
        (kept.contact.as_str(), kept.credentials.as_slice()),
        ("b@acme.example", &b"an account's key"[..])
    );
    let kept = store.acme_certificates("dir").await.unwrap();
    let kept = kept.iter().map(|it| (it.name.as_str(), it.not_after, it.key.as_slice()));
    let key = &b"a private key"[..];
    assert_eq!(
        kept.collect::<Vec<_>>(),
        [("a.example", NOW + 2, key), ("b.example", NOW + 4, key)]
    );
    let others = store.acme_certificates_of_others("dir", NOW).await.unwrap();
    assert_eq!(others.iter().map(|it| it.not_after).collect::<Vec<_>>(), [NOW + 3]);
    assert!(store.acme_certificates_of_others("dir", NOW + 3).await.unwrap().is_empty());
    store.delete_acme_account("dir").await.unwrap();
    assert!(store.acme_account("dir").await.unwrap().is_none());
}

#[tokio::test]
async fn challenges_live_until_their_time_is_over_or_their_order_is() {
    let (store, _folder) = sqlite().await;
    let challenge = |name: &str, token: &str| AcmeChallenge {
        name: name.to_owned(),
        kind: "http-01".to_owned(),
        token: token.to_owned(),
        key_authorization: format!("{token}.thumb"),
    };
    store.add_acme_challenge(&challenge("a.example", "one"), NOW + 10).await.unwrap();
    store.add_acme_challenge(&challenge("b.example", "two"), NOW + 10).await.unwrap();
    assert_eq!(store.acme_challenges(NOW + 9).await.unwrap().len(), 2);
    assert!(store.acme_challenges(NOW + 10).await.unwrap().is_empty());
    let revision = store.revision().await.unwrap();
    store.delete_acme_challenges("a.example").await.unwrap();
    assert_eq!(store.acme_challenges(NOW).await.unwrap(), [challenge("b.example", "two")]);
    assert!(store.revision().await.unwrap() > revision, "others hear of it");
    assert_eq!(store.sweep(NOW + 11).await.unwrap(), 1);
}

#[tokio::test]
async fn failures_count_until_there_is_a_certificate() {
    let (store, _folder) = sqlite().await;
    let failure = |count| AcmeFailure { name: "a.example".to_owned(), count, retry_at: NOW + 5 };
    store.save_acme_failure("dir", &failure(1)).await.unwrap();
    store.save_acme_failure("dir", &failure(2)).await.unwrap();
    assert_eq!(store.acme_failures("dir").await.unwrap(), [failure(2)]);
    assert!(store.acme_failures("other").await.unwrap().is_empty());
    store.save_acme_certificate("dir", &acme_certificate("a.example", NOW + 1)).await.unwrap();
    assert!(store.acme_failures("dir").await.unwrap().is_empty());
}

#[tokio::test]
async fn one_holder_at_a_time_has_a_task() {
    let (store, folder) = sqlite().await;
    let other = Store::open(&url(&folder), None).await.unwrap();
    assert!(store.take_lease("task", "one", NOW, NOW + 60).await.unwrap());
    assert!(!other.take_lease("task", "two", NOW + 59, NOW + 119).await.unwrap());
    assert!(other.take_lease("another task", "two", NOW, NOW + 60).await.unwrap());
    assert!(store.take_lease("task", "one", NOW + 59, NOW + 119).await.unwrap(), "it goes on");
    assert!(
        other.take_lease("task", "two", NOW + 119, NOW + 179).await.unwrap(),
        "its time is over"
    );
    assert!(!store.take_lease("task", "one", NOW + 120, NOW + 180).await.unwrap());
    store.give_lease_back("task", "one").await.unwrap();
    assert!(!store.take_lease("task", "one", NOW + 120, NOW + 180).await.unwrap(), "not its own");
    other.give_lease_back("task", "two").await.unwrap();
    assert!(store.take_lease("task", "one", NOW + 120, NOW + 180).await.unwrap());
}
