//! Opening an application to somebody who is signed in.

use std::time::Duration;

use crossgate_model::Application;
use crossgate_store::ApplicationSession;
use crossgate_token::binding;
use uuid::Uuid;

use crate::ids::id_of;
use crate::sign_in::end;
use crate::tokens::{Issued, random_bytes, sign};
use crate::{SessionError, Sessions};

/// What a browser gets when an application is opened to it: the values of its cookies.
#[derive(Clone)]
pub struct ApplicationTokens {
    /// The value of `CF_Authorization`, with the application's suffix.
    pub token: String,
    /// The value of `__Host-CF_Binding`, with the application's suffix, where the application binds its token.
    pub binding: Option<String>,
    /// When the session ends, in unix seconds: also the end of both cookies.
    pub expires_at: i64,
}

impl Sessions {
    /// Begins a session of the sign-in `sid` at an application: signs what the browser gets and what the upstream gets. It is
    /// on disk when this returns. Whether policies admit the person is for the caller to see.
    ///
    /// # Errors
    /// [`SessionError::Ended`] if the sign-in does not stand any more; the store cannot be used; nothing can be signed.
    pub async fn open_application(
        &self,
        application: &Application,
        sid: &str,
        lifetime: Duration,
        now: i64,
    ) -> Result<ApplicationTokens, SessionError> {
        let liveness = self.sign_ins.watch(id_of(sid).ok_or(SessionError::Ended)?);
        let session = self.store.session(sid).await?.ok_or(SessionError::Ended)?;
        if session.revoked_at.is_some() || session.expires_at <= now || liveness.ended() {
            return Err(SessionError::Ended);
        }
        let binding = match application.settings.cookies.binding {
            true => Some(binding::value(random_bytes()?)),
            false => None,
        };
        let id = Uuid::new_v4();
        let nonce = id.to_string();
        let expires_at = end(now, lifetime);
        let issued = Issued { aud: &application.aud, nonce: &nonce, now, expires_at };
        let cookie = self.cookie_claims(&session, &issued, binding.as_deref());
        let assertion = self.assertion_claims(&session, &issued);
        let [token, assertion] = sign(self.keys(), [cookie, assertion]).await?;
        let opened = ApplicationSession {
            id: nonce,
            session_id: session.id.clone(),
            aud: application.aud.clone(),
            assertion,
            created_at: now,
            expires_at,
        };
        self.store.create_application_session(&opened).await?;
        self.records.keep(id, &session, &opened, liveness)?;
        Ok(ApplicationTokens { token, binding, expires_at })
    }
}
