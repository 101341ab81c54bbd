//! Carries out what the flow decides: hands jobs to the card worker, opens the
//! browser, remembers origins. Both front ends, window and terminal, sit at it.

#[cfg(feature = "window")]
mod calls;
mod files;

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use securesign_app::flow::{Effect, Event, Exit, Flow, Order, Recipient, Refused, Unopened};
#[cfg(feature = "window")]
use securesign_app::language::Language;
use securesign_app::screen::{Input, Kind, Level, Screen};
use securesign_app::settings::Change;
#[cfg(feature = "window")]
use securesign_app::settings::{Appearance, Theme};
use securesign_app::worker::{Job, TokenId, Worker, watch};
use securesign_card::reader::Readers;
use securesign_card::text;
use securesign_card::trace::Recording;
use securesign_handoff::callback::Answer;
use securesign_handoff::policy::Inquiry;

use crate::browser::Caller;
use crate::clerk::{Clerk, Task};
#[cfg(feature = "window")]
use crate::front;
use crate::guard::{Alarm, Guard};
use crate::hand::{self, Hand};
use crate::output::say;
use crate::store::seen::Seen;
use crate::store::{settings, used};
use crate::{browser, diagnostics, farewell, service};

/// Where a callback goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The user's browser.
    Browser,
    /// Standard output.
    Print,
}

impl Delivery {
    /// As the command line has it.
    pub fn of(print: bool) -> Self {
        if print { Self::Print } else { Self::Browser }
    }
}

/// How long tokens are not read because it is not known yet whether changes of the
/// readers are noticed. The service answers within milliseconds, or not at all.
const WATCH_PATIENCE: Duration = Duration::from_secs(1);

type Wake = Arc<Mutex<Option<Box<dyn Fn() + Send + Sync>>>>;

/// A flow at work.
pub struct Desk {
    flow: Flow,
    hand: Hand,
    clerk: Clerk,
    alarm: Alarm,
    events: Receiver<Event>,
    sender: Sender<Event>,
    /// Launchers of the browser that are still watched.
    launches: Vec<std::thread::JoinHandle<()>>,
    wake: Wake,
    delivery: Delivery,
    /// The browser that the present link came from.
    caller: Caller,
    seen: Seen,
    stuck: bool,
    watching: bool,
    recent: Recording,
    #[cfg(feature = "window")]
    calls: calls::Calls,
}

impl Desk {
    /// Starts the worker thread and carries out the flow's first effects. With
    /// `watched`, it notices from now on when readers and tokens come and go there.
    pub fn start(
        (mut flow, effects): (Flow, Vec<Effect>),
        worker: Worker,
        delivery: Delivery,
        seen: Seen,
        watched: Option<Box<dyn Readers>>,
    ) -> Self {
        browser::sweep();
        if delivery == Delivery::Print {
            flow.prints();
        }
        let (jobs, job_queue) = channel();
        let (sender, events) = channel();
        let wake = Wake::default();
        let report = reporter(&sender, &wake);
        let locked = reporter(&sender, &wake);
        let alarm = Alarm::new(jobs.clone(), move || {
            locked(Event::Locked);
        });
        let guard = Guard::new(alarm.clone());
        let news = reporter(&sender, &wake);
        hand::tell_of(&worker.progress, move |told| _ = news(Event::Report(told)));
        let (waiting, ready) = channel();
        let gate = watched.is_some().then_some(ready);
        let hand = Hand::new(jobs, move || {
            // What is read after changes are waited for is not read twice.
            gate.map(|ready| ready.recv_timeout(WATCH_PATIENCE));
            worker.run(&job_queue, &|answer| {
                guard.hear(&answer);
                report(Event::Report(answer));
            });
        });
        let clerk = Clerk::new(reporter(&sender, &wake));
        farewell::heed(hand.clone(), clerk.clone());
        let mut desk = Self {
            flow,
            hand,
            clerk,
            alarm,
            events,
            sender,
            launches: Vec::new(),
            wake,
            delivery,
            caller: Caller::default(),
            seen,
            stuck: false,
            watching: false,
            recent: diagnostics::recording(),
            #[cfg(feature = "window")]
            calls: calls::Calls::default(),
        };
        if let Some(readers) = watched {
            desk.watch_until(readers, waiting);
        }
        desk.carry_out(effects);
        desk
    }

    /// A secret may be typed from now on: it is forgotten when the computer sleeps or
    /// its screen is locked.
    pub fn stand_by(&self) {
        self.alarm.stand_by();
    }

    /// Whether readers and tokens are noticed when they come and go.
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// Notices from now on when readers and tokens come and go.
    pub fn watch(&mut self, readers: Box<dyn Readers>) {
        let (waiting, ready) = channel();
        self.watch_until(readers, waiting);
        let _ = ready.recv_timeout(WATCH_PATIENCE);
    }

    /// Says so when every change from then on will be noticed.
    fn watch_until(&mut self, mut readers: Box<dyn Readers>, waiting: Sender<()>) {
        self.watching = true;
        let report = reporter(&self.sender, &self.wake);
        let hand = self.hand.clone();
        std::thread::spawn(move || {
            let waiting = || _ = waiting.send(());
            watch(readers.as_mut(), &waiting, &|change| {
                // The front end may be waiting for a person; a kept PIN does not.
                hand.give(Job::Check);
                report(Event::Report(change))
            });
        });
    }

    /// From now on answers go to this browser, where it is one.
    pub fn called_by(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// The next link of the same run.
    pub fn next(&mut self, order: Result<Order, Refused>) {
        farewell::stand_still();
        let effects = self.flow.next(order);
        self.carry_out(effects);
    }

    /// The flow, for front ends that print more than its screen.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The form is for this token, of several.
    pub fn aim(&mut self, token: &TokenId) {
        self.flow.aim(token);
    }

    /// Origins that were served before, in this run too.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// What is to be seen.
    pub fn screen(&self) -> Screen {
        self.flow.screen()
    }

    /// A person did something.
    pub fn input(&mut self, input: Input) {
        self.event(Event::Input(input));
    }

    /// Takes in what was reported meanwhile; true if there was anything.
    pub fn poll(&mut self) -> bool {
        let mut any = false;
        while let Ok(event) = self.events.try_recv() {
            self.event(event);
            any = true;
        }
        #[cfg(feature = "window")]
        {
            any |= self.hear();
        }
        if self.flow.kept_for().is_some() {
            self.event(Event::Tick);
            any = true;
        }
        any
    }

    /// Waits for the next report; false when `timeout` is over first.
    pub fn wait(&mut self, timeout: Duration) -> bool {
        match self.events.recv_timeout(timeout) {
            Ok(event) => {
                self.event(event);
                self.poll();
                true
            }
            Err(_) => false,
        }
    }

    /// Waits until the card has done its work. A dialogue with a card ends by
    /// itself; the bound is for readers that hang. Nobody waits who gives up.
    pub fn settle(&mut self, given_up: &dyn Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(120);
        let mut said = self.screen().notice;
        while self.screen().kind == Kind::Working
            && Instant::now() < end
            && self.hand.works()
            && !given_up()
        {
            self.wait(Duration::from_millis(100));
            farewell::stand_still();
            // Why it takes so long.
            let screen = self.screen();
            let notice = screen
                .notice
                .filter(|notice| notice.level == Level::Info && screen.kind == Kind::Working);
            if notice.is_some() && notice != said {
                notice.iter().for_each(|notice| say(&notice.text));
                said = notice;
            }
        }
        farewell::stand_still();
        self.poll();
        self.stuck = self.screen().kind == Kind::Working;
    }

    /// A job was given up while the card was still at it.
    pub fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// How it ended.
    pub fn exit(&self) -> Option<Exit> {
        self.flow.exit()
    }

    fn event(&mut self, event: Event) {
        farewell::stand_still();
        let effects = self.flow.on(event, Timestamp::now());
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => self.hand.give(job),
                Effect::Open(answer, recipient) => match self.delivery {
                    Delivery::Browser => self.launch(answer, recipient),
                    Delivery::Print => {
                        if let Err(error) = writeln!(std::io::stdout(), "{}", answer.url()) {
                            let reason = Unopened::Closed(text::reason(&error));
                            self.event(Event::OpenFailed(recipient, reason));
                        }
                    }
                },
                Effect::Inquire(number, inquiry) => self.inquire(number, *inquiry),
                Effect::Read(reading) => self.read(reading),
                Effect::Remember(origin) => self.seen.remember(&origin),
                Effect::Spend { origin, request_id } => {
                    self.clerk.give(Task::Spend(origin, request_id));
                }
                Effect::Release { origin, request_id } => used::release(&origin, &request_id),
                Effect::Record(entry) => {
                    let language = self.flow.language();
                    self.clerk.give(Task::Append(entry, language));
                }
                Effect::ReadJournal => self.clerk.give(Task::Read(self.flow.language())),
                Effect::Export => self.clerk.give(Task::Export(self.flow.language())),
                Effect::Save { serial, pem } => {
                    let language = self.flow.language();
                    self.clerk.give(Task::Save(serial, pem, language));
                }
                Effect::Diagnose => self.diagnose(),
                Effect::SaveReport(text) => {
                    let language = self.flow.language();
                    self.clerk.give(Task::Report(text, language));
                }
                Effect::OpenFile => self.open_file(),
                Effect::Reopen(denied) => {
                    let order = settings::again(*denied, &self.seen, self.flow.language());
                    let effects = self.flow.reopened(order);
                    self.carry_out(effects);
                }
                Effect::Change(change) => {
                    let settings = settings::change(&change, self.flow.language());
                    if let (Change::Idle(_), Ok(settings)) = (&change, &settings) {
                        self.hand.give(Job::Idle(settings.idle));
                    }
                    self.event(Event::Settings(settings));
                }
            }
        }
    }

    /// Starts the browser without making a window wait for it.
    fn launch(&mut self, answer: Answer, recipient: Recipient) {
        let report = reporter(&self.sender, &self.wake);
        let caller = recipient.caller();
        let caller = caller.map_or_else(|| self.caller.clone(), Caller::from_id);
        self.launches.push(std::thread::spawn(move || {
            if let Err(reason) = browser::open(&answer, &caller) {
                report(Event::OpenFailed(recipient, reason));
            }
        }));
    }

    /// Has the service asked without making anybody wait.
    fn inquire(&self, number: u32, inquiry: Inquiry) {
        let report = reporter(&self.sender, &self.wake);
        std::thread::spawn(move || {
            report(Event::Answered(number, service::inquire(&inquiry)));
        });
    }

    /// Nothing more is signed, and what is kept is forgotten; then as [`Self::delivered`].
    pub fn end(&mut self) {
        farewell::part(&self.hand, &self.clerk);
        self.delivered();
    }

    /// Waits until it is known whether the browser took what it was given, and the journal
    /// what happened.
    pub fn delivered(&mut self) {
        for launch in self.launches.drain(..) {
            // The launcher's watch is bounded.
            let _ = launch.join();
        }
        self.clerk.settle();
        self.poll();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        farewell::part(&self.hand, &self.clerk);
    }
}

/// Sends an event and wakes the front end; false when nobody listens.
fn reporter(sender: &Sender<Event>, wake: &Wake) -> impl Fn(Event) -> bool + Send + 'static {
    let (sender, wake) = (sender.clone(), wake.clone());
    move |event| {
        let sent = sender.send(event).is_ok();
        rouse(&wake);
        sent
    }
}

fn rouse(wake: &Wake) {
    if let Ok(wake) = wake.lock()
        && let Some(wake) = wake.as_ref()
    {
        wake();
    }
}

/// A desk that a window shows, and that is still there when the window is gone.
#[cfg(feature = "window")]
pub struct Shown {
    desk: std::rc::Rc<std::cell::RefCell<Desk>>,
    /// The colours that the command line wants.
    theme: Option<front::Theme>,
    /// Whether the desktop wants dark ones.
    dark: Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(feature = "window")]
impl Shown {
    /// `theme` goes before what the settings say.
    pub fn new(desk: std::rc::Rc<std::cell::RefCell<Desk>>, theme: Option<front::Theme>) -> Self {
        let dark = Arc::default();
        Self { desk, theme, dark }
    }
}

/// How the window looks by the settings, in this language; `theme` goes before them, and
/// `dark` is what the desktop wants.
#[cfg(feature = "window")]
pub fn look(
    wanted: Appearance,
    theme: Option<front::Theme>,
    dark: bool,
    language: Language,
) -> front::Look {
    let dark = match wanted.theme {
        Theme::System => dark,
        Theme::Light => false,
        Theme::Dark => true,
    };
    let by_settings = if dark {
        front::Theme::Dark
    } else {
        front::Theme::Light
    };
    front::Look {
        theme: theme.unwrap_or(by_settings),
        scale: wanted.scale,
        larger: language.is_fine(),
    }
}

#[cfg(feature = "window")]
impl front::Model for Shown {
    fn screen(&self) -> Screen {
        self.desk.borrow().screen()
    }

    fn input(&mut self, input: Input) {
        self.desk.borrow_mut().input(input);
    }

    fn poll(&mut self) -> bool {
        self.desk.borrow_mut().poll()
    }

    fn called(&mut self) -> bool {
        self.desk.borrow_mut().calls.called()
    }

    fn finished(&self) -> bool {
        self.desk.borrow().exit().is_some()
    }

    fn look(&self) -> front::Look {
        let (wanted, language) = {
            let desk = self.desk.borrow();
            (desk.flow.context().settings.window, desk.flow.language())
        };
        let dark = self.dark.load(std::sync::atomic::Ordering::SeqCst);
        look(wanted, self.theme, dark, language)
    }

    fn on_wake(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
        let shared = self.desk.borrow().wake.clone();
        if let Ok(mut place) = shared.lock() {
            *place = Some(wake);
        }
        crate::dark::ask(&self.dark, move || {
            if let Ok(wake) = shared.lock()
                && let Some(wake) = wake.as_ref()
            {
                wake();
            }
        });
    }
}
