//! `crossgate cors`.

use std::process::ExitCode;

use anyhow::Result;
use crossgate_store::CORS_REFUSAL_DAYS;
use serde_json::json;
use tokio::runtime::Builder;

use crate::cli::{CorsCommand, Format};
use crate::config_file::ConfigFile;
use crate::cors_suggestions::{Suggestion, suggestions};
use crate::{cors_telemetry, remember};

pub(crate) fn run(command: CorsCommand) -> Result<ExitCode> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match command {
        CorsCommand::Suggest { config, format } => {
            runtime.block_on(async {
                let Ok(config) = ConfigFile::read(&config)?.parse_or_complain() else {
                    return Ok(ExitCode::from(2));
                };
                let store = remember::open_store(&config).await?;
                let since = cors_telemetry::today() - CORS_REFUSAL_DAYS + 1;
                let found = suggestions(&config, &store.cors_refusals(since).await?);
                match format {
                    Format::Json => println!("{:#}", json!({ "suggestions": found })),
                    Format::Human if found.is_empty() => {
                        println!("In the last {CORS_REFUSAL_DAYS} days no page was refused anything that a setting would allow.");
                    }
                    Format::Human => {
                        for suggestion in &found {
                            print(suggestion);
                        }
                    }
                }
                Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
            })
        }
    }
}

fn print(suggestion: &Suggestion) {
    let Suggestion {
        application,
        origin,
        count,
        signed_in,
        reasons,
        settings,
        danger,
        strangers_only,
    } = suggestion;
    let reasons = reasons.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    println!(
        "{application}: {origin} was refused {count} times, {signed_in} of them signed in ({reasons})"
    );
    if *strangers_only {
        println!(
            "  Only strangers asked: the origin is no host of this gateway, and nobody was signed in."
        );
    }
    if let Some(danger) = danger {
        println!("  Dangerous: {danger}.");
    }
    if settings.is_empty() {
        println!(
            "  No setting allows it: methods are compared with case, and headers must be well formed."
        );
    } else {
        println!("  To allow it, add to the application `{application}`:\n    cors_headers:");
    }
    for (key, values) in settings {
        match *key {
            "allow_credentials" => println!("      allow_credentials: true"),
            key => {
                let values = values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>();
                println!("      {key}: [ {} ]", values.join(", "));
            }
        }
    }
    println!();
}
