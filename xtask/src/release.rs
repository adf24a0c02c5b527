//! The binary as it is shipped: optimised by a profile of what it does under load.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process;

/// Where `bench/run --record` leaves the profile.
const PROFILE: &str = "release/crossgate.profdata";

/// What to build.
#[derive(Args)]
pub(crate) struct Options {
    /// Build one that records what it does instead, into the file that LLVM_PROFILE_FILE names; `bench/run --record` uses it
    #[arg(long)]
    recording: bool,
}

/// Builds, and says where the binary is.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace's folder")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let target = root.join(target);
    let (target, flags) = if options.recording {
        (target.join("recording"), vec!["-Cprofile-generate".into()])
    } else {
        let mut using = OsString::from("-Cprofile-use=");
        using.push(root.join(PROFILE));
        let mut flags = vec![using];
        if cfg!(target_os = "linux") {
            // What is hot lies side by side.
            flags.push("-Clink-arg=-Wl,-z,keep-text-section-prefix".into());
        }
        (target, flags)
    };
    let host = host()?;
    // For a named target: build scripts and macros are built without the flags.
    let status = std::process::Command::new("cargo")
        .args(["build", "--release", "--locked", "--package", "crossgate", "--target", &host])
        .arg("--target-dir")
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", encoded(flags))
        .current_dir(root)
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("the build failed: {status}");
    }
    println!("{}", target.join(host).join("release/crossgate").display());
    Ok(())
}

/// The machine that this runs on, in rustc's words.
fn host() -> Result<String> {
    let version = String::from_utf8(process::output("rustc", &["--version", "--verbose"])?)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

/// The flags after those of the environment, as cargo takes them.
fn encoded(flags: Vec<OsString>) -> OsString {
    let own = std::env::var_os("RUSTFLAGS").unwrap_or_default();
    let own = own.to_string_lossy();
    let all = own.split_whitespace().map(OsString::from).chain(flags).collect::<Vec<_>>();
    all.join(std::ffi::OsStr::new("\u{1f}"))
}
