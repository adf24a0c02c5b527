//! Findings as people read them in a terminal.

use std::fmt::Write as _;

use crossgate_doctor::{Confidence, Diagnosis, Finding};

use super::{count, evidence, sureness};

/// Columns of a line.
const WIDTH: usize = 100;
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

/// The report, in colour; where it goes decides whether the colour stays.
pub(super) fn report(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    for (number, finding) in diagnosis.findings.iter().enumerate() {
        one(&mut out, number + 1, finding);
    }
    for note in &diagnosis.notes {
        line(&mut out, &format!("{DIM}note: "), note, 6);
        out.push_str(RESET);
    }
    let seen = &diagnosis.evidence;
    let entries =
        if seen.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", seen.entries) };
    let mut looked_at = vec![entries];
    if !seen.creator.is_empty() {
        looked_at.push(seen.creator.clone());
    }
    looked_at.push(count(seen.console_messages, "message") + " of the console");
    let found = if diagnosis.findings.is_empty() {
        "nothing found".to_owned()
    } else {
        count(diagnosis.findings.len(), "finding")
    };
    let _ = writeln!(out, "{BOLD}{found}{RESET} {DIM}({}){RESET}", looked_at.join(", "));
    out
}

fn one(out: &mut String, number: usize, finding: &Finding) {
    let colour = if finding.confidence == Confidence::Certain { RED } else { YELLOW };
    let method = finding.method.as_deref().unwrap_or_default();
    let call = format!(
        "{method} {}",
        if finding.url.is_empty() { "(a URL that is not named)" } else { &finding.url }
    );
    let _ = writeln!(
        out,
        "{colour}{number}. {}{RESET} {BOLD}{}{RESET}",
        finding.cause.code(),
        call.trim()
    );
    let from =
        finding.page_origin.as_deref().map(|page| format!("from {page}, ")).unwrap_or_default();
    let symptom = match (finding.symptom, finding.row) {
        (Some(symptom), Some(row)) => format!("{} ({row})", symptom.code()),
        _ => "symptom not known".to_owned(),
    };
    let times =
        if finding.times > 1 { format!(", {} times", finding.times) } else { String::new() };
    let _ = writeln!(out, "   {DIM}{from}{symptom}, {}{times}{RESET}", sureness(finding));
    out.push('\n');
    line(out, "   ", &finding.explanation, 3);
    line(out, &format!("   {CYAN}fix{RESET}      "), &finding.fix, 12);
    for header in &finding.headers {
        let _ = writeln!(
            out,
            "            {GREEN}{}: {}{RESET}  {DIM}({}){RESET}",
            header.name,
            header.value,
            header.on.words()
        );
    }
    if let Some(change) = &finding.config_change {
        for line in change.diff.lines() {
            let colour = match line.as_bytes().first() {
                Some(b'+') if !line.starts_with("+++") => GREEN,
                Some(b'-') if !line.starts_with("---") => RED,
                _ => DIM,
            };
            let _ = writeln!(out, "            {colour}{line}{RESET}");
        }
    }
    if let Some(danger) = finding.danger {
        line(out, &format!("   {RED}danger{RESET}   "), danger, 12);
    }
    line(out, &format!("   {CYAN}rule{RESET}     "), finding.rule, 12);
    let evidence = evidence(finding);
    if !evidence.is_empty() {
        line(out, &format!("   {CYAN}evidence{RESET} "), &evidence, 12);
    }
    for missing in &finding.missing {
        line(out, &format!("   {CYAN}missing{RESET}  "), missing, 12);
    }
    out.push('\n');
}

/// A paragraph, wrapped; lines after the first are indented.
fn line(out: &mut String, head: &str, text: &str, indent: usize) {
    let width = WIDTH - indent;
    out.push_str(head);
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.push('\n');
}
