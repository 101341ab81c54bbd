//! What somebody who builds a portal has in the settings: without it no test key asks a
//! real token for a signature.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::fs;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Of the demo's link.
pub const DEMO: (&str, &str) = ("http://localhost:8080", "ss_test_demo");

/// Of tests/support/portal.py.
pub const KEY: &str = "ss_test_kkkkkkkkkkkkkkkkkkkkkkkk";

/// Lists a portal on this computer in the settings below a folder of configurations.
pub fn allow(config: &Path, (origin, key): (&str, &str)) {
    let folder = config.join("securesign");
    fs::create_dir_all(&folder).expect("a folder");
    let digest = Sha256::digest(key.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("settings.toml"));
    let entry = format!("[[portal]]\norigin = \"{origin}\"\nkey = \"sha256:{hex}\"\ntest = true\n");
    let mut file = file.expect("a file");
    file.write_all(entry.as_bytes()).expect("a line");
}
