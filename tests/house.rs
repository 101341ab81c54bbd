//! What the compiler does not hold of the house (CONTRIBUTING, "The house"): which crates
//! of others a crate of ours may bring along, that families are named by `vendors/` alone,
//! how long a file or a function may be, and where files may not go in circles.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a crate needs to be used by somebody else: all that it brings along.
fn brings(package: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = Command::new(cargo)
        .current_dir(root())
        .args(["tree", "--locked", "--offline", "--package", package])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{lib}"])
        .args(match package {
            "securesign-card" => &["--no-default-features"][..],
            _ => &[],
        })
        .output()
        .unwrap();
    assert!(tree.status.success(), "{tree:?}");
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: BTreeSet<String> = tree.lines().map(|line| line.trim().to_owned()).collect();
    // One of them is a program and no library.
    let itself = match package {
        "securesign-helper" => "securesign_handoff".to_owned(),
        library => library.replace('-', "_"),
    };
    assert!(crates.contains(&itself), "{crates:?}");
    crates
}

#[test]
fn a_crate_brings_along_only_what_is_below_it() {
    let window = ["fltk", "x11rb", "accesskit"];
    let languages = ["fluent_bundle", "sys_locale"];
    let program = ["clap", "zbus", "open", "interprocess"];
    for (package, never) in [
        (
            "securesign-card",
            &[
                "pcsc",
                "url",
                "toml",
                "securesign_handoff",
                "securesign_app",
            ][..],
        ),
        (
            "securesign-handoff",
            &["pcsc", "toml", "securesign_app", "securesign_vendors"],
        ),
        (
            "securesign-vendors",
            &["pcsc", "url", "securesign_handoff", "securesign_app"],
        ),
        (
            "securesign-learn",
            &[
                "pcsc",
                "url",
                "toml",
                "securesign_handoff",
                "securesign_app",
                "securesign_vendors",
            ],
        ),
        (
            "securesign-documents",
            &[
                "pcsc",
                "url",
                "toml",
                "securesign_handoff",
                "securesign_app",
                "securesign_vendors",
            ],
        ),
        (
            "securesign-verify",
            &[
                "pcsc",
                "ring",
                "url",
                "toml",
                "securesign_handoff",
                "securesign_app",
                "securesign_vendors",
            ],
        ),
        ("securesign-app", &["pcsc", "securesign_vendors"]),
    ] {
        let crates = brings(package);
        let mut never: Vec<&str> = never.to_vec();
        never.extend(window.iter().chain(&program));
        if package != "securesign-app" {
            never.extend(languages);
        }
        for name in never {
            assert!(!crates.contains(name), "{package} brings {name} along");
        }
    }
}

/// What takes a PIN has no network code: that is the helper's.
#[test]
fn only_the_helper_has_network_code() {
    let network = ["ureq", "rustls", "ring", "rustls_platform_verifier"];
    let (program, helper) = (brings("securesign"), brings("securesign-helper"));
    for name in network {
        assert!(helper.contains(name), "the helper has no {name}");
        assert!(!program.contains(name), "securesign brings {name} along");
    }
    for other in ["reqwest", "hyper", "native_tls", "openssl", "curl", "tokio"] {
        assert!(!program.contains(other), "securesign brings {other} along");
    }
    for name in ["pcsc", "securesign_app", "securesign_vendors", "lopdf"] {
        assert!(!helper.contains(name), "the helper brings {name} along");
    }
}

/// Sources below a folder of the repository.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join(folder)];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    assert!(!sources.is_empty(), "{folder}");
    sources
}

/// Code without its comments, and without the tests at its end.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next());
    lines.map(Option::unwrap_or_default)
}

#[test]
fn only_the_families_name_a_family() {
    const FAMILIES: [&str; 26] = [
        "piv",
        "epass",
        "openpgp",
        "yubi",
        "hsm",
        "idprime",
        "etoken",
        "isoapplet",
        "myeid",
        "cardos",
        "rutoken",
        "starcos",
        "setcos",
        "gids",
        "oberthur",
        "ftcos",
        "entersafe",
        "esteid",
        "lateid",
        "beleid",
        "jpki",
        "pteid",
        "fineid",
        "cns",
        "uscac",
        "srbeid",
    ];
    // A new family is among them. What is described by PKCS#15 is no family.
    for (path, text) in sources("vendors/src") {
        let ids = text
            .lines()
            .filter_map(|it| it.trim().strip_prefix("id: \""));
        for id in ids.filter(|id| !id.starts_with("pkcs15")) {
            let is_named = FAMILIES.iter().any(|family| id.contains(family));
            assert!(is_named, "{}: {id}", path.display());
        }
    }
    // Is a card of one family, to be tried without any.
    let demo = root().join("ui/src/demo.rs");
    for folder in [
        "src",
        "handoff/src",
        "app/src",
        "documents/src",
        "helper/src",
        "learn/src",
        "ui/src",
    ] {
        for (path, text) in sources(folder) {
            if path == demo {
                continue;
            }
            for line in code(&text) {
                let words = line.split(|c: char| !c.is_ascii_alphanumeric());
                for word in words.map(str::to_ascii_lowercase) {
                    let family = FAMILIES.iter().find(|family| word.starts_with(**family));
                    assert_eq!(family, None, "{}: {line}", path.display());
                }
            }
        }
    }
}
/// A file that is longer says why, in its first lines.
#[test]
fn a_file_is_read_in_one_sitting() {
    const MOST: usize = 500;
    const REASON: &str = "Longer than most files";
    for folder in [
        "src",
        "handoff",
        "app",
        "documents",
        "helper",
        "learn",
        "vendors",
        "verify",
        "ui",
        "portal",
        "tests",
        "examples",
    ] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            let says_why = text.lines().take(12).any(|line| line.contains(REASON));
            assert!(
                lines <= MOST || says_why,
                "{} has {lines} lines",
                path.display()
            );
        }
    }
}

/// The functions of a source as rustfmt leaves it: the line that each begins at, its name
/// and how many lines it has.
fn functions(text: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let outside = |line: &&&str| {
            let rest = line.strip_prefix(indent);
            rest.is_some_and(|rest| rest.starts_with(|first: char| !first.is_whitespace()))
        };
        // Parameters and bounds may stand between; in a trait there may be no body.
        let mut below = lines[start..].iter().filter(outside);
        let head = below.find(|line| line.ends_with(['{', '}', ';']));
        if head.is_some_and(|head| head.ends_with('{')) {
            let end = format!("{indent}}}");
            let length = lines[start..].iter().position(|line| *line == end);
            functions.push((start, name, length.expect("an end") + 1));
        }
    }
    functions
}

fn function_name(line: &str) -> Option<&str> {
    const BEFORE: [&str; 6] = [
        "pub",
        "pub(crate)",
        "pub(super)",
        "const",
        "async",
        "unsafe",
    ];
    let mut words = line.split_whitespace();
    let word = words.find(|word| !BEFORE.contains(word))?;
    let name = words.next().filter(|_| word == "fn")?;
    name.split(['(', '<']).next()
}

/// One that is longer says why in the comment above it. A test is a story, told at one go.
#[test]
fn a_function_is_read_at_a_glance() {
    const MOST: usize = 60;
    const REASON: &str = "Longer than most functions";
    let body = "        let a = 1;\n".repeat(MOST);
    let long =
        format!("trait A {{\n    fn a(\n        b: u8,\n    );\n    fn c() {{\n{body}    }}\n}}\n");
    assert_eq!(functions(&long), [(4, "c", MOST + 2)]);

    let mut count = 0;
    for folder in [
        "src",
        "handoff",
        "app",
        "documents",
        "helper",
        "learn",
        "vendors",
        "verify",
        "ui",
        "portal/src",
    ] {
        for (path, text) in sources(folder) {
            let is_test = |part: &std::ffi::OsStr| part == "tests" || part == "tests.rs";
            if path.iter().any(is_test) {
                continue;
            }
            let text = text.split("\nmod tests {").next().unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            for (start, name, length) in functions(text) {
                let above = lines[..start].iter().rev();
                let mut comment = above.take_while(|line| line.trim_start().starts_with("//"));
                let says_why = comment.any(|line| line.contains(REASON));
                assert!(
                    length <= MOST || says_why,
                    "{}: {name} has {length} lines",
                    path.display()
                );
                count += 1;
            }
        }
    }
    assert!(count > 1000, "{count} functions were found");
}

/// The files of a crate by their modules: `flow::words::sign`, and nothing for the crate's root.
fn modules(folder: &str) -> BTreeMap<String, String> {
    let sources = sources(folder).into_iter();
    let module = |path: &Path| {
        let path = path.strip_prefix(root().join(folder)).unwrap();
        let path = path.with_extension("").to_str().unwrap().replace('/', "::");
        match path.as_str() {
            "lib" | "main" => String::new(),
            _ => path,
        }
    };
    sources.map(|(path, text)| (module(&path), text)).collect()
}

/// The paths that a source names: those of its `use` lines, groups taken apart, and those that
/// begin with `crate` or `super` elsewhere.
fn used(text: &str) -> Vec<String> {
    fn open(path: &str) -> Vec<String> {
        let Some((before, group)) = path.split_once('{') else {
            let path = path.split(" as ").next().unwrap_or_default();
            return vec![path.to_owned()];
        };
        let group = group
            .trim_end_matches([',', ' '])
            .strip_suffix('}')
            .unwrap();
        let mut depth = 0;
        let parts = group.split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        let paths = parts.flat_map(|part| open(&format!("{}{}", before.trim(), part.trim())));
        paths.collect()
    }
    let code: Vec<&str> = code(text).map(str::trim_end).collect();
    let mut paths = Vec::new();
    for (at, line) in code.iter().enumerate() {
        let visible = line
            .strip_prefix("pub")
            .and_then(|rest| rest.split_once(' '));
        let statement = visible.map_or(*line, |(_, rest)| rest);
        if let Some(path) = statement.strip_prefix("use ") {
            let whole = [&[path], &code[at + 1..]].concat().concat();
            paths.extend(open(whole.split(';').next().unwrap_or_default()));
        } else {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let begins = |word: &&str| word.starts_with("crate::") || word.starts_with("super::");
            paths.extend(words.filter(begins).map(str::to_owned));
        }
    }
    paths
}

/// The module that a path leads to, seen from another one; `None`: to another crate, or to one
/// that this one is a part of.
fn led<'a>(modules: &'a BTreeMap<String, String>, from: &str, path: &str) -> Option<&'a str> {
    let mut base = from.split("::").collect::<Vec<_>>();
    let mut path = path.split("::").peekable();
    match path.next_if(|it| *it == "crate" || *it == "self") {
        Some("crate") => base.clear(),
        _ => {
            while path.next_if_eq(&"super").is_some() {
                base.pop();
            }
        }
    }
    base.extend(path);
    let prefixes = (1..=base.len()).rev().map(|len| base[..len].join("::"));
    let mut known = prefixes.filter_map(|it| modules.get_key_value(&it));
    let (to, _) = known.next()?;
    let is_above = from == to || from.starts_with(&format!("{to}::"));
    (!is_above).then_some(to)
}

/// Those that use each other in a circle, and those that lead into one.
fn circling(modules: &BTreeMap<String, String>) -> Vec<&str> {
    let uses = |(module, text): (&'_ String, &'_ String)| -> Vec<&str> {
        let paths = used(text).into_iter();
        paths.filter_map(|it| led(modules, module, &it)).collect()
    };
    let mut left: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    left.extend(modules.iter().map(|of| (of.0.as_str(), uses(of))));
    loop {
        let names: BTreeSet<&str> = left.keys().copied().collect();
        left.retain(|_, uses| uses.iter().any(|it| names.contains(it)));
        if left.len() == names.len() {
            return names.into_iter().collect();
        }
    }
}

/// Each can be read with what it uses, and without what uses it. A file that is a part of
/// another one may use that: both are one thing, cut in two.
#[test]
fn files_do_not_use_each_other_in_a_circle() {
    let circle = [
        ("a::b", "pub use super::{\n    x,\n    c::{self, D},\n};\n"),
        ("a::c", "use crate::a::b::E as F;\n"),
        ("a::d", "fn f() -> u8 {\n    g(&super::c::H)\n}\n"),
        ("a::e", "use super::x;\n"),
    ];
    let owned = circle.map(|(module, text)| (module.to_owned(), text.to_owned()));
    // The third leads into it.
    assert_eq!(circling(&owned.into()), ["a::b", "a::c", "a::d"]);

    for (folder, least) in [
        ("src", 40),
        ("handoff/src", 10),
        ("app/src", 50),
        ("documents/src", 10),
        ("helper/src", 3),
        ("learn/src", 20),
        ("vendors/src", 200),
        ("portal/src", 30),
        ("ui/src", 70),
        ("ui/src/window", 40),
    ] {
        let mut modules = modules(folder);
        // That one is another crate.
        modules.retain(|name, _| folder != "ui/src" || !name.starts_with("window::"));
        assert!(modules.len() >= least, "{folder}");
        assert_eq!(circling(&modules), [""; 0], "{folder}");
    }
}
