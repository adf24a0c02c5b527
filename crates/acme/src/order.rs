//! One certificate, from the order to the store.

use std::time::Duration;

use crossgate_model::{AcmeAuthority, AcmeChallenge, Host};
use crossgate_store::{AcmeCertificate, Store, StoreError};
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Error, Identifier, NewOrder, Order, OrderStatus,
    Problem, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::time::{sleep, timeout};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use crate::authority::account;
use crate::schedule::Kind;

/// The longest order.
const LONGEST: Duration = Duration::from_secs(240);
/// Every process of a store looks for challenges once a second: when this is over, all of them answer.
const KNOWN_TO_ALL: Duration = Duration::from_millis(2500);

/// Why an order brought nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The authority, or the way to it.
    #[error("{0}")]
    Authority(#[from] Error),
    /// It could not convince itself that the name is ours.
    #[error("the authority could not verify the name: {0}")]
    Challenge(String),
    /// It does not offer the challenge of the config.
    #[error("the authority does not offer the challenge {0}")]
    NotOffered(&'static str),
    /// It took too long.
    #[error("the order was not done in time")]
    Timeout,
    /// What was issued is not what was asked for.
    #[error("the certificate that was issued cannot be used")]
    Unusable,
    /// The store cannot be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Something of ours.
    #[error("{0}")]
    Own(String),
}

impl From<rcgen::Error> for Failure {
    fn from(error: rcgen::Error) -> Self {
        Self::Own(error.to_string())
    }
}

impl Failure {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Challenge(_)
            | Self::NotOffered(_)
            | Self::Unusable
            | Self::Authority(Error::Api(_)) => Kind::Refused,
            Self::Authority(_) | Self::Timeout | Self::Store(_) | Self::Own(_) => Kind::Unreachable,
        }
    }

    /// Whether other names would fare no better: nobody answers, or we ask too much.
    pub(crate) fn concerns_all(&self) -> bool {
        match self {
            Self::Authority(Error::Api(problem)) => {
                problem.r#type.as_deref() == Some("urn:ietf:params:acme:error:rateLimited")
            }
            failure => failure.kind() == Kind::Unreachable,
        }
    }

    /// What happened, on one line: authorities quote what they have met.
    pub(crate) fn in_words(&self) -> String {
        let words = self.to_string();
        words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1000).collect()
    }

    /// What whoever runs the gateway can do about it.
    pub(crate) fn to_do(&self, name: &Host, authority: &AcmeAuthority) -> String {
        match self {
            Self::Challenge(_) => match authority.challenge {
                AcmeChallenge::TlsAlpn01 => format!(
                    "make sure that {name} and its port 443 lead to this gateway from everywhere, without another TLS server on the way"
                ),
                AcmeChallenge::Http01 => format!(
                    "make sure that {name} and its port 80 lead to this gateway from everywhere"
                ),
            },
            Self::NotOffered(_) => "set another challenge".to_owned(),
            Self::Authority(Error::Api(_)) | Self::Unusable => {
                "see what the authority says".to_owned()
            }
            Self::Authority(_) | Self::Timeout => {
                format!(
                    "make sure that this machine reaches {}, and that its own certificate is trusted (ca_pool)",
                    authority.directory
                )
            }
            Self::Store(_) => "make sure that the store can be written".to_owned(),
            Self::Own(_) => "see the message".to_owned(),
        }
    }
}

/// Orders a certificate. When this returns, it is in the store.
pub(crate) async fn order(
    store: &Store,
    authority: &AcmeAuthority,
    name: &Host,
    now: i64,
    published: &(dyn Fn() + Send + Sync),
) -> Result<AcmeCertificate, Failure> {
    let ordering = async {
        let account = account(store, authority).await?;
        match place(store, authority, &account, name, now, published).await {
            Err(Failure::Authority(Error::Api(problem))) if is_unknown_account(&problem) => {
                store.delete_acme_account(&authority.directory).await?;
                let account = crate::authority::account(store, authority).await?;
                place(store, authority, &account, name, now, published).await
            }
            placed => placed,
        }
    };
    let done = timeout(LONGEST, ordering).await.unwrap_or(Err(Failure::Timeout));
    store.delete_acme_challenges(name.as_str()).await?;
    let certificate = done?;
    store.save_acme_certificate(&authority.directory, &certificate).await?;
    Ok(certificate)
}

async fn place(
    store: &Store,
    authority: &AcmeAuthority,
    account: &Account,
    name: &Host,
    now: i64,
    published: &(dyn Fn() + Send + Sync),
) -> Result<AcmeCertificate, Failure> {
    let identifiers = [Identifier::Dns(name.to_string())];
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
    meet_challenges(store, authority, &mut order, name, now, published).await?;
    let patience = RetryPolicy::new().timeout(Duration::from_secs(90)).backoff(1.5);
    match order.poll_ready(&patience).await {
        Ok(OrderStatus::Ready) => {}
        Ok(_) => {
            let met = what_the_authority_met(&mut order).await;
            let met = met.unwrap_or_else(|| "it does not say why".to_owned());
            return Err(Failure::Challenge(met));
        }
        Err(Error::Api(problem)) => {
            let met = what_the_authority_met(&mut order).await;
            return Err(met.map_or_else(|| Error::Api(problem).into(), Failure::Challenge));
        }
        Err(error) => return Err(error.into()),
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_string()])?;
    params.distinguished_name = DistinguishedName::new();
    let request = params.serialize_request(&key)?;
    order.finalize_csr(request.der()).await?;
    let chain_pem = order.poll_certificate(&patience).await?;
    let key = Zeroizing::new(key.serialize_der());
    read(name, chain_pem, key).ok_or(Failure::Unusable)
}

async fn meet_challenges(
    store: &Store,
    authority: &AcmeAuthority,
    order: &mut Order,
    name: &Host,
    now: i64,
    published: &(dyn Fn() + Send + Sync),
) -> Result<(), Failure> {
    let (kind, kind_name) = match authority.challenge {
        AcmeChallenge::Http01 => (ChallengeType::Http01, "http-01"),
        AcmeChallenge::TlsAlpn01 => (ChallengeType::TlsAlpn01, "tls-alpn-01"),
    };
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let mut challenge =
            authorization.challenge(kind.clone()).ok_or(Failure::NotOffered(kind_name))?;
        let kept = crossgate_store::AcmeChallenge {
            name: name.to_string(),
            kind: kind_name.to_owned(),
            token: challenge.token.clone(),
            key_authorization: challenge.key_authorization().as_str().to_owned(),
        };
        let longest = i64::try_from(LONGEST.as_secs()).unwrap_or_default();
        store.add_acme_challenge(&kept, now.saturating_add(longest)).await?;
        published();
        sleep(KNOWN_TO_ALL).await;
        challenge.set_ready().await?;
    }
    Ok(())
}

/// What the authority says of the challenge that it could not verify.
async fn what_the_authority_met(order: &mut Order) -> Option<String> {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        let mut problems = state.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        if let Some(detail) = problems.find_map(|problem| problem.detail.clone()) {
            return Some(detail);
        }
    }
    None
}

fn is_unknown_account(problem: &Problem) -> bool {
    problem.r#type.as_deref() == Some("urn:ietf:params:acme:error:accountDoesNotExist")
}

/// The certificate, if it is one for the name.
fn read(name: &Host, chain_pem: String, key: Zeroizing<Vec<u8>>) -> Option<AcmeCertificate> {
    let leaf = CertificateDer::from_pem_slice(chain_pem.as_bytes()).ok()?;
    let (_, leaf) = X509Certificate::from_der(&leaf).ok()?;
    let names = leaf.subject_alternative_name().ok()??;
    let is_it = |entry: &x509_parser::extensions::GeneralName<'_>| matches!(entry, x509_parser::extensions::GeneralName::DNSName(entry) if *entry == name.as_str());
    let validity = leaf.validity();
    let (not_before, not_after) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    names.value.general_names.iter().any(is_it).then_some(AcmeCertificate {
        name: name.to_string(),
        chain_pem,
        key,
        not_before,
        not_after,
    })
}
