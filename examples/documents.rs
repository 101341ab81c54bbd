//! Signs every document in a folder with keys in files: `scripts/documents DIR`. Prints a line
//! for each, its name and why it was refused, or nothing.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program for developers"
)]

#[path = "../tests/support/software.rs"]
mod software;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use jiff::Timestamp;
use securesign_card::digest::HashAlgorithm;
use securesign_documents::pdf::{Options, Pdf};
use securesign_documents::{Refusal, Signer};
use software::Software;

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [from, to] = &folders[..] else {
        eprintln!("usage: documents DIR TO");
        return ExitCode::from(2);
    };
    let software = Software::new(&["rsa2048"]);
    fs::create_dir_all(to).unwrap();
    for name in ["root.pem", "sub.pem"] {
        fs::copy(software.folder().join(name), to.join(name)).unwrap();
    }
    let mut files: Vec<PathBuf> = Vec::new();
    gather(from, &mut files);
    for file in files {
        let name = file
            .strip_prefix(from)
            .unwrap()
            .to_string_lossy()
            .replace('/', "_");
        let refused = match sign(&software, fs::read(&file).unwrap()) {
            Ok(signed) => {
                fs::write(to.join(&name), signed).unwrap();
                String::new()
            }
            Err(refusal) => refusal.to_string(),
        };
        println!("{name}\t{refused}");
    }
    ExitCode::SUCCESS
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            gather(&path, files);
        } else if path
            .extension()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("pdf"))
        {
            files.push(path);
        }
    }
}

/// In the first empty field, where there is one.
fn sign(software: &Software, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    const KEY: &str = "rsa2048";
    let now = Timestamp::now();
    let hash = HashAlgorithm::Sha256;
    let signer = Signer::new(software.certificate(KEY), &software.chain(), hash, now)?;
    let pdf = Pdf::read(bytes)?;
    let options = Options {
        field: pdf.empty_fields().next().map(str::to_owned),
        ..Options::default()
    };
    let prepared = pdf.prepare(signer, &options, now)?;
    let signature = software.sign(KEY, hash, prepared.to_sign().0);
    prepared.finish(&signature)
}
