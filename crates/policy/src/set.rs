//! Policies in order, and the questions that a gateway asks them.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use crate::certainty::Certainty;
use crate::rule_set::{Evaluation, Lists};
use crate::{Decision, Subject, TokenIdentity};

/// Compiled policies of an application. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PolicySet {
    policies: Arc<[Compiled]>,
    groups: Arc<[Lists]>,
}

#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) name: String,
    pub(crate) decision: Decision,
    pub(crate) lists: Lists,
}

/// The policy that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its position, from 0.
    pub policy: usize,
    /// What it does.
    pub decision: Decision,
    /// The selector of the rule that included the subject, as the API names it.
    pub selector: &'static str,
}

/// What the allow and deny policies say of somebody who signed in.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// The policy that decided, if one did.
    pub found: Option<Found>,
}

/// Whether somebody who signed in may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An allow policy admits them.
    Allow,
    /// A deny policy refuses them.
    Deny,
    /// No policy matches: refused.
    NoMatch,
}

impl PolicySet {
    pub(crate) fn new(policies: Vec<Compiled>, groups: Vec<Lists>) -> Self {
        Self { policies: policies.into(), groups: groups.into() }
    }

    /// The name of the policy at a position; empty if there is none.
    #[must_use]
    pub fn name(&self, position: usize) -> &str {
        self.policies.get(position).map_or("", |policy| policy.name.as_str())
    }

    /// The first bypass or service-auth policy that certainly matches a request, whoever sent it. Rules about
    /// identities never match here, and a policy that excludes or requires identities does not match at all.
    #[must_use]
    pub fn before_identity(
        &self,
        ip: IpAddr,
        service_token: Option<TokenIdentity<'_>>,
    ) -> Option<Found> {
        let evaluation = self.evaluation(Subject { email: None, service_token, ip });
        self.judged(&evaluation, true)
            .find(|(certainty, _)| *certainty == Certainty::Certain)
            .map(|(_, found)| found)
    }

    /// What the allow and deny policies say of somebody who signed in: the first that matches decides. Nobody is
    /// allowed without an e-mail address.
    pub fn identity(&self, subject: &Subject<'_>) -> Verdict {
        let Some(email) = subject.email.map(lower_case) else {
            return Verdict { outcome: Outcome::NoMatch, found: None };
        };
        let evaluation = self.evaluation(Subject { email: Some(&email), ..*subject });
        let found = self
            .judged(&evaluation, false)
            .find(|(certainty, _)| *certainty == Certainty::Certain)
            .map(|(_, found)| found);
        let outcome = match found.map(|found| found.decision) {
            Some(Decision::Allow) => Outcome::Allow,
            Some(Decision::Deny) => Outcome::Deny,
            Some(Decision::Bypass | Decision::NonIdentity) | None => Outcome::NoMatch,
        };
        Verdict { outcome, found }
    }

    /// Whether no allow policy exists: a sign-in cannot help.
    #[must_use]
    pub fn only_service_auth(&self) -> bool {
        !self.policies.iter().any(|policy| policy.decision == Decision::Allow)
    }

    /// Whether a service token could be admitted by some policy.
    #[must_use]
    pub fn admits_service_tokens(&self) -> bool {
        self.policies.iter().any(|policy| {
            policy.decision == Decision::NonIdentity && policy.lists.include.asks_for_tokens()
        })
    }

    /// Whether somebody could be admitted without an identity.
    #[must_use]
    pub fn admits_without_identity(&self) -> bool {
        self.policies.iter().any(|policy| policy.decision == Decision::NonIdentity)
    }

    /// Whether anybody at all could pass from this address by signing in. False only where rules without
    /// identity already exclude everybody.
    #[must_use]
    pub fn could_allow(&self, ip: IpAddr) -> bool {
        let evaluation = self.evaluation(Subject { email: None, service_token: None, ip });
        for (certainty, found) in self.judged(&evaluation, false) {
            match (certainty, found.decision) {
                (Certainty::Certain | Certainty::Perhaps, Decision::Allow) => return true,
                (Certainty::Certain, _) => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether somebody with this address would be allowed after signing in from there.
    #[must_use]
    pub fn could_admit(&self, email: &str, ip: IpAddr) -> bool {
        self.identity(&Subject { email: Some(email), service_token: None, ip }).outcome
            == Outcome::Allow
    }

    fn evaluation<'s>(&'s self, subject: Subject<'s>) -> Evaluation<'s> {
        Evaluation::new(subject, &self.groups)
    }

    /// The policies of one half (before identity, or about identities) with what they are worth.
    fn judged<'s>(
        &'s self,
        evaluation: &'s Evaluation<'s>,
        precedes_identity: bool,
    ) -> impl Iterator<Item = (Certainty, Found)> + 's {
        self.policies
            .iter()
            .enumerate()
            .filter(move |(_, policy)| policy.decision.precedes_identity() == precedes_identity)
            .map(|(position, policy)| {
                let (certainty, selector) = evaluation.judge(&policy.lists);
                (certainty, Found { policy: position, decision: policy.decision, selector })
            })
    }
}

/// Addresses are compared in lower case; nearly all come in it.
fn lower_case(email: &str) -> Cow<'_, str> {
    if email.chars().any(char::is_uppercase) { email.to_lowercase().into() } else { email.into() }
}
