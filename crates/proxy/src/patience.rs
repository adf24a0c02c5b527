//! Deadlines that cost next to nothing as long as they are kept.
//!
//! A request waits in several places, each with a deadline of its own, and hardly ever for long. One timer serves them all: it is set
//! again only where it would go off too late, or when it has gone off and the deadline of the moment lies further on.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// The patience of one task.
#[derive(Default)]
pub(crate) struct Patience {
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    /// Ready once `deadline` is past. Until then the task is woken in time.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        self.poll_at(Instant::now(), context, deadline)
    }

    /// The same for whoever has just looked what time it is.
    pub(crate) fn poll_at(
        &mut self,
        now: Instant,
        context: &mut Context<'_>,
        deadline: Instant,
    ) -> Poll<()> {
        if now >= deadline {
            return Poll::Ready(());
        }
        match &mut self.timer {
            Some(timer) if timer.deadline() > now && timer.deadline() <= deadline => {}
            Some(timer) => {
                timer.as_mut().reset(deadline);
                let _pending = timer.as_mut().poll(context);
            }
            timer @ None => {
                let timer = timer.insert(Box::pin(sleep_until(deadline)));
                let _pending = timer.as_mut().poll(context);
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Patience;

    #[tokio::test(start_paused = true)]
    async fn each_deadline_holds_though_one_timer_serves_them_all() {
        let mut patience = Patience::default();
        let start = Instant::now();
        for seconds in [30, 31, 35, 36, 90] {
            let deadline = start + Duration::from_secs(seconds);
            poll_fn(|context| patience.poll(context, deadline)).await;
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sooner_deadline_after_a_later_one_is_kept() {
        let mut patience = Patience::default();
        let start = Instant::now();
        let sooner = start + Duration::from_secs(5);
        let mut looks = 0;
        poll_fn(|context| {
            looks += 1;
            let later = patience.poll(context, start + Duration::from_secs(60));
            assert!(later.is_pending());
            patience.poll(context, sooner)
        })
        .await;
        assert_eq!((start.elapsed().as_secs(), looks), (5, 2));
    }
}
