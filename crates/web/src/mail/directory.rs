//! Mail into a folder: one `.eml` file a message, whole or not at all.

use std::path::Path;

use lettre::Message;

/// Writes a message. Its file appears under its name once it is complete; only its owner may read it.
pub(super) async fn deliver(folder: &Path, name: &str, message: &Message) -> std::io::Result<()> {
    let (folder, name, bytes) = (folder.to_owned(), name.to_owned(), message.formatted());
    let write = move || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        let unfinished = folder.join(format!(".{name}.tmp"));
        let mut file = private_file(&unfinished)?;
        std::io::Write::write_all(&mut file, &bytes)?;
        std::fs::rename(&unfinished, folder.join(format!("{name}.eml")))
    };
    tokio::task::spawn_blocking(write).await.map_err(std::io::Error::other)?
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
