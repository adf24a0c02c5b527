//! From the headers of a request to what they are worth.

use std::sync::Arc;

use crossgate_gate::NoSession;
use crossgate_model::Application;
use crossgate_store::StoreError;
use crossgate_token::Use;
use http::HeaderMap;

use crate::assertions::{ASSERTION_SECONDS, Assertion};
use crate::credentials::{Credentials, ServiceEvidence};
use crate::records::Record;
use crate::request_tokens::{Doubled, authorization_cookies, header_token, is_bound};
use crate::service_tokens::{Authentication, KnownToken};
use crate::tokens::{header_value, sign};
use crate::verified_token::VerifiedToken;
use crate::{SessionError, Sessions};

/// What has to be fetched or made before a request can be answered.
enum Missing {
    /// The record of the session that a token is about.
    Record(Arc<VerifiedToken>),
    /// An assertion for this service token, or for nobody.
    Assertion(Option<Arc<KnownToken>>),
}

impl Sessions {
    /// What the credentials of a request to `application` are worth, if everything that it takes is in memory. `now` is in
    /// unix seconds.
    #[must_use]
    pub fn try_credentials(
        &self,
        application: &Application,
        headers: &HeaderMap,
        now: i64,
    ) -> Option<Credentials> {
        self.look(application, headers, now).ok()
    }

    /// What the credentials of a request to `application` are worth. Asks the store for what is not in memory. `now` is in
    /// unix seconds.
    ///
    /// # Errors
    /// The store cannot be used: who is asking is not known.
    pub async fn credentials(
        &self,
        application: &Application,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Credentials, StoreError> {
        /// More than there are credentials in a request: each look misses another one, unless memory is so short that what
        /// was fetched is gone before the next look.
        const LOOKS: usize = 16;
        for _ in 0..LOOKS {
            match self.look(application, headers, now) {
                Ok(credentials) => return Ok(credentials),
                Err(Missing::Record(claims)) => self.fetch(&claims, now).await?,
                Err(Missing::Assertion(token)) => {
                    if let Err(error) =
                        self.make_assertion(&application.aud, token.as_deref(), now).await
                    {
                        tracing::error!(%error, "an assertion cannot be signed");
                        break;
                    }
                }
            }
        }
        Ok(Credentials::nobody())
    }

    fn look(
        &self,
        application: &Application,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Credentials, Missing> {
        let without_identity = if application.settings.policies.admits_without_identity() {
            let assertion = self.assertions.in_memory(&application.aud, None, now);
            Some(assertion.ok_or(Missing::Assertion(None))?)
        } else {
            None
        };
        Ok(Credentials {
            service_token: self.service_token(application, headers, now)?,
            header: self.header(application, headers, now)?,
            cookie: self.cookie(application, headers, now)?,
            without_identity,
        })
    }

    fn service_token(
        &self,
        application: &Application,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<ServiceEvidence, Missing> {
        let single_header = application.settings.read_service_tokens_from_header.as_ref();
        let token = match self.service_tokens.authenticate(headers, single_header, now) {
            Authentication::Absent => return Ok(ServiceEvidence::Absent),
            Authentication::Malformed => return Ok(ServiceEvidence::Malformed),
            Authentication::Refused => return Ok(ServiceEvidence::Refused),
            Authentication::Authenticated(token) => token,
        };
        match self.assertions.in_memory(&application.aud, Some(&token.client_id), now) {
            Some(assertion) => Ok(ServiceEvidence::Authenticated(token, assertion)),
            None => Err(Missing::Assertion(Some(token))),
        }
    }

    fn header(
        &self,
        application: &Application,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Result<Arc<Record>, NoSession>, Missing> {
        let token = match header_token(headers) {
            Ok(Some(token)) => token,
            Ok(None) => return Ok(Err(NoSession::Absent)),
            Err(Doubled) => return Ok(Err(NoSession::Invalid)),
        };
        match self.application_token(token, Use::Header, application, now) {
            Ok(claims) => self.record(&claims, now),
            Err(why) => Ok(Err(why)),
        }
    }

    /// Of several copies the one counts that verifies, is bound and is meant for the application: a sibling host may have
    /// planted the others.
    fn cookie(
        &self,
        application: &Application,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Result<Arc<Record>, NoSession>, Missing> {
        let suffix = &application.cookie_suffix;
        let mut best = NoSession::Absent;
        for token in authorization_cookies(headers, suffix) {
            let found = match self.application_token(token, Use::Cookie, application, now) {
                Ok(claims)
                    if application.settings.cookies.binding
                        && !is_bound(&claims, headers, suffix) =>
                {
                    Err(NoSession::NotBound)
                }
                Ok(claims) => self.record(&claims, now)?,
                Err(why) => Err(why),
            };
            match found {
                Ok(record) => return Ok(Ok(record)),
                Err(why) => best = more_telling(best, why),
            }
        }
        Ok(Err(best))
    }

    fn record(
        &self,
        claims: &Arc<VerifiedToken>,
        now: i64,
    ) -> Result<Result<Arc<Record>, NoSession>, Missing> {
        let Some(nonce) = claims.nonce() else {
            return Ok(Err(NoSession::Invalid));
        };
        match self.records.in_memory(nonce) {
            Some(record) => Ok(match record.why_not(now) {
                None => Ok(record),
                Some(why) => Err(why),
            }),
            None => match self.records.why_lost(nonce, now) {
                Some(why) => Ok(Err(why)),
                None => Err(Missing::Record(Arc::clone(claims))),
            },
        }
    }

    /// Fetches a record from the store into memory, or that there is none.
    async fn fetch(&self, claims: &VerifiedToken, now: i64) -> Result<(), StoreError> {
        let Some(nonce) = claims.nonce() else { return Ok(()) };
        let liveness = self.sign_ins.watch(claims.sid());
        let found = self.store.application_session(&nonce.to_string()).await?;
        let found = found.filter(|found| found.session.id == claims.sid().to_string());
        let kept = found.is_some_and(|found| {
            if found.session.revoked_at.is_some() {
                liveness.end();
            }
            let (session, opened) = (&found.session, &found.application_session);
            self.records.keep(nonce, session, opened, Arc::clone(&liveness)).is_ok()
        });
        if !kept {
            self.records.insert_lost(nonce, NoSession::Invalid, now);
        }
        Ok(())
    }

    async fn make_assertion(
        &self,
        aud: &str,
        token: Option<&KnownToken>,
        now: i64,
    ) -> Result<(), SessionError> {
        let client_id = token.map(|token| &*token.client_id);
        let latest = now.saturating_add(ASSERTION_SECONDS);
        let expires_at = token.map_or(latest, |token| token.end_before(latest));
        let signed = async {
            let claims = self.machine_claims(aud, client_id, now, expires_at);
            let [assertion] = sign(self.keys(), [claims]).await?;
            Ok::<_, SessionError>(Assertion::new(header_value(&assertion)?, now, expires_at))
        };
        self.assertions.or_sign(aud, client_id, now, signed).await.map(|_| ())
    }
}

/// Of two reasons for which copies of a cookie lead to nobody, the one that says more.
fn more_telling(one: NoSession, other: NoSession) -> NoSession {
    let telling = |why| match why {
        NoSession::Absent => 0,
        NoSession::Invalid => 1,
        NoSession::NotBound => 2,
        NoSession::Expired => 3,
        NoSession::Revoked => 4,
    };
    if telling(other) > telling(one) { other } else { one }
}
