//! A process that is killed at any moment loses nothing that it acknowledged.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, a child talks"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crossgate_store::{Pin, PinOutcome, Session, Store};

const FOLDER: &str = "CROSSGATE_STORE_KILL_NINE";
const NOW: i64 = 1_800_000_000;

/// The child: writes for ever, and says so after each write.
#[test]
fn child_that_acknowledges_what_it_wrote() {
    #[expect(clippy::disallowed_methods, reason = "the parent names the folder so")]
    let Ok(url) = std::env::var(FOLDER) else { return };
    runtime().block_on(async {
        let store = Store::open(&url, None).await.unwrap();
        let round = store.revision().await.unwrap();
        for number in 0.. {
            let id = format!("{round}-{number}");
            store.create_pin(&pin(&id)).await.unwrap();
            store.create_session(&session(&id)).await.unwrap();
            acknowledge("session", &id);
            assert!(matches!(
                store.try_pin(&id, &[7], NOW).await.unwrap(),
                PinOutcome::Accepted { .. }
            ));
            acknowledge("pin", &id);
            store.revoke_session(&id, NOW).await.unwrap();
            acknowledge("revoked", &id);
        }
    });
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_nine() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("crossgate.db").display());
    let mut acknowledged = BTreeMap::<String, Vec<String>>::new();
    for round in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "child_that_acknowledges_what_it_wrote",
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FOLDER, &url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut note = |line: String| {
            if let Some((kind, id)) =
                line.strip_prefix("acknowledged ").and_then(|rest| rest.split_once(' '))
            {
                acknowledged.entry(kind.to_owned()).or_default().push(id.to_owned());
            }
        };
        // Another number of writes each round: the kill meets another moment of the work.
        lines.by_ref().take(6 + round * 5).for_each(|line| note(line.unwrap()));
        child.kill().unwrap();
        lines.for_each(|line| note(line.unwrap_or_default()));
        child.wait().unwrap();
    }
    assert!(
        acknowledged.len() == 3 && acknowledged["revoked"].len() > 100,
        "the child did its work"
    );
    runtime().block_on(async {
        let store = Store::open(&url, None).await.unwrap();
        for id in &acknowledged["session"] {
            assert!(store.session(id).await.unwrap().is_some(), "session {id}");
        }
        for id in &acknowledged["pin"] {
            assert_eq!(
                store.try_pin(id, &[7], NOW).await.unwrap(),
                PinOutcome::AlreadyUsed,
                "pin {id}"
            );
        }
        for id in &acknowledged["revoked"] {
            assert_eq!(
                store.session(id).await.unwrap().unwrap().revoked_at,
                Some(NOW),
                "revoked {id}"
            );
        }
    });
}

fn acknowledge(kind: &str, id: &str) {
    println!("acknowledged {kind} {id}");
    std::io::stdout().flush().unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

fn pin(id: &str) -> Pin {
    Pin {
        flow_id: id.to_owned(),
        email: "a@acme.example".to_owned(),
        aud: "aud".to_owned(),
        code_mac: vec![7],
        created_at: NOW,
        expires_at: NOW + 600,
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
        user_agent: String::new(),
        created_at: NOW,
        expires_at: NOW + 100,
        revoked_at: None,
    }
}
