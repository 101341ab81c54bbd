//! Desktop entries: read for a name, and written with the program's full path,
//! because a browser does not share the shell's PATH.

use std::path::Path;

use ini_roundtrip::{Item, Parser};
use securesign_card::text;

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

/// A packaged entry that starts this very program. xdg-open does not undo the
/// quotes of the Exec key (same specification, "The Exec key"), so a path that
/// needs them cannot be named.
pub fn naming(entry: &str, program: &Path) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || "/._+-@:,".contains(c);
    match program.to_str() {
        Some(path) if path.chars().all(plain) => {
            Ok(entry.replace("\nExec=securesign", &format!("\nExec={path}")))
        }
        _ => Err(format!(
            "Links cannot open {}: its path holds spaces or other signs. Move the program to a folder with a plain name, then try again.",
            text::path(program)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{naming, value};
    use std::path::Path;

    const ENTRY: &str = "[Desktop Entry]\nName=N\nExec=securesign open -- %u\n";

    #[test]
    fn r01_a_path_that_is_not_one_plain_word_is_refused() {
        let exec = |path: &str| {
            naming(ENTRY, Path::new(path))
                .ok()
                .and_then(|text| value(&text, "Exec").map(str::to_owned))
        };
        assert_eq!(exec("/opt/s-1/é").as_deref(), Some("/opt/s-1/é open -- %u"));
        for bad in [
            " ", "\"", "'", "`", "$HOME", "\\", "%f", "=", "\nExec=b", ";", "~",
        ] {
            assert_eq!(exec(&format!("/a{bad}/x")), None, "{bad}");
        }
    }
}
