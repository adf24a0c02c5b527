//! Listeners that lead from HTTP to HTTPS

use super::Context;
use crate::place::Place;
use crate::report::Finding;
use crate::{Listener, PublicScheme, raw};

impl Context<'_, '_> {
    /// Gives listeners that redirect the public address that they lead to.
    pub(super) fn redirects_lead_somewhere(
        &self,
        raw: &raw::Config,
        listeners: &mut [Listener],
        place: &Place,
    ) {
        for (index, item) in raw.listeners.items().filter(|(_, it)| it.redirect_https.or(false)) {
            let place = place.index(index).key("redirect_https");
            let others = [
                ("tls", item.tls.is_empty()),
                ("acme", item.acme.is_absent()),
                ("public", item.public.is_absent()),
            ];
            for (key, _) in others.iter().filter(|(_, absent)| !absent) {
                let message = format!(
                    "a listener that redirects speaks plain HTTP and serves nothing, so `{key}` means nothing"
                );
                let fix = format!("remove `{key}`, or `redirect_https`");
                self.report.add(&place, Finding::error("redirect-listener-settings", message, fix));
            }
        }
        let target = listeners.iter().filter(|it| !it.redirect_https);
        let target = target.map(|it| it.public).find(|it| it.scheme == PublicScheme::Https);
        for listener in listeners.iter_mut().filter(|it| it.redirect_https) {
            listener.public = target.unwrap_or(crate::PublicAddress::STANDARD);
        }
        let first = raw.listeners.items().find(|(_, it)| it.redirect_https.or(false));
        if let (Some((index, _)), None) = (first, target) {
            let finding = Finding::error(
                "redirect-without-https",
                "the listener redirects to HTTPS, and no listener speaks it",
                "add a listener with `tls` or `acme`, or with `public: { scheme: https }` behind a TLS proxy",
            );
            self.report.add(&place.index(index).key("redirect_https"), finding);
        }
    }
}
