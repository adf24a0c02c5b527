//! `identity_providers`, and whose ids are remembered

use super::Context;
use super::applications::Parsed;
use super::groups::Groups;
use super::names::Taken;
use super::policies::Policies;
use crate::place::Place;
use crate::{Kind, Wanted, raw};

/// An identity provider: a one-time PIN, as there is no other kind.
pub(super) struct Provider {
    pub(super) id: Option<String>,
    pub(super) name: String,
}

impl Context<'_, '_> {
    pub(super) fn identity_providers(&self, raw: &raw::Config) -> Vec<Provider> {
        let place = Place::default().key("identity_providers");
        let mut taken = Taken::default();
        let mut providers = Vec::new();
        for (index, item) in raw.identity_providers.items() {
            let place = place.index(index);
            let id = self.id(&item.id, &place, &mut taken);
            self.required(&item.kind, &place, "type");
            if let Some(name) = self.unique_name(&item.name, &place, &mut taken) {
                providers.push(Provider { id, name });
            }
        }
        providers
    }
}

/// Applications first, in their order.
pub(super) fn wanted(
    applications: &[Parsed],
    groups: &Groups,
    providers: &[Provider],
    policies: &Policies,
) -> Vec<Wanted> {
    let of = |kind, name: &str, id: Option<&String>| Wanted {
        kind,
        name: name.to_owned(),
        id: id.cloned(),
    };
    let applications = applications
        .iter()
        .map(|it| of(Kind::Application, &it.settings.name, it.settings.id.as_ref()));
    let groups = groups.named().map(|(name, id)| of(Kind::Group, name, id));
    let providers = providers.iter().map(|it| of(Kind::IdentityProvider, &it.name, it.id.as_ref()));
    let policies = policies.named().map(|(name, id)| of(Kind::Policy, name, id));
    applications.chain(groups).chain(providers).chain(policies).collect()
}
