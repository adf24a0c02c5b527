//! Session records in memory: one for each session of a person in an application.

mod short;

use std::sync::{Arc, Mutex, PoisonError};

use crossgate_gate::NoSession;
use crossgate_store::{ApplicationSession, Session};
use http::HeaderValue;
use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::SessionError;
use crate::liveness::Liveness;
use crate::tokens::header_value;
use short::Short;

/// What requests need to know of a session. Written once; only its sign-in can end it early.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) user_id: Box<str>,
    expires_at: i64,
    /// What the upstream gets, signed when the session began.
    assertion: HeaderValue,
    /// The e-mail address, as a header value.
    email: HeaderValue,
    sign_in: Arc<Liveness>,
}

/// The records that are in memory, at most so many.
pub(crate) struct Records {
    /// Those in use just now, whole.
    in_use: Cache<Uuid, Arc<Record>>,
    by_nonce: Cache<Uuid, Kept>,
    /// Sessions that the store does not vouch for, why, and the second in which it said so.
    lost: Cache<Uuid, (i64, NoSession)>,
    issuer: String,
    /// The header of the assertion that was kept last: all of a key have the same.
    header: Mutex<Arc<str>>,
}

/// How a record is kept.
#[derive(Clone)]
enum Kept {
    Short(Arc<Short>),
    Whole(Arc<Record>),
}

impl Record {
    /// The record of a session as the store has it.
    fn new(
        session: &Session,
        opened: &ApplicationSession,
        sign_in: Arc<Liveness>,
    ) -> Result<Self, SessionError> {
        Ok(Self {
            user_id: session.user_id.as_str().into(),
            expires_at: opened.expires_at,
            assertion: header_value(&opened.assertion)?,
            email: header_value(&session.email)?,
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

    /// The e-mail address.
    pub(crate) fn email(&self) -> &str {
        // It was made from text.
        str::from_utf8(self.email.as_bytes()).unwrap_or_default()
    }

    /// The assertion and the e-mail address for the upstream.
    pub(crate) const fn upstream(&self) -> (&HeaderValue, Option<&HeaderValue>) {
        (&self.assertion, Some(&self.email))
    }
}

impl Records {
    const LOST: usize = 4096;
    /// Making one whole takes some thousand instructions, keeping it so another KiB.
    const IN_USE: usize = 512;

    /// None yet. `issuer` is that of all assertions.
    pub(crate) fn new(capacity: usize, issuer: String) -> Self {
        Self {
            in_use: Cache::new(Self::IN_USE.min(capacity / 4)),
            by_nonce: Cache::new(capacity),
            lost: Cache::new(Self::LOST),
            issuer,
            header: Mutex::new(Arc::default()),
        }
    }

    /// A record, if it is in memory.
    pub(crate) fn in_memory(&self, nonce: Uuid) -> Option<Arc<Record>> {
        self.in_use.get(&nonce).or_else(|| self.made_whole(nonce))
    }

    /// Keeps the record of a session as the store has it.
    ///
    /// # Errors
    /// No header can carry it.
    pub(crate) fn keep(
        &self,
        nonce: Uuid,
        session: &Session,
        opened: &ApplicationSession,
        sign_in: Arc<Liveness>,
    ) -> Result<(), SessionError> {
        let share = |header: &str| self.shared(header);
        let short = Short::new(session, opened, &sign_in, &self.issuer, share);
        let record = Arc::new(Record::new(session, opened, sign_in)?);
        let kept = match short {
            Some(short) => Kept::Short(Arc::new(short)),
            None => Kept::Whole(Arc::clone(&record)),
        };
        self.by_nonce.insert(nonce, kept);
        self.in_use.insert(nonce, record);
        Ok(())
    }

    /// Why there is no such session, if the store said so within this very second.
    pub(crate) fn why_lost(&self, nonce: Uuid, now: i64) -> Option<NoSession> {
        self.lost.get(&nonce).and_then(|(at, why)| (at == now).then_some(why))
    }

    /// Remembers for the rest of this second that the store does not vouch for a session.
    pub(crate) fn insert_lost(&self, nonce: Uuid, why: NoSession, now: i64) {
        self.lost.insert(nonce, (now, why));
    }

    fn made_whole(&self, nonce: Uuid) -> Option<Arc<Record>> {
        let record = match self.by_nonce.get(&nonce)? {
            Kept::Short(short) => Arc::new(short.record(nonce, &self.issuer)?),
            Kept::Whole(record) => record,
        };
        self.in_use.insert(nonce, Arc::clone(&record));
        Some(record)
    }

    fn shared(&self, header: &str) -> Arc<str> {
        let mut last = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        if **last != *header {
            *last = header.into();
        }
        Arc::clone(&last)
    }
}
