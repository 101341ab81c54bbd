//! SecureSign Desktop: sign with the certificate on a USB token, with no vendor driver.
//!
//! One program in two executables. `securesign` ([`run`]) is the one that people, the
//! system and portals know; it serves the terminal. For what needs a window it puts
//! `securesign-window` ([`show`]) in its place, which alone loads a toolkit: the
//! library knows of it no more than [`front`] says.

mod args;
mod beside;
mod browser;
mod clerk;
mod command;
#[cfg(feature = "window")]
mod dark;
mod demo;
mod desk;
mod diagnostics;
mod errand;
mod farewell;
mod file;
mod findings;
mod fonts;
#[cfg(feature = "window")]
pub mod front;
mod guard;
mod hand;
mod harden;
mod helper;
#[cfg(feature = "window")]
mod instance;
mod language;
mod output;
mod place;
mod prompt;
mod report;
mod scheme;
mod secrets;
mod service;
mod store;
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use securesign_card::text;
use securesign_card::trace::Recording;

use args::{Arguments, Command};
use command::{DONE, NOT_DONE, REFUSED};
use desk::Delivery;
use output::{print, say};
use place::Place;

/// `securesign`: carries out its command line in the terminal, or has the window's
/// executable do it.
pub fn run() -> ExitCode {
    start(|arguments| carry_out(arguments, None))
}

/// `securesign-window`: carries out a command line that shows a window, which this front
/// end draws.
#[cfg(feature = "window")]
pub fn show(front_end: &dyn front::FrontEnd) -> ExitCode {
    start(|arguments| command::show(front_end, arguments, None))
}

/// The command line, for manual pages and completions.
pub fn command_line() -> clap::Command {
    Arguments::command()
}

/// An error is bad usage: nothing was done.
fn start(carry_out: impl FnOnce(Arguments) -> Result<u8, String>) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // What was typed is repeated in it.
        Err(error) if error.use_stderr() => {
            say(&args::told(error));
            return ExitCode::from(REFUSED);
        }
        Err(asked) => asked.exit(),
    };
    log(arguments.verbose);
    harden::harden();
    match carry_out(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            say(&reason);
            ExitCode::from(REFUSED)
        }
    }
}

/// Carries out one command line in the terminal.
fn carry_out(mut arguments: Arguments, recording: Option<Recording>) -> Result<u8, String> {
    let language = language::chosen();
    if !arguments.opens_window() {
        let reader = arguments.reader.take();
        let known = reader.map(|name| place::known_reader(name, language));
        arguments.reader = known.transpose()?;
    }
    let place = Place::of(&arguments, language, recording);
    match arguments.command {
        None => command::window(&place, None, Delivery::Browser),
        Some(Command::Open { link, print }) => {
            command::window(&place, Some(&link), Delivery::of(print))
        }
        Some(Command::Sign(asked)) => command::sign(&place, asked),
        Some(Command::SignFile(asked)) => command::sign_file(&place, *asked),
        Some(Command::Verify(asked)) => match &asked.of.result {
            Some(result) => command::verify_result(result, &asked, language),
            None => command::verify(&asked, language),
        },
        Some(Command::Tokens { json }) => command::tokens(&place, json),
        Some(Command::Pin(command)) => command::pin(&place, command),
        Some(Command::Journal { json, command }) => command::journal(json, command, language),
        Some(Command::Trace(command)) => match place.recording {
            None => command::trace(command, place.only, &carry_out),
            Some(_) => Err("A recording cannot be recorded.".into()),
        },
        Some(Command::Learn(asked)) => command::learn(asked, language),
        Some(Command::Doctor { json }) => command::doctor(&place, json),
        Some(Command::Register) => told(scheme::register(language)),
        Some(Command::Unregister) => told(scheme::unregister(language)),
        Some(Command::Demo { link, page }) => command::demo(link, page.as_deref()),
        Some(Command::Result { url, save }) => command::result(&url, save.as_deref()),
    }
}

fn told(outcome: Result<String, String>) -> Result<u8, String> {
    match outcome {
        Ok(text) => print(&format!("{text}\n")).map(|()| DONE),
        Err(reason) => {
            say(&reason);
            Ok(NOT_DONE)
        }
    }
}

fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| Log)
        .with_ansi(false)
        .without_time()
        .init();
}

/// Standard error, an event a line whatever is in it.
struct Log;

impl Write for Log {
    /// One event, which the logger writes in one piece.
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let line = text::shown(String::from_utf8_lossy(event).trim_end()).replace('\n', " ");
        writeln!(std::io::stderr(), "{line}")?;
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}
