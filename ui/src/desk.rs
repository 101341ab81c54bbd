//! Carries out what the flow decides: hands jobs to the card worker, opens the
//! browser, remembers origins. Both faces, window and terminal, sit at it.

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use securesign_core::document::Document;
use securesign_core::flow::{Effect, Event, Exit, Flow, Order, Reading, Refused};
use securesign_core::reader::Readers;
use securesign_core::screen::{Input, Kind, Screen};
use securesign_core::worker::{Job, Worker, watch};

use crate::guard::Guard;
use crate::hand::Hand;
use crate::settings::Seen;
use crate::{browser, farewell, file};

/// Where a callback goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The user's browser.
    Browser,
    /// Standard output.
    Print,
}

type Wake = Arc<Mutex<Option<Box<dyn Fn() + Send + Sync>>>>;

/// A flow at work.
pub struct Desk {
    flow: Flow,
    hand: Hand,
    events: Receiver<Event>,
    sender: Sender<Event>,
    /// Launchers of the browser that are still watched.
    launches: Vec<std::thread::JoinHandle<()>>,
    wake: Wake,
    delivery: Delivery,
    seen: Seen,
    stuck: bool,
}

impl Desk {
    /// Starts the worker thread and carries out the flow's first effects.
    pub fn start(
        (flow, effects): (Flow, Vec<Effect>),
        worker: Worker,
        delivery: Delivery,
        seen: Seen,
    ) -> Self {
        let (jobs, job_queue) = channel();
        let (sender, events) = channel();
        let wake = Wake::default();
        let report = reporter(&sender, &wake);
        let guard = Guard::new(jobs.clone());
        let worker = std::thread::spawn(move || {
            worker.run(&job_queue, &|answer| {
                guard.hear(&answer);
                report(Event::Report(answer));
            });
        });
        let hand = Hand::new(jobs, worker);
        farewell::heed(hand.clone());
        let mut desk = Self {
            flow,
            hand,
            events,
            sender,
            launches: Vec::new(),
            wake,
            delivery,
            seen,
            stuck: false,
        };
        desk.carry_out(effects);
        desk
    }

    /// Notices from now on when readers and tokens come and go.
    pub fn watch(&self, mut readers: Box<dyn Readers>) {
        let report = reporter(&self.sender, &self.wake);
        let hand = self.hand.clone();
        std::thread::spawn(move || {
            watch(readers.as_mut(), &|change| {
                // The face may be waiting for a person; a kept PIN does not.
                hand.give(Job::Check);
                report(Event::Report(change))
            });
        });
    }

    /// The next link of the same run.
    pub fn next(&mut self, order: Result<Order, Refused>) {
        let effects = self.flow.next(order);
        self.carry_out(effects);
    }

    /// The flow, for faces that print more than its screen.
    pub fn flow(&self) -> &Flow {
        &self.flow
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
    /// itself; the bound is for readers that hang.
    pub fn settle(&mut self) {
        let end = Instant::now() + Duration::from_secs(120);
        while self.screen().kind == Kind::Working && Instant::now() < end && self.hand.works() {
            self.wait(Duration::from_millis(500));
        }
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
        let effects = self.flow.on(event, Timestamp::now());
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => self.hand.give(job),
                Effect::Open(url) => match self.delivery {
                    Delivery::Browser => self.launch(url),
                    Delivery::Print => {
                        if let Err(error) = writeln!(std::io::stdout(), "{url}") {
                            let reason = format!("standard output is closed ({error})");
                            self.event(Event::OpenFailed(reason));
                        }
                    }
                },
                Effect::Read(reading) => self.read(reading),
                Effect::Remember(origin) => self.seen.remember(&origin),
            }
        }
    }

    /// Reads a file without making a window wait for it, or for the disk.
    fn read(&self, reading: Reading) {
        let report = reporter(&self.sender, &self.wake);
        std::thread::spawn(move || {
            let document = file::read(&reading.path, &reading.name)
                .map(|content| Document::new(reading.algorithm, content));
            report(Event::Read(reading, document));
        });
    }

    /// Starts the browser without making a window wait for it.
    fn launch(&mut self, url: url::Url) {
        let report = reporter(&self.sender, &self.wake);
        self.launches.push(std::thread::spawn(move || {
            if let Err(reason) = browser::open(&url) {
                report(Event::OpenFailed(reason));
            }
        }));
    }

    /// Waits until it is known whether the browser took what it was given.
    pub fn delivered(&mut self) {
        for launch in self.launches.drain(..) {
            // The launcher's watch is bounded.
            let _ = launch.join();
        }
        self.poll();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.hand.dismiss();
    }
}

/// Sends an event and wakes the face; false when nobody listens.
fn reporter(sender: &Sender<Event>, wake: &Wake) -> impl Fn(Event) -> bool + Send + 'static {
    let (sender, wake) = (sender.clone(), wake.clone());
    move |event| {
        let sent = sender.send(event).is_ok();
        if let Ok(wake) = wake.lock()
            && let Some(wake) = wake.as_ref()
        {
            wake();
        }
        sent
    }
}

/// A desk that a window shows, and that is still there when the window is gone.
#[cfg(feature = "window")]
pub struct Shown(pub std::rc::Rc<std::cell::RefCell<Desk>>);

#[cfg(feature = "window")]
impl crate::window::Model for Shown {
    fn screen(&self) -> Screen {
        self.0.borrow().screen()
    }

    fn input(&mut self, input: Input) {
        self.0.borrow_mut().input(input);
    }

    fn poll(&mut self) -> bool {
        self.0.borrow_mut().poll()
    }

    fn finished(&self) -> bool {
        self.0.borrow().exit().is_some()
    }

    fn on_wake(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
        if let Ok(mut place) = self.0.borrow().wake.lock() {
            *place = Some(wake);
        }
    }
}
