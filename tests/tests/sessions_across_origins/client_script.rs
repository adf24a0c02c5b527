//! `GET /cdn-cgi/access/client.js` and its types.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crossgate_tests::{APP1, LOGIN, STRANGER, neighbours};

const SCRIPT: &str = "/cdn-cgi/access/client.js";
const TYPES: &str = "/cdn-cgi/access/client.d.ts";

#[tokio::test(flavor = "multi_thread")]
async fn the_script_is_served_from_the_pages_own_host_and_kept_by_caches() {
    let world = neighbours().await;
    let client = world.client();
    for (path, content_type) in
        [(SCRIPT, "text/javascript; charset=utf-8"), (TYPES, "text/plain; charset=utf-8")]
    {
        let url = world.url(APP1, path);
        let answer = client.get(&url).send().await;
        assert_eq!(answer.status, 200, "{path}: for pages that nobody has signed in to yet, too");
        assert_eq!(answer.header("content-type").unwrap(), content_type);
        assert_eq!(answer.header("cache-control").unwrap(), "public, max-age=300");
        assert_eq!(answer.header("cross-origin-resource-policy").unwrap(), "same-origin");
        assert_eq!(answer.header("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(answer.names("access-control"), Vec::<&str>::new());
        assert!(answer.cookies().is_empty());
        let tag = answer.header("etag").unwrap();
        for (known, status) in [
            (tag.clone(), 304),
            (format!("W/{tag}"), 304),
            (format!("\"other\", {tag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let again = client.get(&url).header("if-none-match", &known).send().await;
            assert_eq!(again.status, status, "{path}: {known}");
            assert_eq!(again.header("etag").as_ref(), Some(&tag), "{path}: {known}");
            assert_eq!(again.text().is_empty(), status == 304, "{path}: {known}");
        }
        let elsewhere = client.get(&world.url(STRANGER, path)).send().await;
        assert_eq!(elsewhere.header("etag"), Some(tag), "the same on every host");
        assert_eq!(client.get(&world.url(LOGIN, path)).send().await.status, 404);
        assert_eq!(client.request("POST", &url).send().await.status, 405);
    }
    assert_eq!(world.upstream.received().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_is_small() {
    let world = neighbours().await;
    let script = world.client().get(&world.url(APP1, SCRIPT)).send().await.body;
    let mut gzip = Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip, to compress the script");
    gzip.stdin.take().unwrap().write_all(&script).unwrap();
    let compressed = gzip.wait_with_output().unwrap().stdout;
    assert!(compressed.len() < 4096, "{} bytes", compressed.len());
}
