//! From a config to the gate that decides: ids are looked up or made, then everything is indexed.

use std::sync::Arc;

use anyhow::{Context, Result};
use crossgate_gate::Gate;
use crossgate_model::{Config, Identifier, Kind};
use crossgate_store::{EncryptionKey, Store, Wanted};

use crate::clock;

/// Opens the store of a config.
pub(crate) async fn open_store(config: &Config) -> Result<Store> {
    let key = config.store_key.as_ref().map(|key| EncryptionKey::new(*key.expose()));
    Store::open(&config.store, key)
        .await
        .with_context(|| format!("cannot open the store {}", config.store))
}

/// The gate of a config. What has no id yet gets one, which is on disk before this returns.
pub(crate) async fn gate(config: Config, store: &Store, generation: u64) -> Result<Gate> {
    let wanted = config.wanted.iter().map(wanted).collect::<Result<Vec<_>>>()?;
    let remembered =
        store.remember_all(&wanted).await.context("cannot remember the ids of the config")?;
    let identifiers = remembered
        .into_iter()
        .map(|found| Identifier { id: found.id, aud: found.aud })
        .collect::<Vec<_>>();
    Ok(Gate::new(Arc::new(config.snapshot(&identifiers, generation))))
}

fn wanted(wanted: &crossgate_model::Wanted) -> Result<Wanted> {
    let (kind, has_aud) = match wanted.kind {
        Kind::Application => ("application", true),
        Kind::Group => ("group", false),
        Kind::IdentityProvider => ("identity_provider", false),
        Kind::Policy => ("policy", false),
    };
    Ok(Wanted {
        kind,
        name: wanted.name.clone(),
        given_id: wanted.id.clone(),
        fresh_id: uuid::Uuid::new_v4().to_string(),
        fresh_aud: if has_aud { Some(fresh_aud()?) } else { None },
    })
}

/// 64 hex digits.
fn fresh_aud() -> Result<String> {
    let mut bytes = [0; 32];
    clock::fill_random(&mut bytes).ok().context("the system gives no random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
