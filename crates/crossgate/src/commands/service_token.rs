//! `crossgate service-token`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use crossgate_model::{Config, GoDuration};
use crossgate_store::{ServiceToken, Store, StoreErrorKind};
use crossgate_token::service_token::{ClientId, ClientSecret};
use serde_json::json;

use crate::cli::{Format, ServiceTokenCommand};
use crate::config_file::ConfigFile;
use crate::{clock, remember};

const DEFAULT_DURATION: &str = "8760h";

/// Makes, lists or revokes service tokens in the store of a config.
pub(crate) fn run(command: ServiceTokenCommand) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            ServiceTokenCommand::Create { config, name, duration, format } => {
                let Some((config, store)) = open(&config).await? else {
                    return Ok(ExitCode::from(1));
                };
                create(&config, &store, name, duration, format).await
            }
            ServiceTokenCommand::List { config, format } => {
                let Some((_, store)) = open(&config).await? else { return Ok(ExitCode::from(1)) };
                list(&store, format).await
            }
            ServiceTokenCommand::Revoke { config, token } => {
                let Some((_, store)) = open(&config).await? else { return Ok(ExitCode::from(1)) };
                revoke(&store, &token).await
            }
        }
    })
}

async fn open(path: &Path) -> Result<Option<(Config, Store)>> {
    let Ok(config) = ConfigFile::read(path)?.parse_or_complain() else { return Ok(None) };
    let store = remember::open_store(&config).await?;
    Ok(Some((config, store)))
}

async fn create(
    config: &Config,
    store: &Store,
    name: String,
    duration: Option<String>,
    format: Format,
) -> Result<ExitCode> {
    if name.trim().is_empty() || uuid::Uuid::parse_str(&name).is_ok() {
        bail!("a service token needs a name that is not empty and does not look like an id");
    }
    let declared = config.service_tokens.iter().find(|token| token.name == name);
    let duration = duration
        .or_else(|| declared.map(|token| format!("{}s", token.duration.as_secs())))
        .unwrap_or_else(|| DEFAULT_DURATION.to_owned());
    let (token, secret) = fresh(name, duration)?;
    match store.create_service_token(&token).await {
        Err(error) if *error.kind() == StoreErrorKind::Conflict => {
            eprintln!(
                "crossgate: there is a service token named {:?} already; revoke it first, or choose another name",
                token.name
            );
            return Ok(ExitCode::from(1));
        }
        other => other?,
    }
    match format {
        Format::Json => println!(
            "{:#}",
            json!({
                "id": token.id,
                "name": token.name,
                "client_id": token.client_id,
                "client_secret": secret.expose(),
                "duration": token.duration,
                "expires_at": token.expires_at.map(rfc3339),
            })
        ),
        Format::Human => println!(
            "The service token {:?} is made{}. Its secret is shown this once:\n\n  \
             CF-Access-Client-Id: {}\n  CF-Access-Client-Secret: {}\n\n\
             A policy admits it: {{ decision: non_identity, include: [ {{ service_token: {{ token_id: {} }} }} ] }}",
            token.name,
            token.expires_at.map(|at| format!(", valid until {}", rfc3339(at))).unwrap_or_default(),
            token.client_id,
            secret.expose(),
            token.name,
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// A service token that is nowhere yet, and its secret.
pub(crate) fn fresh(name: String, duration: String) -> Result<(ServiceToken, ClientSecret)> {
    let now = clock::now();
    let mut random = [0; 16];
    clock::fill_random(&mut random).ok().context("the system gives no random bytes")?;
    let client_id = ClientId::from_random(random);
    let mut random = [0; 29];
    clock::fill_random(&mut random).ok().context("the system gives no random bytes")?;
    let secret = ClientSecret::from_random(random);
    let token = ServiceToken {
        id: uuid::Uuid::new_v4().to_string(),
        name,
        client_id: client_id.as_str().to_owned(),
        secret_hash: *secret.hash().as_bytes(),
        created_at: now,
        expires_at: expiry(now, &duration)?,
        enabled: true,
        duration,
        last_seen_at: None,
    };
    Ok((token, secret))
}

async fn list(store: &Store, format: Format) -> Result<ExitCode> {
    let tokens = store.service_tokens().await?;
    match format {
        Format::Json => {
            let tokens = tokens.iter().map(|token| {
                json!({
                    "id": token.id,
                    "name": token.name,
                    "client_id": token.client_id,
                    "duration": token.duration,
                    "enabled": token.enabled,
                    "created_at": rfc3339(token.created_at),
                    "expires_at": token.expires_at.map(rfc3339),
                    "last_seen_at": token.last_seen_at.map(rfc3339),
                })
            });
            println!("{:#}", json!({ "service_tokens": tokens.collect::<Vec<_>>() }));
        }
        Format::Human if tokens.is_empty() => println!("There are no service tokens."),
        Format::Human => {
            for token in tokens {
                let until = token
                    .expires_at
                    .map_or_else(|| "for ever".to_owned(), |at| format!("until {}", rfc3339(at)));
                let seen = token
                    .last_seen_at
                    .map_or_else(|| "never used".to_owned(), |at| format!("used {}", rfc3339(at)));
                println!("{}  {}  {until}, {seen}", token.name, token.client_id);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn revoke(store: &Store, token: &str) -> Result<ExitCode> {
    if store.revoke_service_token(token).await? {
        println!("The service token {token:?} is revoked.");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("crossgate: there is no service token with the name, id or client id {token:?}");
    Ok(ExitCode::from(1))
}

/// When a token ends that is made now; `None` for `forever`.
fn expiry(now: i64, duration: &str) -> Result<Option<i64>> {
    if duration == "forever" {
        return Ok(None);
    }
    let length = GoDuration::parse(duration)
        .with_context(|| format!("{duration:?} is no duration: write 8760h or `forever`"))?;
    let seconds = i64::try_from(length.duration.as_secs()).unwrap_or(i64::MAX);
    Ok(Some(now.saturating_add(seconds)))
}

fn rfc3339(at: i64) -> String {
    let format = time::format_description::well_known::Rfc3339;
    let time = time::OffsetDateTime::from_unix_timestamp(at)
        .ok()
        .and_then(|time| time.format(&format).ok());
    time.unwrap_or_default()
}
