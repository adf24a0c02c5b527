//! The sessions of the process, and what they are made of.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use crossgate_store::Store;
use crossgate_token::KeyRing;

use crate::assertions::Assertions;
use crate::liveness::SignIns;
use crate::records::Records;
use crate::service_tokens::ServiceTokens;
use crate::signing_keys::{self, Keys};
use crate::verified_tokens::VerifiedTokens;
use crate::{MasterKeys, SessionError};

/// The sessions of the process. Shared by everything that asks who somebody is.
pub struct Sessions {
    pub(crate) store: Store,
    /// The `iss` of tokens: the login host's public origin.
    pub(crate) issuer: String,
    pub(crate) master: MasterKeys,
    pub(crate) keys: ArcSwap<Keys>,
    pub(crate) verified: VerifiedTokens,
    pub(crate) records: Records,
    pub(crate) sign_ins: SignIns,
    pub(crate) service_tokens: ServiceTokens,
    pub(crate) assertions: Assertions,
    /// The store's revision that memory reflects.
    pub(crate) revision: AtomicI64,
    /// Until when the store's revocations are known here.
    pub(crate) revocations_read_at: AtomicI64,
}

/// How much may be in memory, if that is more than [`Capacity::LEAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Session records, about half a KiB each with their assertion.
    pub records: usize,
    /// Tokens whose signature is known to be good, about a third of a KiB each.
    pub verified_tokens: usize,
}

impl Capacity {
    /// What is in memory in any case: enough for all credentials of one request, many times over.
    pub const LEAST: usize = 128;
}

impl Default for Capacity {
    fn default() -> Self {
        Self { records: 1_000_000, verified_tokens: 200_000 }
    }
}

impl Sessions {
    /// Opens the sessions of a store: loads its keys, or makes them, and its service tokens. `issuer` is the login
    /// host's public origin, such as `https://login.acme.example`; `now` is in unix seconds.
    ///
    /// # Errors
    /// The store cannot be used, or no key can be made.
    pub async fn open(store: Store, issuer: String, now: i64) -> Result<Arc<Self>, SessionError> {
        Self::open_with(store, issuer, Capacity::default(), now).await
    }

    /// As [`Sessions::open`], with other limits on memory.
    ///
    /// # Errors
    /// As [`Sessions::open`].
    pub async fn open_with(
        store: Store,
        issuer: String,
        capacity: Capacity,
        now: i64,
    ) -> Result<Arc<Self>, SessionError> {
        // Read before the rest: what changes from here on counts it up again.
        let revision = store.revision().await?;
        let master = crate::master_keys::load(&store).await?;
        let keys = signing_keys::load_or_make(&store, &issuer, now).await?;
        let service_tokens = ServiceTokens::load(&store).await?;
        Ok(Arc::new(Self {
            records: Records::new(capacity.records.max(Capacity::LEAST), issuer.clone()),
            store,
            issuer,
            master,
            keys: ArcSwap::from_pointee(keys),
            verified: VerifiedTokens::new(capacity.verified_tokens.max(Capacity::LEAST))?,
            sign_ins: SignIns::default(),
            service_tokens,
            assertions: Assertions::new(),
            revision: AtomicI64::new(revision),
            revocations_read_at: AtomicI64::new(now),
        }))
    }

    /// The keys that sign and verify tokens now.
    #[must_use]
    pub fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.load().ring)
    }

    /// The keys for everything else, derived from the master key.
    #[must_use]
    pub const fn master(&self) -> &MasterKeys {
        &self.master
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Looks whether another process has changed anything, and if so reads it: ended sign-ins end here, service tokens
    /// and signing keys are replaced.
    ///
    /// # Errors
    /// The store cannot be used, or holds a key that does not work: everything stays as it was, and the next look tries
    /// again.
    pub async fn refresh(&self, now: i64) -> Result<(), SessionError> {
        let revision = self.store.revision().await?;
        if revision == self.revision.load(Ordering::Acquire) {
            return Ok(());
        }
        self.end_revoked(now).await?;
        self.service_tokens.reload(&self.store).await?;
        self.reload_keys(now).await?;
        self.revision.store(revision, Ordering::Release);
        Ok(())
    }

    async fn end_revoked(&self, now: i64) -> Result<(), SessionError> {
        /// By how much the clocks of processes that share a store may differ.
        const SKEW_SECONDS: i64 = 300;
        // The clock may have been set back since: what was ended then is earlier than what was read before.
        let read_at = self.revocations_read_at.load(Ordering::Acquire).min(now);
        for sid in self.store.revoked_since(read_at.saturating_sub(SKEW_SECONDS)).await? {
            self.sign_ins.end(&sid);
        }
        self.revocations_read_at.store(now, Ordering::Release);
        Ok(())
    }
}
