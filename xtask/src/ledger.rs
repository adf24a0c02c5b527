//! The ledgers: tables that say what shows each row of the specification.
//!
//! A ledger is a Markdown table whose first cell names a row. Its last cell says what shows it: tests in
//! backticks (`crate::path::name`), links to pages, or `not applicable:` and why. The rows that must be there
//! are listed in a comment at the head of the ledger: `<!-- rows: seed-S1..S37 seed-N1..N11 -->`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;

/// Fails on a row that is missing or empty, or names a test or page that does not exist, or a test that is ignored.
pub(crate) fn check() -> Result<()> {
    let tests = tests()?;
    let mut wrong = Vec::new();
    let mut rows = 0;
    for ledger in ledgers()? {
        let text = std::fs::read_to_string(&ledger)
            .with_context(|| format!("cannot read {}", ledger.display()))?;
        let found = table_rows(&text);
        rows += found.len();
        let mut complain =
            |row: &str, what: &str| wrong.push(format!("{} {row}: {what}", ledger.display()));
        let names = found.iter().map(|(name, _)| name.as_str()).collect::<HashSet<_>>();
        for row in required_rows(&text) {
            if !names.contains(row.as_str()) {
                complain(&row, "the row is missing");
            }
        }
        for (row, evidence) in &found {
            check_row(row, evidence, &ledger, &tests, &mut complain);
        }
    }
    if !wrong.is_empty() {
        bail!("the ledgers do not hold:\n  {}", wrong.join("\n  "));
    }
    println!("ledgers: {rows} rows, each shown");
    Ok(())
}

fn check_row(
    row: &str,
    evidence: &str,
    ledger: &Path,
    tests: &HashMap<String, bool>,
    complain: &mut impl FnMut(&str, &str),
) {
    let mut shown = evidence.starts_with("not applicable: ");
    for test in evidence.split('`').skip(1).step_by(2).filter(|name| name.contains("::")) {
        shown = true;
        match tests.get(test) {
            None => complain(row, &format!("there is no test {test}")),
            Some(true) => complain(row, &format!("the test {test} is ignored")),
            Some(false) => {}
        }
    }
    for link in evidence.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        shown = true;
        let page = link.split('#').next().unwrap_or_default();
        if !ledger.parent().unwrap_or_else(|| Path::new(".")).join(page).exists() {
            complain(row, &format!("there is no page {page}"));
        }
    }
    if !shown {
        complain(row, "nothing shows it: name a test, a page, or `not applicable: why`");
    }
}

/// All tests as `crate::path::name`, and whether they are ignored.
fn tests() -> Result<HashMap<String, bool>> {
    let list =
        process::output("cargo", &["nextest", "list", "--workspace", "--message-format", "json"])?;
    let list: Value = serde_json::from_slice(&list)?;
    let suites =
        list.get("rust-suites").and_then(Value::as_object).context("nextest lists no tests")?;
    let mut tests = HashMap::new();
    for suite in suites.values() {
        let package = suite.get("package-name").and_then(Value::as_str).unwrap_or_default();
        let package = package.strip_prefix("crossgate-").unwrap_or(package);
        let kind = suite.get("kind").and_then(Value::as_str).unwrap_or_default();
        let binary = suite.get("binary-name").and_then(Value::as_str).unwrap_or_default();
        let prefix =
            if kind == "test" { format!("{package}::{binary}") } else { package.to_owned() };
        for (name, case) in suite.get("testcases").and_then(Value::as_object).into_iter().flatten()
        {
            let ignored = case.get("ignored").and_then(Value::as_bool).unwrap_or(true);
            tests.insert(format!("{prefix}::{name}"), ignored);
        }
    }
    Ok(tests)
}

fn ledgers() -> Result<Vec<PathBuf>> {
    let folder = std::fs::read_dir("docs/ledger").context("cannot read docs/ledger")?;
    let files = folder.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "md"))
        .collect())
}

/// First and last cell of each row whose first cell names a row of the specification.
fn table_rows(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'))
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let row = cells.next()?;
            let evidence = cells.next_back()?;
            let names_row = row.contains('-') && row.bytes().any(|byte| byte.is_ascii_digit());
            names_row.then(|| (row.to_owned(), evidence.to_owned()))
        })
        .collect()
}

/// The rows that the head of a ledger promises: `seed-S1..S37` stands for all between.
fn required_rows(text: &str) -> Vec<String> {
    let promise = text
        .split("<!-- rows:")
        .nth(1)
        .and_then(|rest| rest.split("-->").next())
        .unwrap_or_default();
    promise.split_whitespace().flat_map(expand).collect()
}

fn expand(range: &str) -> Vec<String> {
    let Some((first, last)) = range.split_once("..") else { return vec![range.to_owned()] };
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = |text: &str| text.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u32>();
    let from = number(first.strip_prefix(stem).unwrap_or_default());
    match (from, number(last)) {
        (Ok(from), Ok(to)) => (from..=to).map(|number| format!("{stem}{number}")).collect(),
        _ => vec![range.to_owned()],
    }
}
