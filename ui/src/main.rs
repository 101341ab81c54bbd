//! `securesign`: sign with the certificate on a USB token, with no vendor driver.

mod args;
mod browser;
mod cache;
mod clerk;
mod command;
#[cfg(feature = "window")]
mod dark;
mod demo;
mod desk;
mod doctor;
mod farewell;
mod file;
mod guard;
mod hand;
mod harden;
#[cfg(feature = "window")]
#[cfg_attr(not(unix), allow(dead_code, reason = "every start is alone there"))]
mod instance;
mod journal;
mod language;
mod ledger;
mod own;
mod place;
mod prompt;
mod report;
mod result;
mod scheme;
mod secrets;
mod settings;
mod terminal;
mod traces;
mod used;
#[cfg(feature = "window")]
mod window;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use securesign_app::screen::Action;
use securesign_card::pcsc::PcscReaders;
use securesign_card::text;
use securesign_card::trace::Recording;

use args::{Arguments, Command, Pin};
use command::{DONE, NOT_DONE, REFUSED, print};
use desk::Delivery;
use place::Place;
use terminal::say;

fn main() -> ExitCode {
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
    match run(arguments, None) {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            say(&reason);
            ExitCode::from(REFUSED)
        }
    }
}

/// Carries out one command line. An error is bad usage: nothing was done.
fn run(arguments: Arguments, recording: Option<Recording>) -> Result<u8, String> {
    let language = language::chosen();
    let place = Place {
        language,
        only: match arguments.reader {
            Some(name) => Some(place::known_reader(name, language)?),
            None => None,
        },
        #[cfg(feature = "window")]
        private: arguments.verbose > 0,
        recording,
        #[cfg(feature = "window")]
        theme: arguments.theme.map(|theme| match theme {
            args::Theme::Light => window::Theme::Light,
            args::Theme::Dark => window::Theme::Dark,
        }),
    };
    match arguments.command {
        None => command::window(&place, None, Delivery::Browser),
        Some(Command::Open { link, print }) => {
            command::window(&place, Some(&link), delivery(print))
        }
        Some(Command::Sign {
            link,
            secrets,
            document,
            print,
            wait,
        }) => {
            let document = document.as_deref();
            command::sign(
                &place,
                &link,
                document,
                secrets.into(),
                delivery(print),
                wait,
            )
        }
        Some(Command::Tokens { json }) => command::tokens(&place, json),
        Some(Command::Pin(Pin::Status { json })) => command::pin_status(&place, json),
        Some(Command::Pin(Pin::Change { secrets, json })) => {
            command::pin_form(&place, Action::ChangePin, secrets.into(), json)
        }
        Some(Command::Pin(Pin::Unblock { secrets, json })) => {
            command::pin_form(&place, Action::Unlock, secrets.into(), json)
        }
        Some(Command::Journal { json, command }) => match command {
            None => ledger::list(json, place.language),
            Some(args::Journal::Verify { file }) => ledger::verify(file.as_deref(), place.language),
            Some(args::Journal::Export { file }) => ledger::export(&file, place.language),
        },
        Some(Command::Trace(trace)) => match place.recording {
            None => traces::run(trace, place.only, run),
            Some(_) => Err("A recording cannot be recorded.".into()),
        },
        Some(Command::Doctor) => {
            let (text, well) = doctor::examine(&mut PcscReaders::new(), place.language);
            print(&text)?;
            Ok(if well { DONE } else { NOT_DONE })
        }
        Some(Command::Register) => told(scheme::register(place.language)),
        Some(Command::Unregister) => told(scheme::unregister(place.language)),
        Some(Command::Demo { link }) => {
            let url = demo::link()?;
            print(&if link {
                format!("{url}\n")
            } else {
                demo::text(&url)
            })?;
            Ok(DONE)
        }
        Some(Command::Result { url, save }) => result::show(&url, save.as_deref()).map(|()| DONE),
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

fn delivery(print: bool) -> Delivery {
    if print {
        Delivery::Print
    } else {
        Delivery::Browser
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
