use proptest::prelude::*;

use super::{ReturnPath, ReturnPathError};

#[test]
fn only_paths_on_the_same_host_are_taken() {
    use ReturnPathError::{ForeignHost, InvalidCharacter};
    let rows = [
        ("/", Ok("/")),
        ("/a/b?c=d&e=//f", Ok("/a/b?c=d&e=//f")),
        ("/a//b", Ok("/a//b")),
        ("/?next=https://evil.example", Ok("/?next=https://evil.example")),
        ("", Err(ForeignHost)),
        ("a", Err(ForeignHost)),
        ("//evil.example", Err(ForeignHost)),
        ("///evil.example", Err(ForeignHost)),
        ("/\\evil.example", Err(ForeignHost)),
        ("\\\\evil.example", Err(ForeignHost)),
        ("\\/evil.example", Err(ForeignHost)),
        ("https://evil.example/", Err(ForeignHost)),
        ("https:evil.example", Err(ForeignHost)),
        ("javascript:alert(1)", Err(ForeignHost)),
        ("@evil.example", Err(ForeignHost)),
        ("/\t/evil.example", Err(InvalidCharacter)),
        ("/\n/evil.example", Err(InvalidCharacter)),
        ("/\r\nset-cookie: a=b", Err(InvalidCharacter)),
        (" /", Err(InvalidCharacter)),
        ("/ä", Err(InvalidCharacter)),
    ];
    for (text, expected) in rows {
        assert_eq!(
            ReturnPath::parse(text).as_ref().map(ReturnPath::as_str),
            expected.as_ref().copied(),
            "{text:?}"
        );
    }
    assert_eq!(ReturnPath::parse(&format!("/{}", "a".repeat(5000))), Err(ReturnPathError::TooLong));
}

proptest! {
    #[test]
    fn a_browser_never_leaves_the_host(text in "[/\\\\a-c.:@?#%25e \\t]{0,24}") {
        if let Ok(path) = ReturnPath::parse(&text) {
            let base = url::Url::parse("https://app.acme.example/x").unwrap();
            let target = base.join(path.as_str()).unwrap();
            prop_assert_eq!(target.origin(), base.origin());
            let concatenated = url::Url::parse(&format!("https://app.acme.example{path}")).unwrap();
            prop_assert_eq!(concatenated.origin(), base.origin());
        }
    }
}
