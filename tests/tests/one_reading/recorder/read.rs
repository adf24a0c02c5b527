//! Requests, read by the letter: one space, CR LF, one length.

use tokio::io::{AsyncRead, AsyncReadExt};

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
    /// Whether it arrived to its end.
    pub(crate) whole: bool,
    /// What came before this side had agreed to another protocol.
    pub(crate) early: Vec<u8>,
    /// What came after.
    pub(crate) tunnel: Vec<u8>,
}

impl Request {
    /// Method and target.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(crate) fn all<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        let named = move |(found, _): &&(String, String)| found.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The value of a header that is there once.
    pub(crate) fn one<'r>(&'r self, name: &'r str) -> Option<&'r str> {
        let mut values = self.all(name);
        let first = values.next();
        first.filter(|_| values.next().is_none())
    }

    pub(crate) fn lists(&self, name: &str, token: &str) -> bool {
        self.all(name)
            .flat_map(|line| line.split(','))
            .any(|it| it.trim().eq_ignore_ascii_case(token))
    }
}

/// Why there is no whole request.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The connection ended, with this much of a request.
    BrokenOff(Option<Box<Request>>),
    /// It is not what RFC 9112 calls a request.
    NotHttp(&'static str),
}

/// The bytes of a connection that are not read yet.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    unread: Vec<u8>,
    /// The head that was read last.
    head: Vec<u8>,
}

impl Connection {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.unread
    }

    /// The last head and what is behind it.
    pub(crate) fn all(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.unread].concat()
    }

    /// Waits for a first byte; whether there is one.
    pub(crate) async fn wait(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> bool {
        !self.unread.is_empty() || self.more(stream).await
    }

    /// Reads one request.
    pub(crate) async fn read(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<Request, Stopped> {
        let head = loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                break self.take(end + 4);
            }
            if !self.more(stream).await {
                return Err(Stopped::BrokenOff(None));
            }
        };
        self.head.clone_from(&head);
        let mut request = head_of(&head)?;
        match self.body(&mut request, stream).await {
            Ok(()) => {
                request.whole = true;
                Ok(request)
            }
            Err(Stopped::BrokenOff(_)) => Err(Stopped::BrokenOff(Some(Box::new(request)))),
            Err(not_http) => Err(not_http),
        }
    }

    async fn body(
        &mut self,
        request: &mut Request,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<(), Stopped> {
        let lengths = request.all("content-length").map(str::to_owned).collect::<Vec<_>>();
        let codings = request.all("transfer-encoding").map(str::to_owned).collect::<Vec<_>>();
        match (lengths.as_slice(), codings.as_slice()) {
            ([], []) => Ok(()),
            ([length], []) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length =
                    length.parse().map_err(|_| Stopped::NotHttp("a length out of range"))?;
                self.exactly(length, &mut request.body, stream).await
            }
            ([], [coding]) if coding == "chunked" => self.chunks(request, stream).await,
            _ => Err(Stopped::NotHttp("a body with no length or two")),
        }
    }

    async fn chunks(
        &mut self,
        request: &mut Request,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<(), Stopped> {
        loop {
            let line = self.line(stream).await?;
            let digits = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_hexdigit());
            let length = usize::from_str_radix(&line, 16).ok().filter(|_| digits);
            let length = length.ok_or(Stopped::NotHttp("a chunk without a plain size"))?;
            if length == 0 {
                break;
            }
            self.exactly(length, &mut request.body, stream).await?;
            if !self.line(stream).await?.is_empty() {
                return Err(Stopped::NotHttp("a chunk that does not end"));
            }
        }
        loop {
            let line = self.line(stream).await?;
            if line.is_empty() {
                return Ok(());
            }
            request.trailers.push(field(&line)?);
        }
    }

    async fn line(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<String, Stopped> {
        loop {
            if let Some(end) = find(&self.unread, b"\r\n") {
                let line = self.take(end + 2);
                let line = String::from_utf8_lossy(&line[..end]).into_owned();
                let bare = line.contains(['\r', '\n']);
                return if bare { Err(Stopped::NotHttp("a bare CR or LF")) } else { Ok(line) };
            }
            if !self.more(stream).await {
                return Err(Stopped::BrokenOff(None));
            }
        }
    }

    async fn exactly(
        &mut self,
        length: usize,
        body: &mut Vec<u8>,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<(), Stopped> {
        while self.unread.len() < length {
            if !self.more(stream).await {
                body.append(&mut self.unread);
                return Err(Stopped::BrokenOff(None));
            }
        }
        body.extend(self.take(length));
        Ok(())
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.unread.split_off(length);
        std::mem::replace(&mut self.unread, rest)
    }

    async fn more(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> bool {
        stream.read_buf(&mut self.unread).await.is_ok_and(|length| length > 0)
    }
}

fn head_of(head: &[u8]) -> Result<Request, Stopped> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.strip_suffix("\r\n\r\n").unwrap_or_default().split("\r\n");
    let line = lines.next().unwrap_or_default();
    let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(Stopped::NotHttp("no request line"));
    };
    if method.is_empty()
        || !target.starts_with('/')
        || text.replace("\r\n", "").contains(['\r', '\n', '\0'])
    {
        return Err(Stopped::NotHttp("a request line or header with odd bytes"));
    }
    let headers = lines.map(field).collect::<Result<_, _>>()?;
    Ok(Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        ..Request::default()
    })
}

fn field(line: &str) -> Result<(String, String), Stopped> {
    let (name, value) = line.split_once(':').ok_or(Stopped::NotHttp("a header without a colon"))?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(Stopped::NotHttp("a header whose name is none"));
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
