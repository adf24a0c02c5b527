//! A migration only adds: at a hand-over an older process goes on with the store that a newer one has opened.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

/// What an older version does not notice: new tables and indexes, and columns that it may leave out.
fn only_adds(statement: &str) -> bool {
    let words = statement.split_whitespace().map(str::to_ascii_uppercase).collect::<Vec<_>>();
    let words = words.iter().map(String::as_str).collect::<Vec<_>>();
    match words.as_slice() {
        ["CREATE", "TABLE" | "INDEX", ..] => true,
        ["ALTER", "TABLE", _, "ADD", "COLUMN", rest @ ..] => {
            !rest.contains(&"NULL") || rest.contains(&"DEFAULT")
        }
        _ => false,
    }
}

fn statements(text: &str) -> impl Iterator<Item = String> {
    let code = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let code = code.collect::<Vec<_>>().join("\n");
    let statements = code.split(';').map(|statement| statement.trim().to_owned());
    statements.filter(|statement| !statement.is_empty()).collect::<Vec<_>>().into_iter()
}

#[test]
fn after_the_first_one_they_only_add() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut later = files.filter(|file| !file.ends_with("0001_initial.sql")).peekable();
    assert!(later.peek().is_some());
    for file in later {
        for statement in statements(&std::fs::read_to_string(&file).unwrap()) {
            assert!(only_adds(&statement), "{}: {statement}", file.display());
        }
    }
}

#[test]
fn what_an_older_version_would_miss_is_told_apart() {
    for (statement, expected) in [
        ("CREATE TABLE a (b TEXT NOT NULL)", true),
        ("create index c on a (b)", true),
        ("ALTER TABLE a ADD COLUMN d INTEGER", true),
        ("ALTER TABLE a ADD COLUMN d INTEGER NOT NULL DEFAULT 0", true),
        ("ALTER TABLE a ADD COLUMN d INTEGER NOT NULL", false),
        ("ALTER TABLE a RENAME COLUMN b TO d", false),
        ("DROP TABLE a", false),
        ("CREATE UNIQUE INDEX c ON a (b)", false),
        ("CREATE TRIGGER e AFTER INSERT ON a BEGIN DELETE FROM a", false),
        ("UPDATE a SET b = 1", false),
    ] {
        assert_eq!(only_adds(statement), expected, "{statement}");
    }
}
