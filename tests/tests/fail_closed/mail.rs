use crossgate_testkit::{Client, Form, World};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::{ANN, APP1, CONFIG, ask_for_code, hello, metric, readiness, world};

#[tokio::test(flavor = "multi_thread")]
async fn without_mail_the_page_is_the_same_and_the_code_comes_when_mail_is_back() {
    let world = world().start(hello).await;
    let (mails, aside) = (world.folder().join("mail"), world.folder().join("aside"));
    std::fs::rename(&mails, &aside).unwrap();
    std::fs::write(&mails, "no folder").unwrap();
    let client = Client::new();
    let page = ask_for_code(&world, &client, ANN).await;
    assert_eq!(page.status, 200);
    let form = Form::first(&page.text()).unwrap();
    assert!(form.field("code").is_some(), "it tells nobody who would have got a mail");
    let line = world.gateway.process.errors.wait_for_text("mail-delayed").await;
    assert!(!line.contains(ANN), "{line}");
    assert!(metric(&world, "crossgate_mail_failures_total").await >= 1.0);
    assert_eq!(readiness(&world).await.0, 200, "everything else works");

    std::fs::remove_file(&mails).unwrap();
    std::fs::rename(&aside, &mails).unwrap();
    let code = world.mailbox.code_for(ANN).await;
    let page = client.submit(&page, &form.with("code", &code)).await;
    assert_eq!((page.status.as_u16(), page.text().as_str()), (200, "hello"));
    assert!(page.url.as_str().starts_with(&world.origin(APP1)));
}

/// A mail server that will never take anything for anybody here (RFC 5321, section 4.2.3).
async fn refusing() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut line = String::from("220 mail.example\r\n");
            loop {
                let answer = match line.get(..4) {
                    Some("220 ") => "220 mail.example\r\n",
                    Some("EHLO" | "MAIL" | "RSET") => "250 mail.example\r\n",
                    _ => "550 5.1.1 no such mailbox\r\n",
                };
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
                line.clear();
                if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
                    break;
                }
            }
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_refused_for_good_is_given_up_and_the_page_is_the_same() {
    let port = refusing().await;
    let mail =
        format!("mail: {{ smtp: \"smtp://127.0.0.1:{port}\", from: a@acme.example, tls: none }}\n");
    let world =
        World::builder(&format!("{CONFIG}{mail}")).name("GONE", "127.0.0.1:9").start(hello).await;
    let page = ask_for_code(&world, &Client::new(), ANN).await;
    assert_eq!(page.status, 200);
    assert!(Form::first(&page.text()).unwrap().field("code").is_some());
    let line = world.gateway.process.errors.wait_for_text("mail-undelivered").await;
    assert!(line.contains("550") && !line.contains(ANN), "{line}");
    assert!(!world.gateway.process.errors.text().contains("mail-delayed"), "tried once");
    assert!(metric(&world, "crossgate_mail_failures_total").await >= 1.0);
    assert_eq!(readiness(&world).await.0, 200, "everything else works");
}
