//! Whether the visitor of a connection that outlives its request may still have it.

use std::sync::Arc;
use std::time::Duration;

use crossgate_gate::UpstreamIdentity;
use crossgate_session::Credentials;
use tokio::time::sleep;

use crate::Gateway;
use crate::crowd::Place;

/// How often it is looked at: as long as it takes anyway until another process's sign-out is heard of.
const LOOK: Duration = Duration::from_secs(1);

/// As whom a connection was opened.
pub(crate) struct Standing {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) identity: UpstreamIdentity,
    /// `None` where nobody had to be anybody.
    pub(crate) credentials: Option<Credentials>,
    /// It is given back when the connection ends.
    pub(crate) _place: Place,
}

impl Standing {
    /// Waits until the visitor has signed out, was revoked, or the session has expired.
    pub(crate) async fn is_over(&self) {
        let Some(credentials) = &self.credentials else { return std::future::pending().await };
        while credentials.still_stand(self.identity, self.gateway.now()) {
            sleep(LOOK).await;
        }
    }
}
