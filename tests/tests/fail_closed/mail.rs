use crossgate_testkit::{Client, Form};

use crate::{ANN, APP1, ask_for_code, hello, metric, readiness, world};

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
