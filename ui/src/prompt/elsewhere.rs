//! The terminal of other systems, by a library. There Ctrl-C ends the program.

use std::io::{self, BufRead};

use securesign_card::pin::Pin;

use super::{Unanswered, keyboard, show};

pub fn secret(question: &str) -> Result<Pin, Unanswered> {
    let text = rpassword::prompt_password(format!("{question} "))?;
    Pin::take(text).map_err(|error| io::Error::other(error).into())
}

pub fn line(question: &str) -> Result<String, Unanswered> {
    show(question);
    let keyboard = keyboard().ok_or(io::ErrorKind::NotFound);
    let mut line = String::new();
    let read = io::BufReader::new(keyboard.map_err(io::Error::from)?).read_line(&mut line)?;
    if read == 0 {
        return Err(Unanswered::GivenUp);
    }
    Ok(line.trim().to_owned())
}
