//! Certificates: between the store, the authority, the listeners and the metrics.

use std::sync::Arc;

use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use crossgate_acme::{Material, NamedKey, Notice, Upkeep, Wanted, material};
use crossgate_model::Listener;
use crossgate_proxy::{ChainAndKey, HttpChallenge, Issued, expiries};
use crossgate_store::Store;
use tokio::sync::watch;

use crate::clock;
use crate::metrics::CertificateMetrics;

/// The certificates that an authority issues, and what is known of all.
pub(crate) struct Certificates {
    issued: Arc<Issued>,
    listeners: ArcSwap<Vec<Listener>>,
    wanted: watch::Sender<Option<Wanted>>,
    metrics: CertificateMetrics,
}

impl Certificates {
    /// None yet.
    pub(crate) fn new(metrics: CertificateMetrics) -> Self {
        let (wanted, _) = watch::channel(None);
        Self { issued: Arc::default(), listeners: ArcSwap::default(), wanted, metrics }
    }

    /// What the listeners of the data plane present.
    pub(crate) const fn issued(&self) -> &Arc<Issued> {
        &self.issued
    }

    /// Presents what the store has, so that nobody is refused who connects as soon as somebody listens.
    pub(crate) async fn load(&self, store: &Store, listeners: &[Listener]) -> Result<()> {
        let wanted = Wanted::of(listeners);
        let found = material(store, wanted.as_ref(), clock::now()).await;
        let found = found.context("cannot read the issued certificates")?;
        self.want(listeners);
        self.publish(found);
        Ok(())
    }

    /// Other listeners are in force.
    pub(crate) fn want(&self, listeners: &[Listener]) {
        self.listeners.store(Arc::new(listeners.to_vec()));
        self.metrics.expiries(expiries(listeners, &self.issued));
        self.wanted.send_replace(Wanted::of(listeners));
    }

    /// What keeps the certificates in order.
    pub(crate) fn upkeep(self: &Arc<Self>, store: &Store) -> Upkeep {
        Upkeep {
            store: store.clone(),
            wanted: self.wanted.subscribe(),
            notice: Arc::clone(self) as Arc<dyn Notice>,
            clock: clock::now,
            holder: uuid::Uuid::new_v4().to_string(),
        }
    }
}

impl Notice for Certificates {
    fn publish(&self, material: Material) {
        let Material { certificates, handshakes, requests } = material;
        let chain_and_key =
            |it: NamedKey| ChainAndKey { name: it.name, chain: it.chain, key: it.key };
        let requests = requests.into_iter().map(|it| HttpChallenge {
            name: it.name,
            token: it.token,
            key_authorization: it.key_authorization,
        });
        let unusable = self.issued.replace(
            certificates.into_iter().map(chain_and_key).collect(),
            handshakes.into_iter().map(chain_and_key).collect(),
            requests.collect(),
        );
        for name in unusable {
            tracing::error!(%name, "the certificate in the store cannot be used");
        }
        self.metrics.expiries(expiries(&self.listeners.load(), &self.issued));
    }

    fn ordered(&self, succeeded: bool) {
        self.metrics.ordered(succeeded);
    }
}
