//! The flow: link → screens → callback, and the token window, as a pure state
//! machine. Events in; effects and a screen out. No clock, no card, no window.

mod compare;
mod offers;
mod order;
mod pages;
mod queue;
mod reason;
mod refused;
mod remark;
mod session;
mod unopened;
mod way;
mod words;

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::callback::{self, Answer, CallbackError, Outcome};
use crate::code::ErrorCode;
use crate::document::{Document, Unreadable};
use crate::error::{CardError, Lack, Reason, Secret};
use crate::journal::{Entry as Record, Ledger};
use crate::language::Language;
use crate::pin::{Pin, PinFormat, PinRules};
use crate::policy::{Change, Permit, Policy, Settings};
use crate::profile::{Credential, PinUse, Search, Standing, Tries};
use crate::screen::{Action, Input, Screen};
use crate::token::LastTry;
use crate::transport::TransportError;
use crate::worker::{Job, Look, Report, TokenId, TokenInfo, TokenState, TokenView};

use compare::Compared;
pub use compare::Reading;
pub use order::{Order, OtherDocument, Spent};
pub use pages::Home;
use pages::Page;
pub use queue::{Arrival, WAITING_MAX};
pub use refused::Refused;
use remark::Remark;
pub use remark::waits;
use session::Session;
pub use unopened::Unopened;
use way::Way;

/// What happens to the flow.
pub enum Event {
    /// A person did something.
    Input(Input),
    /// The worker reports.
    Report(Report),
    /// A file that was given was read, or could not be.
    Read(Reading, Result<Document, Unreadable>),
    /// No browser took the answer.
    OpenFailed(Unopened),
    /// The settings were changed, or why they were not.
    Settings(Result<Settings, String>),
    /// The journal was read, or why it cannot be.
    Journal(Result<Ledger, String>),
    /// A request was not written into the journal; the reason.
    Unrecorded(String),
    /// The journal was copied to this file, or why it was not.
    Exported(Result<String, String>),
    /// No program has opened the settings file.
    FileUnopened,
    /// The computer goes to sleep or its screen is locked. The worker has heard it by
    /// itself.
    Locked,
    /// Time has passed: while a PIN is kept, the faces say so every second.
    Tick,
}

/// What the faces have to carry out.
pub enum Effect {
    /// For the worker.
    Job(Job),
    /// Open this callback in the browser (or print it). It was validated. With it
    /// who had called, as in [`Order::called_by`].
    Open(Answer, Option<String>),
    /// Read this file, without making anybody wait, for [`Event::Read`].
    Read(Reading),
    /// Remember that this origin has been served, for the first-seen note.
    Remember(String),
    /// This request id of this origin may be used again: it was given up, and nothing
    /// was signed.
    Release {
        /// The origin.
        origin: String,
        /// As in the link.
        request_id: String,
    },
    /// Write this into the journal.
    Record(Box<Record>),
    /// Read the journal; answered by [`Event::Journal`].
    ReadJournal,
    /// Copy the journal to where the user finds it; answered by
    /// [`Event::Exported`].
    Export,
    /// Open the settings file for the user to correct; [`Event::FileUnopened`] where
    /// that fails.
    OpenFile,
    /// Change the settings; answered by [`Event::Settings`].
    Change(Change),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Signed, or the PIN was changed or unblocked; exit code 0.
    Done,
    /// Not done; what could be said to the portal was said; exit code 1.
    NotDone,
    /// Refused before anything was done, and nobody was told; exit code 2.
    Refused,
}

/// What a person wants.
enum Purpose {
    /// A link was opened.
    Sign(Box<Order>),
    /// The token window.
    Manage,
}

/// Where the person is.
enum State {
    /// Before the worker's first report.
    Looking,
    /// The sign window, the token window, or waiting for a token.
    Ready,
    /// The form that changes the PIN of this token.
    Change(TokenId),
    /// The form that unlocks this token with the PUK, and how far it is.
    Unlock(TokenId, Step),
    /// Changing or unlocking was never tried on a real token of this kind: is it
    /// wanted all the same?
    Unsure(TokenId, Errand),
    /// One try of this token is left: may it be used? The entry waits in locked
    /// memory.
    LastTry(TokenId, Entry),
    /// The card is at work.
    Busy(Busy),
    /// The signature is on its way to the portal.
    Signed,
    /// The link was refused.
    Refused(Refused),
    /// It cannot go on.
    Failed(Box<CardError>),
    /// The callback could not be delivered.
    Undelivered(Undelivered),
    /// Settings, journal, about.
    Page(Page),
}

/// How far the form that unlocks a token is.
enum Step {
    /// It says what is needed.
    Need,
    /// It asks for the PUK.
    Puk,
    /// It asks for the new PIN; the PUK waits in locked memory.
    NewPin(Pin),
}

/// Why a callback could not be delivered.
enum Undelivered {
    /// There is none.
    Unbuilt(CallbackError),
    /// No browser took it.
    Unopened(Unopened),
    /// The portal may not call any more.
    Closed(Box<Refused>),
}

/// Reads the settings as they are now, to judge by; an error says what is wrong with
/// them.
pub type Judge = Box<dyn Fn() -> Result<Policy, String>>;

/// What the token window's forms are for.
#[derive(Clone, Copy)]
enum Errand {
    Change,
    Unlock,
}

/// What the card is doing, and what belongs to its answer: readers may come and
/// go meanwhile, and the choice on the screen with them.
enum Busy {
    Signing(Box<Signing>),
    Changing(TokenId),
    Unlocking(TokenId),
    /// It was given up, and others wait: they come when the card has answered.
    Abandoned,
}

struct Signing {
    info: TokenInfo,
    credential: Credential,
}

/// Secrets that were typed, and what for.
enum Entry {
    Sign(Option<Pin>),
    Change { old: Pin, new: Pin },
    Unlock { puk: Pin, new: Pin },
}

/// The state machine.
pub struct Flow {
    purpose: Purpose,
    state: State,
    /// Requests so far; what was typed for one is for no other.
    number: u32,
    queue: VecDeque<Result<Order, Refused>>,
    /// `None` until the first report.
    tokens: Option<Result<Vec<TokenView>, TransportError>>,
    chosen: Option<(TokenId, usize)>,
    remark: Option<Remark>,
    reading: Option<Reading>,
    compared: Option<Compared>,
    /// How many files were given.
    turn: u32,
    /// The last obstacle that a person ran into, for the error callback.
    obstacle: Option<CardError>,
    session: Option<Session>,
    /// How often a kept PIN was forgotten: what was typed before is, too.
    forgotten: u32,
    /// PUK tries left as a refusal told them, for tokens that do not tell
    /// otherwise.
    puk_told: Option<(TokenId, Tries)>,
    exit: Option<Exit>,
    /// Of tokens only the tries left are read.
    lean: bool,
    /// Once something is done, nobody wants to know how many tries are left.
    ends: bool,
    /// Answers that are still to come to jobs that were given up.
    owed: u32,
    /// A PIN was changed or unlocked.
    achieved: bool,
    /// A failure in the token window has not been mended since.
    failed: Option<CardError>,
    judge: Option<Judge>,
    now: Timestamp,
    home: Home,
    language: Language,
}

impl Flow {
    /// For a link that was accepted or refused. The caller carries out the
    /// effects, for this and for every later event.
    pub fn sign(order: Result<Order, Refused>, now: Timestamp) -> (Self, Vec<Effect>) {
        let mut flow = Self::new(Purpose::Manage, now);
        let effects = flow.next(order);
        (flow, effects)
    }

    /// The token window.
    pub fn manage(now: Timestamp) -> (Self, Vec<Effect>) {
        let flow = Self::new(Purpose::Manage, now);
        let effects = vec![flow.look()];
        (flow, effects)
    }

    /// One form of the token window, where nothing else is shown: only the tries left
    /// are read of a token, and again afterwards where somebody wants to know them.
    pub fn form(now: Timestamp, look_again: bool) -> (Self, Vec<Effect>) {
        let mut flow = Self::new(Purpose::Manage, now);
        flow.lean = true;
        flow.ends = !look_again;
        let effects = vec![flow.look()];
        (flow, effects)
    }

    /// Another link in the same run; an accepted PIN goes on for the same
    /// token, certificate and origin.
    pub fn next(&mut self, order: Result<Order, Refused>) -> Vec<Effect> {
        self.number += 1;
        self.exit = None;
        self.remark = None;
        self.reading = None;
        self.compared = None;
        self.obstacle = None;
        self.failed = None;
        match order {
            Ok(order) => {
                self.purpose = Purpose::Sign(Box::new(order));
                self.state = State::Ready;
                self.choose_default();
                // What is known of the tokens serves again, unless other
                // certificates are asked for.
                if self.in_session() {
                    return Vec::new();
                }
                self.state = State::Looking;
                vec![self.look()]
            }
            Err(refused) => {
                self.purpose = Purpose::Manage;
                self.state = State::Refused(refused);
                Vec::new()
            }
        }
    }

    fn new(purpose: Purpose, now: Timestamp) -> Self {
        Self {
            purpose,
            state: State::Looking,
            number: 0,
            queue: VecDeque::new(),
            tokens: None,
            chosen: None,
            remark: None,
            reading: None,
            compared: None,
            turn: 0,
            obstacle: None,
            session: None,
            forgotten: 0,
            puk_told: None,
            exit: None,
            lean: false,
            ends: false,
            owed: 0,
            achieved: false,
            failed: None,
            judge: None,
            now,
            home: Home::default(),
            language: Language::default(),
        }
    }

    /// Its screens are in this language from now on; English without this.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// Whoever waited is judged again when it is shown, and whoever is answered just
    /// before; without this the settings do not change while it runs.
    pub fn judged_by(&mut self, judge: Judge) {
        self.judge = Some(judge);
    }

    /// The language of its screens.
    pub fn language(&self) -> Language {
        self.language
    }

    /// What is to be seen.
    pub fn screen(&self) -> Screen {
        words::screen(self)
    }

    /// How it ended; `None` while it has not.
    pub fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// Whether a PIN was changed or unlocked, or something was signed.
    pub fn achieved(&self) -> bool {
        self.achieved
    }

    /// The tokens as last reported.
    pub fn tokens(&self) -> &[TokenView] {
        match &self.tokens {
            Some(Ok(tokens)) => tokens,
            _ => &[],
        }
    }

    /// How many tokens may be the one that is meant: for a request those with a
    /// certificate that it can be signed with, else all that can be used.
    pub fn candidates(&self) -> usize {
        match &self.purpose {
            Purpose::Sign(_) => {
                let offers = self.offers();
                let usable = |offer: &&offers::Offer<'_>| self.unusable(offer.credential).is_none();
                let tokens = offers.iter().filter(usable).map(|offer| offer.token);
                tokens.collect::<std::collections::HashSet<_>>().len()
            }
            Purpose::Manage => self.ready().count(),
        }
    }

    /// The failure that a person was shown last, for faces that print it.
    pub fn failure(&self) -> Option<&CardError> {
        self.failed.as_ref()
    }

    /// Takes in one event at time `now`.
    pub fn on(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.expire(now);
        effects.extend(self.take(event));
        effects
    }

    fn take(&mut self, event: Event) -> Vec<Effect> {
        if let Event::Report(Report::Session(kept)) = event {
            return self.kept(kept);
        }
        if self.owed > 0 && is_answer(&event) {
            self.owed -= 1;
            return Vec::new();
        }
        match event {
            Event::Locked => {
                self.locked();
                return Vec::new();
            }
            // Of use also after a request has ended.
            Event::Settings(settings) => return self.changed(settings),
            Event::Unrecorded(reason) => {
                self.remark = Some(Remark::Unrecorded(reason));
                return Vec::new();
            }
            _ => {}
        }
        // What comes late is nobody's any more: a portal hears one answer only.
        if self.exit.is_some() && !matches!(event, Event::OpenFailed(_)) {
            return Vec::new();
        }
        match event {
            Event::Input(Input::Choose(index)) => {
                self.choose(index);
                Vec::new()
            }
            Event::Input(Input::Press(action, secrets)) => self.press(action, secrets),
            Event::Input(Input::Files(files)) => self.take_files(&files),
            Event::Input(Input::NoDialog) => self.remark(Remark::NoDialog),
            Event::Read(reading, document) => self.compare(reading, document),
            Event::Input(Input::Closed) => self.part(),
            Event::Input(Input::Set(setting, at)) => self.set(setting, at),
            Event::Input(Input::Row(at)) => self.row(at),
            Event::Input(Input::Lines(lines)) => self.write(lines),
            Event::Journal(read) => self.journal(read),
            Event::Exported(file) => self.exported(file),
            // Taken in above.
            Event::Settings(_) | Event::Unrecorded(_) | Event::Locked => Vec::new(),
            Event::FileUnopened => {
                self.remark = Some(Remark::FileUnopened);
                Vec::new()
            }
            Event::Report(report) => self.report(report),
            Event::Tick => Vec::new(),
            Event::OpenFailed(reason) => self.undelivered(reason),
        }
    }

    fn press(&mut self, action: Action, secrets: Vec<Pin>) -> Vec<Effect> {
        // Only what the screen offers counts.
        if !self.screen().offers(action) {
            return Vec::new();
        }
        match action {
            // At any time, whatever is shown.
            Action::Lock => self.lock(),
            _ if matches!(self.state, State::Page(_)) => self.turn(action),
            Action::Sign => {
                let pin = secrets.into_iter().next();
                self.enter(Entry::Sign(pin), LastTry::Keep)
            }
            Action::Submit => self.submit(secrets),
            Action::Next => self.step(secrets),
            Action::Settings | Action::Journal | Action::About => self.turn(action),
            Action::OpenFile => vec![Effect::OpenFile],
            Action::AddPortal | Action::Remove | Action::Export => Vec::new(),
            Action::UseLastTry => match std::mem::replace(&mut self.state, State::Ready) {
                State::LastTry(_, entry) => self.enter(entry, LastTry::Use),
                _ => Vec::new(),
            },
            Action::ChangePin => self.set_out(Errand::Change),
            Action::Unlock => self.set_out(Errand::Unlock),
            Action::GoOn => match std::mem::replace(&mut self.state, State::Ready) {
                // What is needed has been said with the question.
                State::Unsure(id, Errand::Unlock) => self.show(State::Unlock(id, Step::Puk)),
                State::Unsure(id, errand) => self.show(errand.form(id)),
                other => self.stay(other),
            },
            Action::Back => match std::mem::replace(&mut self.state, State::Ready) {
                State::Unlock(id, Step::NewPin(_)) => self.show(State::Unlock(id, Step::Puk)),
                _ => {
                    self.show(State::Ready);
                    self.give_way()
                }
            },
            Action::Retry => {
                self.remark = None;
                self.state = State::Looking;
                vec![self.look()]
            }
            // The face has a file chosen, and gives it.
            Action::Compare => Vec::new(),
            Action::Cancel | Action::Close => self.part(),
        }
    }

    /// To the form, or first to the question whether it is wanted.
    fn set_out(&mut self, errand: Errand) -> Vec<Effect> {
        let Some((id, info)) = self.token() else {
            return Vec::new();
        };
        let standing = match errand {
            Errand::Change => info.change,
            Errand::Unlock => info.unblock,
        };
        let id = id.clone();
        self.show(match standing {
            Standing::Known => errand.form(id),
            Standing::Inferred | Standing::Doubtful => State::Unsure(id, errand),
        })
    }

    fn show(&mut self, state: State) -> Vec<Effect> {
        self.remark = None;
        self.state = state;
        Vec::new()
    }

    /// The next step of unlocking. What cannot be the PUK goes no further.
    fn step(&mut self, secrets: Vec<Pin>) -> Vec<Effect> {
        let State::Unlock(id, step) = &self.state else {
            return Vec::new();
        };
        let id = id.clone();
        let next = match (step, secrets.into_iter().next()) {
            (Step::Need, _) => Step::Puk,
            (Step::Puk, Some(puk)) => {
                let rules = self.token().and_then(|(_, info)| info.puk_rules);
                match check(Secret::Puk, rules.as_ref(), &puk) {
                    Ok(()) => Step::NewPin(puk),
                    Err(error) => return self.stumble(error),
                }
            }
            _ => return Vec::new(),
        };
        self.show(State::Unlock(id, next))
    }

    fn submit(&mut self, mut secrets: Vec<Pin>) -> Vec<Effect> {
        let (Some(again), Some(new)) = (secrets.pop(), secrets.pop()) else {
            return Vec::new();
        };
        if !new.same(&again) {
            self.remark = Some(Remark::Differ);
            return Vec::new();
        }
        let fits = |info: &TokenInfo| info.pin_rules.check(&new).map_err(CardError::NewPinFormat);
        if let Some(Err(error)) = self.token().map(|(_, info)| fits(info)) {
            return self.stumble(error);
        }
        let entry = match (
            std::mem::replace(&mut self.state, State::Ready),
            secrets.pop(),
        ) {
            (State::Change(id), Some(old)) => {
                self.state = State::Change(id);
                Entry::Change { old, new }
            }
            (State::Unlock(id, Step::NewPin(puk)), None) => {
                self.state = State::Unlock(id, Step::Puk);
                Entry::Unlock { puk, new }
            }
            (other, _) => return self.stay(other),
        };
        self.enter(entry, LastTry::Keep)
    }

    /// Whether the chosen key signs without a PIN. It needs a click all the same.
    fn is_pinless(&self) -> bool {
        self.credential()
            .is_some_and(|credential| credential.pin == PinUse::Never)
    }

    /// Sends what was typed, unless it can never be right or is the last try.
    fn enter(&mut self, entry: Entry, last: LastTry) -> Vec<Effect> {
        let Some((token, info)) = self.token() else {
            return Vec::new();
        };
        if matches!(entry, Entry::Sign(None)) && !self.in_session() && !self.is_pinless() {
            return Vec::new();
        }
        if let Err(error) = entry.check(info) {
            return self.stumble(error);
        }
        let tries = match entry {
            Entry::Sign(None) => Tries::Unknown,
            Entry::Sign(_) | Entry::Change { .. } => info.pin,
            Entry::Unlock { .. } => info.puk,
        };
        if tries == Tries::Left(1) && last == LastTry::Keep {
            let token = token.clone();
            return self.show(State::LastTry(token, entry));
        }
        let token = token.clone();
        let (busy, job) = match entry {
            Entry::Sign(pin) => {
                let (Purpose::Sign(order), Some(credential)) = (&self.purpose, self.credential())
                else {
                    return Vec::new();
                };
                let (credential, info) = (credential.clone(), info.clone());
                let digest = order.digest().clone();
                let document = order.document().cloned();
                let origin = order.origin().to_owned();
                let signing = Signing {
                    info,
                    credential: credential.clone(),
                };
                let credential = Box::new(credential);
                let job = Job::Sign {
                    token,
                    credential,
                    digest,
                    document,
                    origin,
                    pin,
                    last,
                };
                (Busy::Signing(Box::new(signing)), job)
            }
            Entry::Change { old, new } => {
                let secret = Secret::Pin;
                let busy = Busy::Changing(token.clone());
                (
                    busy,
                    Job::Change {
                        token,
                        secret,
                        old,
                        new,
                        last,
                    },
                )
            }
            Entry::Unlock { puk, new } => (
                Busy::Unlocking(token.clone()),
                Job::Unblock {
                    token,
                    puk,
                    new,
                    last,
                },
            ),
        };
        self.remark = None;
        self.failed = None;
        self.state = State::Busy(busy);
        vec![Effect::Job(job)]
    }

    fn report(&mut self, report: Report) -> Vec<Effect> {
        if matches!(self.remark, Some(Remark::Waits(_) | Remark::Touch)) {
            self.remark = None;
        }
        match report {
            Report::Touch => {
                if matches!(self.state, State::Busy(Busy::Signing(_))) {
                    self.remark = Some(Remark::Touch);
                }
                Vec::new()
            }
            Report::Waits(by) => {
                if matches!(self.state, State::Looking | State::Busy(_)) {
                    self.remark = Some(Remark::Waits(by));
                }
                Vec::new()
            }
            Report::Silent => self.despair(),
            Report::Session(kept) => self.kept(kept),
            Report::Tokens(tokens) => {
                self.take_in(tokens);
                Vec::new()
            }
            Report::ReadersChanged => match self.state {
                // A dialogue notices by itself; an ended flow does not care.
                State::Ready
                | State::Looking
                | State::Change(_)
                | State::Unlock(..)
                | State::Unsure(..)
                | State::LastTry(..) => vec![self.look()],
                _ => Vec::new(),
            },
            _ if matches!(self.state, State::Busy(Busy::Abandoned)) => self.advance(),
            // An answer counts only while it is waited for.
            Report::Signed(result) => match std::mem::replace(&mut self.state, State::Ready) {
                State::Busy(Busy::Signing(signing)) => match result {
                    Ok(signature) => self.signed(&signing, signature),
                    Err(error) => self.stumble(error),
                },
                other => self.stay(other),
            },
            Report::Changed(_, result) => match std::mem::replace(&mut self.state, State::Ready) {
                State::Busy(Busy::Changing(id)) => match result {
                    Ok(()) => self.achieve(Remark::Changed),
                    Err(error) => {
                        self.state = State::Change(id);
                        self.stumble(error)
                    }
                },
                other => self.stay(other),
            },
            Report::Unblocked(result) => match std::mem::replace(&mut self.state, State::Ready) {
                State::Busy(Busy::Unlocking(id)) => match result {
                    Ok(()) => {
                        self.puk_told = None;
                        self.achieve(Remark::Unlocked)
                    }
                    Err(error) => {
                        self.state = State::Unlock(id, Step::Puk);
                        self.stumble(error)
                    }
                },
                other => self.stay(other),
            },
        }
    }

    /// The reader does not answer. What it may still say is not waited for, and must not
    /// be taken for an answer to something else.
    fn despair(&mut self) -> Vec<Effect> {
        match self.state {
            State::Busy(Busy::Abandoned) => {
                self.owed += 1;
                return self.advance();
            }
            State::Busy(_) => self.owed += 1,
            State::Looking => {}
            _ => return Vec::new(),
        }
        let error = CardError::Transport(TransportError::Slow);
        self.failed = Some(error.clone());
        self.obstacle = Some(error.clone());
        self.state = State::Failed(Box::new(error));
        Vec::new()
    }

    fn stay(&mut self, state: State) -> Vec<Effect> {
        self.state = state;
        Vec::new()
    }

    /// Tokens as they are now. What was typed for one that is gone is dropped.
    fn take_in(&mut self, mut tokens: Result<Vec<TokenView>, TransportError>) {
        if let (Ok(tokens), Some((id, told))) = (&mut tokens, &self.puk_told) {
            for view in tokens.iter_mut().filter(|view| view.id == *id) {
                if let TokenState::Ready(info) = &mut view.state
                    && info.puk == Tries::Unknown
                {
                    info.puk = *told;
                }
            }
        }
        self.tokens = Some(tokens);
        if let State::Busy(_) = self.state {
            // The choice belongs to the answer that is waited for.
            return;
        }
        if matches!(self.state, State::Looking) {
            self.state = State::Ready;
        }
        self.choose_default();
        let meant = match &self.state {
            State::Change(id)
            | State::Unlock(id, _)
            | State::Unsure(id, _)
            | State::LastTry(id, _) => id.clone(),
            _ => return,
        };
        if self.token_id() != Some(meant) {
            self.state = State::Ready;
            self.remark = Some(Remark::TakenOut);
        }
    }

    /// The browser did not take a result: that of the request on the screen, if it
    /// has one, or of one before it.
    fn undelivered(&mut self, reason: Unopened) -> Vec<Effect> {
        if self.exit.is_some() || matches!(self.state, State::Signed) {
            self.state = State::Undelivered(Undelivered::Unopened(reason));
        } else {
            self.remark = Some(Remark::Undelivered(reason));
        }
        Vec::new()
    }

    fn achieve(&mut self, what: Remark) -> Vec<Effect> {
        self.achieved = true;
        self.failed = None;
        self.obstacle = None;
        self.remark = Some(what);
        if self.ends {
            // It is done, and nothing is shown that could be another now.
            return self.stay(State::Ready);
        }
        self.state = State::Looking;
        vec![self.look()]
    }

    fn signed(&mut self, signing: &Signing, signature: Vec<u8>) -> Vec<Effect> {
        let Purpose::Sign(order) = &self.purpose else {
            return Vec::new();
        };
        let outcome = order.signed(&signing.credential, &signing.info, signature, self.now);
        let origin = order.origin().to_owned();
        let record = order.record(self.now, Ok(&signing.credential));
        let way = order.way().clone();
        let mut effects = self.deliver(&way, &outcome);
        let delivered = !effects.is_empty();
        effects.insert(0, Effect::Record(Box::new(record)));
        if delivered {
            self.served(&origin);
            effects.push(Effect::Remember(origin));
            self.state = State::Signed;
            self.obstacle = None;
            self.achieved = true;
        }
        effects
    }

    /// The callback with an outcome, or a screen that says why it cannot be. Where the
    /// portal may not call any more, nothing goes to it.
    fn deliver(&mut self, way: &Way, outcome: &Outcome) -> Vec<Effect> {
        let built = match self.permit(way) {
            Ok(permit) => callback::build(&permit, outcome, callback::platform_limit())
                .map_err(Undelivered::Unbuilt),
            Err(refused) => Err(Undelivered::Closed(Box::new(refused))),
        };
        match built {
            Ok(answer) => vec![Effect::Open(answer, way.caller().map(str::to_owned))],
            Err(undelivered) => {
                self.state = State::Undelivered(undelivered);
                Vec::new()
            }
        }
    }

    fn permit(&self, way: &Way) -> Result<Permit, Refused> {
        let mut way = way.clone();
        if let Some(judge) = &self.judge {
            way.open_again(&judge().map_err(Refused::unjudged)?)?;
        }
        Ok(way.permit().clone())
    }

    /// Shows what went wrong and lets the person go on where that makes sense.
    fn stumble(&mut self, error: CardError) -> Vec<Effect> {
        self.failed = Some(error.clone());
        self.obstacle = Some(error.clone());
        self.learn(&error);
        self.remark = Some(Remark::Failed(error.clone()));
        match &error {
            CardError::BadSignature => {
                self.state = State::Failed(Box::new(error));
                Vec::new()
            }
            // What is left of the tries is read before anybody types again.
            CardError::Unclear(_) | CardError::Unanswered { .. } => {
                self.state = State::Looking;
                vec![self.look()]
            }
            // Whatever was known of the token may be wrong now.
            CardError::Transport(_)
            | CardError::Changed
            | CardError::Refused { .. }
            | CardError::Declined { .. }
            | CardError::Malformed { .. }
            | CardError::Armor { .. } => {
                self.state = State::Ready;
                vec![self.look()]
            }
            CardError::Blocked(_) | CardError::Wrong { left: Some(0), .. } => {
                if matches!(self.state, State::Change(_)) {
                    self.state = State::Ready;
                }
                vec![self.look()]
            }
            _ => Vec::new(),
        }
    }

    /// Tries left, as the refusal told them.
    fn learn(&mut self, error: &CardError) {
        let (secret, tries) = match error {
            CardError::Wrong { secret, left } => {
                (*secret, left.map_or(Tries::Unknown, Tries::from_count))
            }
            CardError::Blocked(secret) => (*secret, Tries::Blocked),
            CardError::LastTry(secret) => (*secret, Tries::Left(1)),
            CardError::Unanswered { secret, .. } => (*secret, Tries::Unknown),
            _ => return,
        };
        let Some(id) = self.token().map(|(id, _)| id.clone()) else {
            return;
        };
        if secret == Secret::Puk {
            self.puk_told = Some((id.clone(), tries));
        }
        let Some(Ok(tokens)) = &mut self.tokens else {
            return;
        };
        for view in tokens.iter_mut().filter(|view| view.id == id) {
            if let TokenState::Ready(info) = &mut view.state {
                match secret {
                    Secret::Pin => info.pin = tries,
                    Secret::Puk => info.puk = tries,
                }
            }
        }
    }

    /// Gives up, or goes after all is done. A portal whose origin was validated
    /// hears of it; nobody else does.
    fn leave(&mut self) -> Vec<Effect> {
        if self.exit.is_some() {
            return Vec::new();
        }
        let (exit, effects) = match (&self.purpose, &self.state) {
            (_, State::Refused(refused)) => match (refused.way(), refused.outcome()) {
                (Some(way), Some(outcome)) => {
                    let way = way.clone();
                    let told = self.deliver(&way, &outcome);
                    let exit = if told.is_empty() {
                        Exit::Refused
                    } else {
                        Exit::NotDone
                    };
                    (exit, told)
                }
                _ => (Exit::Refused, Vec::new()),
            },
            (_, State::Undelivered(_)) => (Exit::NotDone, Vec::new()),
            (Purpose::Sign(_), State::Signed) => (Exit::Done, Vec::new()),
            (Purpose::Sign(order), state) => {
                let (code, remaining) = self.give_up();
                let outcome = order.failed(code, remaining);
                let mut effects = vec![Effect::Record(Box::new(order.record(self.now, Err(code))))];
                // A token that is still at work may sign yet.
                if !matches!(state, State::Busy(_)) {
                    effects.push(order.release());
                }
                let way = order.way().clone();
                effects.extend(self.deliver(&way, &outcome));
                (Exit::NotDone, effects)
            }
            // To look is enough in the token window.
            (Purpose::Manage, _) if self.failed.is_none() || self.achieved => {
                (Exit::Done, Vec::new())
            }
            (Purpose::Manage, _) => (Exit::NotDone, Vec::new()),
        };
        self.exit = Some(exit);
        effects
    }

    /// Which error code the portal hears (handoff protocol, §4): the obstacle
    /// at which the person gave up.
    fn give_up(&self) -> (ErrorCode, Option<u8>) {
        let obstacle = match &self.obstacle {
            Some(CardError::Unanswered { cause, .. }) => Some(&**cause),
            other => other.as_ref(),
        };
        let code = match obstacle {
            Some(CardError::Wrong { left: Some(0), .. } | CardError::Blocked(_)) => {
                ErrorCode::PinBlocked
            }
            Some(CardError::Wrong {
                secret: Secret::Pin,
                left,
            }) => {
                return (ErrorCode::PinInvalid, *left);
            }
            Some(CardError::Transport(TransportError::Removed | TransportError::NoReader)) => {
                ErrorCode::TokenRemoved
            }
            // The person could have gone on.
            Some(
                CardError::Transport(TransportError::Reset)
                | CardError::Declined {
                    reason: Reason::NoTouch | Reason::PinForgotten,
                    ..
                },
            ) => ErrorCode::SignCancelled,
            // None that answers.
            Some(CardError::Transport(_)) => ErrorCode::TokenNotFound,
            Some(CardError::Declined {
                reason: Reason::NoKey,
                ..
            }) => ErrorCode::CertNotFound,
            Some(
                CardError::Declined { .. }
                | CardError::Refused { .. }
                | CardError::Malformed { .. }
                | CardError::Armor { .. }
                | CardError::RawRsa
                | CardError::Unsupported(_),
            ) => ErrorCode::TokenUnsupported,
            // Whose fault it is cannot be told: it may be ours.
            Some(CardError::BadSignature) => ErrorCode::Internal,
            _ => self.standing_obstacle(),
        };
        (code, None)
    }

    /// What stands in the way on the screen that is shown, if anything.
    fn standing_obstacle(&self) -> ErrorCode {
        let ready: Vec<&TokenInfo> = self.ready().map(|(_, info)| info).collect();
        let strangers = self
            .tokens()
            .iter()
            .any(|view| matches!(view.state, TokenState::Unknown { .. }));
        if ready.is_empty() {
            return if strangers {
                ErrorCode::TokenUnsupported
            } else {
                ErrorCode::TokenNotFound
            };
        }
        let offers = self.offers();
        if offers.is_empty() {
            return ErrorCode::CertNotFound;
        }
        if self.chosen.is_none() {
            // Of one that is not valid yet the portal must not hear that it has expired.
            let expired = |offer: &offers::Offer<'_>| {
                self.is_outdated(offer.credential) && !self.is_early(offer.credential)
            };
            return if offers.iter().all(expired) {
                ErrorCode::CertExpired
            } else {
                ErrorCode::CertNotFound
            };
        }
        if self
            .token()
            .is_some_and(|(_, info)| info.pin == Tries::Blocked)
        {
            return ErrorCode::PinBlocked;
        }
        ErrorCode::SignCancelled
    }

    fn look(&self) -> Effect {
        Effect::Job(Job::Look(match &self.purpose {
            Purpose::Sign(order) => Look::Signing(Search {
                serial: order.serial(),
                everything: false,
            }),
            Purpose::Manage if self.lean => Look::Tries,
            Purpose::Manage => Look::Everything,
        }))
    }

    fn token_id(&self) -> Option<TokenId> {
        self.token().map(|(id, _)| id.clone())
    }
}

impl Errand {
    fn form(self, token: TokenId) -> State {
        match self {
            Self::Change => State::Change(token),
            Self::Unlock => State::Unlock(token, Step::Need),
        }
    }
}

impl Entry {
    /// What can never be right is not even handed to the worker.
    fn check(&self, info: &TokenInfo) -> Result<(), CardError> {
        let pin = |value| check(Secret::Pin, Some(&info.pin_rules), value);
        let fresh = |value: &Pin| info.pin_rules.check(value).map_err(CardError::NewPinFormat);
        match self {
            Entry::Sign(None) => Ok(()),
            Entry::Sign(Some(value)) => pin(value),
            Entry::Change { old, new } => pin(old).and_then(|()| fresh(new)),
            Entry::Unlock { puk, new } => {
                check(Secret::Puk, info.puk_rules.as_ref(), puk).and_then(|()| fresh(new))
            }
        }
    }
}

/// An answer to a job that a person waits for; each job has one.
fn is_answer(event: &Event) -> bool {
    matches!(
        event,
        Event::Report(Report::Signed(_) | Report::Changed(..) | Report::Unblocked(_))
    )
}

fn check(secret: Secret, rules: Option<&PinRules>, value: &Pin) -> Result<(), CardError> {
    let rules = rules.ok_or(CardError::Unsupported(Lack::Puk))?;
    rules
        .check(value)
        .map_err(|fault: PinFormat| CardError::Format { secret, fault })
}
