//! Signing in with a code from the mailbox, as a program and as a person.

use thirtyfour::By;

use crate::wait::{PATIENCE, until};
use crate::{Answer, Browser, Client, Form, Mailbox};

impl Client {
    /// Opens a URL and signs in on the way. Returns where that leads: the application's page, or a page that says no.
    ///
    /// # Panics
    ///
    /// When the login host's pages are not what they should be.
    pub async fn sign_in(&self, mailbox: &Mailbox, url: &str, email: &str) -> Answer {
        let page = self.navigate(url).await;
        let Some(form) = Form::first(&page.text()).filter(|form| form.field("email").is_some())
        else {
            return page;
        };
        let page = self.submit(&page, &form.with("email", email)).await;
        let form = Form::first(&page.text()).expect("a form for the code");
        assert!(form.field("code").is_some(), "no form for the code: {}", page.text());
        let code = mailbox.code_for(email).await;
        self.submit(&page, &form.with("code", &code)).await
    }
}

impl Browser {
    /// Opens a URL, signs in on the login host's pages, and waits until the browser is back at the URL's origin.
    ///
    /// # Panics
    ///
    /// When the pages are not what they should be, or the browser does not come back.
    pub async fn sign_in(&self, mailbox: &Mailbox, url: &str, email: &str) {
        self.open(url).await;
        self.enter_address(email).await;
        let code = mailbox.code_for(email).await;
        self.enter_code(&code).await;
        self.wait_for_origin(url).await;
    }

    /// Types an address into the login host's page and sends it.
    pub async fn enter_address(&self, email: &str) {
        let field = self.element(By::Id("email")).await;
        field.clear().await.unwrap();
        field.send_keys(email).await.unwrap();
        self.press(By::Css("main form button")).await;
    }

    /// Types a code into the login host's page and sends it.
    pub async fn enter_code(&self, code: &str) {
        self.element(By::Id("code")).await.send_keys(code).await.unwrap();
        self.press(By::Css("main form button")).await;
    }

    /// Waits until the browser shows a page of this URL's origin.
    ///
    /// # Panics
    ///
    /// When it doesn't within [`PATIENCE`].
    pub async fn wait_for_origin(&self, url: &str) {
        let origin = url::Url::parse(url).unwrap().origin();
        until(&format!("a page of {}", origin.ascii_serialization()), PATIENCE, async || {
            let shown = self.driver.current_url().await.ok()?;
            let loaded = self.driver.execute("return document.readyState", vec![]).await.ok();
            let loaded = loaded.is_none_or(|state| state.json() == "complete");
            (shown.origin() == origin && loaded).then_some(())
        })
        .await;
    }
}
