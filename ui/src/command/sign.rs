//! `securesign sign`: the flow in a terminal, for one link or for many.

use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use securesign_app::document::Document;
use securesign_app::flow::{Effect, Flow, Order, Refused};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input};
use securesign_card::reader::Readers;

use super::{DONE, REFUSED, claimed, code, judge, order, refusal, unreadable};
use crate::args::Sign;
use crate::browser::Caller;
use crate::desk::{Delivery, Desk};
use crate::farewell;
use crate::output::say;
use crate::place::Place;
use crate::prompt;
use crate::prompt::ahead::{self, Next};
use crate::secrets::Secrets;
use crate::store::seen::Seen;
use crate::store::{settings, used};
use crate::terminal::{self, Terminal};

/// Signs for one link, or for each that comes.
pub fn sign(place: &Place, asked: Sign) -> Result<u8, String> {
    let l = place.language;
    let (settings, policy) = settings::load(l)?;
    let seen = Seen::load();
    let secrets = Secrets::read(asked.secrets.into(), l)?;
    let many = asked.link == "-";
    if many && secrets.takes_standard_input() {
        return Err(l.say("secret-both"));
    }
    if many && std::io::stdin().is_terminal() {
        ahead::want();
    }
    let link = if many { next() } else { Some(asked.link) };
    let link = link.ok_or_else(|| l.say("no-link"))?;
    let mut first = order(&link, &policy, place, &seen);
    if let Some(path) = &asked.document {
        attach(&mut first, path, many, l)?;
    }
    let first = first.and_then(|order| claimed(order, l));
    let session = if many { settings.idle } else { Duration::ZERO };
    let patience = patience(asked.wait);
    let delivery = Delivery::of(asked.print);
    // Not for what is refused: the PC/SC client frees what its threads are still
    // setting up when a program ends at once.
    let waits = many || patience != Some(Duration::ZERO);
    let watched = || place.watched().filter(|_| waits);
    let at_once = if goes_on(&first) { watched() } else { None };
    let present = Present::of(&first, l);
    let mut desk = Desk::start(
        flow(first, l),
        place.worker(session),
        delivery,
        seen,
        at_once,
    );
    if delivery == Delivery::Browser {
        desk.called_by(Caller::find());
    }
    let mut run = Run {
        desk,
        secrets,
        patience,
        many,
    };
    let next = || if many { next() } else { None };
    Ok(run.all(place, present, &next, &watched))
}

/// A token may be needed for it.
fn goes_on(order: &Result<Order, Refused>) -> bool {
    order.as_ref().map_or_else(Refused::asks, |_| true)
}

/// Gives a request the document that it is about.
fn attach(
    order: &mut Result<Order, Refused>,
    path: &Path,
    many: bool,
    language: Language,
) -> Result<(), String> {
    let digest = match order {
        Ok(order) => Some(order.digest()),
        Err(refused) => refused.digest(),
    };
    let Some(algorithm) = digest.map(|digest| digest.algorithm()) else {
        return Ok(());
    };
    if many {
        return Err(language.say("one-document"));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error, language))?;
    let document = Document::new(algorithm, bytes);
    let attached = match order {
        Ok(order) => order.attach(document),
        Err(refused) => refused.attach(document),
    };
    attached.map_err(|other| other.tell(language))?;
    if let Some(refused) = order.as_mut().ok().and_then(Order::unsignable) {
        *order = Err(refused);
    }
    Ok(())
}

/// How long a token is waited for; for ever where a person can give up.
fn patience(wait: Option<u64>) -> Option<Duration> {
    match wait {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None if prompt::can_ask() => None,
        None => Some(Duration::ZERO),
    }
}

fn flow(first: Result<Order, Refused>, language: Language) -> (Flow, Vec<Effect>) {
    let (mut flow, effects) = Flow::sign(first, Timestamp::now());
    flow.speak(language);
    flow.in_terminal();
    flow.judged_by(judge(language));
    (flow, effects)
}

/// The link that is at hand.
enum Present {
    /// Its origin and its id.
    Request(String, String),
    /// The service is asked about it.
    Asked,
    /// What is said of it.
    Refused(String),
}

impl Present {
    fn of(order: &Result<Order, Refused>, language: Language) -> Self {
        match order {
            Ok(order) => Self::Request(order.origin().to_owned(), order.request_id().to_owned()),
            Err(refused) if refused.asks() => Self::Asked,
            Err(refused) => {
                let text = refusal(refused, language);
                Self::Refused(match refused.requester() {
                    Some(requester) => {
                        let requester = [("requester", requester.into())];
                        let told = language.say_with("refusal-told", requester);
                        format!("{text} {told}")
                    }
                    None => text,
                })
            }
        }
    }
}

/// One run of the command: all of its links with the same token, person and files.
struct Run {
    desk: Desk,
    secrets: Secrets,
    patience: Option<Duration>,
    many: bool,
}

impl Run {
    /// The link that is at hand and all that follow; the exit code.
    fn all(
        &mut self,
        place: &Place,
        mut present: Present,
        next: &dyn Fn() -> Option<OsString>,
        watched: &dyn Fn() -> Option<Box<dyn Readers>>,
    ) -> u8 {
        let l = place.language;
        let mut worst = DONE;
        loop {
            worst = worst.max(self.end(&present));
            if self.desk.is_stuck() {
                // What is still at work may not be taken for the next link's answer.
                tell_left(l);
                return worst;
            }
            let Some(link) = next() else {
                return worst;
            };
            // Settings may have changed since the last one.
            let link = link.as_encoded_bytes();
            let order = settings::accept(link, place.is_demo(), self.desk.seen(), l)
                .and_then(|order| claimed(order, l));
            present = Present::of(&order, l);
            if let (true, false, Some(readers)) =
                (goes_on(&order), self.desk.is_watching(), watched())
            {
                self.desk.watch(readers);
            }
            self.desk.next(order);
        }
    }

    /// Brings a link to its end; the exit code.
    fn end(&mut self, present: &Present) -> u8 {
        match present {
            Present::Refused(text) => self.refuse(text),
            Present::Request(origin, id) => self.serve(origin, id),
            Present::Asked => self.inquire(),
        }
    }

    /// Waits for the service, and goes on if it allows the portal.
    fn inquire(&mut self) -> u8 {
        let l = self.desk.flow().language();
        loop {
            self.desk.settle(&farewell::given_up);
            if let Some((origin, id)) = self.at_hand() {
                return self.serve(&origin, &id);
            }
            let screen = self.desk.screen();
            terminal::print(&screen, l);
            let again = screen.offers(Action::Retry) && prompt::can_ask();
            if !again || !terminal::agrees(&l.say("terminal-try-again"), l) {
                break;
            }
            self.press(Action::Retry);
        }
        self.desk.input(Input::Closed);
        self.desk.delivered();
        self.desk.exit().map_or(REFUSED, code)
    }

    /// The origin and the id of the request that is at hand.
    fn at_hand(&self) -> Option<(String, String)> {
        let order = self.desk.flow().order()?;
        Some((order.origin().to_owned(), order.request_id().to_owned()))
    }

    /// A portal that may call hears why; to nobody else is anything sent.
    fn refuse(&mut self, text: &str) -> u8 {
        say(text);
        if let Some((origin, id)) = self.allowed() {
            return self.serve(&origin, &id);
        }
        let before = self.desk.screen();
        self.desk.input(Input::Closed);
        self.desk.delivered();
        let screen = self.desk.screen();
        if screen != before {
            // Why it does not hear it.
            terminal::print(&screen, self.desk.flow().language());
        }
        self.desk.exit().map_or(REFUSED, code)
    }

    /// Whether the person lets the portal call after all: then its request is at hand, with
    /// this origin and this id.
    fn allowed(&mut self) -> Option<(String, String)> {
        if !prompt::can_ask() || !self.desk.screen().offers(Action::AllowPortal) {
            return None;
        }
        let l = self.desk.flow().language();
        self.press(Action::AllowPortal);
        let question = self.desk.screen();
        terminal::print(&question, l);
        if !terminal::agrees(&question.title, l) {
            self.press(Action::Back);
            return None;
        }
        self.press(Action::Allow);
        if let Some(present) = self.at_hand() {
            return Some(present);
        }
        // Why it was not written, or is refused all the same.
        terminal::print(&self.desk.screen(), l);
        None
    }

    fn press(&mut self, action: Action) {
        self.desk.input(Input::Press(action, Vec::new()));
    }

    fn serve(&mut self, origin: &str, id: &str) -> u8 {
        let mut terminal = Terminal {
            desk: &mut self.desk,
            secrets: &mut self.secrets,
            patience: self.patience,
            chosen: false,
            way_chosen: false,
            abandoned: false,
            follows: self.many,
        };
        let exit = terminal.sign();
        if terminal.abandoned {
            used::release(origin, id);
        }
        code(exit)
    }
}

/// The next link of standard input, or of those that were pasted before a question.
fn next() -> Option<OsString> {
    match ahead::next() {
        Next::Link(link) => Some(link),
        Next::Unread => next_link(&mut std::io::stdin().lock()),
        Next::End => None,
    }
}

/// Those that were pasted and will not be opened.
fn tell_left(language: Language) {
    let left = ahead::left();
    if left > 0 {
        say(&language.say_with("terminal-links-left", [("count", left.into())]));
    }
}

/// The next line that is not empty. A line longer than any link is cut one byte
/// past the limit, so that it is refused for its length.
fn next_link(input: &mut dyn BufRead) -> Option<OsString> {
    loop {
        let mut line = Vec::new();
        let limit = securesign_handoff::link::LINK_LIMIT as u64 + 1;
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
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_owned())
}

#[cfg(not(unix))]
fn bytes_to_os(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
