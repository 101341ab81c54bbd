//! What OpenSSL makes of a signature.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use securesign_card::profile::Credential;

/// What the bench has signed (FIPS 180-4, examples).
const DOCUMENT: &[u8] = b"abc";

/// Whether it fits this certificate (DER) and that document, hashed so: `sha256`.
pub fn verifies(certificate: &[u8], hash: &str, signature: &[u8]) -> bool {
    let folder = Folder::new();
    folder.write("certificate", certificate);
    folder.write("signature", signature);
    folder.write("document", DOCUMENT);
    let read = folder.openssl("x509 -inform DER -in certificate -pubkey -noout -out key");
    assert!(read.status.success(), "{read:?}");
    let line = format!("dgst -{hash} -verify key -signature signature document");
    folder.openssl(&line).status.success()
}

/// Fails where a signature of the bench does not fit its certificate, or OpenSSL takes it
/// for one of another hash too.
pub fn judges(credential: &Credential, signature: &[u8]) {
    let certificate = credential.certificate.der();
    assert!(verifies(certificate, "sha256", signature));
    assert!(!verifies(certificate, "sha512", signature));
}

/// A folder of its own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("securesign-openssl-{}-{nth}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).expect("a file");
    }

    fn openssl(&self, line: &str) -> Output {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(&self.0).args(line.split_whitespace());
        openssl.output().expect("openssl")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
