//! Where PINs and PUKs come from: files, standard input, or the keyboard without
//! echo. They go straight into locked memory.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use securesign_core::pin::Pin;
use securesign_core::screen::{Ask, Field};

use crate::args::SecretFiles;

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
    pub fn read(files: SecretFiles) -> Result<Self, String> {
        let line = |file: &Option<std::path::PathBuf>| -> Result<Option<Pin>, String> {
            let Some(path) = file else { return Ok(None) };
            first_line(path).map(Some).map_err(|error| {
                format!(
                    "{} cannot be read: {error}. Check its name and rights.",
                    path.display()
                )
            })
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

    /// The contents for a screen's fields, or `None` where nobody can be asked,
    /// or the person entered nothing: that is how one gives up.
    pub fn fill(&mut self, fields: &[Field]) -> Result<Option<Vec<Pin>>, String> {
        let mut filled: Vec<Pin> = Vec::with_capacity(fields.len());
        for field in fields {
            let (given, named) = match field.ask {
                Ask::Pin => (self.pin.take(), self.files.pin_file.is_some()),
                Ask::Puk => (self.puk.take(), self.files.puk_file.is_some()),
                Ask::NewPin => (self.new_pin.take(), self.files.new_pin_file.is_some()),
                Ask::NewPinAgain if self.files.new_pin_file.is_some() => {
                    let again = filled.last().map(|new| Pin::copy(new.expose()));
                    (again.transpose().map_err(|error| error.to_string())?, true)
                }
                Ask::NewPinAgain => (None, false),
            };
            let pin = match given {
                Some(pin) => pin,
                None if named || !can_ask() => return Ok(None),
                None => ask(&field.label)?,
            };
            if pin.is_empty() {
                return Ok(None);
            }
            filled.push(pin);
        }
        Ok(Some(filled))
    }
}

/// Whether a person sits at the terminal.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

fn ask(label: &str) -> Result<Pin, String> {
    let text = rpassword::prompt_password(format!("{label}: "))
        .map_err(|error| format!("The terminal cannot be asked: {error}."))?;
    Pin::take(text).map_err(|error| error.to_string())
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
