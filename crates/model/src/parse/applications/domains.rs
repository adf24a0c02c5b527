//! `domain` and `destinations`

use super::Applications;
use crate::place::Place;
use crate::report::Finding;
use crate::{DomainPattern, raw};

impl Applications<'_, '_, '_> {
    /// What the application covers, the primary domain first, and where each stands.
    pub(super) fn domains(
        &self,
        item: &raw::Application,
        place: &Place,
    ) -> (Vec<DomainPattern>, Vec<Place>) {
        let mut found = Vec::new();
        let mut places = Vec::new();
        let primary = place.key("domain");
        if let Some(domain) = item.domain.text().and_then(|text| self.domain(text, &primary)) {
            found.push(domain);
            places.push(primary);
        }
        for (index, destination) in item.destinations.items() {
            let place = place.key("destinations").index(index);
            let Some(text) = self.context.required(&destination.uri, &place, "uri") else {
                continue;
            };
            let place = place.key("uri");
            let Some(domain) = self.domain(text, &place) else { continue };
            // The API repeats the primary domain among the destinations.
            if !found.contains(&domain) {
                found.push(domain);
                places.push(place);
            }
        }
        if item.domain.is_absent() && item.destinations.is_empty() {
            let finding = Finding::error(
                "missing-key",
                "the application covers nothing: it has neither `domain` nor `destinations`",
                "add `domain`, such as `app.acme.example` or `api.acme.example/v1`",
            );
            self.context.report.add(place, finding);
        }
        (found, places)
    }

    fn domain(&self, text: &str, place: &Place) -> Option<DomainPattern> {
        let domain = DomainPattern::parse(text);
        if let Err(error) = domain {
            let finding = Finding::error("invalid-domain", error.to_string(), error.fix());
            self.context.report.add(place, finding.value(text));
        }
        domain.ok()
    }
}
