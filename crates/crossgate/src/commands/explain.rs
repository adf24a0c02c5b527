//! `crossgate explain`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use crossgate_cors::browser::{Browser, Engine, ThirdPartyCookies};
use crossgate_model::Surroundings;

use crate::cli::{ExplainOptions, Format};
use crate::config_file::ConfigFile;
use crate::exchanges::{Call, Report, play};
use crate::rehearsal::Rehearsal;

/// In place of every secret: 32 bytes in hexadecimal digits, which any of them may be.
const PLACEHOLDER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Plays a call against a gateway with this config. Status 1 if the page gets no answer in some browser.
pub(crate) fn run(options: &ExplainOptions) -> Result<ExitCode> {
    let mut call = Call::read(&options.url, options.origin.as_deref(), &options.call)?;
    let file = ConfigFile::read(&options.config)?;
    // What a config refers to need not be on the machine where somebody asks about it: no certificate and no secret is used.
    let elsewhere = Surroundings {
        environment: &|_| Some(PLACEHOLDER.to_owned()),
        read_file: &|_| Ok(PLACEHOLDER.to_owned()),
        file_exists: &|_| true,
        tls_files: &crossgate_model::UnreadTlsFiles,
    };
    let config = match file.parse_or_complain_in(&elsewhere) {
        Ok(config) => config,
        Err(status) => return Ok(status),
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(async {
        let mut rehearsal = Rehearsal::start(config, &file, options).await?;
        for (name, value) in rehearsal.service_token_headers() {
            call.set(name, value);
        }
        let mut engines = Vec::new();
        for engine in [Engine::Chromium, Engine::Firefox] {
            let mut browser = Browser::new(engine);
            if engine == Engine::Chromium && options.block_third_party_cookies {
                browser = browser.with_third_party_cookies(ThirdPartyCookies::Blocked);
            }
            if let Some(email) = &options.email {
                let signed_in = rehearsal.sign_in(&mut browser, email, &call.url).await;
                signed_in.with_context(|| format!("cannot sign in as {email}"))?;
            }
            engines.push(play(&mut browser, call.request(), &mut rehearsal).await);
        }
        rehearsal.end().await;
        Ok::<_, anyhow::Error>(Report { engines })
    })?;
    let forwarded =
        report.engines.iter().flat_map(|engine| &engine.hops).any(|hop| hop.is_forwarded());
    let status = super::print_exchanges(&report, options.call.format)?;
    if forwarded && options.call.format == Format::Human {
        println!(
            "The application is taken to answer {} with {}; --upstream-status and --upstream-header say otherwise.",
            options.upstream_status,
            match options.upstream_headers.as_slice() {
                [] => "no CORS headers".to_owned(),
                headers => headers.join(", "),
            }
        );
    }
    Ok(status)
}
