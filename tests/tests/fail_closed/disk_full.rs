use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crossgate_testkit::{Client, World};

use crate::{ANN, APP1, after, ask_for_code, healed, hello, readiness, status};

/// A file system of so little space that it is soon full. Where none can be mounted, no file may grow beyond a limit.
struct Small {
    folder: tempfile::TempDir,
    mounted: bool,
}

impl Small {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "crossgate-test"])
            .arg(folder.path())
            .output();
        let mounted = mount.is_ok_and(|done| done.status.success());
        Self { folder, mounted }
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    fn fill(&self) {
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        // Smaller and smaller, to the last byte.
        for size in [65_536, 4_096, 1] {
            while filler.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        if self.mounted {
            let _unmounted = Command::new("umount").arg("-l").arg(self.folder.path()).status();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_no_sign_in_and_ends_no_session() {
    let small = Small::new();
    let scripts = tempfile::tempdir().unwrap();
    let world = start(&small, scripts.path()).await;
    let ann = world.signed_in(&world.url(APP1, "/"), ANN).await;
    if small.mounted {
        small.fill();
    }
    let refused = first_refusal(&world).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("store-unavailable"), "{}", refused.text());
    if small.mounted {
        world.gateway.process.errors.wait_for_text("the disk is full").await;
        let (ready, why) = readiness(&world).await;
        assert!(ready == 503 && why.contains("the disk is full"), "{why}");
    }
    assert_eq!(status(&world, &ann, "/").await, 200, "who is signed in goes on");

    if small.mounted {
        std::fs::remove_file(small.filler()).unwrap();
    } else {
        let pid = world.gateway.process.pid().to_string();
        let raised = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &pid]).status();
        assert!(raised.unwrap().success());
    }
    healed(&world).await;
    world.signed_in(&world.url(APP1, "/"), "carl@acme.example").await;
    assert_eq!(status(&world, &ann, "/").await, 200);
}

async fn start(small: &Small, scripts: &Path) -> World {
    let database = small.folder.path().join("crossgate.db");
    let text = format!("{}store: \"sqlite:{}\"\n", crate::CONFIG, database.display());
    let builder = World::builder(&text).name("GONE", "127.0.0.1:9");
    if small.mounted {
        return builder.start(hello).await;
    }
    // In units of 512 bytes. The signal would end the process.
    let script = after(scripts, "trap '' XFSZ\nulimit -S -f 1200");
    builder.program(&script).start(hello).await
}

/// People ask for codes until one is refused.
async fn first_refusal(world: &World) -> crossgate_testkit::Answer {
    for number in 0..150 {
        let email = format!("p{number}@acme.example");
        let answer = ask_for_code(world, &Client::new(), &email).await;
        if answer.status != 200 {
            return answer;
        }
    }
    panic!("the disk was never full")
}
