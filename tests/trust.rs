//! Chains of certificates, with OpenSSL as the judge of each.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/software.rs"]
mod software;

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use securesign_card::certificate::Certificate;
use securesign_documents::trust::{Doubt, path};
use software::Software;

/// OpenSSL's word on a chain to `root.pem`.
fn openssl(software: &Software, name: &str, between: &[&str]) -> bool {
    let mut command = Command::new("openssl");
    command.current_dir(software.folder());
    command.args(["verify", "-x509_strict", "-CAfile", "root.pem"]);
    for name in between {
        command.args(["-untrusted", &format!("{name}.pem")]);
    }
    let output = command.arg(format!("{name}.pem")).output().unwrap();
    output.status.success()
}

#[test]
fn a_chain_is_what_openssl_takes_for_one() {
    let mut software = Software::new(&["rsa2048", "p256"]);
    let extensions = "\
[constrained]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
nameConstraints = critical, permitted;DNS:example.org
[unsigning]
basicConstraints = critical, CA:TRUE
keyUsage = critical, cRLSign
[strange]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
1.2.3.4 = critical, ASN1:NULL
";
    software.add_extensions(extensions);
    // Below an authority that may have none below it, and below somebody who is none.
    software.issue("below", "sub", "sub");
    software.issue("under-below", "person", "below");
    software.issue("under-person", "person", "rsa2048");
    software.issue("crl", "unsigning", "root");
    software.issue("under-crl", "person", "crl");
    software.issue("limited", "constrained", "root");
    software.issue("under-limited", "person", "limited");
    software.issue("odd", "strange", "sub");
    let root = software.certificate("root");
    let now = Timestamp::now();
    for (name, between, is_path) in [
        ("rsa2048", &["sub"][..], true),
        ("p256", &["sub"], true),
        ("rsa2048", &[], false),
        ("rsa2048", &["below"], false),
        ("below", &["sub"], false),
        ("under-below", &["below", "sub"], false),
        ("under-person", &["rsa2048", "sub"], false),
        ("under-crl", &["crl"], false),
        ("odd", &["sub"], false),
    ] {
        let others: Vec<Certificate> = between.iter().map(|it| software.certificate(it)).collect();
        let certificate = software.certificate(name);
        let found = path(&certificate, &others, std::slice::from_ref(&root), now);
        assert_eq!(found.is_ok(), is_path, "{name}: {found:?}");
        // It takes authorities for signers, too.
        if name != "below" {
            assert_eq!(openssl(&software, name, between), is_path, "{name}");
        }
        if let Ok(found) = found {
            assert_eq!(found.first(), Some(&certificate));
            assert_eq!(found.last(), Some(&root));
        }
    }
    // Names that are constrained lead nowhere here, whatever they are.
    let limited = software.certificate("limited");
    let under = software.certificate("under-limited");
    let found = path(&under, &[limited], std::slice::from_ref(&root), now);
    assert_eq!(found.err(), Some(Doubt::NoPath));
}

#[test]
fn time_use_and_the_trusted_are_what_counts() {
    let software = Software::new(&["rsa2048"]);
    let person = software.certificate("rsa2048");
    let (root, sub) = (software.certificate("root"), software.certificate("sub"));
    let now = Timestamp::now();
    let doubt = |one: &Certificate, trusted: &[Certificate], at| {
        path(one, &[sub.clone(), root.clone()], trusted, at).err()
    };
    let roots = [root.clone()];
    assert_eq!(doubt(&person, &roots, now), None);
    let later = now + SignedDuration::from_hours(24 * 40);
    assert_eq!(doubt(&person, &roots, later), Some(Doubt::Outdated));
    assert_eq!(doubt(&sub, &roots, now), Some(Doubt::Usage));
    // What a file brings along is not trusted for that.
    assert_eq!(doubt(&person, &[], now), Some(Doubt::NoPath));
    // Another root of the same name.
    let other = Software::new(&[]).certificate("root");
    assert_eq!(other.subject(), root.subject());
    assert_eq!(doubt(&person, &[other], now), Some(Doubt::NoPath));
    // Whoever trusts the authority, or the person, needs no root.
    assert_eq!(doubt(&person, std::slice::from_ref(&sub), now), None);
    assert_eq!(doubt(&person, std::slice::from_ref(&person), now), None);
}
