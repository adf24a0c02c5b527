//! Visitors whose answer is coming while they leave the rest of their request lying: they hold the upstream's connection.

use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::patience::Patience;

/// How many pauses of a body a call may be quiet in both directions where nobody waits for the visitor.
pub(crate) const QUIET_PAUSES: u32 = 10;

/// How long a body has been at the same place.
#[derive(Default)]
pub(crate) struct BodyPause {
    since: Option<Instant>,
    progress: u64,
}

impl BodyPause {
    /// Ready once `progress`, which grows with whatever goes on, has been the same for `most`.
    pub(crate) fn poll(
        &mut self,
        progress: u64,
        most: Duration,
        patience: &mut Patience,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        if progress != self.progress {
            *self = Self { since: None, progress };
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        patience.poll(context, since + most)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::time::{Instant, timeout};

    use super::BodyPause;
    use crate::patience::Patience;

    #[tokio::test(start_paused = true)]
    async fn a_body_is_given_up_when_nothing_of_it_comes_for_too_long() {
        let (mut pause, mut patience) = (BodyPause::default(), Patience::default());
        let most = Duration::from_secs(30);
        let start = Instant::now();
        for progress in 0..10 {
            let waiting = poll_fn(|context| pause.poll(progress, most, &mut patience, context));
            assert!(timeout(Duration::from_secs(29), waiting).await.is_err(), "it goes on");
        }
        poll_fn(|context| pause.poll(9, most, &mut patience, context)).await;
        assert_eq!(start.elapsed().as_secs(), 9 * 29 + 30);
    }
}
