//! A page gets sessions at other applications: the ticket, the hidden frame and the window, over HTTP, and each abuse of
//! them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod client_script;
mod exchange;
mod frame;
mod popup;
mod status;
mod ticket;
mod ways;

use crossgate_testkit::{Answer, Client, Outgoing, World};
use crossgate_tests::{APP1, APP2, neighbours};

const ANN: &str = "ann@acme.example";
const TICKET: &str = "/cdn-cgi/access/ticket";
const EXCHANGE: &str = "/cdn-cgi/access/exchange";
const STATUS: &str = "/cdn-cgi/access/status";

/// A world, and Ann, who is signed in at app1 and nowhere else.
async fn ann_at_app1() -> (World, Client) {
    let world = neighbours().await;
    let ann = world.signed_in(&world.url(APP1, "/page.html"), ANN).await;
    world.upstream.forget();
    (world, ann)
}

/// What app1's page sends to its own host to get a ticket for a URL.
fn asking(world: &World, client: &Client, url: &str) -> Outgoing {
    let request = client.request("POST", &world.url(APP1, TICKET));
    request.fetch_by(&world.origin(APP1), "same-origin").body(url.to_owned())
}

/// A ticket for app1's page and a URL.
async fn ticket(world: &World, client: &Client, url: &str) -> String {
    let answer = asking(world, client, url).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["ticket"].as_str().unwrap().to_owned()
}

/// What app1's page sends to another host with a ticket.
fn exchanging(world: &World, client: &Client, host: &str, ticket: &str) -> Outgoing {
    exchanging_by(&world.origin(APP1), world, client, host, ticket)
}

fn exchanging_by(
    origin: &str,
    world: &World,
    client: &Client,
    host: &str,
    ticket: &str,
) -> Outgoing {
    let request = client.request("POST", &world.url(host, EXCHANGE));
    let request = request.fetch_by(origin, "same-site").body(ticket.to_owned());
    request.header("content-type", "text/plain;charset=UTF-8")
}

/// Whether app2 lets the client in.
async fn at_app2(world: &World, client: &Client) -> u16 {
    let call = client.get(&world.url(APP2, "/api")).fetch_by(&world.origin(APP1), "same-site");
    call.send().await.status.as_u16()
}

/// Status and code of a refusal.
fn refusal(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"));
    assert!(answer.cookies().is_empty(), "a refusal sets no cookie");
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
