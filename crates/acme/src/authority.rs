//! Our account at an authority.

use crossgate_model::AcmeAuthority;
use crossgate_store::{AcmeAccount, Store};
use instant_acme::{Account, AccountBuilder, AccountCredentials, NewAccount};
use zeroize::Zeroizing;

use crate::http_client::Client;
use crate::order::Failure;

/// The account: the one of the store, or a new one, which is in the store when this returns.
pub(crate) async fn account(store: &Store, authority: &AcmeAuthority) -> Result<Account, Failure> {
    let directory = &authority.directory;
    let wanted = authority.contact.clone().unwrap_or_default();
    let known = store.acme_account(directory).await?;
    let Some(known) = known else { return create(store, authority).await };
    let Ok(credentials) = serde_json::from_slice::<AccountCredentials>(&known.credentials) else {
        return create(store, authority).await;
    };
    let account = builder(authority).await?.from_credentials(credentials).await?;
    if known.contact != wanted {
        let mailto = format!("mailto:{wanted}");
        let contacts = [mailto.as_str()];
        account.update_contacts(if wanted.is_empty() { &[] } else { &contacts }).await?;
        let kept = AcmeAccount { contact: wanted, credentials: known.credentials };
        store.save_acme_account(directory, &kept).await?;
    }
    Ok(account)
}

async fn create(store: &Store, authority: &AcmeAuthority) -> Result<Account, Failure> {
    let contact = authority.contact.clone().unwrap_or_default();
    let mailto = format!("mailto:{contact}");
    let contacts = [mailto.as_str()];
    let new = NewAccount {
        contact: if contact.is_empty() { &[] } else { &contacts },
        // The config says so, or it would have an error.
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let directory = &authority.directory;
    let (account, credentials) =
        builder(authority).await?.create(&new, directory.clone(), None).await?;
    let credentials =
        Zeroizing::new(serde_json::to_vec(&credentials).map_err(instant_acme::Error::from)?);
    store.save_acme_account(directory, &AcmeAccount { contact, credentials }).await?;
    tracing::info!(directory, "an account was made at the certificate authority");
    Ok(account)
}

async fn builder(authority: &AcmeAuthority) -> Result<AccountBuilder, Failure> {
    let ca_pool = authority.ca_pool.clone();
    // Reads files.
    let client = tokio::task::spawn_blocking(move || Client::new(ca_pool.as_deref())).await;
    let client = client.map_err(|error| Failure::Own(error.to_string()))?;
    let client = client.map_err(|error| Failure::Own(error.to_string()))?;
    Ok(Account::builder_with_http(Box::new(client)))
}
