//! `securesign`: sign with the certificate on a USB token, with no vendor driver.

mod args;
mod browser;
mod cache;
mod clerk;
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

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use clap::Parser;
use jiff::Timestamp;
use securesign_core::cache::Cache;
use securesign_core::document::Document;
use securesign_core::error::CardError;
use securesign_core::flow::{Exit, Flow, Judge, Order, Refused, waits};
use securesign_core::language::Language;
use securesign_core::pcsc::PcscReaders;
use securesign_core::reader::Readers;
use securesign_core::screen::{Action, Input};
use securesign_core::text;
use securesign_core::trace::{RecordedReaders, Recording};
use securesign_core::transport::TransportError;
use securesign_core::worker::{Job, Look, Progress, Report, TokenView, Worker, watch_over};
use serde_json::json;

use args::{Arguments, Command, Pin, SecretFiles};
use browser::Caller;
use desk::{Delivery, Desk};
use secrets::Secrets;
use settings::Seen;
use terminal::{Terminal, say};

const DONE: u8 = 0;
const NOT_DONE: u8 = 1;
const REFUSED: u8 = 2;

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
            Some(name) => Some(known_reader(name, language)?),
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
        None => window(&place, None, Delivery::Browser),
        Some(Command::Open { link, print }) => window(&place, Some(&link), delivery(print)),
        Some(Command::Sign {
            link,
            secrets,
            document,
            print,
            wait,
        }) => {
            let document = document.as_deref();
            sign(
                &place,
                &link,
                document,
                secrets.into(),
                delivery(print),
                wait,
            )
        }
        Some(Command::Tokens { json }) => tokens(&place, json),
        Some(Command::Pin(Pin::Status { json })) => pin_status(&place, json),
        Some(Command::Pin(Pin::Change { secrets, json })) => {
            pin_form(&place, Action::ChangePin, secrets.into(), json)
        }
        Some(Command::Pin(Pin::Unblock { secrets, json })) => {
            pin_form(&place, Action::Unlock, secrets.into(), json)
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

/// The reader that is meant: its name, or a part of it that only one has. Where
/// no reader is connected yet, the name is taken as it is.
fn known_reader(name: String, language: Language) -> Result<String, String> {
    let Ok(readers) = PcscReaders::new().list() else {
        return Ok(name);
    };
    if name == demo::READER || readers.is_empty() || readers.iter().any(|r| r.name == name) {
        return Ok(name);
    }
    let part = name.to_lowercase();
    let meant: Vec<String> = readers
        .iter()
        .map(|reader| reader.name.clone())
        .filter(|full| full.to_lowercase().contains(&part))
        .collect();
    match <[String; 1]>::try_from(meant) {
        Ok([one]) => Ok(one),
        Err(none_or_many) => {
            let names: Vec<&str> = readers.iter().map(|reader| reader.name.as_str()).collect();
            let said = [("name", name.into()), ("readers", names.join(", ").into())];
            Err(if none_or_many.is_empty() {
                language.say_with("reader-none", said)
            } else {
                language.say_with("reader-many", said)
            })
        }
    }
}

/// Where cards are, and whether they are recorded.
struct Place {
    language: Language,
    only: Option<String>,
    recording: Option<Recording>,
    /// What it does is for whoever started it to see.
    #[cfg(feature = "window")]
    private: bool,
    #[cfg(feature = "window")]
    theme: Option<window::Theme>,
}

impl Place {
    fn is_demo(&self) -> bool {
        self.only.as_deref() == Some(demo::READER)
    }

    fn readers(&self) -> Box<dyn Readers> {
        let readers: Box<dyn Readers> = if self.is_demo() {
            Box::new(demo::Demo::default())
        } else {
            Box::new(PcscReaders::new())
        };
        match &self.recording {
            Some(recording) => Box::new(RecordedReaders {
                readers,
                recording: recording.clone(),
            }),
            None => readers,
        }
    }

    fn worker(&self, session: Duration) -> Worker {
        Worker {
            readers: self.readers(),
            profiles: securesign_vendors::PROFILES,
            name: securesign_vendors::known::name,
            only: self.only.clone(),
            session,
            cache: self.cache(),
            progress: Progress::default(),
        }
    }

    /// A demo token is another one each time, and a recording shows all that there is.
    fn cache(&self) -> Option<Box<dyn Cache>> {
        let real = !self.is_demo() && self.recording.is_none();
        real.then(|| Box::new(cache::Certificates) as Box<dyn Cache>)
    }

    /// Neither takes links of other starts nor hands its own to another.
    #[cfg(feature = "window")]
    fn is_private(&self) -> bool {
        self.private || self.only.is_some() || self.recording.is_some()
    }

    /// Who keeps PINs of the tokens here; each start has a demo token of its own.
    fn kept(&self) -> report::Kept<'static> {
        if self.is_demo() {
            &|_| false
        } else {
            &guard::kept_by_another
        }
    }

    /// Where hot plug is to be noticed; nothing is ever plugged into the demo.
    fn watched(&self) -> Option<Box<dyn Readers>> {
        let readers = || Box::new(PcscReaders::new()) as Box<dyn Readers>;
        (!self.is_demo()).then(readers)
    }
}

fn window(place: &Place, link: Option<&OsStr>, delivery: Delivery) -> Result<u8, String> {
    #[cfg(not(feature = "window"))]
    {
        let _ = delivery;
        let instead = if link.is_some() {
            "securesign sign LINK"
        } else {
            "securesign tokens"
        };
        let instead = ("instead", instead.into());
        Err(place.language.say_with("no-window", [instead]))
    }
    #[cfg(feature = "window")]
    {
        let shared = !place.is_private() && delivery == Delivery::Browser;
        let mut instance = None;
        if shared {
            let wanted = || instance::Wanted {
                link: link.map(|link| link.as_encoded_bytes().to_owned()),
                caller: Caller::find().id().unwrap_or_default(),
            };
            match instance::start(wanted) {
                instance::Start::Handed(answer) => return Ok(handed(answer, place.language)),
                instance::Start::First(first) => instance = Some(first),
                instance::Start::Alone(reason) => reason.iter().for_each(|text| say(text)),
            }
        }
        // What is wrong with the settings is said in the window: who clicks a link sees
        // no terminal.
        let (settings, policy) = match settings::load(place.language) {
            Ok((settings, policy)) => (settings, Ok(policy)),
            Err(reason) => (unknown_settings(), Err(reason)),
        };
        // A request that nobody can see must not be used up: the window comes first.
        let look = desk::look(settings.window, place.theme, false);
        let opened = window::open(look).map_err(|error| error.tell(place.language))?;
        let seen = Seen::load();
        let now = Timestamp::now();
        let mut flow = match link {
            Some(link) => {
                let policy = policy.clone().map_err(Refused::unjudged);
                let order = policy
                    .and_then(|policy| order(link, &policy, place, &seen))
                    .and_then(|order| claimed(order, place.language));
                if let Err(refused) = &order {
                    say(&refusal(refused, place.language));
                }
                Flow::sign(order, now)
            }
            None => Flow::manage(now),
        };
        flow.0.know(home(&settings));
        flow.0.judged_by(judge(place.language));
        if let (None, Err(reason)) = (link, policy) {
            say(&reason);
            flow.0.tell_broken(reason);
        }
        let worker = place.worker(settings.idle);
        let mut desk = Desk::start(flow, worker, delivery, seen, place.watched());
        desk.called_by(Caller::find());
        if let Some(instance) = &mut instance {
            desk.listen(instance);
        }
        desk.stand_by();
        let shared = std::rc::Rc::new(std::cell::RefCell::new(desk));
        let shown = Box::new(desk::Shown::new(shared.clone(), place.theme));
        opened
            .run(shown)
            .map_err(|error| error.tell(place.language))?;
        // What comes from now on opens a window of its own.
        drop(instance);
        // A browser may take its time.
        shared.borrow().dismiss();
        shared.borrow_mut().delivered();
        let exit = shared.borrow().exit();
        let screen = shared.borrow().screen();
        if exit == Some(Exit::NotDone) && screen.kind == securesign_core::screen::Kind::Failed {
            // The window is gone; what failed last is still worth a word.
            terminal::print(&screen, place.language);
        }
        Ok(exit.map_or(NOT_DONE, code))
    }
}

/// In place of settings that are not understood: they may say that no PIN is kept.
#[cfg(feature = "window")]
fn unknown_settings() -> securesign_core::policy::Settings {
    securesign_core::policy::Settings {
        idle: Duration::ZERO,
        ..securesign_core::policy::Settings::default()
    }
}

#[cfg(feature = "window")]
fn home(settings: &securesign_core::policy::Settings) -> securesign_core::flow::Home {
    let journal = journal::of_user();
    securesign_core::flow::Home {
        settings: settings.clone(),
        settings_file: text::path(&settings::path()),
        journal_file: journal.map_or_else(
            |error| text::reason(&error),
            |journal| text::path(journal.path()),
        ),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        zone: jiff::tz::TimeZone::system,
        system: language::of_system(),
    }
}

/// The instance has the link, or has seen it.
#[cfg(feature = "window")]
fn handed(answer: instance::Answer, language: Language) -> u8 {
    use instance::Answer;
    if let Some(text) = answer.text(language) {
        say(&text);
    }
    match answer {
        Answer::Shown | Answer::Waiting(_) | Answer::AlreadyThere => DONE,
        Answer::Full | Answer::Refused => REFUSED,
    }
}

fn sign(
    place: &Place,
    link: &OsStr,
    document: Option<&Path>,
    files: SecretFiles,
    delivery: Delivery,
    wait: Option<u64>,
) -> Result<u8, String> {
    let (settings, policy) = settings::load(place.language)?;
    let seen = Seen::load();
    let mut secrets = Secrets::read(files, place.language)?;
    let many = link == "-";
    if many && secrets.takes_standard_input() {
        return Err(place.language.say("secret-both"));
    }
    let next = || {
        if many {
            next_link(&mut std::io::stdin().lock())
        } else {
            None
        }
    };
    let first = if many { next() } else { Some(link.to_owned()) };
    let Some(first) = first else {
        return Err(place.language.say("no-link"));
    };

    let patience = match wait {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None if prompt::can_ask() => None,
        None => Some(Duration::ZERO),
    };
    let mut first = order(&first, &policy, place, &seen);
    if let (Some(path), Ok(order)) = (document, &mut first) {
        if many {
            return Err(place.language.say("one-document"));
        }
        let bytes =
            std::fs::read(path).map_err(|error| unreadable(path, &error, place.language))?;
        let document = Document::new(order.digest().algorithm(), bytes);
        order
            .attach(document)
            .map_err(|other| other.tell(place.language))?;
    }
    let first = first.and_then(|order| claimed(order, place.language));
    let told_refusal = |refused: &Refused| refusal(refused, place.language);
    let mut worst = DONE;
    let mut refused = first.as_ref().err().map(told_refusal);
    let mut request = first.as_ref().ok().map(name);
    let mut flow = Flow::sign(first, Timestamp::now());
    flow.0.speak(place.language);
    flow.0.judged_by(judge(place.language));
    let session = if many { settings.idle } else { Duration::ZERO };
    // Not for what is refused: the PC/SC client frees what its threads are still
    // setting up when a program ends at once.
    let waits = many || patience != Some(Duration::ZERO);
    let watched = || place.watched().filter(|_| waits);
    let worker = place.worker(session);
    let at_once = if refused.is_none() { watched() } else { None };
    let mut desk = Desk::start(flow, worker, delivery, seen, at_once);
    if delivery == Delivery::Browser {
        desk.called_by(Caller::find());
    }
    loop {
        if let Some(text) = refused.take() {
            say(&text);
            // A portal that may call hears why; to nobody else is anything sent.
            desk.input(Input::Closed);
            desk.delivered();
            worst = worst.max(desk.exit().map_or(REFUSED, code));
        } else {
            let mut terminal = Terminal {
                desk: &mut desk,
                secrets: &mut secrets,
                patience,
                chosen: false,
                abandoned: false,
            };
            worst = worst.max(code(terminal.sign()));
            if let (true, Some((origin, id))) = (terminal.abandoned, &request) {
                used::release(origin, id);
            }
            if desk.is_stuck() {
                // What is still at work may not be taken for the next link's answer.
                return Ok(worst);
            }
        }
        let Some(link) = (if many { next() } else { None }) else {
            return Ok(worst);
        };
        // Settings may have changed since the last one.
        let order = judge(place.language)()
            .map_err(Refused::unjudged)
            .and_then(|policy| order(&link, &policy, place, desk.seen()))
            .and_then(|order| claimed(order, place.language));
        refused = order.as_ref().err().map(told_refusal);
        request = order.as_ref().ok().map(name);
        if let (Ok(_), false, Some(readers)) = (&order, desk.is_watching(), watched()) {
            desk.watch(readers);
        }
        desk.next(order);
    }
}

fn unreadable(path: &Path, error: &std::io::Error, language: Language) -> String {
    let file = text::path(path).into();
    let reason = text::reason(error).into();
    language.say_with("file-unreadable", [("file", file), ("reason", reason)])
}

fn order(
    link: &OsStr,
    policy: &securesign_core::policy::Policy,
    place: &Place,
    seen: &Seen,
) -> Result<Order, Refused> {
    Order::accept(
        link.as_encoded_bytes(),
        policy,
        place.is_demo(),
        &|origin| seen.contains(origin),
    )
}

/// The settings as they are when it is asked.
fn judge(language: Language) -> Judge {
    Box::new(move || settings::load(language).map(|(_, policy)| policy))
}

/// Last of all checks: from now on the request's id is used.
fn claimed(order: Order, language: Language) -> Result<Order, Refused> {
    order.claimed(&|origin, id| used::claim(origin, id, language))
}

/// What it is known by: origin and id.
fn name(order: &Order) -> (String, String) {
    (order.origin().to_owned(), order.request_id().to_owned())
}

fn refusal(refused: &Refused, language: Language) -> String {
    language.say_with(
        "refusal",
        [
            ("code", refused.code().as_str().into()),
            ("what", refused.what(language).into()),
            ("advice", refused.advice(language).into()),
        ],
    )
}

fn tokens(place: &Place, as_json: bool) -> Result<u8, String> {
    let views = match look(place, Look::Everything)? {
        Ok(views) => views,
        Err(error) => return no_cards(error, as_json, place.language),
    };
    if as_json {
        print_json(&report::tokens_json(&views, place.kept()))?;
    } else if views.is_empty() {
        say(&place.language.say("no-readers"));
    } else {
        print(&report::tokens_text(&views, place.kept(), place.language))?;
    }
    Ok(if report::ready(&views).next().is_some() {
        DONE
    } else {
        NOT_DONE
    })
}

fn pin_status(place: &Place, as_json: bool) -> Result<u8, String> {
    let views = match look(place, Look::Tries)? {
        Ok(views) => views,
        Err(error) => return no_cards(error, as_json, place.language),
    };
    if as_json {
        print_json(&report::pins_json(&views, place.kept()))?;
    } else {
        print(&report::pins_text(&views, place.kept(), place.language))?;
    }
    let any = report::ready(&views).next().is_some();
    if !any && !as_json {
        let text = report::tokens_text(&views, place.kept(), place.language);
        say(&format!(
            "{}\n{text}",
            place.language.say("no-usable-token")
        ));
    }
    Ok(if any { DONE } else { NOT_DONE })
}

fn pin_form(place: &Place, open: Action, files: SecretFiles, as_json: bool) -> Result<u8, String> {
    let mut secrets = Secrets::read(files, place.language)?;
    let mut flow = Flow::form(Timestamp::now(), as_json);
    flow.0.speak(place.language);
    let worker = place.worker(Duration::ZERO);
    let mut desk = Desk::start(flow, worker, Delivery::Print, Seen::load(), None);
    let patience = Some(Duration::ZERO);
    let mut terminal = Terminal {
        desk: &mut desk,
        secrets: &mut secrets,
        patience,
        chosen: false,
        abandoned: false,
    };
    terminal.form(open);
    // The token window may be closed at leisure; a command has a task.
    let done = desk.flow().achieved();
    if as_json {
        let failure = desk.flow().failure();
        let views = desk.flow().tokens();
        let mut value = report::pins_json(views, place.kept());
        if let Some(value) = value.as_object_mut() {
            let undone = || (!done).then(|| "Nothing was changed: see standard error.".to_owned());
            let error = failure
                .map(|error| error.what(Language::English))
                .or_else(undone);
            let unclear = matches!(failure, Some(CardError::Unclear(_)));
            // Nobody knows.
            let success = if unclear { json!(null) } else { json!(done) };
            value.insert("success".into(), success);
            value.insert("error".into(), json!(error));
            value.insert(
                "advice".into(),
                json!(failure.map(|error| error.advice(Language::English))),
            );
        }
        print_json(&value)?;
    }
    Ok(if done { DONE } else { NOT_DONE })
}

/// The next line that is not empty. A line longer than any link is cut one byte
/// past the limit, so that it is refused for its length.
fn next_link(input: &mut dyn BufRead) -> Option<OsString> {
    loop {
        let mut line = Vec::new();
        let limit = securesign_core::link::LINK_LIMIT as u64 + 1;
        input
            .take(limit)
            .read_until(b'\n', &mut line)
            .ok()
            .filter(|read| *read > 0)?;
        if line.len() as u64 == limit && !line.ends_with(b"\n") {
            input.skip_until(b'\n').ok()?;
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            return Some(bytes_to_os(text));
        }
    }
}

#[cfg(unix)]
fn bytes_to_os(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn bytes_to_os(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// One look at all tokens, without a flow.
fn look(place: &Place, look: Look) -> Result<Result<Vec<TokenView>, TransportError>, String> {
    let worker = place.worker(Duration::ZERO);
    let progress = worker.progress.clone();
    let (jobs, queue) = channel();
    let (sender, reports) = channel();
    let late = sender.clone();
    let thread =
        std::thread::spawn(move || worker.run(&queue, &|report| drop(sender.send(report))));
    std::thread::spawn(move || watch_over(&progress, &|report| drop(late.send(report))));
    let _ = jobs.send(Job::Look(look));
    let _ = jobs.send(Job::Stop);
    // No token needs this long; a reader that hangs, or another program that
    // does not let a card go, would have us wait for ever.
    const PATIENCE: Duration = Duration::from_secs(60);
    let end = Instant::now() + PATIENCE;
    loop {
        match reports.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Report::Tokens(tokens)) => {
                let _ = thread.join();
                return Ok(tokens);
            }
            Ok(Report::Waits(by)) => say(&waits(by.as_deref(), place.language)),
            _ => return Err(place.language.say("reader-hangs")),
        }
    }
}

fn no_cards(error: TransportError, as_json: bool, language: Language) -> Result<u8, String> {
    let error = CardError::Transport(error);
    if as_json {
        print_json(&json!({
            "error": error.what(Language::English),
            "advice": error.advice(Language::English),
        }))?;
    } else {
        say(&error.tell(language));
    }
    Ok(NOT_DONE)
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

fn code(exit: Exit) -> u8 {
    match exit {
        Exit::Done => DONE,
        Exit::NotDone => NOT_DONE,
        Exit::Refused => REFUSED,
    }
}

/// For programs.
fn print_json(value: &serde_json::Value) -> Result<(), String> {
    print(&format!("{}\n", text::json(value)))
}

/// Standard output; a closed one is the caller's wish, and reported.
fn print(text: &str) -> Result<(), String> {
    std::io::stdout()
        .write_all(text::shown(text).as_bytes())
        .map_err(|error| {
            let reason = ("reason", text::reason(&error).into());
            language::chosen().say_with("output-closed", [reason])
        })
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
