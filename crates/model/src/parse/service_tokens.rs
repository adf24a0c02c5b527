//! `service_tokens`

use std::time::Duration;

use super::Context;
use super::names::Taken;
use crate::place::Place;
use crate::{ServiceToken, raw};

const HOUR: Duration = Duration::from_secs(3600);
const YEAR: Duration = Duration::from_secs(8760 * 3600);
const CENTURY: Duration = Duration::from_secs(876_000 * 3600);

impl Context<'_, '_> {
    pub(super) fn service_tokens(&self, raw: &raw::Config) -> Vec<ServiceToken> {
        let place = Place::default().key("service_tokens");
        let mut taken = Taken::default();
        let mut tokens = Vec::new();
        for (index, item) in raw.service_tokens.items() {
            let place = place.index(index);
            let duration = self.duration(&item.duration, &place.key("duration"), HOUR..=CENTURY);
            if let Some(name) = self.unique_name(&item.name, &place, &mut taken) {
                let duration = duration.unwrap_or(YEAR);
                tokens.push(ServiceToken { name, duration, enabled: item.enabled.or(true) });
            }
        }
        tokens
    }
}
