//! Policies that cannot mean what they say.

use std::collections::HashSet;

use crate::{Decision, Group, GroupId, Policy, Rule};

/// Something about a policy that is wrong or probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable kebab-case code.
    pub code: &'static str,
    /// Whether the policy cannot be used.
    pub severity: Severity,
    /// The policy's position, from 0.
    pub policy: usize,
    /// The list and the rule's position in it, if one rule is to blame.
    pub rule: Option<(RuleList, usize)>,
    /// What is wrong and why that matters.
    pub message: String,
    /// What to do instead.
    pub fix: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It cannot be used.
    Error,
    /// It is probably not meant.
    Warning,
}

/// A list of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleList {
    /// `exclude`
    Exclude,
    /// `include`
    Include,
    /// `require`
    Require,
}

impl RuleList {
    /// The API's name of the list.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exclude => "exclude",
            Self::Include => "include",
            Self::Require => "require",
        }
    }
}

/// Everything that is wrong with policies, in their order. Unknown groups and cycles are for compiling to find.
#[must_use]
pub fn lint(policies: &[Policy], groups: &[Group]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (position, policy) in policies.iter().enumerate() {
        include_is_empty(position, policy, &mut problems);
        identity_before_sign_in(position, policy, groups, &mut problems);
        everyone_included(position, policy, &mut problems);
        require_never_matches(position, policy, &mut problems);
    }
    problems
}

fn include_is_empty(position: usize, policy: &Policy, problems: &mut Vec<Problem>) {
    if policy.include.is_empty() {
        problems.push(Problem {
            code: "include-empty",
            severity: Severity::Error,
            policy: position,
            rule: None,
            message: format!("the policy {} includes nobody, so it never matches", policy.name),
            fix: "add a rule to include, such as { email_domain: { domain: acme.example } }"
                .to_owned(),
        });
    }
}

fn identity_before_sign_in(
    position: usize,
    policy: &Policy,
    groups: &[Group],
    problems: &mut Vec<Problem>,
) {
    if !policy.decision.precedes_identity() {
        return;
    }
    let code = match policy.decision {
        Decision::Bypass => "bypass-identity-selector",
        Decision::Allow | Decision::Deny | Decision::NonIdentity => {
            "non-identity-identity-selector"
        }
    };
    for (list, number, rule) in rules(policy) {
        if asks_for_identity(rule, groups, &mut HashSet::new()) {
            problems.push(Problem {
                code,
                severity: Severity::Error,
                policy: position,
                rule: Some((list, number)),
                message: format!(
                    "a {} policy is judged before anybody signs in, so a rule about {} can never be decided",
                    policy.decision.as_str(),
                    rule.selector()
                ),
                fix: "use decision: allow, or a rule about ip or service tokens".to_owned(),
            });
        }
    }
}

fn everyone_included(position: usize, policy: &Policy, problems: &mut Vec<Problem>) {
    let Some(number) = policy.include.iter().position(|rule| *rule == Rule::Everyone) else {
        return;
    };
    let message = match policy.decision {
        Decision::Allow => {
            "everyone in an allow policy lets anybody in who can receive mail at any address"
        }
        Decision::NonIdentity => {
            "everyone in a non_identity policy lets anybody in without signing in"
        }
        Decision::Bypass | Decision::Deny => return,
    };
    if !policy.require.is_empty() {
        return;
    }
    problems.push(Problem {
        code: "everyone-included",
        severity: Severity::Warning,
        policy: position,
        rule: Some((RuleList::Include, number)),
        message: message.to_owned(),
        fix: "include email addresses or domains, or require an address range".to_owned(),
    });
}

/// `require` is AND over every value: what two values can never both be matches nobody.
fn require_never_matches(position: usize, policy: &Policy, problems: &mut Vec<Problem>) {
    for (number, rule) in policy.require.iter().enumerate() {
        let earlier = policy.require.iter().take(number);
        let Some(other) = earlier.into_iter().find(|other| exclude_each_other(other, rule)) else {
            continue;
        };
        problems.push(Problem {
            code: "require-never-matches",
            severity: Severity::Warning,
            policy: position,
            rule: Some((RuleList::Require, number)),
            message: format!(
                "require means every value at once, and nobody can match this {} and the other {}",
                rule.selector(),
                other.selector()
            ),
            fix: "put the values into a group and require the group: one of a group is enough"
                .to_owned(),
        });
    }
}

fn exclude_each_other(one: &Rule, other: &Rule) -> bool {
    match (one, other) {
        (Rule::Email(one), Rule::Email(other)) => one != other,
        (Rule::EmailDomain(one), Rule::EmailDomain(other)) => one != other,
        (Rule::Email(email), Rule::EmailDomain(domain))
        | (Rule::EmailDomain(domain), Rule::Email(email)) => email.domain() != domain.as_str(),
        (Rule::Ip(one), Rule::Ip(other)) => !one.contains(other) && !other.contains(one),
        (Rule::ServiceToken(one), Rule::ServiceToken(other)) => one != other,
        _ => false,
    }
}

fn asks_for_identity<'g>(
    rule: &'g Rule,
    groups: &'g [Group],
    seen: &mut HashSet<&'g GroupId>,
) -> bool {
    let Rule::Group(id) = rule else { return rule.needs_identity() };
    if !seen.insert(id) {
        return false;
    }
    let group = groups.iter().find(|group| group.id == id.0 || group.name == id.0);
    let rules = group.map(|group| group.include.iter().chain(&group.exclude).chain(&group.require));
    rules.into_iter().flatten().any(|rule| asks_for_identity(rule, groups, seen))
}

fn rules(policy: &Policy) -> impl Iterator<Item = (RuleList, usize, &Rule)> {
    [
        (RuleList::Include, &policy.include),
        (RuleList::Exclude, &policy.exclude),
        (RuleList::Require, &policy.require),
    ]
    .into_iter()
    .flat_map(|(list, rules)| {
        rules.iter().enumerate().map(move |(number, rule)| (list, number, rule))
    })
}
