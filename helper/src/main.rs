#![doc = include_str!("../README.md")]

mod ask;
mod confine;
mod stamp;

use std::io::{self, Read};
use std::process::ExitCode;

use securesign_handoff::{service, stamp as stamps};
use serde::{Deserialize, Serialize};

/// Takes one question from standard input and writes the answer to standard output. Its only
/// argument says of whom it is asked; there is none for the authentication service.
fn main() -> ExitCode {
    confine::at_once();
    let kinds: Vec<_> = std::env::args_os().skip(1).collect();
    match &kinds[..] {
        [] => answer(ask::ask),
        [kind] if kind == stamps::ARGUMENT => answer(stamp::ask),
        _ => ExitCode::FAILURE,
    }
}

fn answer<Q: for<'a> Deserialize<'a>, A: Serialize>(ask: fn(&Q) -> A) -> ExitCode {
    let Ok(question) = service::read(&mut io::stdin()) else {
        return ExitCode::FAILURE;
    };
    confine::files();
    std::thread::spawn(end_with_parent);
    let answer = ask(&question);
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
