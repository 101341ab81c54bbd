//! Opens a callback in the user's browser, without a shell.

use std::process::Stdio;
use std::time::{Duration, Instant};

use url::Url;

/// How long a launcher is watched for failing. One that still runs then has a
/// browser in its hands.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Hands the URL to the system's launcher as one argument. The launchers are
/// tried in turn; the error is the last one's.
pub fn open(url: &Url) -> Result<(), String> {
    let mut reason = "no program that opens web pages was found".to_owned();
    for mut command in open::commands(url.as_str()) {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(_) => continue,
        };
        let start = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    reason = format!("the browser could not be started ({status})");
                    break;
                }
                Ok(None) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                _ => return Ok(()),
            }
        }
    }
    Err(reason)
}
