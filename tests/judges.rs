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
/// Fewer rows mean that the script ended early and nobody saw it.
const EPASS2003_ROWS: usize = 204;

#[test]
fn opensc_personalises_and_uses_the_epass2003_emulator() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge-epass2003.sh");
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
    assert!(rows("pass: ") >= EPASS2003_ROWS, "{}", judged.stdout);
}
