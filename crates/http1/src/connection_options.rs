//! What `Connection` says of the connection itself (RFC 9112, section 9.3).

/// The options that a message's `Connection` lines name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionOptions {
    /// `close`
    pub close: bool,
    /// `keep-alive`
    pub keep_alive: bool,
    /// Another name: a header that belongs to this connection, or `upgrade`.
    pub names_more: bool,
}

impl ConnectionOptions {
    /// Adds the options of one line.
    pub fn add(&mut self, line: &[u8]) {
        for option in line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            match option {
                b"" => {}
                _ if option.eq_ignore_ascii_case(b"close") => self.close = true,
                _ if option.eq_ignore_ascii_case(b"keep-alive") => self.keep_alive = true,
                _ => self.names_more = true,
            }
        }
    }
}
