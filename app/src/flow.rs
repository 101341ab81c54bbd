//! The flow: link → screens → callback, and the token window, as a pure state
//! machine. Events in; effects and a screen out. No clock, no card, no window.

mod allow;
mod answer;
mod compare;
mod end;
mod event;
mod form;
mod inquiry;
mod offers;
mod order;
mod pages;
mod queue;
mod reason;
mod recipient;
mod refused;
mod remark;
mod session;
mod state;
mod tokens;
mod unopened;
mod way;
mod words;

use jiff::Timestamp;

use securesign_card::application::PinId;
use securesign_card::error::CardError;
use securesign_card::pin::Pin;
use securesign_card::profile::{Search, Tries};
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_handoff::policy::Policy;

use crate::language::Language;

use crate::screen::{Action, Input, Screen};
use crate::worker::{Job, Look, PinView, Report, TokenId, TokenView};

use answer::is_answer;
use compare::Compared;
pub use compare::Reading;
use end::Undelivered;
pub use event::{Effect, Event, Exit};
use form::{Entry, Errand, Step, Target};
use offers::Chosen;
pub use order::{Order, OtherDocument, Spent};
pub use pages::Context;
use pages::Page;
use queue::Queue;
pub use queue::{Arrival, WAITING_MAX};
pub use recipient::Recipient;
pub use refused::{Denied, Refused};
use remark::Remark;
pub use remark::waits;
use session::Session;
use state::{Busy, Purpose, Question, Signing, State};
pub use unopened::Unopened;

/// Reads the settings as they are now, to judge by; an error says what is wrong with
/// them.
pub type Judge = Box<dyn Fn() -> Result<Policy, String>>;

/// The state machine.
pub struct Flow {
    purpose: Purpose,
    state: State,
    /// Requests so far; what was typed for one is for no other.
    number: u32,
    queue: Queue,
    /// `None` until the first report.
    tokens: Option<Result<Vec<TokenView>, TransportError>>,
    /// The token that may get a PIN although none of its kind was tried.
    agreed: Option<TokenId>,
    chosen: Option<Chosen>,
    /// Which of several is shown in the token window.
    opened: Option<TokenId>,
    remark: Option<Remark>,
    reading: Option<Reading>,
    compared: Option<Compared>,
    /// As typed, where the desktop has no dialog for files.
    path: Option<String>,
    /// How many files were given.
    turn: u32,
    /// The last obstacle that a person ran into, for the error callback.
    obstacle: Option<CardError>,
    session: Option<Session>,
    /// How often a kept PIN was forgotten, or the certificate went that one was typed for: what
    /// was typed before is forgotten, too.
    forgotten: u32,
    /// PUK tries left as a refusal told them, for tokens that do not tell
    /// otherwise.
    puk_told: Option<(TokenId, PinId, Tries)>,
    exit: Option<Exit>,
    /// Of tokens only the tries left are read.
    lean: bool,
    /// Once something is done, nobody wants to know how many tries are left.
    ends: bool,
    /// Answers that are still to come to jobs that were given up.
    owed: u32,
    /// A PIN whose unlocking the card has refused for good.
    unblock_off: Option<Target>,
    /// The person signs although the document that was given is another one.
    insists: bool,
    /// The PIN that was accepted is one that such tokens leave the factory with.
    factory_pin: bool,
    /// The job whose answer the page that says that the reader hangs is about.
    hung: Option<Busy>,
    /// What came late of something that is not on the screen any more, and which request
    /// was shown then. It is said beside everything else, until that one and the next
    /// are gone.
    late: Vec<(u32, Remark)>,
    /// Answers that are still to come to looks; the first of them were asked for by
    /// requests before this one, which may have wanted other certificates.
    looks: u32,
    stale: u32,
    /// A PIN was changed or unlocked.
    achieved: bool,
    /// A failure in the token window has not been mended since.
    failed: Option<CardError>,
    judge: Option<Judge>,
    /// It is shown in a terminal.
    terminal: bool,
    /// A new PIN that would be guessed is taken all the same.
    any_new_pin: bool,
    /// Answers are printed and not opened.
    printed: bool,
    now: Timestamp,
    context: Context,
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
        let mut flow = Self::new(Purpose::Manage, now);
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
        self.queue.place += 1;
        self.begin(order, false)
    }

    /// The answer to [`Effect::Reopen`]: the same request, not the next one.
    pub fn reopened(&mut self, order: Result<Order, Refused>) -> Vec<Effect> {
        let ahead = matches!(self.state, State::Inquiring(_));
        self.begin(order, ahead)
    }

    /// `ahead`: the tokens were read for it while the service was asked, or are being read.
    fn begin(&mut self, order: Result<Order, Refused>, ahead: bool) -> Vec<Effect> {
        // What the token says to the one before is not for this one.
        self.owed += u32::from(matches!(self.state, State::Busy(_)));
        if !ahead {
            self.stale = self.looks;
        }
        self.late.retain(|(shown, _)| *shown == self.number);
        self.number += 1;
        self.exit = None;
        self.hung = None;
        self.remark = None;
        self.compare_nothing();
        self.insists = false;
        self.factory_pin = false;
        self.obstacle = None;
        self.failed = None;
        match order {
            Ok(order) => {
                self.purpose = Purpose::Sign(Box::new(order));
                self.state = State::Ready;
                // What was chosen for one request is chosen for no other.
                self.chosen = None;
                self.choose_default();
                // What is known of the tokens serves again, unless other certificates
                // are asked for or the tokens have changed.
                if self.in_session() && self.stale == 0 {
                    return Vec::new();
                }
                let comes = self.looks > self.stale;
                if ahead && !comes {
                    return Vec::new();
                }
                self.state = State::Looking;
                if ahead {
                    return Vec::new();
                }
                vec![self.look()]
            }
            Err(refused) if refused.asks() => {
                self.purpose = Purpose::Manage;
                self.inquire(refused)
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
            queue: Queue::default(),
            tokens: None,
            agreed: None,
            chosen: None,
            opened: None,
            remark: None,
            reading: None,
            compared: None,
            path: None,
            turn: 0,
            obstacle: None,
            session: None,
            forgotten: 0,
            puk_told: None,
            exit: None,
            lean: false,
            ends: false,
            owed: 0,
            unblock_off: None,
            insists: false,
            factory_pin: false,
            hung: None,
            late: Vec::new(),
            looks: 0,
            stale: 0,
            achieved: false,
            failed: None,
            judge: None,
            terminal: false,
            any_new_pin: false,
            printed: false,
            now,
            context: Context::default(),
            language: Language::default(),
        }
    }

    /// Its screens are in this language from now on; English without this.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// It is shown in a terminal: nothing is said of a window.
    pub fn in_terminal(&mut self) {
        self.terminal = true;
    }

    /// The new PIN does not come from a person's hand: whoever hands tokens out may well give
    /// each the same one.
    pub fn takes_any_new_pin(&mut self) {
        self.any_new_pin = true;
    }

    /// Answers are printed: nothing is said of a browser.
    pub fn prints(&mut self) {
        self.printed = true;
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

    /// The request that is at hand; `None`: the token window, or a refusal.
    pub fn order(&self) -> Option<&Order> {
        match &self.purpose {
            Purpose::Sign(order) => Some(order),
            Purpose::Manage => None,
        }
    }

    /// How it ended; `None` while it has not.
    pub fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// Whether a PIN was changed or unlocked, or something was signed.
    pub fn achieved(&self) -> bool {
        self.achieved
    }

    /// What was wanted was done a moment ago, and nothing else since.
    pub(crate) fn has_achieved(&self) -> bool {
        matches!(self.remark, Some(Remark::Changed(_) | Remark::Unlocked(_)))
    }

    /// The tokens as last reported.
    pub fn tokens(&self) -> &[TokenView] {
        match &self.tokens {
            Some(Ok(tokens)) => tokens,
            _ => &[],
        }
    }

    /// The PINs of the token in question, the first one in front.
    pub fn pins(&self) -> Vec<PinView> {
        self.token().map_or_else(Vec::new, |(_, info)| info.pins())
    }

    /// The page that says why nothing unlocks a PIN of the token in question; `None` where
    /// something does.
    pub fn dead_end(&self, pin: &PinView) -> Option<Screen> {
        words::dead_end(self, pin).map(Screen::shown)
    }

    /// The failure that a person was shown last, for front ends that print it.
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
            match self.hung.take() {
                // It comes after all, and nobody has gone on.
                Some(busy) if self.owed == 0 => self.state = State::Busy(busy),
                _ => return Vec::new(),
            }
        }
        match event {
            Event::Locked => {
                self.locked();
                return Vec::new();
            }
            // Of use also after a request has ended.
            Event::Settings(settings) => return self.changed(settings),
            // Of use whatever is shown, and no reason to hide what is said there.
            Event::Unrecorded { request, reason } => {
                return self.late(Remark::Unrecorded { request, reason });
            }
            _ => {}
        }
        // What comes late is nobody's any more: a portal hears one answer only.
        if self.exit.is_some() && !matches!(event, Event::OpenFailed(..)) {
            return Vec::new();
        }
        match event {
            Event::Input(Input::Choose(index)) => {
                self.choose(index);
                Vec::new()
            }
            Event::Input(Input::Press(action, secrets)) => self.press(action, secrets),
            Event::Input(Input::Files(files)) => self.take_files(&files),
            Event::Input(Input::Copied) => self.copied(),
            Event::Input(Input::NoDialog) => self.ask_path(),
            Event::Read(reading, document) => self.compare(reading, document),
            Event::Answered(number, answer) => self.answered_by_service(number, answer),
            Event::Input(Input::Closed) => self.part(),
            Event::Input(Input::Set(setting, at)) => self.set(setting, at),
            Event::Input(Input::Row(at)) => self.row(at),
            Event::Input(Input::Details(at)) => self.detail(at),
            Event::Input(Input::Lines(lines)) => self.write(lines),
            Event::Journal(read) => self.journal(read),
            Event::Exported(file) => self.exported(file),
            Event::Saved(file) => self.saved(file),
            Event::Diagnosed(text) => self.diagnosed(text),
            Event::Settings(_) | Event::Unrecorded { .. } | Event::Locked => Vec::new(),
            Event::FileUnopened => self.unopened(),
            Event::Report(report) => self.report(report),
            Event::Tick => Vec::new(),
            Event::OpenFailed(recipient, reason) => self.undelivered(recipient, reason),
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
            // Nothing is wrong with Return in an empty field.
            Action::Sign | Action::Next | Action::Submit if secrets.iter().any(Pin::is_empty) => {
                self.remark = Some(Remark::Empty);
                Vec::new()
            }
            _ if matches!(self.state, State::Page(_)) => self.turn(action),
            Action::Sign => {
                let pin = secrets.into_iter().next();
                self.enter(Entry::Sign(pin), LastTry::Keep)
            }
            Action::Submit => self.submit(secrets),
            Action::Next => self.step(secrets),
            Action::Settings | Action::Journal | Action::About => self.turn(action),
            Action::OpenFile => vec![Effect::OpenFile],
            Action::AllowPortal => self.ask_to_allow(),
            Action::Allow => self.allow(),
            Action::AddPortal | Action::Remove | Action::Export | Action::Diagnose => Vec::new(),
            Action::UseLastTry | Action::GoOn | Action::SignAnyway => self.agree(action),
            Action::ChangePin => self.set_out(Errand::Change, None),
            Action::Unlock => self.set_out(Errand::Unlock, None),
            Action::ChangeFurther(pin) => self.set_out(Errand::Change, Some(pin)),
            Action::UnlockFurther(pin) => self.set_out(Errand::Unlock, Some(pin)),
            Action::OtherWay => self.take_other_way(),
            Action::Back => self.back(),
            Action::Retry if matches!(self.state, State::Refused(_)) => self.ask_again(),
            Action::Retry => match std::mem::replace(&mut self.state, State::Looking) {
                State::Undelivered(Undelivered::Held(held)) => self.hand_over_again(*held),
                _ => {
                    self.remark = None;
                    vec![self.look()]
                }
            },
            // The front end has done it.
            Action::Copy => self.copied(),
            Action::Compare => self.take_path(),
            Action::Cancel | Action::Close => self.part(),
        }
    }

    fn show(&mut self, state: State) -> Vec<Effect> {
        self.remark = None;
        self.state = state;
        Vec::new()
    }

    fn stay(&mut self, state: State) -> Vec<Effect> {
        self.state = state;
        Vec::new()
    }

    /// Says something that came late, beside what the screen is about.
    fn late(&mut self, remark: Remark) -> Vec<Effect> {
        self.late.push((self.number, remark));
        Vec::new()
    }

    fn look(&mut self) -> Effect {
        self.looks += 1;
        let signing = |serial| {
            Look::Signing(Search {
                serial,
                everything: false,
            })
        };
        Effect::Job(Job::Look(match (&self.purpose, &self.state) {
            (Purpose::Sign(order), _) => signing(order.serial()),
            (Purpose::Manage, State::Inquiring(refused)) => {
                signing(refused.denied().and_then(Denied::serial))
            }
            (Purpose::Manage, _) if self.lean => Look::Pins,
            (Purpose::Manage, _) => Look::Everything,
        }))
    }

    fn token_id(&self) -> Option<TokenId> {
        self.token().map(|(id, _)| id.clone())
    }
}
