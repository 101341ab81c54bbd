//! Where PINs and PUKs come from: files, standard input, or the keyboard without
//! echo. They go straight into locked memory.

use std::io::{self, Read};
use std::path::Path;

use securesign_app::language::Language;
use securesign_app::screen::{Ask, Field};
use securesign_app::words::InWords;
use securesign_card::pin::Pin;
use securesign_card::text;

use crate::args::SecretFiles;
use crate::prompt::{self, Unanswered, can_ask};

/// Where the secrets of one run come from.
pub struct Secrets {
    files: SecretFiles,
    /// Each is used once: the program never repeats an entry by itself.
    pin: Option<Pin>,
    puk: Option<Pin>,
    new_pin: Option<Pin>,
}

impl Secrets {
    /// Reads the files that were named, in the order PIN, PUK, new PIN.
    pub fn read(files: SecretFiles, language: Language) -> Result<Self, String> {
        let line = |file: &Option<std::path::PathBuf>| -> Result<Option<Pin>, String> {
            file.as_deref()
                .map(|path| of_file(path, language))
                .transpose()
        };
        let pin = line(&files.pin_file)?;
        let puk = line(&files.puk_file)?;
        let new_pin = line(&files.new_pin_file)?;
        Ok(Self {
            files,
            pin,
            puk,
            new_pin,
        })
    }

    /// Whether the user has agreed on the command line to spend a last try.
    pub fn use_last_try(&self) -> bool {
        self.files.use_last_try
    }

    /// Whether the user has agreed on the command line to what is unconfirmed.
    pub fn unconfirmed(&self) -> bool {
        self.files.unconfirmed
    }

    /// Whether the PIN was given.
    pub fn has_pin(&self) -> bool {
        self.files.pin_file.is_some()
    }

    /// Whether the new PIN was given.
    pub fn has_new_pin(&self) -> bool {
        self.files.new_pin_file.is_some()
    }

    /// Whether any secret was given: the PIN is then not meant for whatever token
    /// comes first.
    pub fn has_any(&self) -> bool {
        self.has_pin() || self.files.puk_file.is_some() || self.files.new_pin_file.is_some()
    }

    /// Whether standard input is taken for secrets.
    pub fn takes_standard_input(&self) -> bool {
        let files = [
            &self.files.pin_file,
            &self.files.puk_file,
            &self.files.new_pin_file,
        ];
        files
            .into_iter()
            .flatten()
            .any(|path| path.as_os_str() == "-")
    }

    /// The contents for a screen's fields; an error says why there are none.
    /// Whoever enters nothing at a prompt gives up.
    pub fn fill(&mut self, fields: &[Field], language: Language) -> Result<Vec<Pin>, Unfilled> {
        let l = language;
        let mut filled: Vec<Pin> = Vec::with_capacity(fields.len());
        for field in fields {
            let (given, named, option) = match field.ask {
                Ask::Pin => (self.pin.take(), self.files.pin_file.is_some(), "--pin-file"),
                Ask::Puk => (self.puk.take(), self.files.puk_file.is_some(), "--puk-file"),
                Ask::NewPin => (
                    self.new_pin.take(),
                    self.files.new_pin_file.is_some(),
                    "--new-pin-file",
                ),
                Ask::NewPinAgain if self.files.new_pin_file.is_some() => {
                    let again = filled.last().map(|new| Pin::copy(new.expose()));
                    let again = again.transpose();
                    let again = again.map_err(|error| Unfilled::GivenUp(error.in_words(l)))?;
                    (again, true, "--new-pin-file")
                }
                Ask::NewPinAgain => (None, false, "--new-pin-file"),
            };
            let secret = || ("secret", field.label.as_str().into());
            let option = ("option", option.into());
            let pin = match given {
                Some(pin) => pin,
                None if named => {
                    let reason = l.say_with("secret-used", [secret(), option]);
                    return Err(Unfilled::GivenUp(reason));
                }
                None if !can_ask() => {
                    let reason = l.say_with("secret-nobody", [secret(), option]);
                    return Err(Unfilled::NobodyToAsk(reason));
                }
                None => ask(&field.label, l)?,
            };
            if pin.is_empty() {
                let reason = l.say_with("secret-empty", [secret()]);
                return Err(Unfilled::GivenUp(reason));
            }
            filled.push(pin);
        }
        Ok(filled)
    }
}

/// The secret in the first line of a file, or in the next one of standard input.
pub fn of_file(path: &Path, language: Language) -> Result<Pin, String> {
    first_line(path).map_err(|error| {
        let file = ("file", text::path(path).into());
        let reason = ("reason", text::reason(&error).into());
        language.say_with("secret-unreadable", [file, reason])
    })
}

/// Why a form is not filled in.
pub enum Unfilled {
    /// The person, or what was given for the person, says no: the portal hears it.
    GivenUp(String),
    /// Nobody was asked, so nobody has said no: nothing is spent.
    NobodyToAsk(String),
    /// The computer was locked while it was typed: the question comes again.
    Locked,
}

fn ask(label: &str, language: Language) -> Result<Pin, Unfilled> {
    let question = language.say_with("terminal-secret", [("secret", label.into())]);
    prompt::secret(&question).map_err(|unanswered| match unanswered {
        Unanswered::GivenUp => Unfilled::GivenUp(language.say("terminal-given-up")),
        Unanswered::Locked => Unfilled::Locked,
        Unanswered::Failed(error) => {
            let reason = [("reason", text::reason(&error).into())];
            Unfilled::GivenUp(language.say_with("terminal-silent", reason))
        }
    })
}

/// One line, byte by byte: a buffered reader would keep a copy.
fn first_line(path: &Path) -> io::Result<Pin> {
    if path.as_os_str() == "-" {
        return line_of(&mut Unbuffered);
    }
    line_of(&mut std::fs::File::open(path)?)
}

fn line_of(source: &mut dyn Read) -> io::Result<Pin> {
    let mut pin = Pin::copy(&[]).map_err(io::Error::other)?;
    let mut byte = zeroize::Zeroizing::new([0; 1]);
    while source.read(&mut byte[..])? == 1 && byte[0] != b'\n' {
        if byte[0] != b'\r' && !pin.push(byte[0]) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its first line is too long",
            ));
        }
    }
    Ok(pin)
}

/// Standard input without the library's buffer.
struct Unbuffered;

impl Read for Unbuffered {
    #[cfg(unix)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        rustix::io::read(rustix::stdio::stdin(), buffer).map_err(io::Error::from)
    }

    #[cfg(not(unix))]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::stdin().lock().read(buffer)
    }
}
