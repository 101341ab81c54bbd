//! `securesign` and `securesign open`: the window, in the executable that has it.

use std::ffi::OsStr;
use std::time::Duration;

use jiff::Timestamp;
use securesign_app::flow::{Context, Effect, Exit, Flow, Refused};
use securesign_app::language::Language;
use securesign_app::screen::Kind;
use securesign_app::settings::Settings;
use securesign_app::worker::Worker;
use securesign_card::text;
use securesign_card::trace::{RecordedReaders, Recording};
use securesign_handoff::policy::Policy;

use super::{DONE, NOT_DONE, REFUSED, claimed, code, doctor, judge, order, refusal, trace};
use crate::args::{Arguments, Command};
use crate::browser::Caller;
use crate::desk::{self, Delivery, Desk};
use crate::front::FrontEnd;
use crate::output::say;
use crate::place::{self, Place};
use crate::store::seen::Seen;
use crate::store::{journal, settings};
use crate::terminal;
use crate::{beside, diagnostics, instance, language};

/// In the terminal: the window that is open takes the link, else the executable that has
/// one takes this one's place. No request is used up by then.
pub fn window(place: &Place, link: Option<&OsStr>, delivery: Delivery) -> Result<u8, String> {
    if is_shared(place, delivery)
        && let Some(answer) = instance::hand(|| wanted(link))
    {
        return Ok(handed(answer, place.language));
    }
    beside::take_over(place.language)
}

/// In the window's executable: what shows a window, be it recorded, and what `doctor` asks.
pub fn show(
    front_end: &dyn FrontEnd,
    mut arguments: Arguments,
    recording: Option<Recording>,
) -> Result<u8, String> {
    let language = language::chosen();
    let reader = arguments.reader.take();
    let known = reader.map(|name| place::known_reader(name, language));
    arguments.reader = known.transpose()?;
    let place = Place::of(&arguments, language, recording);
    match arguments.command {
        None => open(front_end, &place, None, Delivery::Browser),
        Some(Command::Open { link, print }) => {
            open(front_end, &place, Some(&link), Delivery::of(print))
        }
        Some(Command::Trace(command)) if place.recording.is_none() => {
            trace(command, place.only, &|arguments, recording| {
                show(front_end, arguments, recording)
            })
        }
        Some(Command::Doctor { json }) => doctor::display(front_end, json, language),
        Some(_) => Err(language.say("window-only")),
    }
}

fn open(
    front_end: &dyn FrontEnd,
    place: &Place,
    link: Option<&OsStr>,
    delivery: Delivery,
) -> Result<u8, String> {
    let mut instance = None;
    if is_shared(place, delivery) {
        match instance::start(|| wanted(link)) {
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
    let language = settings.window.language.language(place.language);
    let look = desk::look(settings.window, place.theme, false, language);
    let opened = front_end
        .open(look)
        .map_err(|error| error.tell(place.language))?;
    let seen = Seen::load();
    let flow = flow(link, &settings, policy, &seen, place);
    let recent = diagnostics::recording();
    let worker = place.worker(settings.idle);
    let readers = RecordedReaders {
        readers: worker.readers,
        recording: recent.clone(),
    };
    let worker = Worker {
        readers: Box::new(readers),
        ..worker
    };
    let mut desk = Desk::start(flow, worker, delivery, seen, place.watched());
    desk.called_by(Caller::find());
    desk.records(recent);
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
    let exit = left(&mut shared.borrow_mut(), place.language);
    Ok(exit)
}

/// What the window begins with.
fn flow(
    link: Option<&OsStr>,
    settings: &Settings,
    policy: Result<Policy, String>,
    seen: &Seen,
    place: &Place,
) -> (Flow, Vec<Effect>) {
    let now = Timestamp::now();
    let mut flow = match link {
        Some(link) => {
            let policy = policy.clone().map_err(Refused::unjudged);
            let order = policy
                .and_then(|policy| order(link, &policy, place, seen))
                .and_then(|order| claimed(order, place.language));
            if let Err(refused) = order.as_ref()
                && !refused.asks()
            {
                say(&refusal(refused, place.language));
            }
            Flow::sign(order, now)
        }
        None => Flow::manage(now),
    };
    flow.0.know(context(settings));
    flow.0.judged_by(judge(place.language));
    if let (None, Err(reason)) = (link, policy) {
        say(&reason);
        flow.0.tell_broken(reason);
    }
    flow
}

/// The exit code once the window is gone.
fn left(desk: &mut Desk, language: Language) -> u8 {
    // A browser may take its time.
    desk.end();
    let (exit, screen) = (desk.exit(), desk.screen());
    if exit == Some(Exit::NotDone) && screen.kind == Kind::Failed {
        // What failed last is still worth a word.
        terminal::print(&screen, language);
    }
    exit.map_or(NOT_DONE, code)
}

/// Whether it is shown in the window that all links share.
fn is_shared(place: &Place, delivery: Delivery) -> bool {
    !place.is_private() && delivery == Delivery::Browser
}

fn wanted(link: Option<&OsStr>) -> instance::Wanted {
    instance::Wanted {
        link: link.map(|link| link.as_encoded_bytes().to_owned()),
        caller: Caller::find().id().unwrap_or_default(),
    }
}

/// In place of settings that are not understood: they may say that no PIN is kept.
fn unknown_settings() -> Settings {
    Settings {
        idle: Duration::ZERO,
        ..Settings::default()
    }
}

fn context(settings: &Settings) -> Context {
    let journal = journal::of_user();
    Context {
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
