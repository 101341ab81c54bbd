//! One line of a mimeapps.list. All other bytes stay as they are.

use ini_roundtrip::{Item, Parser};

const SECTION: &str = "Default Applications";

/// What the file names as the default of a type.
pub fn named<'t>(text: &'t str, kind: &str) -> Option<&'t str> {
    find(text, kind).line.and_then(|line| line.value)
}

/// The text with another default of a type, or with none.
pub fn with(text: &str, kind: &str, value: Option<&str>) -> String {
    let found = find(text, kind);
    let line = value.map(|value| format!("{kind}={value}"));
    match (found.line, found.header, line) {
        (Some(old), _, Some(new)) => {
            let (before, after) = around(text, old.raw);
            format!("{before}{new}{after}")
        }
        (Some(old), _, None) => {
            let (before, after) = around(text, old.raw);
            let (_, after) = after.split_at(newline(after));
            format!("{before}{after}")
        }
        (None, Some(header), Some(new)) => {
            let (before, after) = around(text, header);
            let (end, after) = after.split_at(newline(after));
            let end = if end.is_empty() { "\n" } else { end };
            format!("{before}{header}{end}{new}{end}{after}")
        }
        (None, None, Some(new)) => {
            let end = if text.is_empty() || text.ends_with('\n') {
                ""
            } else {
                "\n"
            };
            format!("{text}{end}[{SECTION}]\n{new}\n")
        }
        (None, _, None) => text.to_owned(),
    }
}

#[derive(Default)]
struct Found<'t> {
    header: Option<&'t str>,
    line: Option<Line<'t>>,
}

struct Line<'t> {
    raw: &'t str,
    value: Option<&'t str>,
}

/// The first section and the first line count, as for those who read the file.
fn find<'t>(text: &'t str, kind: &str) -> Found<'t> {
    let mut found = Found::default();
    let mut inside = false;
    for item in Parser::new(text) {
        match item {
            Item::Section { name, raw } => {
                inside = name == SECTION;
                if inside {
                    found.header.get_or_insert(raw);
                }
            }
            Item::Property { key, val, raw } if inside && key == kind => {
                found.line.get_or_insert(Line { raw, value: val });
            }
            _ => {}
        }
    }
    found
}

/// What stands before and after a part of the text.
fn around<'t>(text: &'t str, part: &'t str) -> (&'t str, &'t str) {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    (&text[..start], &text[start + part.len()..])
}

/// How long the line end at the start of `text` is.
fn newline(text: &str) -> usize {
    ["\r\n", "\n", "\r"]
        .into_iter()
        .find(|end| text.starts_with(end))
        .map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use super::{named, with};

    const KIND: &str = "x-scheme-handler/securesign";

    #[test]
    fn one_line_changes_and_goes_again_and_every_other_byte_stays() {
        let texts = [
            "[Default Applications]\n",
            "[Default Applications]\r\ntext/html=a.desktop\r\n\r\n[Added Associations]\r\nx=y;\r\n",
            "# mine\n[Added Associations]\nx-scheme-handler/securesign=other.desktop;\n\n[ Default Applications ]\n  text/html = a.desktop ;b\n\n\n",
            "[Default Applications]\ntext/html=a.desktop",
            "[broken\nnonsense\n[Default Applications]\n\u{a0}é=\n",
        ];
        for text in texts {
            let ours = with(text, KIND, Some("ours.desktop"));
            assert_eq!(named(&ours, KIND), Some("ours.desktop"), "{ours:?}");
            assert_eq!(with(&ours, KIND, None), text);
        }
    }

    #[test]
    fn a_default_that_was_named_comes_back_where_it_stood() {
        let text = "[Default Applications]\na=b\nx-scheme-handler/securesign=one.desktop;two.desktop;\nc=d\n";
        let former = named(text, KIND);
        let ours = with(text, KIND, Some("ours.desktop"));
        assert!(ours.contains("a=b\nx-scheme-handler/securesign=ours.desktop\nc=d"));
        assert_eq!(with(&ours, KIND, former), text);
    }

    #[test]
    fn a_file_without_the_section_gets_it() {
        for (text, wanted) in [
            ("", "[Default Applications]\nk=v\n"),
            ("[A]\nx=y", "[A]\nx=y\n[Default Applications]\nk=v\n"),
            ("[Default Applications]", "[Default Applications]\nk=v\n"),
        ] {
            assert_eq!(with(text, "k", Some("v")), wanted);
        }
    }
}
