//! `policies` of an application

use std::collections::HashSet;
use std::time::Duration;

use crossgate_policy::{Decision, Policy, PolicySet, Rule};

use super::Applications;
use crate::parse::policies::Written;
use crate::place::Place;
use crate::raw::{self, PolicyEntry, TextOrMapping};
use crate::report::Finding;

/// An application's policies, in order.
pub(super) struct ApplicationPolicies {
    /// Unless something is wrong with them.
    pub(super) set: Option<PolicySet>,
    pub(super) durations: Vec<Option<Duration>>,
    /// Somebody may get in by signing in.
    pub(super) admits_people: bool,
    /// Everybody gets in unchecked.
    pub(super) is_open: bool,
}

/// A policy, where it stands, and its place among the others, if it says so.
struct Entry {
    policy: Policy,
    is_inline: bool,
    place: Place,
    precedence: Option<i64>,
}

impl Applications<'_, '_, '_> {
    pub(super) fn application_policies(
        &self,
        item: &raw::Application,
        place: &Place,
    ) -> ApplicationPolicies {
        let place = place.key("policies");
        if item.policies.is_empty() {
            let finding = Finding::warning(
                "no-policies",
                "the application has no policies, so nobody gets in",
                "add policies, by name: `policies: [ staff ]`",
            );
            self.context.report.add(&place, finding);
        }
        let items = item.policies.items();
        let mut entries = items
            .filter_map(|(index, item)| self.entry(item, place.index(index)))
            .collect::<Vec<_>>();
        self.order(&mut entries);
        self.repetitions(&entries);
        let key = entries.iter().map(|entry| entry.policy.name.clone()).collect::<Vec<_>>();
        let shareable = entries.iter().all(|entry| !entry.is_inline);
        let places = entries.iter().map(|entry| entry.place.clone()).collect::<Vec<_>>();
        let policies = entries.into_iter().map(|entry| entry.policy).collect::<Vec<_>>();
        self.unreachable(&policies, &places);
        ApplicationPolicies {
            durations: policies.iter().map(|policy| policy.session_duration).collect(),
            admits_people: policies.iter().any(|policy| policy.decision == Decision::Allow),
            is_open: policies.iter().any(is_open),
            set: self.compile(policies, shareable.then_some(key)),
        }
    }

    fn entry(&self, item: &TextOrMapping<PolicyEntry>, place: Place) -> Option<Entry> {
        let entry = match item {
            TextOrMapping::Text(reference) => {
                let policy = self.reference(reference, &place)?;
                return Some(Entry { policy, is_inline: false, place, precedence: None });
            }
            TextOrMapping::Mapping(entry) => entry,
        };
        let precedence = entry.precedence.get().copied();
        if is_inline(entry) {
            let policy = self.inline(entry, &place)?;
            return Some(Entry { policy, is_inline: true, place, precedence });
        }
        let reference = self.context.required(&entry.id, &place, "id")?;
        let policy = self.reference(reference, &place.key("id"))?;
        Some(Entry { policy, is_inline: false, place, precedence })
    }

    fn reference(&self, reference: &str, place: &Place) -> Option<Policy> {
        if let Some(policy) = self.policies.resolve(reference) {
            return policy.cloned();
        }
        let message = format!("there is no policy with the id or name `{reference}`");
        let fix = self.context.suggest(reference, self.policies.names(), "`policies`");
        let finding = Finding::error("unknown-policy", message, fix).value(reference);
        self.context.report.add(place, finding);
        None
    }

    fn inline(&self, entry: &PolicyEntry, place: &Place) -> Option<Policy> {
        let mut taken = crate::parse::names::Taken::default();
        let id = self.context.id(&entry.id, place, &mut taken);
        let name = self.context.name(&entry.name, place);
        let written = Written {
            decision: &entry.decision,
            include: &entry.include,
            exclude: &entry.exclude,
            require: &entry.require,
            session_duration: &entry.session_duration,
        };
        self.context.policy(name, id.as_ref(), &written, place, self.groups, self.tokens)
    }

    /// Sorts by precedence, which all have or none.
    fn order(&self, entries: &mut [Entry]) {
        let mut seen = HashSet::new();
        for entry in entries.iter() {
            let Some(precedence) = entry.precedence else { continue };
            let place = entry.place.key("precedence");
            let (code, message) = if precedence < 1 {
                ("invalid-precedence", "precedence counts from 1")
            } else if seen.insert(precedence) {
                continue;
            } else {
                ("duplicate-precedence", "two policies of the application have this precedence")
            };
            let fix = "number the policies 1, 2, 3, or leave `precedence` out: then the list's order counts";
            self.context.report.add(&place, Finding::error(code, message, fix).value(precedence));
        }
        let numbered = entries.iter().filter(|entry| entry.precedence.is_some()).count();
        if numbered != 0 && numbered != entries.len() {
            for entry in entries.iter().filter(|entry| entry.precedence.is_none()) {
                let message =
                    "other policies of the application have a `precedence`, this one has none";
                let fix = "give all of them one, or none: then the list's order counts";
                self.context
                    .report
                    .add(&entry.place, Finding::error("precedence-missing", message, fix));
            }
        }
        entries.sort_by_key(|entry| entry.precedence);
    }

    fn repetitions(&self, entries: &[Entry]) {
        let mut seen = HashSet::new();
        for entry in entries.iter().filter(|entry| !entry.is_inline) {
            if !seen.insert(&entry.policy.name) {
                let message = format!("`{}` is among the policies already", entry.policy.name);
                let finding = Finding::warning("duplicate-policy", message, "remove one of them");
                self.context.report.add(&entry.place, finding.value(&entry.policy.name));
            }
        }
    }

    /// Policies that come after one that matches everybody. Bypass and service auth come before the others, whatever
    /// the order of the list.
    fn unreachable(&self, policies: &[Policy], places: &[Place]) {
        let is_early = |policy: &&(&Policy, &Place)| policy.0.decision.precedes_identity();
        let placed = policies.iter().zip(places).collect::<Vec<_>>();
        let early = placed.iter().filter(is_early);
        let order = early.chain(placed.iter().filter(|policy| !is_early(policy)));
        let mut before: Option<&str> = None;
        for (policy, place) in order {
            if let Some(first) = before {
                let message =
                    format!("`{}` is never asked: `{first}` matches everybody before", policy.name);
                let fix = format!("remove it, or narrow `{first}`");
                let finding = Finding::warning("policy-unreachable", message, fix);
                self.context.report.add(place, finding.value(&policy.name));
            } else if matches_everybody(policy) {
                before = Some(&policy.name);
            }
        }
    }

    fn compile(&self, policies: Vec<Policy>, key: Option<Vec<String>>) -> Option<PolicySet> {
        if let Some(known) = key.as_ref().and_then(|key| self.compiled.borrow().get(key).cloned()) {
            return Some(known);
        }
        let groups = self.groups.reachable(&policies);
        // What keeps policies from compiling is in their groups, and reported there.
        let set = PolicySet::compile(policies, &groups).ok()?;
        if let Some(key) = key {
            self.compiled.borrow_mut().insert(key, set.clone());
        }
        Some(set)
    }
}

const fn is_inline(entry: &PolicyEntry) -> bool {
    !(entry.name.is_absent()
        && entry.decision.is_absent()
        && entry.include.is_absent()
        && entry.exclude.is_absent()
        && entry.require.is_absent()
        && entry.session_duration.is_absent())
}

fn is_open(policy: &Policy) -> bool {
    policy.decision == Decision::Bypass && matches_everybody(policy)
}

fn matches_everybody(policy: &Policy) -> bool {
    policy.include.contains(&Rule::Everyone)
        && policy.exclude.is_empty()
        && policy.require.is_empty()
}
