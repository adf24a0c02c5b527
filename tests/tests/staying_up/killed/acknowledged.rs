//! What the gateway has said is done, and whether it still is.

use std::sync::Mutex;

use crossgate_testkit::{Answer, Client, Form, World};

use crate::APP1;

/// Changes that were acknowledged.
#[derive(Default)]
pub(crate) struct Acknowledged {
    /// Those that count, the latest last.
    changes: Mutex<Vec<Change>>,
    so_far: Mutex<Counts>,
}

#[derive(Clone)]
pub(crate) enum Change {
    /// Whoever sends these cookies is signed in.
    SignedIn {
        cookies: String,
    },
    /// Whoever sends them is not, ever again.
    SignedOut {
        cookies: String,
    },
    /// A code counted.
    CodeUsed(Box<UsedCode>),
    TokenMade {
        id: String,
        secret: String,
    },
    TokenRevoked {
        id: String,
        secret: String,
    },
}

/// The form with a code, and the browser that it was sent by.
#[derive(Clone)]
pub(crate) struct UsedCode {
    pub(crate) browser: Client,
    pub(crate) page: Answer,
    pub(crate) form: Form,
}

impl Acknowledged {
    pub(crate) fn add(&self, change: Change) {
        self.so_far.lock().unwrap()[change.kind()] += 1;
        self.changes.lock().unwrap().push(change);
    }

    /// How many there were of each kind, those included that count no longer.
    pub(crate) fn so_far(&self) -> Counts {
        *self.so_far.lock().unwrap()
    }

    /// What is about to be changed counts no longer, whether that comes to an end or not.
    pub(crate) fn no_longer_signed_in(&self, about: &str) {
        self.changes
            .lock()
            .unwrap()
            .retain(|change| !matches!(change, Change::SignedIn { cookies } if cookies == about));
    }

    /// The same of a token.
    pub(crate) fn no_longer_made(&self, about: &str) {
        self.changes
            .lock()
            .unwrap()
            .retain(|change| !matches!(change, Change::TokenMade { id, .. } if id == about));
    }

    /// Looks at the latest changes; returns how many of each kind were looked at.
    pub(crate) async fn check(&self, world: &World, latest: usize) -> Counts {
        let changes =
            self.changes.lock().unwrap().iter().rev().take(latest).cloned().collect::<Vec<_>>();
        let mut counts = Counts::default();
        for change in &changes {
            change.check(world).await;
            counts[change.kind()] += 1;
        }
        counts
    }
}

/// So many of each kind, in the order of [`Change`].
pub(crate) type Counts = [usize; KINDS];

/// Kinds of change.
pub(crate) const KINDS: usize = 5;

impl Change {
    const fn kind(&self) -> usize {
        match self {
            Self::SignedIn { .. } => 0,
            Self::SignedOut { .. } => 1,
            Self::CodeUsed(_) => 2,
            Self::TokenMade { .. } => 3,
            Self::TokenRevoked { .. } => 4,
        }
    }

    async fn check(&self, world: &World) {
        let url = world.url(APP1, "/");
        let with_cookies = async |cookies: &str| {
            Client::new().get(&url).header("cookie", cookies).send().await.status.as_u16()
        };
        let with_token = async |id: &str, secret: &str| {
            let request = Client::new().get(&url).header("cf-access-client-id", id);
            request.header("cf-access-client-secret", secret).send().await.status.as_u16()
        };
        match self {
            Self::SignedIn { cookies } => {
                assert_eq!(with_cookies(cookies).await, 200, "a sign-in was lost");
            }
            Self::SignedOut { cookies } => {
                assert_eq!(with_cookies(cookies).await, 302, "a sign-out was lost");
            }
            Self::CodeUsed(used) => {
                let again = used.browser.submit(&used.page, &used.form).await;
                assert_ne!(again.text(), "hello", "a code counted twice");
                assert!(!again.status.is_server_error(), "{}", again.text());
            }
            Self::TokenMade { id, secret } => {
                assert_eq!(with_token(id, secret).await, 200, "a service token was lost");
            }
            Self::TokenRevoked { id, secret } => {
                assert_eq!(with_token(id, secret).await, 401, "a revoked service token counts");
            }
        }
    }
}
