//! Programs of others under a time limit, and directories that vanish.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What a finished program left behind.
#[derive(Debug)]
pub struct Finished {
    pub success: bool,
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

/// Runs a program to its end. Panics when it cannot be started or is not done
/// in time; a program that fails is the caller's to judge.
pub fn run(command: &mut Command, limit: Duration) -> Finished {
    feed(command, b"", limit)
}

/// Like [`run`], with something on standard input.
pub fn feed(command: &mut Command, input: &[u8], limit: Duration) -> Finished {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{command:?} did not start ({error}); scripts/install-deps --tests installs it")
        });
    // Read while it runs: a full pipe would stop it.
    let stdout = collect(child.stdout.take().expect("piped"));
    let stderr = collect(child.stderr.take().expect("piped"));
    let mut pipe = child.stdin.take().expect("piped");
    let input = input.to_vec();
    // A program that does not read its input closes it: not our affair.
    let writer = thread::spawn(move || drop(pipe.write_all(&input)));
    let status = wait(&mut child, limit)
        .unwrap_or_else(|| panic!("{command:?} was not done within {limit:?}"));
    let took = started.elapsed();
    writer.join().expect("the writer of stdin");
    Finished {
        success: status.success(),
        code: status.code(),
        stdout: stdout.join().expect("the reader of stdout"),
        stderr: stderr.join().expect("the reader of stderr"),
        took,
    }
}

/// Like [`run`], and panics with the program's own words when it fails.
pub fn succeed(command: &mut Command, limit: Duration) -> Finished {
    let finished = run(command, limit);
    assert!(finished.success, "{command:?} failed: {finished:#?}");
    finished
}

/// Asks again until the answer is yes or the time is over.
pub fn eventually(limit: Duration, mut question: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    loop {
        if question() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A directory of one test's own, removed at its end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("{name}-{}-{number}", std::process::id()));
        // A dead process with our number may have left one behind.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
