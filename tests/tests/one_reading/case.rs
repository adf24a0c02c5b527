//! One request of the corpus, and what must become of it.

/// A request in bytes, with a sentence about it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What it is, in words.
    pub(crate) name: String,
    /// The rows of the attack ledger that it belongs to.
    pub(crate) rows: Vec<String>,
    pub(crate) input: Input,
    /// The ways to send it.
    pub(crate) ways: Vec<Way>,
    /// What happens, in order: more than one entry where the bytes hold more than one request.
    pub(crate) outcome: Vec<Outcome>,
}

/// What a visitor sends.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// The bytes of a connection.
    Http1(Vec<u8>),
    /// The lines that say the frames after the preface and the settings.
    Http2(Vec<(char, String)>),
}

/// How the bytes are sent. Whatever is said of a case must hold for each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In one write.
    Whole,
    /// A byte at a time; a long case in small pieces.
    Bytewise,
    /// In one write with an honest request before it.
    Pipelined,
    /// In one write, over TLS.
    Tls,
}

impl Way {
    /// Each of them.
    pub(crate) const ALL: [Self; 4] = [Self::Whole, Self::Bytewise, Self::Pipelined, Self::Tls];
}

/// What becomes of one request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// One of these statuses, then the connection (over HTTP/2: the stream) ends. Nothing reaches the upstream.
    Refused(Vec<u16>),
    /// One of these statuses, and the connection goes on. Nothing reaches the upstream.
    Answered(Vec<u16>),
    /// It is refused while its body arrives: the upstream gets nothing, or a request that breaks off.
    Broken,
    /// The upstream gets exactly this.
    Forwarded(Box<Forwarded>),
}

/// What reaches the upstream, beside what always holds there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forwarded {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Whether it may also be refused with 400.
    pub(crate) optional: bool,
    /// The host without port; `open.demo.localhost` where it is not said.
    pub(crate) host: Option<String>,
    pub(crate) body: Vec<u8>,
    /// Headers that are there once: name, and value or the begin of it with `*`.
    pub(crate) with: Vec<(String, String)>,
    /// Headers that are not there.
    pub(crate) without: Vec<String>,
    /// Whether the gateway ends the connection after it.
    pub(crate) closes: bool,
    /// Whether the gateway may end the connection without having said so: what it did not want was still on its way.
    pub(crate) may_close: bool,
    /// The bytes that pass after the upstream has said 101.
    pub(crate) tunnel: Option<Vec<u8>>,
}

impl Forwarded {
    pub(crate) fn host(&self) -> &str {
        self.host.as_deref().unwrap_or(crate::world::OPEN)
    }
}
