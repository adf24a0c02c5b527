//! Rules compiled for matching: many values of one selector cost one look-up.

use std::cell::Cell;

use crate::certainty::Certainty;
use crate::selector::{AddressRanges, Domains, Emails, Tokens};
use crate::{Rule, Subject};

/// Rules of which one must match.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnyOf {
    everyone: bool,
    any_token: bool,
    addresses: AddressRanges,
    domains: Domains,
    emails: Emails,
    groups: Vec<usize>,
    tokens: Tokens,
}

/// The three lists of a policy or group.
#[derive(Clone, Debug)]
pub(crate) struct Lists {
    pub(crate) include: AnyOf,
    pub(crate) exclude: AnyOf,
    /// Every value counts on its own.
    pub(crate) require: Vec<AnyOf>,
}

/// One evaluation: the subject, and what groups are worth to it, each judged once.
pub(crate) struct Evaluation<'s> {
    subject: Subject<'s>,
    groups: &'s [Lists],
    verdicts: Vec<Cell<Option<Certainty>>>,
}

impl AnyOf {
    /// Compiles rules; `group` gives a group's position.
    pub(crate) fn new(rules: &[Rule], group: impl Fn(&crate::GroupId) -> Option<usize>) -> Self {
        let addresses = rules.iter().filter_map(|rule| match rule {
            Rule::Ip(range) => Some(range),
            _ => None,
        });
        let mut set = Self { addresses: AddressRanges::new(addresses), ..Self::default() };
        for rule in rules {
            match rule {
                Rule::AnyValidServiceToken => set.any_token = true,
                Rule::Email(address) => set.emails.insert(address),
                Rule::EmailDomain(domain) => set.domains.insert(domain),
                Rule::Everyone => set.everyone = true,
                Rule::Group(id) => set.groups.extend(group(id)),
                Rule::Ip(_) => {}
                Rule::ServiceToken(token) => set.tokens.insert(token),
            }
        }
        set
    }

    /// Whether a service token could match.
    pub(crate) fn asks_for_tokens(&self) -> bool {
        self.any_token || !self.tokens.is_empty()
    }

    /// The most certain match, and its selector.
    fn matches(&self, evaluation: &Evaluation<'_>) -> (Certainty, &'static str) {
        let subject = &evaluation.subject;
        let token = subject.service_token.as_ref();
        let checks: [(&'static str, Certainty); 6] = [
            ("everyone", Certainty::known(self.everyone)),
            ("any_valid_service_token", Certainty::known(self.any_token && token.is_some())),
            (
                "service_token",
                Certainty::known(token.is_some_and(|token| self.tokens.contain(token))),
            ),
            ("ip", Certainty::known(self.addresses.contain(subject.ip))),
            ("email", self.emails.matches(subject.email)),
            ("email_domain", self.domains.matches(subject.email)),
        ];
        let groups = self.groups.iter().map(|group| ("group", evaluation.group(*group)));
        let mut best = (Certainty::Never, "none");
        for (selector, certainty) in checks.into_iter().chain(groups) {
            if certainty > best.0 {
                best = (certainty, selector);
            }
        }
        best
    }
}

impl<'s> Evaluation<'s> {
    pub(crate) fn new(subject: Subject<'s>, groups: &'s [Lists]) -> Self {
        let subject = Subject { ip: subject.ip.to_canonical(), ..subject };
        Self { subject, groups, verdicts: vec![Cell::new(None); groups.len()] }
    }

    /// Whether the lists match, and the selector of the rule that includes.
    pub(crate) fn judge(&self, lists: &Lists) -> (Certainty, &'static str) {
        let (included, selector) = lists.include.matches(self);
        if included == Certainty::Never {
            return (included, selector);
        }
        let excluded = lists.exclude.matches(self).0;
        let required = lists.require.iter().map(|rule| rule.matches(self).0).min();
        let certainty = included.and(excluded.not()).and(required.unwrap_or(Certainty::Certain));
        (certainty, selector)
    }

    /// Groups form no cycle: compiling refused those that did.
    fn group(&self, position: usize) -> Certainty {
        let (Some(lists), Some(memory)) = (self.groups.get(position), self.verdicts.get(position))
        else {
            return Certainty::Never;
        };
        if let Some(known) = memory.get() {
            return known;
        }
        let (certainty, _) = self.judge(lists);
        memory.set(Some(certainty));
        certainty
    }
}
