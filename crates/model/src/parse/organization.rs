//! `organization` and `trusted_proxies`

use std::time::Duration;

use crossgate_policy::parse_address_range;
use ipnet::IpNet;

use super::Context;
use super::basics::{DAY, MONTH};
use crate::place::Place;
use crate::report::Finding;
use crate::{Host, Organization, raw};

/// An organization of which parts may be missing.
pub(super) struct PartialOrganization {
    name: Option<String>,
    pub(super) auth_domain: Option<Host>,
    pub(super) session_duration: Duration,
}

impl PartialOrganization {
    pub(super) fn complete(self) -> Option<Organization> {
        let session_duration = self.session_duration;
        Some(Organization { name: self.name?, auth_domain: self.auth_domain?, session_duration })
    }
}

impl Context<'_, '_> {
    pub(super) fn organization(&self, raw: &raw::Config) -> PartialOrganization {
        let mut organization =
            PartialOrganization { name: None, auth_domain: None, session_duration: DAY };
        let place = Place::default();
        let Some(raw) = self.required(&raw.organization, &place, "organization") else {
            return organization;
        };
        let place = place.key("organization");
        organization.name = self.name(&raw.name, &place);
        self.required(&raw.auth_domain, &place, "auth_domain");
        organization.auth_domain = self.host(&raw.auth_domain, &place.key("auth_domain"));
        let range = Duration::from_secs(15 * 60)..=MONTH;
        let duration = self.duration(&raw.session_duration, &place.key("session_duration"), range);
        organization.session_duration = duration.unwrap_or(DAY);
        organization
    }

    pub(super) fn trusted_proxies(&self, raw: &raw::Config) -> Vec<IpNet> {
        let place = Place::default().key("trusted_proxies");
        let mut proxies = Vec::new();
        for (index, text) in raw.trusted_proxies.items() {
            let place = place.index(index);
            match parse_address_range(text) {
                Ok(range) => {
                    if range.prefix_len() == 0 {
                        self.report.add(&place, everybody().value(text));
                    }
                    proxies.push(range);
                }
                Err(error) => {
                    let fix = "write an address (`10.0.0.5`) or a range that begins at its first address (`10.0.0.0/24`)";
                    let finding = Finding::error("invalid-ip-range", error.to_string(), fix);
                    self.report.add(&place, finding.value(text));
                }
            }
        }
        proxies
    }
}

fn everybody() -> Finding {
    Finding::warning(
        "trusted-proxies-everybody",
        "every address is trusted to say whom a request comes from: any visitor can claim any address",
        "list the proxies that stand in front, and nothing else",
    )
}
