//! Fonts of this computer, for what is seen of a signature in a PDF: its letters are drawn as
//! outlines, so that whoever reads the file needs none of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

use securesign_documents::pdf::Fonts;

/// Those that are wanted first, by the names of their files: plain ones for Latin letters, then
/// for Devanagari. All others are tried after them.
const FIRST: [&str; 18] = [
    "Inter-Regular",
    "NotoSans-Regular",
    "DejaVuSans",
    "LiberationSans-Regular",
    "segoeui",
    "arial",
    "Arial",
    "HelveticaNeue",
    "Helvetica",
    "NotoSansDevanagari-Regular",
    "Lohit-Devanagari",
    "Mukta-Regular",
    "Nirmala",
    "NirmalaUI",
    "mangal",
    "Kohinoor",
    "KohinoorDevanagari",
    "DevanagariMT",
];
/// Most files and folders that are looked at, how deep, and the largest font in bytes.
const FILES: usize = 5000;
const DEPTH: usize = 5;
const LARGEST: u64 = 32 << 20;
/// Most fonts that are opened for one text.
const OPENED: usize = 200;

/// Those of the system and of the person.
pub fn all() -> Fonts {
    // Looked for when the first text wants them, for all files that are signed.
    let files = OnceLock::new();
    Fonts::new(move |text| {
        let letters: HashSet<char> = text.chars().filter(|it| !it.is_whitespace()).collect();
        let mut missing: Vec<char> = letters.into_iter().collect();
        let mut found = Vec::new();
        for path in files.get_or_init(ordered).iter().take(OPENED) {
            if missing.is_empty() {
                break;
            }
            let Ok(file) = fs::read(path) else { continue };
            let left = Fonts::lacking(&file, &missing);
            if left.len() < missing.len() {
                missing = left;
                found.push(file);
            }
        }
        found
    })
}

/// All files of fonts, those that are wanted first in front.
fn ordered() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut seen = 0;
    for folder in folders() {
        gather(&folder, DEPTH, &mut seen, &mut files);
    }
    files.sort_by_key(|path| {
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.unwrap_or_default();
        let rank = FIRST.iter().position(|first| *first == name);
        let is_plain = name.ends_with("-Regular");
        (rank.unwrap_or(FIRST.len()), !is_plain, path.clone())
    });
    files
}

fn folders() -> Vec<PathBuf> {
    let below = |variable: &str, path: &str| {
        let base = env::var_os(variable).map(PathBuf::from);
        base.filter(|base| base.is_absolute())
            .map(|base| base.join(path))
    };
    let known: &[&str] = match env::consts::OS {
        "macos" => &["/System/Library/Fonts", "/Library/Fonts"],
        "windows" => &[],
        _ => &["/usr/share/fonts", "/usr/local/share/fonts"],
    };
    let own = match env::consts::OS {
        "macos" => below("HOME", "Library/Fonts"),
        "windows" => below("WINDIR", "Fonts"),
        _ => below("HOME", ".local/share/fonts"),
    };
    known.iter().map(PathBuf::from).chain(own).collect()
}

fn gather(folder: &Path, depth: usize, seen: &mut usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        *seen += 1;
        if *seen > FILES {
            return;
        }
        let path = entry.path();
        let Ok(about) = fs::metadata(&path) else {
            continue;
        };
        if about.is_dir() && depth > 0 {
            gather(&path, depth - 1, seen, files);
        }
        let kind = path.extension().and_then(|kind| kind.to_str());
        let kind = kind.map(str::to_ascii_lowercase);
        let is_font = matches!(kind.as_deref(), Some("ttf" | "otf" | "ttc"));
        if about.is_file() && is_font && about.len() <= LARGEST {
            files.push(path);
        }
    }
}
