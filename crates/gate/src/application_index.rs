//! Which application protects a request.
//!
//! The total order, the first that fits wins: an exact host before wildcards; of wildcards the one with more literal
//! characters, then the alphabetically first; on one host pattern the path pattern with more literal characters,
//! then one without `*`, then the application that stands first in the config. Nothing is inherited.

use std::collections::HashMap;
use std::sync::Arc;

use crossgate_model::{Application, Host, Snapshot, comparable_path};

use crate::host_index::HostIndex;
use crate::path_index::PathIndex;

#[derive(Debug)]
pub(crate) struct ApplicationIndex {
    hosts: HostIndex<Protected>,
    by_aud: HashMap<String, Arc<Application>, foldhash::fast::RandomState>,
}

/// The applications of one host pattern.
#[derive(Debug, Default)]
struct Protected {
    paths: PathIndex<Arc<Application>>,
    exempts_paths: bool,
}

impl ApplicationIndex {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut hosts = HostIndex::<Protected>::new();
        let mut by_aud = HashMap::default();
        for application in &snapshot.applications {
            by_aud.insert(application.aud.clone(), Arc::clone(application));
            for domain in &application.settings.domains {
                let protected = hosts.entry(&domain.host);
                protected.paths.insert(&domain.path, Arc::clone(application));
                protected.exempts_paths |= !application.settings.csrf_exempt_paths.is_empty();
            }
        }
        Self { hosts, by_aud }
    }

    pub(crate) fn find(&self, host: &Host, path: &str) -> Option<&Arc<Application>> {
        let path = comparable_path(path);
        self.hosts.matching(host).find_map(|protected| protected.paths.most_specific(&path))
    }

    pub(crate) fn on_host(&self, host: &Host) -> impl Iterator<Item = &Arc<Application>> {
        self.hosts.matching(host).flat_map(|protected| protected.paths.values())
    }

    pub(crate) fn by_aud(&self, aud: &str) -> Option<&Arc<Application>> {
        self.by_aud.get(aud)
    }

    /// Whether it depends on the path which application protects this host, or what it lets pass.
    pub(crate) fn depends_on_path(&self, host: &Host) -> bool {
        self.hosts
            .matching(host)
            .any(|protected| protected.exempts_paths || protected.paths.depends_on_path())
    }
}
