//! Service tokens in memory: all of them, so that none is ever looked up on the request path.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use crossgate_model::ServiceToken as DeclaredToken;
use crossgate_store::{ServiceToken, Store, StoreError};
use crossgate_token::service_token::{Presented, SecretHash, ServiceCredentials};
use http::HeaderMap;
use http::header::HeaderName;

use crate::Sessions;

/// A service token as the store has it.
pub(crate) struct KnownToken {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) client_id: Box<str>,
    secret_hash: SecretHash,
    expires_at: Option<i64>,
    enabled: bool,
    /// The store has it no longer, or says something else of it.
    replaced: AtomicBool,
    /// The config says that it does not count.
    switched_off: AtomicBool,
    /// When it was last used here, and when the store was last told so.
    seen_at: AtomicI64,
    told_at: AtomicI64,
}

/// What service-token headers are worth.
pub(crate) enum Authentication {
    Absent,
    Authenticated(Arc<KnownToken>),
    Malformed,
    Refused,
}

/// All service tokens by client id.
pub(crate) struct ServiceTokens {
    by_client_id: ArcSwap<HashMap<Box<str>, Arc<KnownToken>>>,
    /// The names that the config switches off. Held while tokens learn whether theirs is among them.
    switched_off: Mutex<HashSet<Box<str>>>,
}

impl Sessions {
    /// Takes over what the config says of service tokens: one that is declared and not enabled is refused from now on, as are
    /// connections that it opened. To be called with every new config.
    pub fn declare_service_tokens(&self, declared: &[DeclaredToken]) {
        let off = declared.iter().filter(|token| !token.enabled);
        self.service_tokens.switch_off(off.map(|token| token.name.as_str().into()).collect());
    }
}

impl ServiceTokens {
    /// Reads them from the store.
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let tokens = Self { by_client_id: ArcSwap::default(), switched_off: Mutex::default() };
        tokens.reload(store).await?;
        Ok(tokens)
    }

    /// Reads them anew. What has not changed stays the same object; the others are marked as replaced, so that
    /// connections that they opened end.
    pub(crate) async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let stored = store.service_tokens().await?;
        let switched_off = self.switched_off.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.by_client_id.load_full();
        let new = stored.into_iter().map(|token| {
            let known = old.get(token.client_id.as_str()).filter(|known| known.is(&token));
            let known = known.map_or_else(|| Arc::new(KnownToken::new(token)), Arc::clone);
            known.switched_off.store(switched_off.contains(&known.name), Ordering::Release);
            (known.client_id.clone(), known)
        });
        let new: HashMap<_, _> = new.collect();
        for (client_id, known) in old.iter() {
            if !new.get(client_id).is_some_and(|kept| Arc::ptr_eq(kept, known)) {
                known.replaced.store(true, Ordering::Release);
            }
        }
        self.by_client_id.store(Arc::new(new));
        Ok(())
    }

    fn switch_off(&self, names: HashSet<Box<str>>) {
        let mut switched_off = self.switched_off.lock().unwrap_or_else(PoisonError::into_inner);
        *switched_off = names;
        for known in self.by_client_id.load().values() {
            known.switched_off.store(switched_off.contains(&known.name), Ordering::Release);
        }
    }

    /// What the service-token headers of a request are worth. `single_header` is the application's
    /// `read_service_tokens_from_header`.
    pub(crate) fn authenticate(
        &self,
        headers: &HeaderMap,
        single_header: Option<&HeaderName>,
        now: i64,
    ) -> Authentication {
        let (id, secret) = match ServiceCredentials::from_headers(headers, single_header) {
            Presented::None => return Authentication::Absent,
            Presented::Malformed(_) => return Authentication::Malformed,
            Presented::One { id, secret } => (id, secret),
        };
        let tokens = self.by_client_id.load();
        let known = tokens.get(id.as_str());
        match known.filter(|known| known.secret_hash.verify(&secret) && known.stands(now)) {
            Some(known) => {
                known.seen_at.fetch_max(now, Ordering::Relaxed);
                Authentication::Authenticated(Arc::clone(known))
            }
            None => Authentication::Refused,
        }
    }

    /// Tells the store which tokens were used since it was last told.
    pub(crate) async fn tell_last_seen(&self, store: &Store) -> Result<(), StoreError> {
        let tokens = self.by_client_id.load_full();
        let seen: Vec<(&KnownToken, i64)> = tokens
            .values()
            .map(|token| (&**token, token.seen_at.load(Ordering::Relaxed)))
            .filter(|(token, seen_at)| *seen_at > token.told_at.load(Ordering::Relaxed))
            .collect();
        if seen.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = seen.iter().map(|(token, at)| (token.id.to_string(), *at)).collect();
        store.touch_service_tokens(&rows).await?;
        for (token, at) in seen {
            token.told_at.store(at, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl KnownToken {
    fn new(token: ServiceToken) -> Self {
        let seen_at = token.last_seen_at.unwrap_or(i64::MIN);
        Self {
            id: token.id.into(),
            name: token.name.into(),
            client_id: token.client_id.into(),
            secret_hash: SecretHash::from_bytes(token.secret_hash),
            expires_at: token.expires_at,
            enabled: token.enabled,
            replaced: AtomicBool::new(false),
            switched_off: AtomicBool::new(false),
            seen_at: AtomicI64::new(seen_at),
            told_at: AtomicI64::new(seen_at),
        }
    }

    /// Whether it is good at `now`.
    pub(crate) fn stands(&self, now: i64) -> bool {
        self.enabled
            && self.expires_at.is_none_or(|expires_at| expires_at > now)
            && !self.replaced.load(Ordering::Acquire)
            && !self.switched_off.load(Ordering::Acquire)
    }

    /// When an assertion about it must end, if before `latest`.
    pub(crate) fn end_before(&self, latest: i64) -> i64 {
        self.expires_at.map_or(latest, |expires_at| expires_at.min(latest))
    }

    fn is(&self, token: &ServiceToken) -> bool {
        *self.id == *token.id
            && *self.name == *token.name
            && *self.secret_hash.as_bytes() == token.secret_hash
            && self.expires_at == token.expires_at
            && self.enabled == token.enabled
    }
}
