//! OpenSC and OpenSSL with settings of the test's own.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What one program has read serves no other.
const OPENSC: &str = "app default { framework pkcs15 { use_file_caching = false; } }\n";

/// Single DES lives in OpenSSL's legacy provider; without it OpenSC 0.23 crashes where it should
/// protect a command.
const OPENSSL: &str = "openssl_conf = openssl_init
[openssl_init]
providers = providers
[providers]
default = active
legacy = active
[active]
activate = 1
[req]
distinguished_name = name
[name]
";

/// Writes their settings into a folder.
pub fn configure(folder: &Path) {
    fs::write(folder.join("opensc.conf"), OPENSC).expect("a file");
    fs::write(folder.join("openssl.cnf"), OPENSSL).expect("a file");
}

/// The program, with the settings in this folder and none of the real user's.
pub fn configured(mut program: Command, folder: &Path) -> Command {
    program
        .env("HOME", folder)
        .env("OPENSC_CONF", folder.join("opensc.conf"))
        .env("OPENSSL_CONF", folder.join("openssl.cnf"));
    program
}
