#![doc = include_str!("../README.md")]

mod ask;
mod confine;

use std::io::{self, Read};
use std::process::ExitCode;

use securesign_handoff::service;

/// Takes one question from standard input and writes the answer to standard output.
fn main() -> ExitCode {
    confine::at_once();
    let Ok(question) = service::read(&mut io::stdin()) else {
        return ExitCode::FAILURE;
    };
    confine::files();
    std::thread::spawn(end_with_parent);
    let answer = ask::ask(&question);
    match service::write(&answer, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Whoever asked keeps the pipe open for as long as there is anybody to answer.
fn end_with_parent() {
    let _ = io::stdin().read(&mut [0]);
    std::process::exit(1);
}
