//! `groups`

use std::collections::{BTreeSet, HashMap};

use crossgate_policy::{CompileError, Group, GroupId, Policy, PolicySet, Rule};

use super::Context;
use super::names::Taken;
use super::rules::Referents;
use crate::place::Place;
use crate::report::Finding;
use crate::{ServiceToken, raw};

/// The groups, which the policy engine knows by their names: they are unique, and ids may still have to be made.
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    pub(super) names: GroupNames,
    ids: Vec<Option<String>>,
}

/// What groups can be called.
#[derive(Default)]
pub(super) struct GroupNames {
    names: Vec<String>,
    called: HashMap<String, usize>,
}

impl GroupNames {
    /// The name of the group with this id or name.
    pub(super) fn resolve(&self, reference: &str) -> Option<&str> {
        let lower = reference.to_ascii_lowercase();
        let number = self.called.get(reference).or_else(|| self.called.get(&lower))?;
        self.names.get(*number).map(String::as_str)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

impl Groups {
    /// Names and the ids that the config gives.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, Option<&String>)> {
        self.names.names().zip(self.ids.iter().map(Option::as_ref))
    }
}

impl Context<'_, '_> {
    pub(super) fn groups(&self, raw: &raw::Config, tokens: &[ServiceToken]) -> Groups {
        let place = Place::default().key("groups");
        let mut taken = Taken::default();
        let mut names = GroupNames::default();
        let mut ids = Vec::new();
        let mut named = Vec::new();
        for (index, item) in raw.groups.items() {
            let place = place.index(index);
            let id = self.id(&item.id, &place, &mut taken);
            let name = self.unique_name(&item.name, &place, &mut taken);
            if let Some(name) = &name {
                names.called.extend(id.iter().map(|id| (id.clone(), names.names.len())));
                names.called.insert(name.clone(), names.names.len());
                names.names.push(name.clone());
                ids.push(id);
            }
            named.push((item, name, place));
        }
        let referents = Referents { groups: &names, tokens };
        let groups = named.into_iter().filter_map(|(item, name, place)| {
            let lists = [&item.include, &item.exclude, &item.require];
            let lists = self.rule_lists(lists, &place, referents);
            if lists.complete && lists.include.is_empty() {
                let message = "`include` is empty, so the group matches nobody";
                let fix = "add a rule, or remove the group";
                self.report
                    .add(&place.key("include"), Finding::error("include-empty", message, fix));
            }
            let name = name?;
            Some(Group {
                id: name.clone(),
                name,
                include: lists.include,
                exclude: lists.exclude,
                require: lists.require,
            })
        });
        let groups = groups.collect::<Vec<_>>();
        for error in PolicySet::compile(Vec::new(), &groups).err().into_iter().flatten() {
            self.report.add(&place_of(&error, &names, raw), finding_of(&error));
        }
        Groups { groups, names, ids }
    }
}

fn place_of(error: &CompileError, names: &GroupNames, raw: &raw::Config) -> Place {
    let (CompileError::GroupCycle(name) | CompileError::UnknownGroup(name)) = error;
    let place = Place::default().key("groups");
    let is_it = |item: &raw::Group| item.name.text() == names.resolve(name);
    let index = raw.groups.items().find(|(_, item)| is_it(item)).map(|(index, _)| index);
    index.map_or_else(|| place.clone(), |index| place.index(index).key("name"))
}

fn finding_of(error: &CompileError) -> Finding {
    match error {
        CompileError::GroupCycle(name) => Finding::error(
            "group-cycle",
            format!("`{name}` contains itself, by way of the groups that it refers to"),
            "remove one of the references",
        ),
        CompileError::UnknownGroup(name) => Finding::error(
            "unknown-group",
            format!("there is no group `{name}`"),
            "add it to `groups`, or correct the reference",
        ),
    }
}

impl Groups {
    /// The groups that a policy refers to, and those that these refer to: an application compiles no others.
    pub(super) fn reachable(&self, policies: &[Policy]) -> Vec<Group> {
        let referred = |lists: [&Vec<Rule>; 3]| {
            let rules = lists.into_iter().flatten();
            let groups = rules.filter_map(|rule| match rule {
                Rule::Group(GroupId(name)) => self.names.called.get(name).copied(),
                _ => None,
            });
            groups.collect::<Vec<_>>()
        };
        let mut found = BTreeSet::new();
        let mut open = policies
            .iter()
            .flat_map(|policy| referred([&policy.include, &policy.exclude, &policy.require]))
            .collect::<Vec<_>>();
        while let Some(number) = open.pop() {
            if let Some(group) = self.groups.get(number).filter(|_| found.insert(number)) {
                open.extend(referred([&group.include, &group.exclude, &group.require]));
            }
        }
        found.into_iter().filter_map(|number| self.groups.get(number)).cloned().collect()
    }
}
