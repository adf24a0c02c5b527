//! The other readers: programs that run as long as the test, and read a path a line.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const NODE: &str = r"
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', line => {
  const path = Buffer.from(line, 'hex').toString('latin1');
  let reading;
  try { reading = Buffer.from(new URL('http://acme.example' + path).pathname).toString('hex'); } catch { reading = '-'; }
  process.stdout.write(reading + '\n');
});
";

const PYTHON: &str = r"
import posixpath, sys
from urllib.parse import unquote_to_bytes, urlsplit
for line in sys.stdin:
    path = bytes.fromhex(line.strip()).decode('latin1')
    decoded = unquote_to_bytes(urlsplit(path).path)
    print(posixpath.normpath(decoded).hex(), flush=True)
";

/// A program that answers a line of hexadecimal digits with one.
pub(crate) struct Reader {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Reader {
    pub(crate) fn node() -> Self {
        Self::start("node", &["-e", NODE])
    }

    pub(crate) fn python() -> Self {
        Self::start("python3", &["-c", PYTHON])
    }

    fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}: `cargo xtask test` installs it"));
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// Its readings of these paths; nothing where it refuses one.
    pub(crate) fn read(&mut self, paths: &[String]) -> Vec<Option<Vec<u8>>> {
        let mut readings = Vec::new();
        // Not more at once than its pipes hold.
        for some in paths.chunks(64) {
            let lines = some.iter().map(|path| hex(path.as_bytes()) + "\n").collect::<String>();
            self.input.write_all(lines.as_bytes()).unwrap();
            self.input.flush().unwrap();
            for _ in some {
                let mut line = String::new();
                self.output.read_line(&mut line).unwrap();
                assert!(!line.is_empty(), "the other reader has ended");
                readings.push(bytes(line.trim_end()));
            }
        }
        readings
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// nginx, which answers with its `$uri`.
pub(crate) struct Nginx {
    child: Child,
    folder: PathBuf,
    connection: BufReader<TcpStream>,
}

const CONFIG: &str = "
daemon off; master_process off; pid @FOLDER@/pid; error_log stderr crit;
events { worker_connections 16; }
http {
  access_log off; keepalive_requests 1000000000; default_type text/plain;
  client_body_temp_path @FOLDER@/a; proxy_temp_path @FOLDER@/b; fastcgi_temp_path @FOLDER@/c;
  uwsgi_temp_path @FOLDER@/d; scgi_temp_path @FOLDER@/e;
  server { listen 127.0.0.1:@PORT@; location / { return 200 $uri; } }
}
";

impl Nginx {
    pub(crate) fn start() -> Self {
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let folder =
            std::env::temp_dir().join(format!("crossgate-nginx-{port}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = CONFIG.replace("@FOLDER@", &folder.display().to_string());
        let config = config.replace("@PORT@", &port.to_string());
        std::fs::write(folder.join("conf"), config).unwrap();
        let mut child = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(folder.join("conf"))
            .spawn()
            .unwrap_or_else(|error| panic!("nginx: {error}: `cargo xtask test` installs it"));
        let deadline = Instant::now() + Duration::from_secs(10);
        let stream = loop {
            if let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                break stream;
            }
            assert!(child.try_wait().unwrap().is_none(), "nginx has ended");
            assert!(Instant::now() < deadline, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(10));
        };
        stream.set_nodelay(true).unwrap();
        Self { child, folder, connection: BufReader::new(stream) }
    }

    /// Its readings of these paths; nothing where it refuses one.
    pub(crate) fn read(&mut self, paths: &[String]) -> Vec<Option<Vec<u8>>> {
        paths.iter().map(|path| self.ask(path)).collect()
    }

    fn ask(&mut self, path: &str) -> Option<Vec<u8>> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: acme.example\r\n\r\n");
        self.connection.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length, mut closes) = (String::new(), 0, false);
        self.connection.read_line(&mut status).unwrap();
        loop {
            let mut line = String::new();
            self.connection.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            closes |= line == "connection: close";
            length = line.strip_prefix("content-length: ").map_or(length, |it| it.parse().unwrap());
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).unwrap();
        if closes {
            let again = self.connection.get_ref().peer_addr().unwrap();
            self.connection = BufReader::new(TcpStream::connect(again).unwrap());
        }
        status.contains(" 200 ").then_some(body)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}
