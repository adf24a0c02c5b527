//! Signing in and out: the session of a person on the login host.

use std::net::IpAddr;
use std::time::Duration;

use crossgate_store::{Session, StoreError};
use http::HeaderMap;
use uuid::Uuid;

use crate::request_tokens::authorization_cookies;
use crate::tokens::sign;
use crate::{SessionError, Sessions};

/// ISO 3166 leaves this one to users.
const UNKNOWN_COUNTRY: &str = "XX";

/// Somebody who has just proved an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The verified address; letter case does not matter.
    pub email: String,
    /// The identity provider that verified it.
    pub idp_id: String,
    /// Where they are.
    pub ip: IpAddr,
    /// What they use; cut to [`SignIn::MAX_USER_AGENT`] bytes.
    pub user_agent: String,
    /// The country that they are in, as two letters, if that is known.
    pub country: Option<String>,
}

/// A person's session on the login host.
#[derive(Clone)]
pub struct TeamSession {
    /// Its id: what everything that stems from it names.
    pub sid: String,
    /// The user's id, the same for an e-mail address for ever.
    pub user_id: String,
    /// The verified address, in lower case.
    pub email: String,
    /// The value of the login host's `CF_Authorization` cookie.
    pub token: String,
    /// When it began, in unix seconds.
    pub created_at: i64,
    /// When it ends, in unix seconds.
    pub expires_at: i64,
}

impl SignIn {
    /// Longest user agent that is kept, in bytes.
    pub const MAX_USER_AGENT: usize = 256;
}

impl Sessions {
    /// Begins a session on the login host. It is on disk when this returns.
    ///
    /// # Errors
    /// The store cannot be used, or nothing can be signed.
    pub async fn sign_in(
        &self,
        who: SignIn,
        lifetime: Duration,
        now: i64,
    ) -> Result<TeamSession, SessionError> {
        let email = who.email.to_lowercase();
        let user_id = self.store.user_id(&email, &Uuid::new_v4().to_string()).await?;
        let session = Session {
            id: Uuid::new_v4().to_string(),
            email,
            user_id,
            idp: who.idp_id,
            country: who.country.unwrap_or_else(|| UNKNOWN_COUNTRY.to_owned()),
            ip: who.ip.to_canonical().to_string(),
            user_agent: cut(&who.user_agent, SignIn::MAX_USER_AGENT).to_owned(),
            created_at: now,
            expires_at: end(now, lifetime),
            revoked_at: None,
        };
        let claims = self.team_claims(&session);
        let [token] = sign(self.keys(), [claims]).await?;
        self.store.create_session(&session).await?;
        Ok(team_session(session, token))
    }

    /// The session on the login host that a request there brings, if it has one that still stands.
    ///
    /// # Errors
    /// The store cannot be used: whether somebody is signed in is not known.
    pub async fn team_session(
        &self,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Option<TeamSession>, StoreError> {
        for token in authorization_cookies(headers, "") {
            let Ok(claims) = self.team_token(token, now) else { continue };
            let Some(session) = self.store.session(&claims.sid().to_string()).await? else {
                continue;
            };
            if session.revoked_at.is_none() && session.expires_at > now {
                return Ok(Some(team_session(
                    session,
                    String::from_utf8_lossy(token).into_owned(),
                )));
            }
        }
        Ok(None)
    }

    /// Ends a sign-in and every application's session that stems from it: on disk, then in memory, where it is seen by
    /// the next request.
    ///
    /// # Errors
    /// The store cannot be used. Nothing has ended then.
    pub async fn sign_out(&self, sid: &str, now: i64) -> Result<(), StoreError> {
        self.store.revoke_session(sid, now).await?;
        self.sign_ins.end(sid);
        Ok(())
    }
}

/// When what begins now ends, in unix seconds.
pub(crate) fn end(now: i64, lifetime: Duration) -> i64 {
    now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX))
}

fn team_session(session: Session, token: String) -> TeamSession {
    TeamSession {
        sid: session.id,
        user_id: session.user_id,
        email: session.email,
        token,
        created_at: session.created_at,
        expires_at: session.expires_at,
    }
}

fn cut(text: &str, longest: usize) -> &str {
    text.get(..text.floor_char_boundary(longest)).unwrap_or_default()
}
