//! JupyterLab behind the gate: a big application of somebody else's, with WebSockets, XSRF tokens and cookies of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crossgate_testkit::wait::until;
use crossgate_testkit::{Browser, Client, Engine, Process, Reply, World, ports, python};
use serde_json::{Value, json};
use thirtyfour::By;

const LAB: &str = "lab.demo.localhost";
const ANN: &str = "ann@acme.example";
/// A kernel starts slowly on a busy computer.
const PATIENCE: Duration = Duration::from_secs(60);

const CONFIG: &str = "
ingress: [ { hostname: lab.demo.localhost, service: \"http://127.0.0.1:@LAB@\" } ]
policies: [ { name: staff, decision: allow, include: [ { email_domain: { domain: acme.example } } ] } ]
applications: [ { name: lab, domain: lab.demo.localhost, policies: [ staff ] } ]
";

/// A server without a login of its own, as behind a gateway, in a folder with one notebook.
async fn jupyterlab(folder: &Path, port: u16) -> Process {
    let notebook = json!({
        "cells": [ { "cell_type": "code", "id": "one", "source": "print(6 * 7, 'from the kernel')",
                     "metadata": {}, "outputs": [], "execution_count": null } ],
        "metadata": { "kernelspec": { "name": "python3", "display_name": "Python 3", "language": "python" } },
        "nbformat": 4, "nbformat_minor": 5,
    });
    let work = folder.join("work");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join("hello.ipynb"), notebook.to_string()).unwrap();
    let mut command = Command::new(python("jupyter"));
    command
        .args(["lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"])
        .arg(format!("--ServerApp.port={port}"))
        .arg(format!("--ServerApp.root_dir={}", work.display()))
        .args(["--IdentityProvider.token=", "--ServerApp.allow_remote_access=True"])
        .args(["--ServerApp.trust_xheaders=True", "--LabApp.expose_app_in_browser=True"])
        .env("HOME", folder)
        .env("JUPYTER_CONFIG_DIR", folder.join("config"))
        .env("JUPYTER_RUNTIME_DIR", folder.join("runtime"))
        .env("IPYTHONDIR", folder.join("ipython"));
    let mut server = Process::start(&mut command);
    until("JupyterLab", PATIENCE, async || {
        assert_eq!(server.ended(), None, "{}", server.errors.text());
        tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let api = Client::new().get(&format!("http://127.0.0.1:{port}/api")).send().await;
        (api.status == 200).then_some(())
    })
    .await;
    server
}

/// Starts a command of JupyterLab's in the page, as its menus do.
async fn command(browser: &Browser, name: &str) {
    let script = "jupyterapp.commands.execute(arguments[0])";
    browser.driver.execute(script, vec![json!(name)]).await.unwrap();
}

async fn a_notebook_runs(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let port = ports::free();
    let _server = jupyterlab(folder.path(), port).await;
    let world = World::builder(CONFIG)
        .name("LAB", &port.to_string())
        .start(|_| Reply::new("text/plain", "nobody asks here"))
        .await;
    let browser = Browser::start(engine).await;
    browser.sign_in(&world.mailbox, &world.url(LAB, "/lab/tree/hello.ipynb"), ANN).await;

    browser.element(By::Css(".jp-Notebook .jp-CodeCell")).await;
    let channel =
        |line: &Value| line["path"].as_str().is_some_and(|path| path.ends_with("/channels"));
    let line = world.gateway.log().wait_for("the kernel's channel", channel).await;
    assert_eq!((&line["status"], &line["identity"]), (&json!(101), &json!(ANN)), "{engine}");
    until("the kernel", PATIENCE, async || {
        let status = browser.driver.find(By::Id("jp-main-statusbar")).await.ok()?;
        status.text().await.is_ok_and(|text| text.contains("| Idle")).then_some(())
    })
    .await;
    command(&browser, "notebook:run-all-cells").await;
    until("the cell's output, over a WebSocket", PATIENCE, async || {
        let output = browser.driver.find(By::Css(".jp-OutputArea-output")).await.ok()?;
        output.text().await.is_ok_and(|text| text.contains("42 from the kernel")).then_some(())
    })
    .await;

    // Saving needs JupyterLab's own XSRF cookie and header to pass.
    command(&browser, "docmanager:save").await;
    until("the notebook to be saved", PATIENCE, async || {
        let saved = std::fs::read_to_string(folder.path().join("work/hello.ipynb")).unwrap();
        saved.contains("42 from the kernel").then_some(())
    })
    .await;
    let forged = json!({ "method": "POST", "body": "{}", "credentials": "include" });
    let forged = browser.fetch(&world.url(LAB, "/api/contents"), forged).await;
    assert_eq!(
        forged.status, 403,
        "{engine}: without the XSRF header JupyterLab itself refuses: {}",
        forged.text
    );
    assert!(forged.text.contains("_xsrf"), "{engine}: {}", forged.text);

    // Nobody else gets anywhere near it.
    let stranger = world.client();
    for path in ["/lab", "/api/contents", "/api/kernels"] {
        let answer = stranger
            .get(&world.url(LAB, path))
            .header("x-requested-with", "XMLHttpRequest")
            .send()
            .await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_runs_and_is_saved_in_chromium() {
    a_notebook_runs(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_runs_and_is_saved_in_firefox() {
    a_notebook_runs(Engine::Firefox).await;
}
