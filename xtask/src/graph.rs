//! The direction of dependencies between the project's crates.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;

/// What each crate may know of the others. The binary and the tests may know everything.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("crossgate-cors", &[]),
    ("crossgate-bench-attacks", &[]),
    ("crossgate-bench-cors", &["cors"]),
    ("crossgate-bench-steady", &[]),
    ("crossgate-bench-tokens", &["store", "token"]),
    ("crossgate-frames", &[]),
    ("crossgate-http1", &[]),
    ("crossgate-policy", &[]),
    ("crossgate-token", &[]),
    ("crossgate-store", &[]),
    ("crossgate-model", &["cors", "policy", "token"]),
    ("crossgate-gate", &["cors", "model", "policy", "token"]),
    ("crossgate-doctor", &["cors", "gate", "model"]),
    ("crossgate-login", &["cors", "gate", "model", "policy", "token"]),
    ("crossgate-acme", &["model", "store"]),
    ("crossgate-session", &["gate", "model", "policy", "store", "token"]),
    ("crossgate-proxy", &["cors", "frames", "gate", "http1", "model", "session", "token"]),
    ("crossgate-web", &["cors", "gate", "login", "model", "policy", "session", "store", "token"]),
];

/// Crates that know everything: they wire or test.
const WIRING: &[&str] = &["crossgate", "crossgate-testkit", "crossgate-tests", "xtask"];

/// Fails on a dependency that points the wrong way, and on a crate that the table does not name.
pub(crate) fn check() -> Result<()> {
    let metadata =
        process::output("cargo", &["metadata", "--format-version=1", "--no-deps", "--locked"])?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .context("cargo metadata lists no packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        let name = text(package, "name");
        if WIRING.contains(&name) {
            continue;
        }
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!("{name} has no place in the crate graph (xtask/src/graph.rs)"));
            continue;
        };
        let dependencies =
            package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        for dependency in dependencies.filter(|dependency| text(dependency, "kind") != "dev") {
            if let Some(other) = text(dependency, "name").strip_prefix("crossgate-")
                && !allowed.contains(&other)
            {
                wrong.push(format!("{name} must not depend on crossgate-{other}"));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("the crate graph is broken:\n  {}", wrong.join("\n  "));
    }
    println!("crate graph: {} crates, each knows only what it may", packages.len());
    Ok(())
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
