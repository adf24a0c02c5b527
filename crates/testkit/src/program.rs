//! Where the programs are that tests run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary `crossgate` beside the running test's own; built if it is not there yet.
///
/// # Panics
///
/// When it can be neither found nor built.
#[must_use]
pub fn crossgate() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = profile_folder().join("crossgate");
        if !program.exists() {
            build(program.parent().and_then(Path::parent).unwrap());
        }
        assert!(
            program.exists(),
            "there is no {}: run `cargo build --package crossgate`",
            program.display()
        );
        program
    })
}

/// The library that gives a program another clock (Debian's `libfaketime`).
///
/// # Panics
///
/// When it is not there.
#[must_use]
pub fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut files = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    files
        .find(|file| file.exists())
        .expect("there is no libfaketimeMT.so.1: `cargo xtask test` installs it")
}

/// A program of the Python environment that `cargo xtask test` makes.
///
/// # Panics
///
/// When it is not there.
#[must_use]
pub fn python(program: &str) -> PathBuf {
    let path = workspace().join("target/python/bin").join(program);
    assert!(path.exists(), "there is no {}: `cargo xtask test` installs it", path.display());
    path
}

/// `target/debug`: tests run from its folder `deps`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the running test");
    test.ancestors().nth(2).expect("a test runs in target/<profile>/deps").to_owned()
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn build(target: &Path) {
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--package", "crossgate", "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "`cargo build --package crossgate` does not work"
    );
}
