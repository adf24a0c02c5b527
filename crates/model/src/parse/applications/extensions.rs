//! `crossgate` of an application: trusted origins and exempt paths

use std::collections::HashSet;

use crossgate_cors::{Origin, listed_origin};

use super::Applications;
use super::cors::finding_of;
use crate::place::Place;
use crate::raw;
use crate::report::Finding;

impl Applications<'_, '_, '_> {
    pub(super) fn trusted_origins(
        &self,
        extensions: &raw::Extensions,
        place: &Place,
    ) -> Vec<(Origin, Place)> {
        let place = place.key("crossgate").key("trusted_origins");
        let mut seen = HashSet::new();
        let mut origins = Vec::new();
        for (index, text) in extensions.trusted_origins.items() {
            let place = place.index(index);
            match listed_origin("trusted_origins", index, text) {
                Ok(origin) => {
                    if !origin.is_secure() {
                        let is_taken_on = extensions.dangerously_allow_insecure_origins.or(false);
                        self.context.report.add(&place, insecure(&origin, is_taken_on).value(text));
                    }
                    if !seen.insert(origin.clone()) {
                        let message = format!("`{origin}` is listed before");
                        let finding =
                            Finding::warning("duplicate-origin", message, "remove one of them");
                        self.context.report.add(&place, finding.value(text));
                    }
                    origins.push((origin, place));
                }
                Err(problem) => self.context.report.add(&place, finding_of(*problem)),
            }
        }
        origins
    }

    pub(super) fn csrf_exempt_paths(
        &self,
        extensions: &raw::Extensions,
        place: &Place,
    ) -> Vec<String> {
        let place = place.key("crossgate").key("csrf_exempt_paths");
        let mut paths = Vec::new();
        for (index, text) in extensions.csrf_exempt_paths.items() {
            let place = place.index(index);
            let Some(path) = self.context.path_prefix(text, &place) else { continue };
            if path.is_empty() {
                let finding = Finding::warning(
                    "csrf-exempt-everything",
                    "every path is exempt: any site can send writes in the visitor's name",
                    "list the paths that other sites post to, such as `/payment/return`",
                );
                self.context.report.add(&place, finding.value(text));
            }
            paths.push(path);
        }
        paths
    }
}

fn insecure(origin: &Origin, is_taken_on: bool) -> Finding {
    let message = format!(
        "`{origin}` is trusted over plain http: whoever is on the network path can put a script into its pages and \
         act as the visitor"
    );
    let https = format!("serve that page by https and list `https://{}`", origin.host());
    if is_taken_on {
        return Finding::warning("dangerous-insecure-origin", message, https);
    }
    let fix =
        format!("{https}; or take the danger on with `dangerously_allow_insecure_origins: true`");
    Finding::error("insecure-origin-with-credentials", message, fix)
}
