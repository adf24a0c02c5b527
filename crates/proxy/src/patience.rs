//! Deadlines that cost next to nothing as long as they are kept.
//!
//! A request waits in several places, each with a deadline of its own, and hardly ever for long. One timer serves them all: it is set
//! again only where it would go off too late, or when it has gone off and the deadline of the moment lies further on.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::task::unconstrained;
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
        let timer = match &mut self.timer {
            // It goes off later, and soon enough. Somebody's `now` may be older than that.
            Some(timer)
                if !timer.is_elapsed()
                    && timer.deadline() > now
                    && timer.deadline() <= deadline =>
            {
                return Poll::Pending;
            }
            Some(timer) => {
                timer.as_mut().reset(deadline);
                timer
            }
            timer @ None => timer.insert(Box::pin(sleep_until(deadline))),
        };
        // A task that has had its turn would be told to come back, and the timer would not be set: nobody looks a second time.
        pin!(unconstrained(timer.as_mut())).poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::time::Duration;

    use tokio::task::coop::{consume_budget, has_budget_remaining};
    use tokio::time::{Instant, timeout};

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
    async fn a_deadline_holds_though_the_task_has_had_its_turn() {
        let mut patience = Patience::default();
        let start = Instant::now();
        let deadline = start + Duration::from_secs(5);
        let waiting = poll_fn(|context| {
            while has_budget_remaining() {
                let _spent = pin!(consume_budget()).poll(context);
            }
            patience.poll(context, deadline)
        });
        timeout(Duration::from_secs(60), waiting).await.expect("to be woken");
        assert_eq!(start.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_holds_though_the_clock_was_read_before_the_last_one() {
        let mut patience = Patience::default();
        let start = Instant::now();
        poll_fn(|context| patience.poll(context, start + Duration::from_secs(5))).await;
        let waiting = poll_fn(|context| {
            let now = if start.elapsed().as_secs() < 9 { start } else { Instant::now() };
            patience.poll_at(now, context, start + Duration::from_secs(9))
        });
        timeout(Duration::from_secs(60), waiting).await.expect("to be woken");
        assert_eq!(start.elapsed().as_secs(), 9);
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
