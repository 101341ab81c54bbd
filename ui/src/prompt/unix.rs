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

use super::ahead::{self, SCHEME};
use super::{Unanswered, keyboard, show};
use crate::output::say;
use crate::{farewell, guard, language};

/// How often it is looked whether somebody gave up or locked the computer.
const BLINK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

const AT_ONCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// A terminal holds few lines, so that a long paste comes in pieces.
const PASTE: Timespec = BLINK;

/// The longest line that a terminal hands out.
const LINE: usize = 4096;

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
    loop {
        let mut typed = Locked::new().map_err(io::Error::other)?;
        // A byte past the room is dropped: what is cut there is longer than any PIN, and
        // refused for that.
        let entered = read_line(&quiet.keyboard, question, Some(&quiet), &mut |byte| {
            typed.push(byte);
        });
        let pin = Pin::copy(typed.bytes()).map_err(io::Error::other)?;
        match entered? {
            Entered::Answer => return Ok(pin),
            // It may have a PIN behind it, for nobody sees where it ends.
            Entered::Link => say(&language::chosen().say("terminal-link-dropped")),
        }
    }
}

pub fn line(question: &str) -> Result<String, Unanswered> {
    let keyboard = File::open("/dev/tty")?;
    loop {
        let mut typed = Vec::new();
        match read_line(&keyboard, question, None, &mut |byte| typed.push(byte))? {
            Entered::Answer => return Ok(String::from_utf8_lossy(&typed).trim().to_owned()),
            Entered::Link => say(&language::chosen().say("terminal-link-dropped")),
        }
    }
}

/// What was entered at a question.
enum Entered {
    Answer,
    /// A line that begins as a link does: it was pasted, and is no answer.
    Link,
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
) -> Result<Entered, Unanswered> {
    // What was typed before the question is no answer to it.
    clear(keyboard);
    let locks = guard::rung();
    show(question);
    let mut byte = Zeroizing::new([0; 1]);
    // How far it begins as a link does.
    let mut begun = 0;
    let mut count = 0;
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
        if !is_ready(keyboard, &BLINK)? {
            continue;
        }
        match rustix::io::read(keyboard, &mut byte[..]) {
            Ok(0) => {
                break_line();
                return Err(Unanswered::GivenUp);
            }
            Ok(_) if byte[0] == b'\n' && begun == SCHEME.len() => return Ok(Entered::Link),
            Ok(_) if byte[0] == b'\n' => return Ok(Entered::Answer),
            Ok(_) => {
                let next = SCHEME.get(begun).filter(|_| begun == count);
                begun += usize::from(next == Some(&byte[0].to_ascii_lowercase()));
                count += 1;
                take(byte[0]);
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
    }
}

/// Whether a byte can be read; false when it is time to look around. A system that
/// cannot tell (macOS, of terminals) reads on, and is interrupted by the next key.
fn is_ready(keyboard: &File, patience: &Timespec) -> io::Result<bool> {
    let mut waits = [PollFd::new(keyboard, PollFlags::IN)];
    match poll(&mut waits, Some(patience)) {
        Ok(count) => Ok(count > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Takes away what was typed before a question. Whole lines that are links are kept where
/// these are wanted; of all else it is said that it is gone. It may be a PIN.
fn clear(keyboard: &File) {
    let mut dropped = false;
    let mut patience = AT_ONCE;
    while is_ready(keyboard, &patience).unwrap_or(false) {
        let mut line = Zeroizing::new([0; LINE]);
        match rustix::io::read(keyboard, &mut line[..]) {
            Ok(count @ 1..) if ahead::keep(&line[..count]) => patience = PASTE,
            Ok(count @ 1..) => dropped |= !line[..count].trim_ascii().is_empty(),
            Ok(0) => {
                ahead::end();
                break;
            }
            Err(_) => break,
        }
    }
    dropped |= drop_unfinished(keyboard);
    if dropped {
        say(&language::chosen().say("terminal-dropped"));
    }
}

/// A line without its end is not handed out as long as the terminal edits lines. Whether
/// there was one.
fn drop_unfinished(keyboard: &File) -> bool {
    let Ok(modes) = tcgetattr(keyboard) else {
        flush(keyboard);
        return false;
    };
    let mut bare = modes.clone();
    bare.local_modes.remove(LocalModes::ICANON);
    let _ = tcsetattr(keyboard, OptionalActions::Now, &bare);
    let waits = rustix::io::ioctl_fionread(keyboard).is_ok_and(|count| count > 0);
    flush(keyboard);
    let _ = tcsetattr(keyboard, OptionalActions::Now, &modes);
    waits
}

fn flush(keyboard: &File) {
    // A terminal that cannot be flushed is asked all the same.
    let _ = tcflush(keyboard, QueueSelector::IFlush);
}

/// The cursor is behind the question, and nobody has typed Return.
fn break_line() {
    say("");
}
