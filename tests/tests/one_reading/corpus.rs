//! The corpus as it is written down: a file a class in `corpus/`, read by `README.md` there.

use std::path::{Path, PathBuf};

use crate::case::{Case, Forwarded, Input, Outcome, Way};
use crate::escape::unescape;

/// The classes: names of the files in `corpus/`.
pub(crate) const CLASSES: [&str; 11] = [
    "paths",
    "hosts",
    "forwarded_headers",
    "identity_headers",
    "lengths",
    "chunks",
    "bodies",
    "request_lines",
    "header_lines",
    "upgrades",
    "http2",
];

/// The cases of a class.
///
/// # Panics
///
/// When the file cannot be read; the message names the line.
pub(crate) fn class(name: &str) -> Vec<Case> {
    let file = folder().join(name).with_extension("txt");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut reader = Reader::default();
    for (number, line) in text.lines().enumerate() {
        reader
            .line(line)
            .unwrap_or_else(|wrong| panic!("{name}.txt:{}: {wrong}: {line}", number + 1));
    }
    reader.finish();
    reader.cases
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/one_reading/corpus")
}

/// A case as far as it is read. With `{}` in its lines it is the template of the table that follows it.
#[derive(Clone, Debug, Default)]
struct Draft {
    title: String,
    /// Lines of bytes, with their mark.
    lines: Vec<(char, String)>,
    ways: Vec<Way>,
    /// Lines of the outcome.
    outcome: Vec<String>,
    rows_of_table: usize,
}

#[derive(Debug, Default)]
struct Reader {
    cases: Vec<Case>,
    draft: Option<Draft>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let (mark, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        match mark {
            "" | "# " | "#" => {}
            "= " => {
                self.finish();
                self.draft = Some(Draft { title: rest.to_owned(), ..Draft::default() });
            }
            "> " | ">" | "H " | "D " | "R " | "F " => {
                let mark = mark.chars().next().unwrap_or('>');
                self.draft()?.lines.push((mark, rest.to_owned()));
            }
            "- " => {
                let draft = self.draft()?;
                draft.rows_of_table += 1;
                let case = draft.row(rest)?;
                self.cases.push(case);
            }
            _ => match line.strip_prefix("ways ") {
                Some(ways) => {
                    let ways = ways.split(' ').map(way).collect::<Result<_, _>>()?;
                    self.draft()?.ways = ways;
                }
                None => self.draft()?.outcome.push(line.to_owned()),
            },
        }
        Ok(())
    }

    fn draft(&mut self) -> Result<&mut Draft, String> {
        self.draft.as_mut().ok_or_else(|| "no case has begun".to_owned())
    }

    fn finish(&mut self) {
        if let Some(draft) = self.draft.take().filter(|draft| draft.rows_of_table == 0) {
            let case = draft.case(&draft.title, "", &draft.outcome);
            self.cases.push(case.unwrap_or_else(|wrong| panic!("{}: {wrong}", draft.title)));
        }
    }
}

impl Draft {
    /// A row of a table: `VALUE = sentence (rows)`, with `-> outcome` where it is not the template's.
    fn row(&self, text: &str) -> Result<Case, String> {
        let nothing = text.strip_prefix("= ").map(|title| ("", title));
        let (value, title) = nothing.or_else(|| text.split_once(" = ")).ok_or("no ` = `")?;
        let (title, outcome) = match title.split_once(" -> ") {
            None => (title, self.outcome.clone()),
            Some((title, own)) => {
                (title, own.split(" then ").map(str::to_owned).collect::<Vec<_>>())
            }
        };
        self.case(title, value, &outcome)
    }

    fn case(&self, title: &str, value: &str, outcome: &[String]) -> Result<Case, String> {
        let (name, rows) = title.rsplit_once(" (").ok_or("no rows in parentheses")?;
        let rows = rows.trim_end_matches(')').split(' ').map(str::to_owned).collect();
        let lines = self.lines.iter().map(|(mark, line)| (*mark, line.replace("{}", value)));
        let lines = lines.collect::<Vec<_>>();
        let http2 = lines.iter().any(|(mark, _)| *mark != '>');
        let input = if http2 { Input::Http2(lines) } else { Input::Http1(text(&lines)) };
        let outcome = outcome.iter().map(|line| line.replace("{}", value));
        let outcome = outcomes(outcome.collect::<Vec<_>>())?;
        let ways = match (self.ways.is_empty(), http2) {
            (false, _) => self.ways.clone(),
            (true, true) => vec![Way::Whole, Way::Bytewise, Way::Tls],
            (true, false) => Way::ALL.to_vec(),
        };
        Ok(Case { name: name.to_owned(), rows, input, ways, outcome })
    }
}

/// Lines end in CR LF, but where they end in `\+`.
fn text(lines: &[(char, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (_, line) in lines {
        match line.strip_suffix("\\+") {
            Some(line) => bytes.extend(unescape(line)),
            None => {
                bytes.extend(unescape(line));
                bytes.extend(b"\r\n");
            }
        }
    }
    bytes
}

fn way(name: &str) -> Result<Way, String> {
    match name {
        "whole" => Ok(Way::Whole),
        "bytewise" => Ok(Way::Bytewise),
        "pipelined" => Ok(Way::Pipelined),
        "tls" => Ok(Way::Tls),
        _ => Err(format!("no way to send: {name}")),
    }
}

fn outcomes(lines: Vec<String>) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    for line in lines {
        let (word, rest) =
            line.trim_start().split_once(' ').unwrap_or_else(|| (line.trim_start(), ""));
        if line.starts_with("  ") {
            let Some(Outcome::Forwarded(forwarded)) = outcomes.last_mut() else {
                return Err(format!("belongs to nothing forwarded: {line}"));
            };
            detail(forwarded, word, rest)?;
            continue;
        }
        let statuses = || rest.split('|').map(|status| status.parse().map_err(|_| line.clone()));
        outcomes.push(match word {
            "refused" => Outcome::Refused(statuses().collect::<Result<_, _>>()?),
            "answered" => Outcome::Answered(statuses().collect::<Result<_, _>>()?),
            "broken" => Outcome::Broken,
            "forwarded" | "at-most" => {
                let (method, target) = rest.split_once(' ').ok_or("no target")?;
                let unescaped = |text| String::from_utf8_lossy(&unescape(text)).into_owned();
                Outcome::Forwarded(Box::new(Forwarded {
                    method: unescaped(method),
                    target: unescaped(target),
                    optional: word == "at-most",
                    ..Forwarded::default()
                }))
            }
            _ => return Err(format!("no outcome: {line}")),
        });
    }
    if outcomes.is_empty() { Err("no outcome".to_owned()) } else { Ok(outcomes) }
}

fn detail(forwarded: &mut Forwarded, word: &str, rest: &str) -> Result<(), String> {
    match word {
        "host" => forwarded.host = Some(rest.to_owned()),
        "body" => forwarded.body = unescape(rest),
        "with" => {
            let (name, value) = rest.split_once(": ").ok_or("no value")?;
            forwarded.with.push((name.to_owned(), value.to_owned()));
        }
        "without" => forwarded.without.extend(rest.split(' ').map(str::to_owned)),
        "closes" => forwarded.closes = true,
        "may-close" => forwarded.may_close = true,
        "tunnel" => forwarded.tunnel = Some(unescape(rest)),
        _ => return Err(format!("no detail: {word}")),
    }
    Ok(())
}
