//! Desktop entries: read for a name, and written with the program's full path,
//! because a browser does not share the shell's PATH.

use std::path::Path;

use ini_roundtrip::{Item, Parser};

/// Where the entry of this id may lie below a data folder: a dash may stand for
/// a folder (Desktop Entry Specification 1.5, "Desktop File ID").
pub fn paths(id: &str) -> Vec<String> {
    vec![
        format!("applications/{id}"),
        format!("applications/{}", id.replacen('-', "/", 1)),
    ]
}

/// A value of the entry, in no particular language.
pub fn value<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    let mut inside = false;
    Parser::new(text).find_map(|item| match item {
        Item::Section { name, .. } => {
            inside = name == "Desktop Entry";
            None
        }
        Item::Property { key, val, .. } if inside && key == wanted => val,
        _ => None,
    })
}

/// A packaged entry that starts this very program.
pub fn naming(entry: &str, program: &Path) -> Result<String, String> {
    let program = quoted(program).ok_or_else(|| {
        format!(
            "Desktop entries cannot name {}. Move the program to a folder with a plain name, then try again.",
            program.display()
        )
    })?;
    Ok(entry.replace("\nExec=securesign", &format!("\nExec={program}")))
}

/// The path as the Exec key wants it (same specification, "The Exec key").
/// Readers differ in how they undo escapes, so a path that needs one is none.
fn quoted(program: &Path) -> Option<String> {
    let text = program.to_str()?;
    if text
        .chars()
        .any(|c| c.is_control() || "\"`$\\%=".contains(c))
    {
        return None;
    }
    let plain = |c: char| c.is_alphanumeric() || "/._+-@:,".contains(c);
    Some(if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    })
}

#[cfg(test)]
mod tests {
    use super::{naming, value};
    use std::path::Path;

    const ENTRY: &str = "[Desktop Entry]\nName=N\nExec=securesign open -- %u\n";

    #[test]
    fn r01_a_path_stays_one_word_or_is_refused() {
        let exec = |path: &str| {
            naming(ENTRY, Path::new(path))
                .ok()
                .and_then(|text| value(&text, "Exec").map(str::to_owned))
        };
        assert_eq!(exec("/opt/s/x").as_deref(), Some("/opt/s/x open -- %u"));
        assert_eq!(
            exec("/home/a b/x").as_deref(),
            Some("\"/home/a b/x\" open -- %u")
        );
        for bad in [
            "/a\"b/x",
            "/a`b`",
            "/$HOME/x",
            "/a\\x",
            "/a%f/x",
            "/a=b/x",
            "/a\nExec=b",
        ] {
            assert_eq!(exec(bad), None, "{bad}");
        }
    }
}
