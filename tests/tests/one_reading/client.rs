//! A visitor who sends the bytes of a case and writes down what comes back.

mod answer;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crossgate_testkit::http2::PREFACE;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

pub(crate) use answer::Answer;
use answer::Answers;

use crate::case::{Case, Input, Outcome, Way};
use crate::frames;
use crate::world::{OPEN, Proxy};

/// What stands for the cookies of somebody who is signed in.
const COOKIE: &str = "@COOKIE@";
const GOOD: &[u8] = b"GET /good HTTP/1.1\r\nHost: open.demo.localhost\r\n\r\n";
const SENTINEL: &[u8] =
    b"GET /sentinel HTTP/1.1\r\nHost: open.demo.localhost\r\nConnection: close\r\n\r\n";
const HONEST: &[u8] =
    b"GET /honest HTTP/1.1\r\nHost: open.demo.localhost\r\nConnection: close\r\n\r\n";

/// What a visitor saw.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    /// The answers to the case.
    pub(crate) answers: Vec<Answer>,
    /// What came after them: to an honest request on the same connection, if that was still open.
    pub(crate) after: Vec<Answer>,
    /// Whether the other side ended the connection by itself.
    pub(crate) closed: bool,
    pub(crate) is_http2: bool,
    /// Whether it ended the stream (HTTP/2).
    pub(crate) reset: bool,
    /// The status of an honest request on a new connection, and whether its answer was its own.
    pub(crate) honest: Option<(u16, bool)>,
    /// Bytes that are no answer, or nothing within the time that there is.
    pub(crate) wrong: Option<String>,
}

/// Sends a case.
pub(crate) async fn send(case: &Case, way: Way, proxy: &Proxy, client: IpAddr) -> Transcript {
    let mut transcript = match &case.input {
        Input::Http1(bytes) => {
            let mut bytes = fill_in(bytes, proxy);
            let name = server_name(&bytes);
            if way == Way::Pipelined {
                bytes.splice(0..0, GOOD.iter().copied());
            }
            match way {
                Way::Tls => {
                    http1(
                        case,
                        (way, proxy.patience),
                        &bytes,
                        tls(proxy, client, &name, "http/1.1").await,
                        name == OPEN,
                    )
                    .await
                }
                _ => {
                    http1(
                        case,
                        (way, proxy.patience),
                        &bytes,
                        connect(proxy.plain, client).await,
                        true,
                    )
                    .await
                }
            }
        }
        Input::Http2(lines) => {
            let lines =
                lines.iter().map(|(mark, line)| (*mark, line.replace(COOKIE, &proxy.cookies)));
            let bytes = [PREFACE, &frames::of(&lines.collect::<Vec<_>>())].concat();
            match way {
                Way::Tls => {
                    http2(
                        (way, proxy.patience),
                        &bytes,
                        tls(proxy, client, &server_name(&bytes), "h2").await,
                    )
                    .await
                }
                _ => {
                    http2((way, proxy.patience), &bytes, connect(proxy.plain_http2, client).await)
                        .await
                }
            }
        }
    };
    transcript.honest = honest(proxy, client).await;
    transcript
}

/// Puts the session of somebody who is signed in where it belongs.
fn fill_in(bytes: &[u8], proxy: &Proxy) -> Vec<u8> {
    let Some(at) = bytes.windows(COOKIE.len()).position(|window| window == COOKIE.as_bytes())
    else {
        return bytes.to_vec();
    };
    [&bytes[..at], proxy.cookies.as_bytes(), &bytes[at + COOKIE.len()..]].concat()
}

/// The host that a case is for, as a TLS client would name it.
fn server_name(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let end = text.find(".demo.localhost").unwrap_or_default();
    let name = text[..end].rsplit(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
    if name.is_empty() || name.len() > 63 {
        OPEN.to_owned()
    } else {
        format!("{name}.demo.localhost")
    }
}

async fn connect(address: SocketAddr, client: IpAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((client, 0).into()).unwrap();
    let stream = socket.connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn tls(
    proxy: &Proxy,
    client: IpAddr,
    name: &str,
    protocol: &str,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let (address, _) = proxy.tls.as_ref().expect("a listener with TLS");
    let stream = connect(*address, client).await;
    let connector = TlsConnector::from(proxy.client_config(protocol));
    connector.connect(name.to_owned().try_into().unwrap(), stream).await.unwrap()
}

async fn http1(
    case: &Case,
    (way, patience): (Way, Duration),
    bytes: &[u8],
    stream: impl AsyncRead + AsyncWrite,
    may_be_asked_again: bool,
) -> Transcript {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut transcript = Transcript::default();
    let expected = case.outcome.len() + usize::from(way == Way::Pipelined);
    let breaks = case.outcome.iter().any(|outcome| matches!(outcome, Outcome::Broken));
    let mut answers = Answers::default();
    if way == Way::Pipelined {
        answers.to("GET");
    }
    for outcome in &case.outcome {
        answers.to(if let Outcome::Forwarded(it) = outcome { &it.method } else { "GET" });
    }
    // What is before the case is answered before this side ends.
    let before = usize::from(way == Way::Pipelined);
    let write = write(&mut writer, bytes, way);
    let ((), _) = tokio::join!(write, timeout(patience, answers.read(&mut reader, before)));
    if breaks {
        let _gone = writer.shutdown().await;
    }
    let read = timeout(patience, answers.read(&mut reader, expected)).await;
    let tunnels = answers.found.last().is_some_and(|answer| answer.status == 101);
    let must_end = match case.outcome.last() {
        Some(Outcome::Answered(_)) => false,
        Some(Outcome::Forwarded(it)) => it.closes || tunnels,
        _ => true,
    };
    let goes_on = may_be_asked_again && !must_end;
    let Ok(ended) = read else {
        transcript.wrong = Some("no answer".to_owned());
        return transcript;
    };
    let answered = answers.found.len();
    if !ended && tunnels {
        let _gone = writer.shutdown().await;
    }
    if !ended && goes_on {
        answers.to("GET");
        // The other side may have closed.
        let _gone = writer.write_all(SENTINEL).await;
    }
    let waits = goes_on || must_end;
    let closed =
        ended || waits && timeout(patience, answers.read(&mut reader, usize::MAX)).await.is_ok();
    transcript.after = answers.found.split_off(answered.min(answers.found.len()));
    transcript.answers = answers.found;
    transcript.closed = closed;
    transcript.wrong = answers.wrong;
    transcript
}

/// The other side may refuse before it has read everything.
async fn write(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8], way: Way) {
    let piece = match way {
        Way::Bytewise if bytes.len() <= 2000 => 1,
        Way::Bytewise => bytes.len() / 300,
        _ => bytes.len(),
    };
    for piece in bytes.chunks(piece.max(1)) {
        if stream.write_all(piece).await.is_err() {
            return;
        }
        let _gone = stream.flush().await;
        tokio::task::yield_now().await;
    }
}

async fn http2(
    (way, patience): (Way, Duration),
    bytes: &[u8],
    stream: impl AsyncRead + AsyncWrite,
) -> Transcript {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut transcript = Transcript { is_http2: true, ..Transcript::default() };
    let write = async {
        write(&mut writer, bytes, way).await;
        writer
    };
    let read = timeout(patience, stream_1(&mut reader, &mut transcript));
    let (_writer, read) = tokio::join!(write, read);
    if read.is_err() {
        transcript.wrong = Some("no answer".to_owned());
    }
    transcript
}

/// Reads frames until stream 1 is at its end.
async fn stream_1(reader: &mut (impl AsyncRead + Unpin), transcript: &mut Transcript) {
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    const GOAWAY: u8 = 7;
    loop {
        let mut head = [0; 9];
        if reader.read_exact(&mut head).await.is_err() {
            transcript.closed = true;
            return;
        }
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        if reader.read_exact(&mut payload).await.is_err() {
            transcript.closed = true;
            return;
        }
        match (kind, u32::from_be_bytes(stream)) {
            (GOAWAY, _) => transcript.closed = true,
            (RST_STREAM, 1) => transcript.reset = true,
            (HEADERS, 1) => {
                if let Some(status) = frames::status(&payload).filter(|status| *status >= 200) {
                    transcript.answers.push(Answer { status, ..Answer::default() });
                }
            }
            (DATA, 1) => {
                if let Some(answer) = transcript.answers.last_mut() {
                    answer.body.extend(payload);
                }
            }
            _ => continue,
        }
        let ended = matches!(kind, DATA | HEADERS) && flags & 1 != 0;
        if transcript.closed || transcript.reset || ended {
            return;
        }
    }
}

/// A request that follows on a new connection.
async fn honest(proxy: &Proxy, client: IpAddr) -> Option<(u16, bool)> {
    let (mut reader, mut writer) = tokio::io::split(connect(proxy.plain, client).await);
    writer.write_all(HONEST).await.ok()?;
    let mut answers = Answers::default();
    answers.to("GET");
    timeout(proxy.patience, answers.read(&mut reader, usize::MAX)).await.ok()?;
    let answer = answers.found.first()?;
    Some((answer.status, answer.body == b"GET /honest" && answers.found.len() == 1))
}
