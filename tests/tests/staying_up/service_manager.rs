use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use command_fds::{CommandFdExt, FdMapping};
use crossgate_testkit::wait::{PATIENCE, until};
use crossgate_testkit::{Call, Client, Process, ports};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::traffic::Traffic;
use crate::{hand_over, hello, one_application};

/// What systemd hears until a message begins so.
async fn hear(socket: &UnixDatagram, beginning: &str) -> String {
    until(&format!("{beginning} to systemd"), PATIENCE, async || {
        let mut message = [0; 1024];
        let length = socket.recv(&mut message).ok()?;
        let message = String::from_utf8_lossy(&message[..length]).into_owned();
        message.starts_with(beginning).then_some(message)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_of_every_change_of_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_nonblocking(true).unwrap();
    let builder = one_application().environment("NOTIFY_SOCKET", path.to_str().unwrap());
    let world = builder.arguments(&["--drain", "1"]).start(hello).await;
    hear(&socket, "READY=1").await;

    world.gateway.process.signal(Signal::SIGHUP);
    let reloading = hear(&socket, "RELOADING=1").await;
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    hear(&socket, "READY=1").await;

    let heir = hand_over(&world, world.gateway.process.pid()).await;
    assert_eq!(hear(&socket, "MAINPID=").await.trim(), format!("MAINPID={heir}"));
    kill(heir, Signal::SIGTERM).unwrap();
    hear(&socket, "STOPPING=1").await;
}

/// One socket for each listener, as `crossgate.socket` has them: all threads share it, and it is passed on like any other.
#[tokio::test(flavor = "multi_thread")]
async fn sockets_of_systemd_are_shared_by_all_threads_and_passed_on() {
    let world = one_application().start(hello).await;
    let port = ports::free();
    let (public, admin) = (TcpListener::bind(("127.0.0.1", port)).unwrap(), ports::free());
    let text = std::fs::read_to_string(world.config()).unwrap();
    let listeners = text.find("listeners:").unwrap();
    let text =
        format!("{}listeners: [ {{ address: \"127.0.0.1:{port}\" }} ]\n", &text[..listeners])
            .replace(&format!("127.0.0.1:{}", world.admin_port), &format!("127.0.0.1:{admin}"));
    let config = world.folder().join("activated.yaml");
    std::fs::write(&config, text).unwrap();

    let mut call = Call::new(&config);
    // The slowest of the visitors must come again before what is idle is closed, on a busy computer, too.
    call.arguments = vec!["--drain".to_owned(), "8".to_owned()];
    let start = || {
        let mut command = call.command();
        let parent_fd = OwnedFd::from(public.try_clone().unwrap());
        let mapping = vec![FdMapping { parent_fd, child_fd: 3 }];
        Process::start(command.env("LISTEN_FDS", "1").fd_mappings(mapping).unwrap())
    };
    // Before anybody accepts: what waits in the queue is served, too.
    let traffic = Traffic::start(port);
    let mut process = start();
    until("some traffic", PATIENCE, async || (traffic.requests() > 100).then_some(())).await;

    // Stopped and started anew: systemd keeps the socket, so nobody is refused.
    let said = |process: &Process| process.errors.text().matches("another process serves").count();
    process.signal(Signal::SIGUSR2);
    until("another process", PATIENCE, async || (said(&process) == 1).then_some(())).await;
    let before = traffic.requests();
    until("more traffic", PATIENCE, async || (traffic.requests() > before + 100).then_some(()))
        .await;
    process.end(Duration::from_secs(20)).await;
    assert_eq!(
        Client::new().get(&format!("http://127.0.0.1:{admin}/readyz")).send().await.status,
        200
    );
    assert!(traffic.end().await > 200);
    let text = process.errors.text();
    let pid = text.lines().find(|line| line.contains("another process serves")).unwrap();
    let pid = pid.rsplit("pid").next().unwrap().chars().filter(char::is_ascii_digit);
    kill(Pid::from_raw(pid.collect::<String>().parse().unwrap()), Signal::SIGTERM).unwrap();
}
