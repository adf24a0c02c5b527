//! What tokens say of sessions, and signing them where no request waits.

use std::sync::Arc;

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use crossgate_gate::NoSession;
use crossgate_model::Application;
use crossgate_store::Session;
use crossgate_token::claims::{Grant, Subject};
use crossgate_token::{Claims, Expectation, KeyRing, TokenError, TokenType, Use, binding};
use http::HeaderValue;

use crate::verified_token::VerifiedToken;
use crate::{SessionError, Sessions};

/// A session at an application that tokens are about to be signed for.
#[derive(Clone, Copy)]
pub(crate) struct Issued<'a> {
    pub(crate) aud: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) now: i64,
    pub(crate) expires_at: i64,
}

impl Sessions {
    /// The login host's token. Its audience is the login host itself: it opens no application.
    pub(crate) fn team_claims(&self, session: &Session) -> Claims {
        let (nonce, now, expires_at) = (&session.id, session.created_at, session.expires_at);
        let issued = Issued { aud: &self.issuer, nonce, now, expires_at };
        Claims::team(&self.grant(session, &issued), &subject(session, nonce))
    }

    /// What the browser gets for an application.
    pub(crate) fn cookie_claims(
        &self,
        session: &Session,
        issued: &Issued<'_>,
        binding: Option<&str>,
    ) -> Claims {
        Claims::application(&self.grant(session, issued), &subject(session, issued.nonce))
            .bound_to(binding.map(binding::claim))
    }

    /// What the application's upstream gets.
    pub(crate) fn assertion_claims(&self, session: &Session, issued: &Issued<'_>) -> Claims {
        Claims::assertion(&self.grant(session, issued), &subject(session, issued.nonce))
    }

    /// What an upstream gets of a service token, or of somebody without identity.
    pub(crate) fn machine_claims(
        &self,
        aud: &str,
        client_id: Option<&str>,
        now: i64,
        expires_at: i64,
    ) -> Claims {
        let grant = Grant { iss: &self.issuer, aud, sid: "", issued_at: now, expires_at };
        Claims::service_assertion(&grant, client_id)
    }

    /// The claims of a token that counts at `application`, in the place `use_`.
    pub(crate) fn application_token(
        &self,
        token: &[u8],
        use_: Use,
        application: &Application,
        now: i64,
    ) -> Result<Arc<VerifiedToken>, NoSession> {
        let aud = Some(application.aud.as_str());
        self.token(token, &Expectation { use_, type_: TokenType::App, aud, iss: &self.issuer }, now)
    }

    /// The claims of a token that counts at the login host.
    pub(crate) fn team_token(
        &self,
        token: &[u8],
        now: i64,
    ) -> Result<Arc<VerifiedToken>, NoSession> {
        let (use_, type_, aud) = (Use::Cookie, TokenType::Org, Some(self.issuer.as_str()));
        self.token(token, &Expectation { use_, type_, aud, iss: &self.issuer }, now)
    }

    /// The claims of a token that lives up to what is expected of it.
    pub(crate) fn token(
        &self,
        token: &[u8],
        expected: &Expectation<'_>,
        now: i64,
    ) -> Result<Arc<VerifiedToken>, NoSession> {
        let claims = self.verified.verify(token, &self.keys.load(), &self.issuer).map_err(why)?;
        claims.check(expected, now).map_err(why)?;
        Ok(claims)
    }

    fn grant<'a>(&'a self, session: &'a Session, issued: &Issued<'a>) -> Grant<'a> {
        Grant {
            iss: &self.issuer,
            aud: issued.aud,
            sid: &session.id,
            issued_at: issued.now,
            expires_at: issued.expires_at,
        }
    }
}

/// Signs claims with the current key, on a thread that may block.
pub(crate) async fn sign<const N: usize>(
    keys: Arc<KeyRing>,
    claims: [Claims; N],
) -> Result<[String; N], SessionError> {
    let signing = tokio::task::spawn_blocking(move || {
        let mut tokens = [const { String::new() }; N];
        for (token, claims) in tokens.iter_mut().zip(&claims) {
            *token = keys.sign(claims)?;
        }
        Ok(tokens)
    });
    signing.await.map_err(|_| SessionError::Stopped)?
}

/// A header value that logs do not show.
pub(crate) fn header_value(text: &str) -> Result<HeaderValue, SessionError> {
    let mut value =
        HeaderValue::from_bytes(text.as_bytes()).map_err(|_| SessionError::Unsendable)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Fresh random bytes from the system.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], SessionError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SessionError::NoRandomness)?;
    Ok(bytes)
}

fn subject<'a>(session: &'a Session, nonce: &'a str) -> Subject<'a> {
    Subject {
        id: &session.user_id,
        email: &session.email,
        identity_nonce: nonce,
        country: Some(&session.country),
        custom: None,
    }
}

fn why(error: TokenError) -> NoSession {
    match error {
        TokenError::Expired => NoSession::Expired,
        _ => NoSession::Invalid,
    }
}
