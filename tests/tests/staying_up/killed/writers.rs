//! Who has the gateway write, and takes note of what it says is done. A writer ends by failing, when the gateway is killed.

use std::path::PathBuf;
use std::sync::Arc;

use crossgate_testkit::{Client, Form, Jar, Mailbox, World, crossgate};
use serde_json::Value;

use super::acknowledged::{Acknowledged, Change, UsedCode};
use crate::APP1;

/// Which gateway, and how often it was killed before.
#[derive(Clone)]
pub(crate) struct Place {
    app: String,
    logout: String,
    origin: String,
    config: PathBuf,
    mails: PathBuf,
    gateway: u64,
    kill: u64,
}

pub(crate) struct Person {
    pub(crate) place: Place,
    pub(crate) number: u64,
}

impl Place {
    pub(crate) fn of(world: &World, gateway: u64, kill: u64) -> Self {
        Self {
            app: world.url(APP1, "/"),
            logout: world.url(APP1, "/cdn-cgi/access/logout"),
            origin: world.origin(APP1),
            config: world.config(),
            mails: world.folder().join("mail"),
            gateway,
            kill,
        }
    }
}

impl Person {
    /// Signs in again and again, and out every other time.
    pub(crate) async fn sign_in_and_out(self, acknowledged: Arc<Acknowledged>) {
        let Place { app, logout, origin, mails, kill, .. } = &self.place;
        let mailbox = Mailbox::new(mails.clone());
        for turn in 0_u64.. {
            let email = format!("p{}-{kill}-{turn}@acme.example", self.number);
            let browser = || {
                let address = format!("10.{}.{kill}.{}", self.number, turn % 256);
                Client::new().forwarded_for(&address)
            };
            let client = browser();
            let page = client.navigate(app).await;
            let form = Form::first(&page.text()).unwrap().with("email", &email);
            let page = client.submit(&page, &form).await;
            let form = Form::first(&page.text()).unwrap();
            let form = form.with("code", &mailbox.code_for(&email).await);
            let before: Jar = client.jar().clone();
            let arrived = client.submit(&page, &form).await;
            assert_eq!(arrived.text(), "hello");
            let again = Client::with(before).forwarded_for("10.9.9.9");
            let used = UsedCode { browser: again, page, form };
            acknowledged.add(Change::CodeUsed(Box::new(used)));
            let cookies = client.jar().header(APP1, "/").unwrap();
            acknowledged.add(Change::SignedIn { cookies: cookies.clone() });
            if turn % 2 == self.number % 2 {
                continue;
            }
            acknowledged.no_longer_signed_in(&cookies);
            let request = client.request("POST", logout).navigation("same-origin");
            let answer = request.header("origin", origin).send().await;
            assert_eq!(answer.status, 200);
            acknowledged.add(Change::SignedOut { cookies });
        }
    }
}

/// Makes service tokens by the command line, and revokes every other one.
pub(crate) async fn make_and_revoke_tokens(place: Place, acknowledged: Arc<Acknowledged>) {
    for turn in 0_u64.. {
        let name = format!("{}-{}-{turn}", place.gateway, place.kill);
        let made = command(&place, &["create", "--format", "json", "--name", &name]).await;
        let made: Value = serde_json::from_slice(&made).unwrap();
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        let (id, secret) = (text("client_id"), text("client_secret"));
        acknowledged.add(Change::TokenMade { id: id.clone(), secret: secret.clone() });
        if (turn + place.kill).is_multiple_of(2) {
            acknowledged.no_longer_made(&id);
            command(&place, &["revoke", &name]).await;
            acknowledged.add(Change::TokenRevoked { id, secret });
        }
    }
}

async fn command(place: &Place, arguments: &[&str]) -> Vec<u8> {
    let mut command = tokio::process::Command::new(crossgate());
    command.arg("service-token").args(&arguments[..1]).arg("--config").arg(&place.config);
    let output = command.args(&arguments[1..]).kill_on_drop(true).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Mails of people who were interrupted.
pub(crate) fn forget_mails(world: &World) {
    for mail in std::fs::read_dir(world.folder().join("mail")).unwrap().flatten() {
        // The gateway may be writing it.
        let _gone = std::fs::remove_file(mail.path());
    }
}
