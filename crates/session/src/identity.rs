//! Who somebody is, in full: what `/cdn-cgi/access/get-identity` tells.

use std::sync::Arc;

use crossgate_store::{Session, StoreError};
use crossgate_token::{Expectation, TokenType, Use};
use http::HeaderMap;

use crate::Sessions;
use crate::request_tokens::{authorization_cookies_of_any_suffix, header_token, is_bound};
use crate::verified_token::VerifiedToken;

/// A person's identity, and the sign-in that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The id of the sign-in: what signing out needs.
    pub sid: String,
    /// The audience of the token that led here: an application's tag, or the issuer.
    pub aud: String,
    /// The verified address, in lower case.
    pub email: String,
    /// The user's id.
    pub user_id: String,
    /// The identity provider that verified the address.
    pub idp_id: String,
    /// The country that they signed in from; `XX` if it is not known.
    pub country: String,
    /// The address that they signed in from.
    pub ip: String,
    /// The browser that they signed in with.
    pub user_agent: String,
    /// When they signed in, in unix seconds.
    pub signed_in_at: i64,
    /// When the session ends that was asked with, in unix seconds.
    pub expires_at: i64,
}

impl Sessions {
    /// Who is asking on a host: whomever a valid `CF_Authorization` cookie, with or without suffix, or a `cf-access-token`
    /// header leads to. `audiences` says whose tokens count there: the audience tags of the host's applications, on the
    /// login host the issuer. A bound token counts beside its binding cookie only.
    ///
    /// # Errors
    /// The store cannot be used: who is asking is not known.
    pub async fn identity_of(
        &self,
        headers: &HeaderMap,
        audiences: impl Fn(&str) -> bool,
        now: i64,
    ) -> Result<Option<Identity>, StoreError> {
        for claims in self.tokens_of_persons(headers, audiences, now) {
            if let Some(identity) = self.identity(&claims, now).await? {
                return Ok(Some(identity));
            }
        }
        Ok(None)
    }

    fn tokens_of_persons(
        &self,
        headers: &HeaderMap,
        audiences: impl Fn(&str) -> bool,
        now: i64,
    ) -> Vec<Arc<VerifiedToken>> {
        let counts = |token: &[u8], use_: Use| {
            let types = [TokenType::App, TokenType::Org].into_iter();
            let expected =
                types.map(|type_| Expectation { use_, type_, aud: None, iss: &self.issuer });
            let claims =
                expected.filter_map(|expected| self.token(token, &expected, now).ok()).next()?;
            audiences(&claims.aud(&self.issuer)).then_some(claims)
        };
        let by_header =
            header_token(headers).ok().flatten().and_then(|token| counts(token, Use::Header));
        let by_cookie =
            authorization_cookies_of_any_suffix(headers).filter_map(|(suffix, token)| {
                let claims = counts(token, Use::Cookie)?;
                (!claims.is_bound() || is_bound(&claims, headers, suffix)).then_some(claims)
            });
        by_header.into_iter().chain(by_cookie).collect()
    }

    async fn identity(
        &self,
        claims: &VerifiedToken,
        now: i64,
    ) -> Result<Option<Identity>, StoreError> {
        let sid = claims.sid().to_string();
        let (session, expires_at) = match (claims.scope().type_, claims.nonce()) {
            (TokenType::Org, _) => match self.store.session(&sid).await? {
                Some(session) => (session.clone(), session.expires_at),
                None => return Ok(None),
            },
            (TokenType::App, Some(nonce)) => {
                match self.store.application_session(&nonce.to_string()).await? {
                    Some(found) => (found.session, found.application_session.expires_at),
                    None => return Ok(None),
                }
            }
            (TokenType::App, None) => return Ok(None),
        };
        let stands = session.id == sid && session.revoked_at.is_none() && expires_at > now;
        let aud = claims.aud(&self.issuer);
        Ok(stands.then(|| Identity::of(session, aud, expires_at)))
    }
}

impl Identity {
    fn of(session: Session, aud: String, expires_at: i64) -> Self {
        Self {
            sid: session.id,
            aud,
            email: session.email,
            user_id: session.user_id,
            idp_id: session.idp,
            country: session.country,
            ip: session.ip,
            user_agent: session.user_agent,
            signed_in_at: session.created_at,
            expires_at,
        }
    }
}
