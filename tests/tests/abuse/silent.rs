//! An upstream that takes requests and never answers.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

use crate::hurried::read_to_end;

pub(crate) struct Silent {
    /// Address and port.
    pub(crate) address: String,
    open: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl Silent {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let silent = Self { address, open: Arc::default(), ended: Arc::default() };
        let (open, ended) = (Arc::clone(&silent.open), Arc::clone(&silent.ended));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (open, ended) = (Arc::clone(&open), Arc::clone(&ended));
                open.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    read_to_end(&mut stream).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                    ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        silent
    }

    /// Connections to it that are open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Connections to it that were ended.
    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}
