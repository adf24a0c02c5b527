//! Who is attacked, and what came of it.

use std::cell::Cell;
use std::sync::Arc;

use anyhow::Result;
use rustls::ClientConfig;

use crate::connect::client_config;

/// A server on the loopback.
pub(crate) struct Server {
    pub(crate) plain: u16,
    pub(crate) tls: u16,
    pub(crate) config: Arc<ClientConfig>,
    /// Connections that were opened to it.
    pub(crate) opened: Cell<u64>,
    /// Those of them that it ended.
    pub(crate) ended: Cell<u64>,
}

impl Server {
    pub(crate) fn new(plain: u16, tls: u16) -> Result<Self> {
        let (opened, ended) = (Cell::new(0), Cell::new(0));
        Ok(Self { plain, tls, config: Arc::new(client_config()?), opened, ended })
    }

    pub(crate) fn count_opened(&self) {
        self.opened.set(self.opened.get() + 1);
    }

    pub(crate) fn count_ended(&self) {
        self.ended.set(self.ended.get() + 1);
    }
}
