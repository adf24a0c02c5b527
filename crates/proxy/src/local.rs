//! Tasks of a thread: they never leave it, so they need no locks.

use std::future::Future;

/// Spawns onto the thread's own set of tasks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalExecutor;

impl<F> hyper::rt::Executor<F> for LocalExecutor
where
    F: Future + 'static,
{
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}
