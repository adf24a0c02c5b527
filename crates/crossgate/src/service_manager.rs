//! What systemd is told (sd_notify(3)), where it started the process and asked for it.

use sd_notify::NotifyState;

/// Requests are served.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// A config is read; [`ready`] follows, whether it is put in force or not.
pub(crate) fn reloading() {
    let states = NotifyState::monotonic_usec_now().map(|now| [NotifyState::Reloading, now]);
    // Without the time `Type=notify-reload` would wait for it in vain.
    if let Ok(states) = states {
        tell(&states);
    }
}

/// The process ends.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Another process serves from now on.
pub(crate) fn main_process_is(pid: u32) {
    tell(&[NotifyState::MainPid(pid)]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}
