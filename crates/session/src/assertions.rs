//! Assertions for whom no session keeps one: service tokens, and visitors that a policy admits without identity.
//!
//! One for each subject and application, signed when it is first needed and again shortly before it expires, so that
//! no request waits for a signature but the first.

use std::hash::Hash;
use std::sync::Arc;

use http::HeaderValue;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use tokio::sync::Mutex;

/// How long such an assertion is valid, in seconds.
pub(crate) const ASSERTION_SECONDS: i64 = 3600;

/// An assertion is signed anew when it has less than this many seconds left.
const SPARE_SECONDS: i64 = 300;

/// A signed assertion.
#[derive(Debug)]
pub(crate) struct Assertion {
    value: HeaderValue,
    renew_at: i64,
}

/// The assertions that are in memory.
#[derive(Debug)]
pub(crate) struct Assertions {
    cache: Cache<Subject, Arc<Assertion>>,
    /// Held while signing: a crowd that needs the same assertion waits for one signature.
    signing: Mutex<()>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Subject {
    aud: Box<str>,
    client_id: Option<Box<str>>,
}

#[derive(Hash)]
struct SubjectRef<'a> {
    aud: &'a str,
    client_id: Option<&'a str>,
}

impl Assertion {
    /// An assertion that was signed at `now` and is valid until `expires_at`. One whose life is short because its subject
    /// ends then serves to the end: another would live no longer.
    pub(crate) const fn new(value: HeaderValue, now: i64, expires_at: i64) -> Self {
        let is_whole = expires_at >= now.saturating_add(ASSERTION_SECONDS);
        let spare = if is_whole { SPARE_SECONDS } else { 0 };
        Self { value, renew_at: expires_at.saturating_sub(spare) }
    }

    /// The header's value.
    pub(crate) const fn value(&self) -> &HeaderValue {
        &self.value
    }
}

impl Assertions {
    const CAPACITY: usize = 16_384;

    pub(crate) fn new() -> Self {
        Self { cache: Cache::new(Self::CAPACITY), signing: Mutex::new(()) }
    }

    /// An assertion for a service token, or for nobody, that is good for a while yet.
    pub(crate) fn in_memory(
        &self,
        aud: &str,
        client_id: Option<&str>,
        now: i64,
    ) -> Option<Arc<Assertion>> {
        let assertion = self.cache.get(&SubjectRef { aud, client_id })?;
        (assertion.renew_at > now).then_some(assertion)
    }

    /// The same, made by `sign` if there is none.
    pub(crate) async fn or_sign<E>(
        &self,
        aud: &str,
        client_id: Option<&str>,
        now: i64,
        sign: impl Future<Output = Result<Assertion, E>>,
    ) -> Result<Arc<Assertion>, E> {
        let _turn = self.signing.lock().await;
        if let Some(assertion) = self.in_memory(aud, client_id, now) {
            return Ok(assertion);
        }
        let assertion = Arc::new(sign.await?);
        let subject = Subject { aud: aud.into(), client_id: client_id.map(Into::into) };
        self.cache.insert(subject, Arc::clone(&assertion));
        Ok(assertion)
    }
}

impl Equivalent<Subject> for SubjectRef<'_> {
    fn equivalent(&self, subject: &Subject) -> bool {
        *self.aud == *subject.aud && self.client_id == subject.client_id.as_deref()
    }
}
