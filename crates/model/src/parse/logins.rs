//! Whether those who may sign in can.

use super::Context;
use super::applications::Parsed;
use super::identity::Provider;
use crate::raw;
use crate::report::Finding;

impl Context<'_, '_> {
    pub(super) fn logins(
        &self,
        raw: &raw::Config,
        applications: &[Parsed],
        providers: &[Provider],
    ) {
        let Some(application) = applications.iter().find(|application| application.admits_people)
        else {
            return;
        };
        let name = &application.settings.name;
        let place = application.place.key("policies");
        if raw.identity_providers.is_empty() && providers.is_empty() {
            let finding = Finding::error(
                "identity-provider-missing",
                format!("`{name}` lets people in who sign in, and there is no way to sign in"),
                "add `identity_providers: [ { name: One-time PIN, type: onetimepin } ]`",
            );
            self.report.add(&place, finding);
        }
        if raw.mail.is_absent() {
            let finding = Finding::error(
                "mail-missing",
                format!(
                    "`{name}` lets people in who sign in with a code by mail, and there is no way to mail it"
                ),
                "add `mail: { smtp: \"smtp://mail.acme.example:587\", from: access@acme.example }`, or \
                 `mail: { directory: ./mail, from: access@acme.example }` to try things out",
            );
            self.report.add(&place, finding);
        }
    }
}
