//! Access policies: who may pass, and which rule said so.
//!
//! A [`Policy`] has a [`Decision`] and three lists of [`Rule`]s: one of `include` must match, every one of
//! `require`, none of `exclude`. A [`PolicySet`] is compiled from policies in order: an evaluation costs a few look-ups, however many
//! values the rules have.
//!
//! Invariants: nobody is allowed without an e-mail address; what cannot be known yet never counts as a match; the
//! default is a refusal.
//!
//! A selector lives in one file of `selector/`: its value, how it is read, how many of it are matched at once.

mod certainty;
mod compile;
mod lint;
mod policy;
mod rule;
mod rule_set;
mod selector;
mod set;
mod subject;

pub use compile::CompileError;
pub use lint::{Problem, RuleList, Severity, lint};
pub use policy::{Decision, Group, Policy};
pub use rule::Rule;
pub use selector::{
    AddressError, Domain, DomainError, EmailAddress, EmailError, GroupId, TokenRef,
    parse_address_range,
};
pub use set::{Found, Outcome, PolicySet, Verdict};
pub use subject::{Subject, TokenIdentity};

#[cfg(test)]
mod tests;
