//! What is written to standard output and standard error: the one belongs to programs, the
//! other to people.

use std::io::{self, Write};

use securesign_card::text;

use crate::language;

/// One line for people. A closed standard error is no reason to stop signing.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", text::shown(text));
}

/// For programs.
pub fn print_json(value: &serde_json::Value) -> Result<(), String> {
    print(&format!("{}\n", text::json(value)))
}

/// Standard output; a closed one is the caller's wish, and reported.
pub fn print(text: &str) -> Result<(), String> {
    io::stdout()
        .write_all(text::shown(text).as_bytes())
        .map_err(|error| {
            let reason = ("reason", text::reason(&error).into());
            language::chosen().say_with("output-closed", [reason])
        })
}
