//! Installing what the tests need, or saying what is missing.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process;

/// A program that tests need, and how it gets here.
struct Need {
    program: &'static str,
    why: &'static str,
    source: Source,
}

enum Source {
    Debian(&'static str),
    Cargo(&'static str),
}

const NEEDS: &[Need] = &[
    Need {
        program: "cargo-nextest",
        why: "runs the tests",
        source: Source::Cargo("cargo-nextest"),
    },
    Need { program: "chromium", why: "browser tests", source: Source::Debian("chromium") },
    Need {
        program: "chromedriver",
        why: "drives Chromium",
        source: Source::Debian("chromium-driver"),
    },
    Need { program: "firefox-esr", why: "browser tests", source: Source::Debian("firefox-esr") },
    Need { program: "geckodriver", why: "drives Firefox", source: Source::Cargo("geckodriver") },
    Need { program: "curl", why: "the seed's check", source: Source::Debian("curl") },
    Need { program: "faketime", why: "clocks that jump", source: Source::Debian("faketime") },
    Need {
        program: "openssl",
        why: "certificates of test servers",
        source: Source::Debian("openssl"),
    },
    Need { program: "pebble", why: "a certificate authority", source: Source::Debian("pebble") },
    Need {
        program: "python3",
        why: "JupyterLab and an SMTP server",
        source: Source::Debian("python3"),
    },
    Need { program: "node", why: "another reader of paths", source: Source::Debian("nodejs") },
    Need { program: "nginx", why: "another reader of paths", source: Source::Debian("nginx") },
];

/// Python packages of real servers that tests put behind the gate or send mail to.
const PYTHON_PACKAGES: &[&str] = &["jupyterlab", "aiosmtpd"];

/// Brings everything here that is missing.
pub(crate) fn run() -> Result<()> {
    let missing =
        NEEDS.iter().filter(|need| process::find(need.program).is_none()).collect::<Vec<_>>();
    let debian = missing.iter().filter_map(|need| match need.source {
        Source::Debian(package) => Some(package),
        Source::Cargo(_) => None,
    });
    let debian = debian.chain(python_venv_package()).collect::<Vec<_>>();
    if !debian.is_empty() && may_install_packages() {
        process::run("apt-get", &["update", "-qq"])?;
        let arguments =
            [&["install", "-y", "-qq", "--no-install-recommends"], debian.as_slice()].concat();
        process::run("apt-get", &arguments)?;
    }
    for need in &missing {
        if let Source::Cargo(package) = need.source {
            process::run("cargo", &["install", "--locked", package])?;
        }
    }
    complain_about(&missing)?;
    install_python_packages()
}

fn complain_about(missing: &[&Need]) -> Result<()> {
    let still =
        missing.iter().filter(|need| process::find(need.program).is_none()).collect::<Vec<_>>();
    if still.is_empty() {
        return Ok(());
    }
    for Need { program, why, source } in still {
        match source {
            Source::Debian(package) => {
                eprintln!("missing: {program} ({why}). On Debian: apt-get install {package}");
            }
            Source::Cargo(package) => {
                eprintln!(
                    "missing: {program} ({why}). cargo install --locked {package}, with ~/.cargo/bin in PATH"
                );
            }
        }
    }
    bail!("the tests need the programs above")
}

/// Debian's Python makes virtual environments only with this package.
fn python_venv_package() -> Option<&'static str> {
    let complete = process::output("python3", &["-c", "import ensurepip, venv"]).is_ok();
    (!complete && Path::new("/etc/debian_version").exists()).then_some("python3-venv")
}

pub(crate) fn may_install_packages() -> bool {
    let root = process::output("id", &["-u"]).is_ok_and(|id| id.trim_ascii() == b"0");
    root && process::find("apt-get").is_some()
}

fn install_python_packages() -> Result<()> {
    let python = "target/python/bin/python3";
    if !Path::new(python).exists() {
        process::run("python3", &["-m", "venv", "target/python"])?;
    }
    let import = "import jupyterlab, aiosmtpd";
    if std::process::Command::new(python)
        .args(["-c", import])
        .output()
        .is_ok_and(|out| out.status.success())
    {
        return Ok(());
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    process::run(python, &[&install, PYTHON_PACKAGES].concat())
}
