//! Keys in files, certificates that OpenSSL issues to them, and its signatures: what a token
//! would hold and make.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use securesign_card::certificate::Certificate;
use securesign_card::digest::HashAlgorithm;

/// The kinds of keys: name of the file, and what OpenSSL is told to make.
pub const KEYS: [(&str, &[&str]); 4] = [
    (
        "rsa2048",
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    ),
    (
        "rsa4096",
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
    ),
    (
        "p256",
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ),
    (
        "p384",
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    ),
];

/// The extensions of the kinds of certificates.
const EXTENSIONS: &str = "\
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[sub]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[person]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";

/// A root, an authority below it, and a person below that, for each kind of key. It has a
/// folder of its own, which goes with it.
pub struct Software {
    folder: PathBuf,
    certificates: BTreeMap<String, Certificate>,
}

impl Software {
    /// Makes the keys that are named.
    pub fn new(keys: &[&str]) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("securesign-software-{}-{nth}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("extensions"), EXTENSIONS).expect("a file");
        let mut software = Self {
            folder,
            certificates: BTreeMap::new(),
        };
        software.make("root", KEYS[2].1, None);
        software.make("sub", KEYS[0].1, Some("root"));
        for key in keys {
            let kind = KEYS.iter().find(|(name, _)| name == key).expect("a kind");
            software.make(key, kind.1, Some("sub"));
        }
        software
    }

    /// Further kinds of certificates, by the names of their sections.
    pub fn add_extensions(&self, sections: &str) {
        fs::write(
            self.folder.join("extensions"),
            format!("{EXTENSIONS}{sections}"),
        )
        .expect("a file");
    }

    /// A certificate for a new key, of that kind, by the holder of another one.
    pub fn issue(&mut self, name: &str, kind: &str, issuer: &str) {
        self.make_kind(name, kind, KEYS[2].1, Some(issuer));
    }

    /// A time stamp authority, `tsa.pem`, whose time has so many digits behind the second.
    pub fn add_authority(&mut self, digits: u8) {
        self.make("tsa", KEYS[2].1, Some("root"));
        let settings = format!(
            "[tsa]\ndefault_tsa = it\n[it]\nserial = serial\nsigner_cert = tsa.pem\n\
             certs = root.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
             default_policy = 1.2.3.4\ndigests = sha256\nclock_precision_digits = {digits}\n\
             ess_cert_id_alg = sha256\n"
        );
        fs::write(self.folder.join("tsa.cnf"), settings).expect("a file");
        fs::write(self.folder.join("serial"), "01\n").expect("a file");
    }

    /// What that authority answers to a question in DER.
    pub fn time_stamp(&self, question: &[u8]) -> Vec<u8> {
        fs::write(self.folder.join("question"), question).expect("a file");
        let line = [
            "ts",
            "-reply",
            "-config",
            "tsa.cnf",
            "-queryfile",
            "question",
            "-out",
            "answer",
        ];
        self.openssl(&line, &[]);
        fs::read(self.folder.join("answer")).expect("an answer")
    }

    /// Its folder: the root is `root.pem`, the authority `sub.pem`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn make(&mut self, name: &str, kind: &[&str], issuer: Option<&str>) {
        let section = match name {
            "root" | "sub" | "tsa" => name,
            _ => "person",
        };
        self.make_kind(name, section, kind, issuer);
    }

    fn make_kind(&mut self, name: &str, section: &str, kind: &[&str], issuer: Option<&str>) {
        let key = format!("{name}.key");
        let request = format!("{name}.csr");
        let pem = format!("{name}.pem");
        let generate = [&["genpkey", "-out", &key], kind].concat();
        self.openssl(&generate, &[]);
        let subject = format!("/O=SecureSign tests/CN=Holder of {name}");
        let ask = [
            "req", "-new", "-key", &key, "-subj", &subject, "-out", &request,
        ];
        self.openssl(&ask, &[]);
        let signing = match issuer {
            Some(issuer) => [
                "-CA".to_owned(),
                format!("{issuer}.pem"),
                "-CAkey".to_owned(),
                format!("{issuer}.key"),
                "-CAcreateserial".to_owned(),
            ]
            .to_vec(),
            None => vec!["-signkey".to_owned(), key],
        };
        let mut line = vec!["x509", "-req", "-in", &request, "-days", "30", "-out", &pem];
        line.extend(["-extfile", "extensions", "-extensions", section]);
        line.extend(signing.iter().map(String::as_str));
        self.openssl(&line, &[]);
        let der = self.openssl(&["x509", "-in", &pem, "-outform", "DER"], &[]);
        let certificate = Certificate::parse(&der).expect("a certificate");
        self.certificates.insert(name.to_owned(), certificate);
    }

    /// What comes out where OpenSSL is content.
    pub fn openssl(&self, line: &[&str], input: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut child = Command::new("openssl")
            .current_dir(&self.folder)
            .args(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("openssl");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(input).expect("it listens");
        drop(stdin);
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{line:?}: {output:?}");
        output.stdout
    }

    /// A certificate: `root`, `sub` or that of a key.
    pub fn certificate(&self, name: &str) -> Certificate {
        self.certificates[name].clone()
    }

    /// The authorities above each person.
    pub fn chain(&self) -> Vec<Certificate> {
        vec![self.certificate("sub"), self.certificate("root")]
    }

    /// RSA: PKCS#1 v1.5; ECDSA: an Ecdsa-Sig-Value in DER.
    pub fn sign(&self, key: &str, hash: HashAlgorithm, message: &[u8]) -> Vec<u8> {
        let hash = format!("-{}", hash.name().to_lowercase());
        let key = format!("{key}.key");
        self.openssl(&["dgst", &hash, "-sign", &key], message)
    }
}

impl Drop for Software {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
