//! Programs of others that read what we have signed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use securesign_card::digest::HashAlgorithm;

use super::software::Software;

/// What the judges say of a file.
#[derive(Debug)]
pub struct Word {
    pub qpdf: bool,
    /// "Signature #" … of each signature.
    pub pdfsig: Vec<String>,
    pub mutool: String,
    pub openssl: bool,
    pub pyhanko: serde_json::Value,
}

/// A folder with what is judged, and whom the judges trust.
pub struct Court {
    pub software: Software,
    folder: PathBuf,
}

impl Court {
    /// They trust the root of these keys, and that of the signed files of the repository.
    pub fn new(keys: &[&str]) -> Self {
        let software = Software::new(keys);
        let folder = software.folder().join("court");
        fs::create_dir_all(folder.join("nss")).unwrap();
        let ours = fs::read_to_string(software.folder().join("root.pem")).unwrap();
        let theirs = fs::read_to_string(super::path("pki/ca.pem")).unwrap();
        fs::write(folder.join("roots.pem"), ours + &theirs).unwrap();
        let court = Self { software, folder };
        succeed(&court.run("certutil", &["-d", "sql:nss", "-N", "--empty-password"]));
        for (name, path) in [
            ("ours", court.software.folder().join("root.pem")),
            ("theirs", super::path("pki/ca.pem")),
        ] {
            let path = path.to_str().unwrap();
            let line = [
                "-d", "sql:nss", "-A", "-n", name, "-t", "CT,CT,CT", "-i", path,
            ];
            succeed(&court.run("certutil", &line));
        }
        court
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).args(arguments);
        command
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    /// Their word on each file.
    pub fn hear(&self, files: &[(String, Vec<u8>)]) -> Vec<Word> {
        for (name, bytes) in files {
            fs::write(self.folder.join(name), bytes).unwrap();
        }
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = top.join("target/documents-venv/bin/python3");
        let judge = super::path("judge.py");
        let mut line = vec![judge.to_str().unwrap(), "roots.pem"];
        line.extend(files.iter().map(|(name, _)| name.as_str()));
        let pyhanko = succeed(&self.run(python.to_str().unwrap(), &line));
        let told: Vec<&str> = pyhanko.lines().collect();
        assert_eq!(told.len(), files.len(), "{pyhanko}");
        let words = files.iter().zip(told);
        words
            .map(|((name, _), told)| self.word(name, told))
            .collect()
    }

    fn word(&self, name: &str, pyhanko: &str) -> Word {
        let (of, pyhanko) = pyhanko.split_once('\t').unwrap();
        assert_eq!(of, name);
        let pdfsig = self.run("pdfsig", &["-nssdir", "sql:nss", name]);
        let pdfsig = String::from_utf8_lossy(&pdfsig.stdout).into_owned();
        let (cms, octets) = (format!("{name}.cms"), format!("{name}.octets"));
        let mutool = self.run("mutool", &["sign", "-v", name]);
        #[rustfmt::skip]
        let openssl = self.run("openssl", &[
            "cms", "-verify", "-cades", "-inform", "DER", "-in", &cms, "-content", &octets,
            "-binary", "-CAfile", "roots.pem", "-purpose", "any", "-out", "/dev/null",
        ]);
        Word {
            qpdf: self.run("qpdf", &["--check", name]).status.success(),
            pdfsig: pdfsig
                .split("Signature #")
                .skip(1)
                .map(str::to_owned)
                .collect(),
            mutool: String::from_utf8_lossy(&mutool.stdout).into_owned(),
            openssl: openssl.status.success(),
            pyhanko: serde_json::from_str(pyhanko).unwrap(),
        }
    }

    /// OpenSSL's own SignedData over this, without what CAdES adds.
    pub fn plain_cms(&self, key: &str, octets: &[u8]) -> Vec<u8> {
        fs::write(self.folder.join("octets"), octets).unwrap();
        let (pem, key) = (format!("../{key}.pem"), format!("../{key}.key"));
        #[rustfmt::skip]
        succeed(&self.run("openssl", &[
            "cms", "-sign", "-binary", "-md", "sha256", "-in", "octets", "-signer", &pem,
            "-inkey", &key, "-certfile", "../sub.pem", "-outform", "DER", "-out", "plain.cms",
        ]));
        fs::read(self.folder.join("plain.cms")).unwrap()
    }

    /// What the key in that file makes of it.
    pub fn sign(&self, key: &str, hash: HashAlgorithm, message: &[u8]) -> Vec<u8> {
        self.software.sign(key, hash, message)
    }
}

fn succeed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Word {
    /// Whether pdfsig takes all signatures for good, and trusts the newest.
    pub fn pdfsig_is_content(&self) -> bool {
        let mut all = self.pdfsig.iter();
        let is_newest = |one: &&String| one.contains("  - Total document signed");
        all.clone().all(|one| one.contains("Signature is Valid."))
            && all
                .find(is_newest)
                .is_some_and(|newest| newest.contains("Certificate is Trusted."))
    }

    /// Whether mutool finds the newest signature's document unchanged, and the others' but for
    /// what came later. It knows no roots.
    pub fn mutool_is_content(&self) -> bool {
        const WHOLE: &str = "The document is unchanged since signing.";
        const EARLIER: &str = "The signature is valid but there have been edits since signing.";
        let count = |text: &str| self.mutool.matches(text).count();
        let all = count("Verifying signature");
        count(WHOLE) == 1 && count(WHOLE) + count(EARLIER) == all
    }

    /// Whether pyHanko has nothing against any signature.
    pub fn pyhanko_is_content(&self) -> bool {
        let signatures = self.pyhanko["signatures"].as_array();
        let is_sound = |one: &serde_json::Value| {
            ["intact", "valid", "trusted", "docmdp"]
                .iter()
                .all(|key| one[*key] == true)
        };
        signatures.is_some_and(|all| {
            all.iter().all(is_sound)
                && all
                    .last()
                    .is_some_and(|newest| newest["coverage"] == "ENTIRE_FILE")
        })
    }

    /// Whether all are content with all signatures.
    pub fn is_good(&self) -> bool {
        self.qpdf
            && self.pdfsig_is_content()
            && self.mutool_is_content()
            && self.openssl
            && self.pyhanko_is_content()
    }
}
