//! A flow that is played without a card, and the links and tokens for it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_app::document::{Document, Unreadable};
use securesign_app::flow::{
    Arrival, Denied, Effect, Event, Flow, Order, Reading, Recipient, Refused, Unopened,
};
use securesign_app::journal::Entry as Record;
use securesign_app::screen::{Action, Input, Screen};
use securesign_app::settings::{Change, Settings};
use securesign_app::worker::{Binding, Job, Kept, Look, Report, TokenState, TokenView};
use securesign_card::digest::HashAlgorithm;
use securesign_card::profile::{Search, Tries};
use securesign_handoff::callback;
use securesign_handoff::policy::Inquiry;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::Value;
use url::Url;

use crate::bench::{Bench, Shared, abc, secret};

pub const IDLE: Duration = Duration::from_secs(15 * 60);
pub const CALLBACK: &str = "http://localhost:8080/cb";

pub fn link(callback: &str, key: &str, more: &[(&str, &str)]) -> String {
    let hash = STANDARD.encode(abc(HashAlgorithm::Sha256).bytes());
    let mut url = Url::parse("securesign://sign").unwrap();
    url.query_pairs_mut()
        .append_pair("requestId", "request-7")
        .append_pair("hashBase64", &hash)
        .append_pair("hashAlgo", "SHA256")
        .append_pair("documentType", "hash")
        .append_pair("callbackUrl", callback)
        .append_pair("apiKey", key)
        .extend_pairs(more);
    url.into()
}

pub fn order(link: &str) -> Result<Order, Refused> {
    // For the demo token any test key may call from this computer.
    accept(link, true, false)
}

pub fn accept(link: &str, demo: bool, seen: bool) -> Result<Order, Refused> {
    let policy = Settings::default().policy("settings.toml");
    Order::accept(link.as_bytes(), &policy, demo, &|_| seen)
}

/// A token with a P-256 and an RSA key, as the worker reports it.
pub fn token(pin: Tries) -> TokenView {
    let card = PivCard::builder(NIST)
        .seed(b"flow")
        .subject(Slot::SIGNATURE, "CN=Asha Sharma")
        .key(Slot::SIGNATURE, KeyKind::P256)
        .subject(Slot::AUTHENTICATION, "CN=Rohan Mehta")
        .key(Slot::AUTHENTICATION, KeyKind::P384)
        .build()
        .unwrap();
    let bench = Bench::new(Shared::new(card), None);
    let mut view = bench.look(Look::Signing(Search::default())).remove(0);
    if let TokenState::Ready(info) = &mut view.state {
        info.pin = pin;
    }
    view
}

/// A flow, and what it has asked for so far.
pub struct Play {
    pub flow: Flow,
    pub jobs: Vec<Job>,
    pub opened: Vec<Url>,
    /// Whom these were for.
    pub recipients: Vec<Recipient>,
    pub recorded: Vec<Record>,
    pub changes: Vec<Change>,
    pub readings: Vec<Reading>,
    /// Ids that may be used again.
    pub released: Vec<String>,
    /// Ids that were signed.
    pub spent: Vec<String>,
    /// Certificates to save: serial number and PEM.
    pub saved: Vec<(String, String)>,
    /// Requests whose portal may call by now.
    pub reopened: Vec<Denied>,
    /// What the service is asked.
    pub inquiries: Vec<(u32, Inquiry)>,
    /// How often a report was gathered, and what was written of it.
    pub diagnoses: u32,
    pub files_opened: u32,
    pub reports: Vec<String>,
}

impl Play {
    pub fn sign(order: Result<Order, Refused>) -> Self {
        Self::begin(Flow::sign(order, now()))
    }

    pub fn begin((flow, effects): (Flow, Vec<Effect>)) -> Self {
        let mut play = Self {
            flow,
            jobs: Vec::new(),
            opened: Vec::new(),
            recipients: Vec::new(),
            recorded: Vec::new(),
            changes: Vec::new(),
            readings: Vec::new(),
            released: Vec::new(),
            spent: Vec::new(),
            saved: Vec::new(),
            reopened: Vec::new(),
            inquiries: Vec::new(),
            diagnoses: 0,
            files_opened: 0,
            reports: Vec::new(),
        };
        play.keep(effects);
        play
    }

    pub fn with(order: Result<Order, Refused>, pin: Tries) -> Self {
        let mut play = Self::sign(order);
        play.report(Report::Tokens(Ok(vec![token(pin)])));
        play
    }

    pub fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => self.jobs.push(job),
                Effect::Open(answer, recipient) => {
                    self.opened.push(answer.url().parse().unwrap());
                    self.recipients.push(recipient);
                }
                Effect::Record(entry) => self.recorded.push(*entry),
                Effect::Change(change) => self.changes.push(change),
                Effect::Save { serial, pem } => self.saved.push((serial, pem)),
                Effect::OpenFile => self.files_opened += 1,
                Effect::Remember(_) | Effect::ReadJournal | Effect::Export => {}
                Effect::Diagnose => self.diagnoses += 1,
                Effect::SaveReport(text) => self.reports.push(text),
                Effect::Read(reading) => self.readings.push(reading),
                Effect::Release { request_id, .. } => self.released.push(request_id),
                Effect::Spend { request_id, .. } => self.spent.push(request_id),
                Effect::Reopen(denied) => self.reopened.push(*denied),
                Effect::Inquire(number, inquiry) => self.inquiries.push((number, *inquiry)),
            }
        }
    }

    pub fn event(&mut self, event: Event) {
        let effects = self.flow.on(event, now());
        self.keep(effects);
    }

    pub fn report(&mut self, report: Report) {
        if matches!(report, Report::Signed(Ok(_))) {
            self.keep_pin();
        }
        let effects = self.flow.on(Event::Report(report), now());
        self.keep(effects);
    }

    /// One answer of the worker, whatever else it was asked.
    pub fn worker_says(&mut self, report: Report) {
        self.event(Event::Report(report));
    }

    /// What the worker says before a signature, where a PIN may be kept.
    pub fn keep_pin(&mut self) {
        let binding = self.jobs.iter().rev().find_map(|job| match job {
            Job::Sign {
                token,
                credential,
                origin,
                ..
            } => Some(Binding {
                token: token.clone(),
                certificate: credential.certificate.der().to_vec(),
                pin: credential.pin,
                origin: origin.clone(),
            }),
            _ => None,
        });
        if let Some(binding) = binding {
            let kept = Kept {
                binding,
                idle: IDLE,
            };
            let report = Event::Report(Report::Session(Some(kept)));
            let effects = self.flow.on(report, now());
            self.keep(effects);
        }
    }

    pub fn input(&mut self, input: Input) {
        let effects = self.flow.on(Event::Input(input), now());
        self.keep(effects);
    }

    pub fn press(&mut self, action: Action, secrets: &[&str]) {
        let secrets = secrets.iter().map(|text| secret(text)).collect();
        self.input(Input::Press(action, secrets));
    }

    /// Another link comes, whose id was never used.
    pub fn arrive(&mut self, order: Result<Order, Refused>) -> Arrival {
        let (arrival, effects) = self.flow.arrive(order, &|_, _| Ok(()), now());
        self.keep(effects);
        arrival
    }

    /// No browser took the answer that was opened as this one, counted from zero.
    pub fn unopened(&mut self, at: usize) {
        let recipient = self.recipients[at].clone();
        self.event(Event::OpenFailed(recipient, Unopened::NoProgram));
    }

    /// A token comes into view; signing is asked for with its PIN, and done.
    pub fn sign_with_pin(&mut self) {
        self.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        self.press(Action::Sign, &["123456"]);
        self.report(Report::Signed(Ok(vec![0x30, 0x01])));
    }

    /// Which request is on the screen.
    pub fn shown(&self) -> Option<String> {
        let screen = self.screen();
        let fact = screen.facts.iter().find(|fact| fact.label == "Request")?;
        Some(fact.value.clone())
    }

    /// What the portals heard, in turn: which request, and how it ended.
    pub fn told(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or("signed").to_owned();
        let results = self.opened.iter().map(|url| {
            let (_, value) = url.query_pairs().find(|(n, _)| n == "ss_result").unwrap();
            callback::decode(&value).unwrap()
        });
        results
            .map(|result| (text(&result["requestId"]), text(&result["error"])))
            .collect()
    }

    /// Gives one file.
    pub fn give(&mut self, address: &str) {
        self.input(Input::Files(vec![address.to_owned()]));
    }

    /// The file that was given last turns out to hold this.
    pub fn read(&mut self, content: &[u8]) {
        let reading = self.readings.last().expect("a file was given").clone();
        let document = Document::new(reading.algorithm, content.to_vec());
        self.answer(reading, Ok(document));
    }

    pub fn answer(&mut self, reading: Reading, document: Result<Document, Unreadable>) {
        let effects = self.flow.on(Event::Read(reading, document), now());
        self.keep(effects);
    }

    pub fn screen(&self) -> Screen {
        self.flow.screen()
    }

    /// What stands beside "Document".
    pub fn document(&self) -> String {
        let facts = self.screen().facts.into_iter();
        let mut fitting = facts.filter(|fact| fact.label == "Document");
        fitting.next().expect("it is always there").value
    }

    pub fn offers(&self, action: Action) -> bool {
        self.screen()
            .buttons
            .iter()
            .any(|button| button.action == action)
    }

    /// Fills in the steps of unlocking from where they are, as far as they go.
    pub fn unlock(&mut self, puk: &str, new: &str, again: &str) {
        if self.screen().fields.is_empty() {
            self.press(Action::Next, &[]);
        }
        self.press(Action::Next, &[puk]);
        self.press(Action::Submit, &[new, again]);
    }

    /// How many jobs carry a PIN or PUK.
    pub fn secrets_sent(&self) -> usize {
        self.jobs
            .iter()
            .filter(|job| !matches!(job, Job::Look(_)))
            .count()
    }

    /// The only result that was sent, as the portal reads it.
    pub fn result(&self) -> Value {
        assert_eq!(self.opened.len(), 1);
        let (_, value) = self.opened[0]
            .query_pairs()
            .find(|(n, _)| n == "ss_result")
            .unwrap();
        callback::decode(&value).unwrap()
    }
}

pub fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// The same token after it was taken out and put in again, or another one.
pub fn moved(mut view: TokenView) -> TokenView {
    view.id.insertion += 1;
    view
}

pub fn request(id: &str) -> Result<Order, Refused> {
    order(&link(CALLBACK, "ss_test_k", &[]).replace("request-7", id))
}

pub fn bad_request() -> Result<Order, Refused> {
    order(&link("http://evil.example/cb", "ss_test_k", &[]))
}

pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(id, end): &(&str, &str)| ((*id).to_owned(), (*end).to_owned());
    expected.iter().map(own).collect()
}
