use std::path::Path;
use std::time::Duration;

use crossgate_model::{Mail, Mailer, SmtpTls};
use mail_parser::MessageParser;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::{Letter, Outbox, browser_name};

fn letter() -> Letter {
    Letter {
        to: "alice@acme.example".into(),
        code: "012345".into(),
        application: "Wiki".into(),
        host: "wiki.acme.example".into(),
        client: "192.0.2.7".parse().unwrap(),
        browser: "Firefox",
        asked_at: 1_800_000_000,
        id: "0123456789abcdef0123456789abcdef".into(),
    }
}

fn into_directory(folder: &Path) -> Option<Mail> {
    Some(Mail {
        mailer: Mailer::Directory(folder.to_owned()),
        from: "Acme Access <access@acme.example>".into(),
    })
}

/// Delivers letters into a folder and returns the files.
async fn delivered(letters: Vec<Letter>) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let (outbox, postman) = Outbox::new(into_directory(folder.path()));
    letters.into_iter().for_each(|letter| outbox.post(letter));
    postman.run(std::future::ready(())).await;
    let mut files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_mail_says_who_asked_for_what_from_where() {
    let files = delivered(vec![letter()]).await;
    let (name, bytes) = files.first().unwrap();
    assert_eq!(name, "001800000000-0123456789abcdef0123456789abcdef.eml");
    let message = MessageParser::default().parse(bytes).unwrap();
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("alice@acme.example"));
    assert_eq!(message.subject(), Some("Your sign-in code for Wiki"));
    assert_eq!(message.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert!(
        !message.subject().unwrap().contains("012345"),
        "the code does not show on a locked screen"
    );
    insta::assert_snapshot!("mail_text", message.body_text(0).unwrap().replace('\r', ""));
    insta::assert_snapshot!("mail_html", message.body_html(0).unwrap().replace('\r', ""));
    let text = message.body_text(0).unwrap();
    assert!(
        !text.contains("://") && !message.body_html(0).unwrap().contains("href"),
        "no link redeems anything"
    );
}

#[tokio::test]
async fn nothing_in_a_name_becomes_a_header_or_markup() {
    let evil = Letter {
        application: "Wiki\r\nBcc: eve@evil.example\r\n\r\n<b>bold</b>".into(),
        host: "<script>".into(),
        ..letter()
    };
    let files = delivered(vec![evil]).await;
    let message = MessageParser::default().parse(&files.first().unwrap().1).unwrap();
    assert!(message.bcc().is_none());
    assert_eq!(message.to().unwrap().iter().count(), 1);
    let html = message.body_html(0).unwrap();
    assert!(!html.contains("<b>") && !html.contains("<script>"), "{html}");
}

#[tokio::test]
async fn an_address_that_is_none_is_not_mailed_to() {
    let bad = ["alice@acme.example\r\nBcc: eve@evil.example", "a@b@c.example", "", "@acme.example"];
    let letters = bad.map(|to| Letter { to: to.into(), ..letter() });
    assert_eq!(delivered(letters.into()).await, []);
}

#[cfg(unix)]
#[tokio::test]
async fn a_mail_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (outbox, postman) = Outbox::new(into_directory(&folder.path().join("made/when/needed")));
    outbox.post(letter());
    postman.run(std::future::ready(())).await;
    let mut files = std::fs::read_dir(folder.path().join("made/when/needed")).unwrap();
    assert_eq!(
        files.next().unwrap().unwrap().metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_server_that_offers_no_starttls_gets_no_mail() {
    let (port, server) = smtp_server(&["250 ready"]).await;
    let (outbox, postman) = Outbox::new(Some(smtp(port, SmtpTls::StartTls)));
    outbox.post(letter());
    let postman = tokio::spawn(postman.run(std::future::pending()));
    let seen = server.await.unwrap();
    assert!(!seen.iter().any(|line| line.contains("alice") || line.contains("012345")), "{seen:?}");
    postman.abort();
}

#[tokio::test]
async fn a_server_on_loopback_gets_the_mail() {
    let (port, server) = smtp_server(&["250 ready"]).await;
    let (outbox, postman) = Outbox::new(Some(smtp(port, SmtpTls::None)));
    outbox.post(letter());
    postman.run(std::future::ready(())).await;
    let seen = server.await.unwrap();
    assert!(seen.iter().any(|line| line.starts_with("RCPT TO:<alice@acme.example>")), "{seen:?}");
    assert!(seen.iter().any(|line| line.contains("012345")), "{seen:?}");
}

fn smtp(port: u16, tls: SmtpTls) -> Mail {
    let mailer = Mailer::Smtp { host: "127.0.0.1".into(), port, tls, credentials: None };
    Mail { mailer, from: "access@acme.example".into() }
}

/// A server for one connection that says yes to everything, and what it was told.
async fn smtp_server(ehlo: &'static [&'static str]) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let (mut seen, mut in_data) = (Vec::new(), false);
        writer.write_all(b"220 hello\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match &*line {
                "." if in_data => {
                    in_data = false;
                    "250 taken"
                }
                _ if in_data => "",
                "DATA" => {
                    in_data = true;
                    "354 go on"
                }
                "QUIT" => break,
                line if line.starts_with("EHLO") => ehlo.first().unwrap(),
                _ => "250 fine",
            };
            seen.push(line);
            if !answer.is_empty()
                && writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err()
            {
                break;
            }
        }
        seen
    });
    (port, server)
}

#[test]
fn browsers_are_named_in_our_own_words() {
    let rows = [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
            "Edge",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            "Chrome on a phone or tablet",
        ),
        (
            "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
            "Safari",
        ),
        ("curl/8.16.0", "an unknown browser"),
        ("<script>\r\nBcc: x", "an unknown browser"),
        ("", "an unknown browser"),
    ];
    for (user_agent, name) in rows {
        assert_eq!(browser_name(user_agent), name, "{user_agent}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_tried_again_for_as_long_as_its_code_counts_and_then_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    std::fs::write(&mails, "no folder").unwrap();
    let (outbox, postman) = Outbox::new(into_directory(&mails));
    outbox.post(letter());
    postman.run(tokio::time::sleep(Duration::from_secs(3_600))).await;
    // At once, after 1, 6 and 26 seconds, and each minute from then on while that is within nine minutes.
    assert_eq!(outbox.failures(), 12);
}

#[tokio::test(start_paused = true)]
async fn mails_that_wait_for_their_next_try_keep_no_others_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    std::fs::write(&mails, "no folder").unwrap();
    let (outbox, postman) = Outbox::new(into_directory(&mails));
    let start = tokio::time::Instant::now();
    (0..50).for_each(|_| outbox.post(letter()));
    let postman = tokio::spawn(postman.run(std::future::pending()));
    while outbox.failures() < 50 {
        assert!(start.elapsed() < Duration::from_secs(1), "{} were tried", outbox.failures());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    postman.abort();
}
