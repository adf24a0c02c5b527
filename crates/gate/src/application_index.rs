//! Which application protects a request.
//!
//! The total order, the first that fits wins: an exact host before wildcards; of wildcards the one with more literal
//! characters, then the alphabetically first; on one host pattern the path pattern with more literal characters,
//! then one without `*`, then the application that stands first in the config. Nothing is inherited.

use std::collections::HashMap;
use std::sync::Arc;

use crossgate_model::{Application, Host, Snapshot};

use crate::host_index::HostIndex;
use crate::path_index::PathIndex;

#[derive(Debug)]
pub(crate) struct ApplicationIndex {
    hosts: HostIndex<PathIndex<Arc<Application>>>,
    by_aud: HashMap<String, Arc<Application>, foldhash::fast::RandomState>,
}

impl ApplicationIndex {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut hosts = HostIndex::<PathIndex<_>>::new();
        let mut by_aud = HashMap::default();
        for application in &snapshot.applications {
            by_aud.insert(application.aud.clone(), Arc::clone(application));
            for domain in &application.settings.domains {
                hosts.entry(&domain.host).insert(&domain.path, Arc::clone(application));
            }
        }
        Self { hosts, by_aud }
    }

    pub(crate) fn find(&self, host: &Host, path: &str) -> Option<&Arc<Application>> {
        self.hosts.matching(host).find_map(|paths| paths.most_specific(path))
    }

    pub(crate) fn by_aud(&self, aud: &str) -> Option<&Arc<Application>> {
        self.by_aud.get(aud)
    }

    /// Whether it depends on the path which application protects this host.
    pub(crate) fn depends_on_path(&self, host: &Host) -> bool {
        self.hosts.matching(host).any(PathIndex::depends_on_path)
    }
}
