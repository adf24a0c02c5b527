//! Certificates that an authority issued, and the challenges that it may ask for right now.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use crossgate_model::Host;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate::{Certificate, Mistake};

/// What an authority issued and asks for. Changes while listeners run, whole or not at all.
#[derive(Debug, Default)]
pub struct Issued {
    now: ArcSwap<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    certificates: HashMap<Host, Certificate>,
    handshakes: HashMap<Host, Arc<CertifiedKey>>,
    requests: HashMap<Host, HashMap<String, String>>,
}

/// A chain and its key.
#[derive(Debug)]
pub struct ChainAndKey {
    /// The name that it is for.
    pub name: Host,
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// An `http-01` challenge (RFC 8555, section 8.3).
#[derive(Clone, Debug)]
pub struct HttpChallenge {
    /// The name that is to be shown to be ours.
    pub name: Host,
    /// What the authority asks for.
    pub token: String,
    /// What it wants to read.
    pub key_authorization: String,
}

impl Issued {
    /// Puts this in the place of everything before: certificates for visitors, certificates that answer `tls-alpn-01` (RFC 8737),
    /// and answers of `http-01`. Returns the names whose certificates cannot be used, which keep what they had.
    pub fn replace(
        &self,
        certificates: Vec<ChainAndKey>,
        handshakes: Vec<ChainAndKey>,
        requests: Vec<HttpChallenge>,
    ) -> Vec<Host> {
        let before = self.now.load();
        let mut contents = Contents::default();
        let mut unusable = Vec::new();
        for ChainAndKey { name, chain, key } in certificates {
            match Certificate::new(chain, key).and_then(|it| is_for(it, &name)) {
                Ok(certificate) => {
                    contents.certificates.insert(name, certificate);
                }
                Err(_) => {
                    if let Some(old) = before.certificates.get(&name) {
                        contents.certificates.insert(name.clone(), old.clone());
                    }
                    unusable.push(name);
                }
            }
        }
        for ChainAndKey { name, chain, key } in handshakes {
            // Not checked as others are: what the authority looks for is an extension that nobody else knows.
            match any_supported_type(&key) {
                Ok(key) => {
                    contents.handshakes.insert(name, Arc::new(CertifiedKey::new(chain, key)));
                }
                Err(_) => unusable.push(name),
            }
        }
        for HttpChallenge { name, token, key_authorization } in requests {
            contents.requests.entry(name).or_default().insert(token, key_authorization);
        }
        self.now.store(Arc::new(contents));
        unusable
    }

    /// The certificate issued for a name.
    pub(crate) fn certificate(&self, name: &Host) -> Option<Certificate> {
        self.now.load().certificates.get(name).cloned()
    }

    /// The certificate that answers a live `tls-alpn-01` challenge.
    pub(crate) fn handshake(&self, name: &Host) -> Option<Arc<CertifiedKey>> {
        self.now.load().handshakes.get(name).cloned()
    }

    /// The answer to a live `http-01` challenge.
    pub(crate) fn answer(&self, name: &Host, token: &str) -> Option<String> {
        self.now.load().requests.get(name)?.get(token).cloned()
    }
}

fn is_for(certificate: Certificate, name: &Host) -> Result<Certificate, Mistake> {
    if certificate.names.covers(name) { Ok(certificate) } else { Err(Mistake::Nameless) }
}
