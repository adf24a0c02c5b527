//! The keys that sign tokens: loaded from the store, made where there is none, rotated when they are due.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossgate_store::{Store, StoredKey};
use crossgate_token::ring::{OVERLAP_SECONDS, ROTATION_SECONDS};
use crossgate_token::{KeyRing, SigningKey};

use crate::{SessionError, Sessions};

/// A ring of keys. Every change makes another generation, so that what an earlier one verified is verified anew.
pub(crate) struct Keys {
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) generation: u64,
}

impl Sessions {
    /// Makes a new signing key if the current one is due, and drops the one before it when its time is over. On disk before
    /// it signs anything.
    pub(crate) async fn rotate_keys(&self, now: i64) -> Result<(), SessionError> {
        self.reload_keys(now).await?;
        let ring = self.keys();
        if ring.due(now, ROTATION_SECONDS) {
            add(&self.store, &self.issuer, now).await?;
            tracing::info!(
                "a new key signs tokens; the one before it verifies for seven days more"
            );
        }
        for stored in self.store.signing_keys().await? {
            if is_over(&stored, now) {
                self.store.delete_signing_key(&stored.kid).await?;
            }
        }
        self.reload_keys(now).await
    }

    /// Takes over what the store holds, if it holds other keys than memory.
    pub(crate) async fn reload_keys(&self, now: i64) -> Result<(), SessionError> {
        let stored = usable(self.store.signing_keys().await?, now);
        let ring = self.keys();
        let in_memory = [Some(ring.current()), ring.previous()].into_iter().flatten();
        if in_memory.map(SigningKey::kid).eq(stored.iter().map(|key| key.kid.as_str())) {
            return Ok(());
        }
        if let Some(keys) = load(stored).await? {
            self.keys.store(Arc::new(keys));
        }
        Ok(())
    }
}

/// The keys of a store; the first is made here if there is none.
pub(crate) async fn load_or_make(
    store: &Store,
    issuer: &str,
    now: i64,
) -> Result<Keys, SessionError> {
    if let Some(keys) = load(usable(store.signing_keys().await?, now)).await? {
        return Ok(keys);
    }
    add(store, issuer, now).await?;
    load(usable(store.signing_keys().await?, now)).await?.ok_or(SessionError::NoKey)
}

/// The key that signs and the one before it: at most two, the first is the one that signs.
fn usable(mut stored: Vec<StoredKey>, now: i64) -> Vec<StoredKey> {
    stored.sort_by_key(|key| (key.retired_at.is_some(), -key.created_at));
    let is_current = |key: &StoredKey| key.retired_at.is_none();
    stored.retain(|key| is_current(key) || !is_over(key, now));
    stored.truncate(2);
    stored
}

/// Whether a key has not signed for so long that it verifies no more.
fn is_over(key: &StoredKey, now: i64) -> bool {
    key.retired_at.is_some_and(|retired_at| now.saturating_sub(retired_at) >= OVERLAP_SECONDS)
}

async fn load(stored: Vec<StoredKey>) -> Result<Option<Keys>, SessionError> {
    let keys = tokio::task::spawn_blocking(move || {
        let keys = stored
            .into_iter()
            .map(|key| SigningKey::from_parts(&key.pkcs8, key.certificate_pem, key.created_at));
        keys.collect::<Result<Vec<_>, _>>()
    });
    let mut keys = keys.await.map_err(|_| SessionError::Stopped)??.into_iter();
    Ok(keys.next().map(|current| Keys::of(KeyRing::new(current, keys.next()))))
}

/// Makes a key and writes it to the store, where the others retire.
async fn add(store: &Store, issuer: &str, now: i64) -> Result<(), SessionError> {
    let host = issuer.to_owned();
    let key = tokio::task::spawn_blocking(move || SigningKey::generate(&host, now));
    let key = key.await.map_err(|_| SessionError::Stopped)??;
    let stored = StoredKey {
        kid: key.kid().to_owned(),
        pkcs8: key.pkcs8().to_vec().into(),
        certificate_pem: key.certificate().to_owned(),
        created_at: key.created_at(),
        retired_at: None,
    };
    Ok(store.add_signing_key(&stored).await?)
}

impl Keys {
    fn of(ring: KeyRing) -> Self {
        static GENERATION: AtomicU64 = AtomicU64::new(0);
        Self { ring: Arc::new(ring), generation: GENERATION.fetch_add(1, Ordering::Relaxed) }
    }
}
