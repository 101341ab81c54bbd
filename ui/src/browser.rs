//! Opens a callback without a shell: in the browser that the link came from where
//! the system tells which, else in the default one.

#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
mod page;
#[cfg(windows)]
mod windows;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use securesign_app::flow::Unopened;
use securesign_card::text;
use securesign_handoff::callback::Answer;

#[cfg(not(any(target_os = "linux", windows)))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(windows)]
use windows as system;

use crate::harden::spawn;
use page::Page;
pub use page::sweep;
pub use system::Caller;
use system::Installed;

/// How long a launcher is watched for failing. One that still runs then has a
/// browser in its hands.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Hands the answer to a browser; returns when it has it, or when there is no
/// saying.
pub fn open(answer: &Answer, caller: &Caller) -> Result<(), Unopened> {
    match answer {
        // A browser opens what is for an app only after a question that nobody is
        // there to see, or drops it.
        Answer::Get(url) if !is_web(url.as_str()) => default(url.as_str()),
        Answer::Get(url) => launch(url.as_str(), caller.browser().as_ref()).map(drop),
        Answer::Post(form) => {
            let browser = caller.browser();
            // The system's word on files could be an editor.
            let browser = browser.or_else(Installed::preferred);
            let page = Page::write(form, browser.as_ref().and_then(Installed::readable))
                .map_err(|error| Unopened::Unwritten(text::reason(&error)))?;
            let directly = launch(page.address(), browser.as_ref())?;
            // On Windows a scanner for viruses reads it before the browser does.
            page.wait(directly && !cfg!(windows));
            Ok(())
        }
    }
}

/// Hands a file of this user to what the system opens its kind with.
pub fn open_file(path: &Path) -> Result<(), Unopened> {
    default(path)
}

fn is_web(address: &str) -> bool {
    address.starts_with("https:") || address.starts_with("http:")
}

/// Starts the browser, or, where that fails, what the system opens addresses with;
/// whether it was the browser.
fn launch(address: &str, browser: Option<&Installed>) -> Result<bool, Unopened> {
    if let Some(browser) = browser
        && start(browser.command(address)).is_ok()
    {
        return Ok(true);
    }
    default(address).map(|()| false)
}

/// The system's launchers in turn, the address as one argument; the error is the
/// last one's.
#[cfg(not(windows))]
fn default(address: impl AsRef<OsStr>) -> Result<(), Unopened> {
    let mut reason = Unopened::NoProgram;
    for command in open::commands(address) {
        match start(command) {
            Ok(()) => return Ok(()),
            Err(Some(failed)) => reason = failed,
            Err(None) => {}
        }
    }
    Err(reason)
}

/// Asks the system itself: its command-line launchers are shells.
#[cfg(windows)]
fn default(address: impl AsRef<OsStr>) -> Result<(), Unopened> {
    open::that_detached(address).map_err(|error| Unopened::Unstarted(text::reason(&error)))
}

/// The error is `None` where there is no such program.
fn start(mut command: Command) -> Result<(), Option<Unopened>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = spawn(&mut command).map_err(|_| None)?;
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if !status.success() => {
                return Err(Some(Unopened::Unstarted(status.to_string())));
            }
            Ok(None) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            _ => return Ok(()),
        }
    }
}
