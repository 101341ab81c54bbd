//! Other people's tools judge the emulators: the scripts beside this file, counted.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[allow(dead_code, reason = "a part of it serves here")]
#[path = "support/run.rs"]
mod run;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Most of it is the build of the emulator; the judging takes half a minute.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs a script. Fewer rows than `least` mean that it ended early and nobody saw it.
fn judged(script: &str, least: usize) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let judged = run::run(&mut Command::new(script), LIMIT);
    let rows = |mark: &str| {
        judged
            .stdout
            .lines()
            .filter(|l| l.starts_with(mark))
            .count()
    };
    assert!(judged.success, "{}\n{}", judged.stdout, judged.stderr);
    assert_eq!(rows("FAIL: "), 0, "{}", judged.stdout);
    assert!(rows("pass: ") >= least, "{}", judged.stdout);
}

#[test]
fn opensc_personalises_and_uses_the_epass2003_emulator() {
    judged("tests/judge-epass2003.sh", 204);
}

#[test]
fn gnupg_and_opensc_use_the_emulator_of_the_openpgp_card() {
    judged("tests/judge-openpgp.sh", 195);
}

#[test]
fn opensc_and_yubico_use_the_piv_emulator() {
    judged("tests/judge-piv.sh", 215);
}

#[test]
fn opensc_uses_the_idprime_emulator() {
    judged("tests/judge-idprime.sh", 288);
}

#[test]
fn opensc_personalises_and_uses_the_emulator_of_pkcs15_cards() {
    judged("tests/judge-pkcs15.sh", 532);
}

#[test]
fn opensc_personalises_and_uses_the_smartcard_hsm_emulator() {
    judged("tests/judge-sc-hsm.sh", 189);
}

#[test]
fn opensc_uses_the_emulators_of_national_identity_cards() {
    judged("tests/judge-eid.sh", 121);
}

#[test]
fn opensc_personalises_and_uses_the_gids_emulator() {
    judged("tests/judge-gids.sh", 112);
}
