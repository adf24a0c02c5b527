//! From policies as data to a set that can be asked.

use std::collections::HashMap;

use crate::rule_set::{AnyOf, Lists};
use crate::set::Compiled;
use crate::{Group, GroupId, Policy, PolicySet, Rule};

/// Why policies cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Groups that lead back to themselves.
    #[error("the group {0} contains itself")]
    GroupCycle(String),
    /// A group that does not exist.
    #[error("there is no group {0}")]
    UnknownGroup(String),
}

impl PolicySet {
    /// Compiles policies in their order.
    ///
    /// # Errors
    /// Every group that is unknown or contains itself.
    pub fn compile(policies: Vec<Policy>, groups: &[Group]) -> Result<Self, Vec<CompileError>> {
        let positions = positions(groups);
        let mut errors = unknown_groups(&policies, groups, &positions);
        errors.extend(cycles(groups, &positions));
        if !errors.is_empty() {
            return Err(errors);
        }
        let find = |id: &GroupId| positions.get(id.0.as_str()).copied();
        let lists = |include: &[Rule], exclude: &[Rule], require: &[Rule]| Lists {
            include: AnyOf::new(include, find),
            exclude: AnyOf::new(exclude, find),
            require: require
                .iter()
                .map(|rule| AnyOf::new(std::slice::from_ref(rule), find))
                .collect(),
        };
        let groups = groups
            .iter()
            .map(|group| lists(&group.include, &group.exclude, &group.require))
            .collect();
        let compiled = policies
            .iter()
            .map(|policy| Compiled {
                name: policy.name.clone(),
                decision: policy.decision,
                lists: lists(&policy.include, &policy.exclude, &policy.require),
            })
            .collect();
        Ok(Self::new(compiled, groups))
    }
}

/// Groups by id and by name; an id wins over another group's name.
fn positions(groups: &[Group]) -> HashMap<&str, usize> {
    let names = groups.iter().enumerate().map(|(at, group)| (group.name.as_str(), at));
    let ids = groups.iter().enumerate().map(|(at, group)| (group.id.as_str(), at));
    names.chain(ids).filter(|(key, _)| !key.is_empty()).collect()
}

fn unknown_groups(
    policies: &[Policy],
    groups: &[Group],
    known: &HashMap<&str, usize>,
) -> Vec<CompileError> {
    let of_policies =
        policies.iter().flat_map(|policy| [&policy.include, &policy.exclude, &policy.require]);
    let of_groups =
        groups.iter().flat_map(|group| [&group.include, &group.exclude, &group.require]);
    let mut unknown = of_policies
        .chain(of_groups)
        .flatten()
        .filter_map(|rule| match rule {
            Rule::Group(id) if !known.contains_key(id.0.as_str()) => Some(id.0.clone()),
            _ => None,
        })
        .collect::<Vec<_>>();
    unknown.sort();
    unknown.dedup();
    unknown.into_iter().map(CompileError::UnknownGroup).collect()
}

/// Groups that lead back to themselves, by a walk that visits every group once.
fn cycles(groups: &[Group], positions: &HashMap<&str, usize>) -> Vec<CompileError> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let edges = |at: usize| {
        let group = groups.get(at);
        let lists = group.map(|group| [&group.include, &group.exclude, &group.require]);
        lists.into_iter().flatten().flatten().filter_map(|rule| match rule {
            Rule::Group(id) => positions.get(id.0.as_str()).copied(),
            _ => None,
        })
    };
    let mut visits = vec![Visit::New; groups.len()];
    let mut errors = Vec::new();
    for start in 0..groups.len() {
        let mut stack = vec![(start, false)];
        while let Some((at, leaving)) = stack.pop() {
            let Some(visit) = visits.get_mut(at) else { continue };
            if leaving {
                *visit = Visit::Done;
            } else if *visit == Visit::New {
                *visit = Visit::Open;
                stack.push((at, true));
                for next in edges(at) {
                    match visits.get(next) {
                        Some(Visit::Open) => errors.extend(
                            groups
                                .get(next)
                                .map(|group| CompileError::GroupCycle(group.name.clone())),
                        ),
                        _ => stack.push((next, false)),
                    }
                }
            }
        }
    }
    errors.sort_by_key(ToString::to_string);
    errors.dedup();
    errors
}
