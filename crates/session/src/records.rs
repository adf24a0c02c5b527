//! Session records in memory: one for each session of a person in an application.

use std::sync::Arc;

use crossgate_gate::NoSession;
use crossgate_store::{ApplicationSession, Session};
use http::HeaderValue;
use quick_cache::sync::Cache;

use crate::SessionError;
use crate::liveness::Liveness;
use crate::tokens::header_value;

/// What requests need to know of a session. Written once; only its sign-in can end it early.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) user_id: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) expires_at: i64,
    /// What the upstream gets, signed when the session began.
    pub(crate) assertion: HeaderValue,
    /// The e-mail address as a header value.
    pub(crate) email_header: HeaderValue,
    pub(crate) sign_in: Arc<Liveness>,
}

/// The records that are in memory, at most so many.
#[derive(Debug)]
pub(crate) struct Records {
    by_nonce: Cache<Box<str>, Arc<Record>>,
    /// Sessions that the store does not vouch for, why, and the second in which it said so.
    lost: Cache<Box<str>, (i64, NoSession)>,
}

impl Record {
    /// The record of a session as the store has it.
    pub(crate) fn new(
        session: &Session,
        opened: &ApplicationSession,
        sign_in: Arc<Liveness>,
    ) -> Result<Self, SessionError> {
        Ok(Self {
            user_id: session.user_id.as_str().into(),
            email: session.email.as_str().into(),
            expires_at: opened.expires_at,
            assertion: header_value(&opened.assertion)?,
            email_header: header_value(&session.email)?,
            sign_in,
        })
    }

    /// Whether it is still good at `now`.
    pub(crate) fn stands(&self, now: i64) -> bool {
        self.why_not(now).is_none()
    }

    /// Why it is not good at `now`, if it is not.
    pub(crate) fn why_not(&self, now: i64) -> Option<NoSession> {
        if self.sign_in.ended() {
            Some(NoSession::Revoked)
        } else if self.expires_at <= now {
            Some(NoSession::Expired)
        } else {
            None
        }
    }

    /// The assertion and the e-mail address for the upstream.
    pub(crate) const fn upstream(&self) -> (&HeaderValue, Option<&HeaderValue>) {
        (&self.assertion, Some(&self.email_header))
    }
}

impl Records {
    const LOST: usize = 4096;

    pub(crate) fn new(capacity: usize) -> Self {
        Self { by_nonce: Cache::new(capacity), lost: Cache::new(Self::LOST) }
    }

    /// A record, if it is in memory.
    pub(crate) fn in_memory(&self, nonce: &str) -> Option<Arc<Record>> {
        self.by_nonce.get(nonce)
    }

    /// Keeps a record.
    pub(crate) fn insert(&self, nonce: &str, record: Arc<Record>) {
        self.by_nonce.insert(nonce.into(), record);
    }

    /// Why there is no such session, if the store said so within this very second.
    pub(crate) fn why_lost(&self, nonce: &str, now: i64) -> Option<NoSession> {
        self.lost.get(nonce).and_then(|(at, why)| (at == now).then_some(why))
    }

    /// Remembers for the rest of this second that the store does not vouch for a session.
    pub(crate) fn insert_lost(&self, nonce: &str, why: NoSession, now: i64) {
        self.lost.insert(nonce.into(), (now, why));
    }
}
