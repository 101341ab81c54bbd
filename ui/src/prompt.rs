//! Questions in the terminal. What is typed goes byte by byte into locked memory,
//! without echo where it is a secret; Ctrl-C gives up, and so does the end of input.
//!
//! The terminal's own line editing stays on: it takes characters back, and gives the
//! line when it is whole. The keys that would stop the program while the echo is off
//! do nothing meanwhile; however the question ends, the terminal is as it was before.

#[cfg_attr(not(unix), allow(dead_code, reason = "nothing is read ahead there"))]
pub mod ahead;

use std::fs::File;
use std::io::{self, IsTerminal, Write};

use securesign_card::pin::Pin;
use securesign_card::text;

#[cfg(unix)]
#[path = "prompt/unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "prompt/elsewhere.rs"]
mod system;

#[cfg(unix)]
pub use system::Modes;

/// Why there is no answer.
#[cfg_attr(not(unix), allow(dead_code, reason = "nothing locks there yet"))]
pub enum Unanswered {
    /// Ctrl-C, or the end of input.
    GivenUp,
    /// The computer was locked meanwhile: what was typed is forgotten, and the
    /// question is another one perhaps.
    Locked,
    /// The terminal cannot be asked.
    Failed(io::Error),
}

impl From<io::Error> for Unanswered {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether a person sits at a terminal, be it that links or secrets come from
/// elsewhere.
pub fn can_ask() -> bool {
    io::stderr().is_terminal() && keyboard().is_some()
}

/// The terminal itself, whatever standard input is.
pub fn keyboard() -> Option<File> {
    let path = if cfg!(windows) { "CONIN$" } else { "/dev/tty" };
    File::open(path).ok()
}

/// Asks for a secret; empty when the line was.
pub fn secret(question: &str) -> Result<Pin, Unanswered> {
    system::secret(question)
}

/// Asks for something that may be seen.
pub fn line(question: &str) -> Result<String, Unanswered> {
    system::line(question)
}

/// A closed standard error is no reason to stop.
fn show(question: &str) {
    let _ = write!(io::stderr(), "{} ", text::shown(question));
    let _ = io::stderr().flush();
}
