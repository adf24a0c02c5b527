//! The queue of mails and who delivers them.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use crossgate_model::{Mail, Mailer};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::{Letter, MailError, directory, smtp};

/// Mails that may wait, and as many again between two tries. More are dropped, with a line in the log.
const QUEUE: usize = 1024;
/// Mails delivered at the same time.
const AT_ONCE: usize = 8;
/// Age at which a letter is not worth delivering any more: its code is about to end.
const TOO_OLD: Duration = Duration::from_secs(9 * 60);
/// Waits between the first tries, and between all others.
const WAITS: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(20)];
const WAIT: Duration = Duration::from_secs(60);
/// How long queued mails may still take when the process stops.
const LAST_ROUND: Duration = Duration::from_secs(10);

/// Where mails are queued. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    queue: mpsc::Sender<(Letter, Instant)>,
    mail: Arc<ArcSwapOption<Mail>>,
    failures: Arc<AtomicU64>,
}

/// Delivers what is queued.
pub struct Postman {
    queue: mpsc::Receiver<(Letter, Instant)>,
    mail: Arc<ArcSwapOption<Mail>>,
    failures: Arc<AtomicU64>,
    /// Places for mails that are being delivered just now. One that waits for its next try has none: it must not keep others waiting.
    places: Arc<Semaphore>,
}

impl Outbox {
    /// An outbox and its postman, whose [`Postman::run`] belongs into a task of its own.
    #[must_use]
    pub fn new(mail: Option<Mail>) -> (Self, Postman) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let mail = Arc::new(ArcSwapOption::from_pointee(mail));
        let failures = Arc::<AtomicU64>::default();
        let outbox =
            Self { queue: sender, mail: Arc::clone(&mail), failures: Arc::clone(&failures) };
        (
            outbox,
            Postman { queue: receiver, mail, failures, places: Arc::new(Semaphore::new(AT_ONCE)) },
        )
    }

    /// Tries to deliver that have failed, and letters that were dropped, so far.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Changes the way out, at a reload of the config.
    pub fn configure(&self, mail: Option<Mail>) {
        self.mail.store(mail.map(Arc::new));
    }

    /// Queues a letter. Never waits; when the queue is full, the letter is dropped.
    pub fn post(&self, letter: Letter) {
        if self.queue.try_send((letter, Instant::now())).is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
            tracing::error!(code = "mail-queue-full", "a mail was dropped: too many are waiting");
        }
    }
}

impl Postman {
    /// Delivers until `shutdown` ends or the last outbox is gone, then delivers what is still queued, for a short while.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut under_way = FuturesUnordered::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(()) = under_way.next(), if !under_way.is_empty() => {}
                letter = self.queue.recv(), if under_way.len() < QUEUE => match letter {
                    Some((letter, since)) => {
                        under_way.push(self.deliver_with_patience(letter, since));
                    }
                    None => break,
                },
            }
        }
        self.queue.close();
        while let Ok((letter, since)) = self.queue.try_recv() {
            under_way.push(self.deliver_with_patience(letter, since));
        }
        let rest = async { while under_way.next().await.is_some() {} };
        if tokio::time::timeout(LAST_ROUND, rest).await.is_err() {
            tracing::error!(
                code = "mail-undelivered",
                "mails were still under way when the gateway stopped"
            );
        }
    }
}

async fn deliver_with_patience(
    mail: Arc<ArcSwapOption<Mail>>,
    failures: Arc<AtomicU64>,
    places: Arc<Semaphore>,
    letter: Letter,
    since: Instant,
) {
    let mut waits = WAITS.iter();
    loop {
        let Some(mail) = mail.load_full() else {
            tracing::error!(
                code = "mail-missing",
                "a code was asked for, but no way to mail it is configured"
            );
            return;
        };
        let place = places.acquire().await;
        let delivered = deliver(&mail, &letter).await;
        drop(place);
        let Err(error) = delivered else { return };
        failures.fetch_add(1, Ordering::Relaxed);
        let wait = *waits.next().unwrap_or(&WAIT);
        if error.is_final() || since.elapsed() + wait > TOO_OLD {
            tracing::error!(code = "mail-undelivered", %error, "a mail was not delivered");
            return;
        }
        tracing::warn!(code = "mail-delayed", %error, "a mail was not delivered, it will be tried again");
        tokio::time::sleep(wait).await;
    }
}

impl Postman {
    fn deliver_with_patience(
        &self,
        letter: Letter,
        since: Instant,
    ) -> impl Future<Output = ()> + use<> {
        let (mail, failures) = (Arc::clone(&self.mail), Arc::clone(&self.failures));
        deliver_with_patience(mail, failures, Arc::clone(&self.places), letter, since)
    }
}

async fn deliver(mail: &Mail, letter: &Letter) -> Result<(), MailError> {
    let message = letter.message(&mail.from)?;
    match &mail.mailer {
        Mailer::Directory(folder) => {
            let name = format!("{:012}-{}", letter.asked_at.max(0), letter.id);
            directory::deliver(folder, &name, &message).await?;
        }
        Mailer::Smtp { host, port, tls, credentials } => {
            let server = smtp::Server {
                host,
                port: *port,
                tls: *tls,
                credentials: credentials
                    .as_ref()
                    .map(|(name, password)| (&**name, &**password.expose())),
            };
            smtp::deliver(&server, &message).await?;
        }
    }
    Ok(())
}

impl MailError {
    /// Whether trying again cannot help.
    fn is_final(&self) -> bool {
        match self {
            Self::Message(_) | Self::Address(_) | Self::Text(_) => true,
            Self::Smtp(error) => error.is_permanent(),
            Self::Directory(_) => false,
        }
    }
}
