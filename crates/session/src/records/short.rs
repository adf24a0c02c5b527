//! A record as it is kept while nobody uses it: without what can be made from the rest.

use std::sync::Arc;

use crossgate_store::{ApplicationSession, Session};
use crossgate_token::claims::{Grant, Subject};
use crossgate_token::{Claims, Shortened};
use uuid::Uuid;

use super::Record;
use crate::ids::id_of;
use crate::liveness::Liveness;
use crate::tag::Tag;
use crate::tokens::header_value;

/// A session whose assertion is kept as the claims that it says, and their signature.
pub(super) struct Short {
    sign_in: Arc<Liveness>,
    user_id: Uuid,
    sid: Uuid,
    issued_at: i64,
    expires_at: i64,
    email: Box<str>,
    aud: Tag,
    country: [u8; 2],
    assertion: Shortened,
}

impl Short {
    /// `None` if something in it is longer than what this gateway writes, or its assertion says something else.
    pub(super) fn new(
        session: &Session,
        opened: &ApplicationSession,
        sign_in: &Arc<Liveness>,
        issuer: &str,
        share: impl FnOnce(&str) -> Arc<str>,
    ) -> Option<Self> {
        let grant = Grant {
            iss: issuer,
            aud: &opened.aud,
            sid: &session.id,
            issued_at: opened.created_at,
            expires_at: opened.expires_at,
        };
        let subject = Subject {
            id: &session.user_id,
            email: &session.email,
            identity_nonce: &opened.id,
            country: Some(&session.country),
            custom: None,
        };
        let claims = Claims::assertion(&grant, &subject);
        Some(Self {
            sign_in: Arc::clone(sign_in),
            user_id: id_of(&session.user_id)?,
            sid: id_of(&session.id)?,
            issued_at: opened.created_at,
            expires_at: opened.expires_at,
            email: session.email.as_str().into(),
            aud: Tag::new(&opened.aud)?,
            country: session.country.as_bytes().try_into().ok()?,
            assertion: Shortened::new(&opened.assertion, &claims, share)?,
        })
    }

    /// The record, whole.
    pub(super) fn record(&self, nonce: Uuid, issuer: &str) -> Option<Record> {
        let aud = self.aud.digits();
        let [id, sid, nonce] = [self.user_id, self.sid, nonce].map(|id| id.to_string());
        let grant = Grant {
            iss: issuer,
            aud: str::from_utf8(&aud).ok()?,
            sid: &sid,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
        };
        let subject = Subject {
            id: &id,
            email: &self.email,
            identity_nonce: &nonce,
            country: Some(str::from_utf8(&self.country).ok()?),
            custom: None,
        };
        let assertion = self.assertion.token(&Claims::assertion(&grant, &subject))?;
        Some(Record {
            email: header_value(&self.email).ok()?,
            assertion: header_value(&assertion).ok()?,
            user_id: id.into(),
            expires_at: self.expires_at,
            sign_in: Arc::clone(&self.sign_in),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossgate_store::{ApplicationSession, Session};
    use crossgate_token::claims::{Grant, Subject};
    use crossgate_token::{Claims, KeyRing, SigningKey};
    use uuid::Uuid;

    use super::Short;
    use crate::liveness::Liveness;

    const ISSUER: &str = "https://login.acme.example";
    const NONCE: Uuid = Uuid::from_u128(3);

    fn session() -> Session {
        Session {
            id: Uuid::from_u128(1).to_string(),
            email: "ann@acme.example".to_owned(),
            user_id: Uuid::from_u128(2).to_string(),
            idp: "onetimepin".to_owned(),
            country: "XX".to_owned(),
            ip: "192.0.2.7".to_owned(),
            user_agent: "A browser".to_owned(),
            created_at: 1,
            expires_at: 100,
            revoked_at: None,
        }
    }

    /// A session at an application, with the assertion that it would have at its beginning.
    fn opened(session: &Session) -> ApplicationSession {
        let (id, aud) = (NONCE.to_string(), "0123456789abcdef".repeat(4));
        let grant =
            Grant { iss: ISSUER, aud: &aud, sid: &session.id, issued_at: 5, expires_at: 50 };
        let subject = Subject {
            id: &session.user_id,
            email: &session.email,
            identity_nonce: &id,
            country: Some(&session.country),
            custom: None,
        };
        let ring = KeyRing::new(SigningKey::generate(ISSUER, 0).unwrap(), None);
        let assertion = ring.sign(&Claims::assertion(&grant, &subject)).unwrap();
        let session_id = session.id.clone();
        ApplicationSession { id, session_id, aud, assertion, created_at: 5, expires_at: 50 }
    }

    fn short(session: &Session, opened: &ApplicationSession) -> Option<Short> {
        let share = |header: &str| Arc::from(header);
        Short::new(session, opened, &Arc::<Liveness>::default(), ISSUER, share)
    }

    #[test]
    fn a_record_comes_back_as_it_was_put_away() {
        let session = session();
        let opened = opened(&session);
        let record = short(&session, &opened).unwrap().record(NONCE, ISSUER).unwrap();
        let (assertion, email) = record.upstream();
        assert_eq!(assertion.to_str().unwrap(), opened.assertion);
        assert!(assertion.is_sensitive() && email.unwrap().is_sensitive());
        assert_eq!((record.email(), &*record.user_id), ("ann@acme.example", &*session.user_id));
        assert!(record.stands(49) && !record.stands(50));
    }

    #[test]
    fn what_would_come_back_otherwise_is_not_shortened() {
        let own = session();
        let opened = opened(&own);
        let rows = [
            ("another address", Session { email: "bob@acme.example".to_owned(), ..own.clone() }),
            ("another country", Session { country: "DE".to_owned(), ..own.clone() }),
            ("a longer country", Session { country: "XXX".to_owned(), ..own.clone() }),
            ("an id of another form", Session { id: "s".to_owned(), ..own.clone() }),
        ];
        for (row, session) in rows {
            assert!(short(&session, &opened).is_none(), "{row}");
        }
        let later = ApplicationSession { created_at: 6, ..opened };
        assert!(short(&own, &later).is_none(), "begun at another time");
    }
}
