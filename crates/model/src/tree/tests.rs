use super::parse;
use crate::place::{Place, Step};

/// Line, column and text that a place points at.
fn pointed_at<'t>(text: &'t str, steps: &[Step]) -> (usize, usize, &'t str) {
    let tree = parse(text).ok().unwrap();
    let place = steps.iter().fold(Place::default(), |place, step| match step {
        Step::Key(key) => place.key(key),
        Step::Index(index) => place.index(*index),
    });
    let span = tree.span_at(&place).unwrap();
    (span.line, span.column, text.get(span.start..span.end).unwrap())
}

fn key(key: &str) -> Step {
    Step::Key(key.to_owned())
}

#[test]
fn places_point_at_what_a_person_would_point_at() {
    let text = "é: ü\nlist:\n  - a: 1\n    b: \"two words\"\n  - [x, ü, z]\nnothing:\nmap: { k: v }\r\nlast: end\r\n";
    let rows = [
        ("a value", vec![key("é")], (1, 4, "ü")),
        (
            "a value in a list of mappings",
            vec![key("list"), Step::Index(0), key("b")],
            (4, 8, "\"two words\""),
        ),
        (
            "a block mapping in a list is its first key",
            vec![key("list"), Step::Index(0)],
            (3, 5, "a"),
        ),
        (
            "characters count in columns, not bytes",
            vec![key("list"), Step::Index(1), Step::Index(2)],
            (5, 12, "z"),
        ),
        ("a list is its key", vec![key("list")], (2, 1, "list")),
        ("nothing is its key", vec![key("nothing")], (6, 1, "nothing")),
        ("a mapping is its key", vec![key("map")], (7, 1, "map")),
        ("what is missing is what it is missing in", vec![key("map"), key("other")], (7, 1, "map")),
        ("what is missing at the top is the first key", vec![key("other")], (1, 1, "é")),
        ("line breaks of Windows count once", vec![key("last")], (8, 7, "end")),
    ];
    for (row, steps, expected) in rows {
        assert_eq!(pointed_at(text, &steps), expected, "{row}");
    }
}

#[test]
fn a_mistake_in_the_yaml_has_its_place() {
    let text = "a: 1\nü: [ 1, 2\nb: }\n";
    let span = parse(text).err().unwrap().span.unwrap();
    assert_eq!(text.get(span.start..span.end).map(str::len), Some(1));
    assert!((2..=3).contains(&span.line));
}

#[test]
fn an_alias_points_at_where_it_is_used() {
    let text = "a: &x { k: v }\nb: *x\n";
    assert_eq!(pointed_at(text, &[key("b"), key("k")]), (2, 4, "*x"));
}
