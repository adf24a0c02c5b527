//! Which ingress rule serves a request: the first that matches.

use crossgate_model::{Host, HostPattern, IngressRule, Snapshot, comparable_path};

use crate::host_index::HostIndex;
use crate::path_index::is_below;

/// Rule numbers by host pattern, in the order of the config.
#[derive(Debug)]
pub(crate) struct IngressIndex {
    hosts: HostIndex<Vec<usize>>,
    any_host: Vec<usize>,
    /// The first rule whose host is not exact.
    first_pattern: usize,
}

/// What the ingress rules say of a host and path.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ingress<'g> {
    /// No rule names the host.
    UnknownHost,
    /// Rules name the host, but not this path.
    UnknownPath,
    /// The first rule that matches.
    Rule(&'g IngressRule),
}

impl IngressIndex {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut hosts = HostIndex::<Vec<usize>>::new();
        let (mut any_host, mut first_pattern) = (Vec::new(), usize::MAX);
        for (number, rule) in snapshot.ingress.iter().enumerate() {
            if !rule.hostname.as_ref().is_some_and(HostPattern::is_exact) {
                first_pattern = first_pattern.min(number);
            }
            match &rule.hostname {
                Some(pattern) => hosts.entry(pattern).push(number),
                None => any_host.push(number),
            }
        }
        Self { hosts, any_host, first_pattern }
    }

    pub(crate) fn find<'g>(&self, snapshot: &'g Snapshot, host: &Host, path: &str) -> Ingress<'g> {
        let path = comparable_path(path);
        let covers = |number: &usize| {
            snapshot.ingress.get(*number).is_some_and(|rule| is_below(&rule.path, &path))
        };
        let exact = self.hosts.exact(host).and_then(|rules| rules.iter().copied().find(covers));
        if let Some(number) = exact.filter(|number| *number < self.first_pattern)
            && let Some(rule) = snapshot.ingress.get(number)
        {
            return Ingress::Rule(rule);
        }
        let mut known = false;
        let mut first: Option<usize> = None;
        for number in self.hosts.matching_in_any_order(host).flatten().chain(&self.any_host) {
            known = true;
            if covers(number) && first.is_none_or(|first| *number < first) {
                first = Some(*number);
            }
        }
        match first.and_then(|number| snapshot.ingress.get(number)) {
            Some(rule) => Ingress::Rule(rule),
            None if known => Ingress::UnknownPath,
            None => Ingress::UnknownHost,
        }
    }

    pub(crate) fn depends_on_path(&self, snapshot: &Snapshot, host: &Host) -> bool {
        let mut numbers = self.hosts.matching_in_any_order(host).flatten().chain(&self.any_host);
        numbers.any(|number| {
            snapshot.ingress.get(*number).is_some_and(|rule| !is_below(&rule.path, "/"))
        })
    }
}
