//! Certificate files: each can be used, and no name is in two of them.

use std::collections::HashMap;
use std::path::PathBuf;

use super::Context;
use crate::place::Place;
use crate::report::Finding;
use crate::{CertificateFiles, CertificateSummary, raw};

impl Context<'_, '_> {
    /// The certificates of a listener, and what is in those that somebody looked into.
    pub(super) fn certificates(
        &self,
        item: &raw::Listener,
        place: &Place,
    ) -> (Vec<CertificateFiles>, Vec<CertificateSummary>) {
        let place = place.key("tls");
        let (mut certificates, mut known) = (Vec::new(), Vec::new());
        for (index, item) in item.tls.items() {
            let place = place.index(index);
            let certificate = self.required(&item.certificate, &place, "certificate");
            let certificate = certificate.map(|it| self.file(it, &place.key("certificate")));
            let private_key = self.required(&item.private_key, &place, "private_key");
            let private_key = private_key.map(|it| self.file(it, &place.key("private_key")));
            let (Some(certificate), Some(private_key)) = (certificate, private_key) else {
                continue;
            };
            let files = CertificateFiles { certificate, private_key };
            let exists = self.surroundings.file_exists;
            if exists(&files.certificate) && exists(&files.private_key) {
                match self.surroundings.tls_files.certificate(&files) {
                    Ok(summary) => known.extend(summary.map(|it| (place.clone(), it))),
                    Err(message) => {
                        let fix = "name a PEM file with the certificate and those between it and the authority, \
                                   and its own private key";
                        let finding = Finding::error("unusable-certificate", message, fix);
                        self.report.add(&place, finding);
                    }
                }
            }
            certificates.push(files);
        }
        self.names_are_unique(&known);
        (certificates, known.into_iter().map(|(_, summary)| summary).collect())
    }

    /// Where two certificates claim a name, nobody could say which of them visitors get.
    fn names_are_unique(&self, certificates: &[(Place, CertificateSummary)]) {
        let mut seen = HashMap::<&str, &CertificateSummary>::new();
        for (place, certificate) in certificates {
            for name in &certificate.names {
                let before = seen.insert(name, certificate);
                if before.is_some_and(|before| before.public_key != certificate.public_key) {
                    let message = format!(
                        "a certificate before this one is for `{name}` as well, with another key: \
                         which of them visitors get would be left to chance"
                    );
                    let fix = "remove one of the two, or have one issued without that name";
                    let finding = Finding::error("certificate-conflict", message, fix).value(name);
                    self.report.add(place, finding);
                }
            }
        }
    }

    /// A file of authorities to trust.
    pub(super) fn authorities(&self, text: &str, place: &Place) -> PathBuf {
        let path = self.file(text, place);
        if (self.surroundings.file_exists)(&path)
            && let Err(message) = self.surroundings.tls_files.authorities(&path)
        {
            let fix = "name a PEM file with the authorities' certificates";
            self.report.add(place, Finding::error("unusable-ca-pool", message, fix).value(text));
        }
        path
    }
}
