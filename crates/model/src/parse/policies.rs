//! `policies`

use std::collections::HashMap;
use std::time::Duration;

use crossgate_policy::{Decision, Policy, Problem};

use super::Context;
use super::basics::MONTH;
use super::groups::Groups;
use super::names::Taken;
use super::rules::Referents;
use crate::place::Place;
use crate::raw::{self, Field};
use crate::report::Finding;
use crate::{ServiceToken, Severity};

/// The policies that applications may refer to.
#[derive(Default)]
pub(super) struct Policies {
    policies: Vec<Policy>,
    ids: Vec<Option<String>>,
    /// Policies under their names and ids; `None` where there is one, but something is wrong with it.
    called: HashMap<String, Option<usize>>,
}

/// A policy as written, under `policies` or in an application.
pub(super) struct Written<'r> {
    pub(super) decision: &'r Field<raw::Decision>,
    pub(super) include: &'r Field<Vec<Field<raw::Rule>>>,
    pub(super) exclude: &'r Field<Vec<Field<raw::Rule>>>,
    pub(super) require: &'r Field<Vec<Field<raw::Rule>>>,
    pub(super) session_duration: &'r Field<String>,
}

impl Policies {
    /// The policy with this id or name. The outer `None` means that there is none.
    pub(super) fn resolve(&self, reference: &str) -> Option<Option<&Policy>> {
        let lower = reference.to_ascii_lowercase();
        let found = self.called.get(reference).or_else(|| self.called.get(&lower))?;
        Some(found.and_then(|number| self.policies.get(number)))
    }

    /// Names and the ids that the config gives.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, Option<&String>)> {
        let names = self.policies.iter().map(|policy| policy.name.as_str());
        names.zip(self.ids.iter().map(Option::as_ref))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|policy| policy.name.as_str())
    }
}

impl Context<'_, '_> {
    pub(super) fn policies(
        &self,
        raw: &raw::Config,
        groups: &Groups,
        tokens: &[ServiceToken],
    ) -> Policies {
        let place = Place::default().key("policies");
        let mut taken = Taken::default();
        let mut policies = Policies::default();
        for (index, item) in raw.policies.items() {
            let place = place.index(index);
            let id = self.id(&item.id, &place, &mut taken);
            let name = self.unique_name(&item.name, &place, &mut taken);
            let written = Written {
                decision: &item.decision,
                include: &item.include,
                exclude: &item.exclude,
                require: &item.require,
                session_duration: &item.session_duration,
            };
            let policy = self.policy(name.clone(), id.as_ref(), &written, &place, groups, tokens);
            let number = policy.is_some().then_some(policies.policies.len());
            policies.called.extend(id.iter().map(|id| (id.clone(), number)));
            policies.called.extend(name.map(|name| (name, number)));
            if let Some(policy) = policy {
                policies.policies.push(policy);
                policies.ids.push(id);
            }
        }
        policies
    }

    /// Without an id of its own, a policy goes by its name: the id may still have to be made.
    pub(super) fn policy(
        &self,
        name: Option<String>,
        id: Option<&String>,
        written: &Written<'_>,
        place: &Place,
        groups: &Groups,
        tokens: &[ServiceToken],
    ) -> Option<Policy> {
        let referents = Referents { groups: &groups.names, tokens };
        let lists = [written.include, written.exclude, written.require];
        let lists = self.rule_lists(lists, place, referents);
        let duration = place.key("session_duration");
        let duration = self.duration(written.session_duration, &duration, Duration::ZERO..=MONTH);
        let decision = match self.required(written.decision, place, "decision")? {
            raw::Decision::Allow => Decision::Allow,
            raw::Decision::Deny => Decision::Deny,
            raw::Decision::Bypass => Decision::Bypass,
            raw::Decision::NonIdentity => Decision::NonIdentity,
        };
        let name = name?;
        let policy = Policy {
            id: id.unwrap_or(&name).clone(),
            name,
            decision,
            include: lists.include,
            exclude: lists.exclude,
            require: lists.require,
            session_duration: duration,
        };
        if lists.complete {
            self.lint_policy(&policy, groups, place);
        }
        Some(policy)
    }

    fn lint_policy(&self, policy: &Policy, groups: &Groups, place: &Place) {
        for problem in crossgate_policy::lint(
            std::slice::from_ref(policy),
            &groups.reachable(std::slice::from_ref(policy)),
        ) {
            let place = policy_place(place, &problem);
            self.report.add(&place, policy_finding(problem));
        }
    }
}

/// Where a problem of a policy stands, the policy being at `place`.
fn policy_place(place: &Place, problem: &Problem) -> Place {
    match problem.rule {
        Some((list, index)) => place.key(list.as_str()).index(index),
        None => place.clone(),
    }
}

fn policy_finding(problem: Problem) -> Finding {
    let Problem { code, severity, message, fix, .. } = problem;
    let severity = match severity {
        crossgate_policy::Severity::Error => Severity::Error,
        crossgate_policy::Severity::Warning => Severity::Warning,
    };
    Finding { code, severity, value: None, message, fix }
}
