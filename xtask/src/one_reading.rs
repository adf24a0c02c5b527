//! `docs/one-reading.md`: what becomes of the corpus here and at other proxies.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{prepare, process};

/// The proxies to compare with, by program and Debian package.
const PEERS: &[&str] = &["nginx", "haproxy"];

/// Installs what it can, measures and writes the page.
pub(crate) fn run() -> Result<()> {
    let missing = PEERS.iter().copied().filter(|peer| process::find(peer).is_none());
    let missing = missing.collect::<Vec<_>>();
    if !missing.is_empty() && prepare::may_install_packages() {
        process::run("apt-get", &["update", "-qq"])?;
        let install = ["install", "-y", "-qq", "--no-install-recommends"];
        process::run("apt-get", &[&install, missing.as_slice()].concat())?;
    }
    for peer in PEERS.iter().filter(|peer| process::find(peer).is_none()) {
        eprintln!("!!! {peer} is not installed and NOT measured: its columns say so !!!");
    }
    process::run("cargo", &["build", "--package", "crossgate"])?;
    let test = ["test", "--package", "crossgate-tests", "--test", "one_reading", "--", "page::"];
    let measured = Command::new("cargo")
        .args(test)
        .env("CROSSGATE_WRITE_ONE_READING", "1")
        .status()
        .context("cannot start cargo")?;
    if !measured.success() {
        bail!("the page could not be measured: {measured}");
    }
    println!("docs/one-reading.md is written");
    Ok(())
}
