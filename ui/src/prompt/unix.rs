//! The terminal of Unix systems.

use std::fs::File;
use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush,
    tcgetattr, tcsetattr,
};
use securesign_card::memory::Locked;
use securesign_card::pin::Pin;
use zeroize::Zeroizing;

use super::{Unanswered, keyboard, show};
use crate::{farewell, guard};

/// How often it is looked whether somebody gave up or locked the computer.
const BLINK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// A terminal's modes, to be brought back.
pub struct Modes(File, Termios);

impl Modes {
    /// As they are now; none where there is no terminal.
    pub fn now() -> Option<Self> {
        let keyboard = keyboard()?;
        let modes = tcgetattr(&keyboard).ok()?;
        Some(Self(keyboard, modes))
    }

    /// Brings them back.
    pub fn restore(&self) {
        let _ = tcsetattr(&self.0, OptionalActions::Now, &self.1);
    }
}

pub fn secret(question: &str) -> Result<Pin, Unanswered> {
    let quiet = Quiet::begin()?;
    let mut typed = Locked::new().map_err(io::Error::other)?;
    // A byte past the room is dropped: what is cut there is longer than any PIN, and
    // refused for that.
    let end = read_line(&quiet.keyboard, question, Some(&quiet), &mut |byte| {
        typed.push(byte);
    });
    let pin = Pin::copy(typed.bytes()).map_err(io::Error::other)?;
    end.map(|()| pin)
}

pub fn line(question: &str) -> Result<String, Unanswered> {
    let keyboard = File::open("/dev/tty")?;
    let mut typed = Vec::new();
    read_line(&keyboard, question, None, &mut |byte| typed.push(byte))?;
    Ok(String::from_utf8_lossy(&typed).trim().to_owned())
}

/// The echo is off as long as this lives.
struct Quiet {
    keyboard: File,
    before: Termios,
    quiet: Termios,
}

impl Quiet {
    fn begin() -> io::Result<Self> {
        let keyboard = File::open("/dev/tty")?;
        let before = tcgetattr(&keyboard)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        quiet
            .local_modes
            .insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        quiet.input_modes.insert(InputModes::ICRNL);
        // Stopped or ended by these the terminal would stay without echo, or go on with
        // it while the PIN is typed. Zero is no key.
        for key in [SpecialCodeIndex::VSUSP, SpecialCodeIndex::VQUIT] {
            quiet.special_codes[key] = 0;
        }
        tcsetattr(&keyboard, OptionalActions::Now, &quiet)?;
        Ok(Self {
            keyboard,
            before,
            quiet,
        })
    }

    /// Whoever stopped and continued the program may have brought the echo back.
    fn renew(&self) {
        let loud = |modes: &Termios| modes.local_modes.contains(LocalModes::ECHO);
        if tcgetattr(&self.keyboard).is_ok_and(|modes| loud(&modes)) {
            let _ = tcsetattr(&self.keyboard, OptionalActions::Now, &self.quiet);
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.keyboard, OptionalActions::Now, &self.before);
    }
}

/// Hands the bytes of one line over, without its end.
fn read_line(
    keyboard: &File,
    question: &str,
    quiet: Option<&Quiet>,
    take: &mut dyn FnMut(u8),
) -> Result<(), Unanswered> {
    // What was typed before the question is no answer to it.
    flush(keyboard);
    let locks = guard::rung();
    show(question);
    let mut byte = Zeroizing::new([0; 1]);
    loop {
        let ended = if farewell::given_up() {
            Some(Unanswered::GivenUp)
        } else if guard::rung() != locks {
            Some(Unanswered::Locked)
        } else {
            None
        };
        if let Some(ended) = ended {
            // What is half typed is for no other question, and not for the shell.
            flush(keyboard);
            break_line();
            return Err(ended);
        }
        if let Some(quiet) = quiet {
            quiet.renew();
        }
        if !is_ready(keyboard)? {
            continue;
        }
        match rustix::io::read(keyboard, &mut byte[..]) {
            Ok(0) => {
                break_line();
                return Err(Unanswered::GivenUp);
            }
            Ok(_) if byte[0] == b'\n' => return Ok(()),
            Ok(_) => take(byte[0]),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
    }
}

/// Whether a byte can be read; false when it is time to look around. A system that
/// cannot tell (macOS, of terminals) reads on, and is interrupted by the next key.
fn is_ready(keyboard: &File) -> io::Result<bool> {
    let mut waits = [PollFd::new(keyboard, PollFlags::IN)];
    match poll(&mut waits, Some(&BLINK)) {
        Ok(count) => Ok(count > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn flush(keyboard: &File) {
    // A terminal that cannot be flushed is asked all the same.
    let _ = tcflush(keyboard, QueueSelector::IFlush);
}

/// The cursor is behind the question, and nobody has typed Return.
fn break_line() {
    crate::terminal::say("");
}
