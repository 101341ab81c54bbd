//! The flow from link to callback, without a card: what is shown, what is asked
//! of the worker, and what the portal hears.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bench::{Bench, Shared, abc, secret};
use jiff::Timestamp;
use securesign_app::document::{Document, Unreadable};
use securesign_app::flow::{
    Arrival, Effect, Event, Exit, Flow, Home, Order, Reading, Refused, Spent, Unopened, WAITING_MAX,
};
use securesign_app::journal::{Entry as Record, Ledger, Mark};
use securesign_app::screen::{Action, Input, Kind, Level, Screen, Setting};
use securesign_app::worker::{Binding, Job, Kept, Look, Report, TokenId, TokenState, TokenView};
use securesign_card::certificate::Certificate;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Secret};
use securesign_card::language::Language;
use securesign_card::profile::{Flaw, Note, Search, Standing, Tries};
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_handoff::callback;
use securesign_handoff::policy::{Appearance, Change, Policy, Portal, Settings, Tongue};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::{Value, json};
use url::Url;

const IDLE: Duration = Duration::from_secs(15 * 60);
const CALLBACK: &str = "http://localhost:8080/cb";

fn link(callback: &str, key: &str, more: &[(&str, &str)]) -> String {
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

fn order(link: &str) -> Result<Order, Refused> {
    // For the demo token any test key may call from this computer.
    accept(link, true, false)
}

fn accept(link: &str, demo: bool, seen: bool) -> Result<Order, Refused> {
    let policy = Policy::new(Settings::default(), "settings.toml");
    Order::accept(link.as_bytes(), &policy, demo, &|_| seen)
}

/// A token with a P-256 and an RSA key, as the worker reports it.
fn token(pin: Tries) -> TokenView {
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
struct Play {
    flow: Flow,
    jobs: Vec<Job>,
    opened: Vec<Url>,
    recorded: Vec<Record>,
    changes: Vec<Change>,
    readings: Vec<Reading>,
    /// Ids that may be used again.
    released: Vec<String>,
    /// Ids that were signed.
    spent: Vec<String>,
}

impl Play {
    fn sign(order: Result<Order, Refused>) -> Self {
        Self::begin(Flow::sign(order, now()))
    }

    fn begin((flow, effects): (Flow, Vec<Effect>)) -> Self {
        let mut play = Self {
            flow,
            jobs: Vec::new(),
            opened: Vec::new(),
            recorded: Vec::new(),
            changes: Vec::new(),
            readings: Vec::new(),
            released: Vec::new(),
            spent: Vec::new(),
        };
        play.keep(effects);
        play
    }

    fn with(order: Result<Order, Refused>, pin: Tries) -> Self {
        let mut play = Self::sign(order);
        play.report(Report::Tokens(Ok(vec![token(pin)])));
        play
    }

    fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => self.jobs.push(job),
                Effect::Open(answer, _) => self.opened.push(answer.url().parse().unwrap()),
                Effect::Record(entry) => self.recorded.push(*entry),
                Effect::Change(change) => self.changes.push(change),
                Effect::Remember(_) | Effect::ReadJournal | Effect::Export | Effect::OpenFile => {}
                Effect::Read(reading) => self.readings.push(reading),
                Effect::Release { request_id, .. } => self.released.push(request_id),
                Effect::Spend { request_id, .. } => self.spent.push(request_id),
            }
        }
    }

    fn report(&mut self, report: Report) {
        if matches!(report, Report::Signed(Ok(_))) {
            self.keep_pin();
        }
        let effects = self.flow.on(Event::Report(report), now());
        self.keep(effects);
    }

    /// What the worker says before a signature, where a PIN may be kept.
    fn keep_pin(&mut self) {
        let binding = self.jobs.iter().rev().find_map(|job| match job {
            Job::Sign {
                token,
                credential,
                origin,
                ..
            } => Some(Binding {
                token: token.clone(),
                certificate: credential.certificate.der().to_vec(),
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

    fn input(&mut self, input: Input) {
        let effects = self.flow.on(Event::Input(input), now());
        self.keep(effects);
    }

    fn press(&mut self, action: Action, secrets: &[&str]) {
        let secrets = secrets.iter().map(|text| secret(text)).collect();
        self.input(Input::Press(action, secrets));
    }

    /// Another link comes, whose id was never used.
    fn arrive(&mut self, order: Result<Order, Refused>) -> Arrival {
        let (arrival, effects) = self.flow.arrive(order, &|_, _| Ok(()), now());
        self.keep(effects);
        arrival
    }

    /// A token comes into view; signing is asked for with its PIN, and done.
    fn sign_with_pin(&mut self) {
        self.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        self.press(Action::Sign, &["123456"]);
        self.report(Report::Signed(Ok(vec![0x30, 0x01])));
    }

    /// Which request is on the screen.
    fn shown(&self) -> Option<String> {
        let screen = self.screen();
        let fact = screen.facts.iter().find(|fact| fact.label == "Request")?;
        Some(fact.value.clone())
    }

    /// What the portals heard, in turn: which request, and how it ended.
    fn told(&self) -> Vec<(String, String)> {
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
    fn give(&mut self, address: &str) {
        self.input(Input::Files(vec![address.to_owned()]));
    }

    /// The file that was given last turns out to hold this.
    fn read(&mut self, content: &[u8]) {
        let reading = self.readings.last().expect("a file was given").clone();
        let document = Document::new(reading.algorithm, content.to_vec());
        self.answer(reading, Ok(document));
    }

    fn answer(&mut self, reading: Reading, document: Result<Document, Unreadable>) {
        let effects = self.flow.on(Event::Read(reading, document), now());
        self.keep(effects);
    }

    fn screen(&self) -> Screen {
        self.flow.screen()
    }

    /// What stands beside "Document".
    fn document(&self) -> String {
        let facts = self.screen().facts.into_iter();
        let mut fitting = facts.filter(|fact| fact.label == "Document");
        fitting.next().expect("it is always there").value
    }

    fn offers(&self, action: Action) -> bool {
        self.screen()
            .buttons
            .iter()
            .any(|button| button.action == action)
    }

    /// Fills in the steps of unlocking from where they are, as far as they go.
    fn unlock(&mut self, puk: &str, new: &str, again: &str) {
        if self.screen().fields.is_empty() {
            self.press(Action::Next, &[]);
        }
        self.press(Action::Next, &[puk]);
        self.press(Action::Submit, &[new, again]);
    }

    /// How many jobs carry a PIN or PUK.
    fn secrets_sent(&self) -> usize {
        self.jobs
            .iter()
            .filter(|job| !matches!(job, Job::Look(_)))
            .count()
    }

    /// The only result that was sent, as the portal reads it.
    fn result(&self) -> Value {
        assert_eq!(self.opened.len(), 1);
        let (_, value) = self.opened[0]
            .query_pairs()
            .find(|(n, _)| n == "ss_result")
            .unwrap();
        callback::decode(&value).unwrap()
    }
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

#[test]
fn r10_who_asks_and_what_is_signed_stand_above_the_pin() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    // From the very first screen on.
    let asks = |screen: &Screen| {
        screen
            .facts
            .iter()
            .any(|fact| fact.value == "http://localhost:8080" && fact.mark.is_none())
    };
    assert!(asks(&play.screen()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    assert!(asks(&screen));
    // FIPS 180-4, SHA-256 of "abc".
    let digest = screen
        .facts
        .iter()
        .find(|fact| fact.label == "Digest (SHA-256)")
        .unwrap();
    assert_eq!(
        digest.value,
        "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"
    );
    let request = screen
        .facts
        .iter()
        .find(|fact| fact.value == "request-7")
        .unwrap();
    assert!(digest.mark.is_some() && request.mark.is_some());
    assert_eq!(screen.certificates[0].title, "Asha Sharma");
    assert_eq!(screen.chosen, Some(0));
    assert_eq!(screen.fields.len(), 1);
    assert!(
        screen
            .text
            .iter()
            .any(|line| line.contains("first signature for this site"))
    );
    let again = Play::with(
        accept(&link(CALLBACK, "ss_test_k", &[]), false, true),
        Tries::Left(3),
    );
    assert!(
        !again
            .screen()
            .text
            .iter()
            .any(|line| line.contains("first signature"))
    );
    // The consent button is not armed at once.
    let consent = screen
        .buttons
        .iter()
        .find(|button| button.action == Action::Sign)
        .unwrap();
    assert_eq!(consent.inert_ms, 500);
}

#[test]
fn r08_a_refused_link_sends_nothing_whatever_is_pressed() {
    let hostile = [
        link("https://portal.example.gov.in/cb", "ss_live_k", &[]),
        link("https://portal.example.gov.in/cb", "ss_test_k", &[]),
        link("http://evil.example/cb", "ss_test_k", &[]),
        link("javascript:alert(1)", "ss_test_k", &[]),
        link(CALLBACK, "ss_live_k", &[]),
        link(CALLBACK, "ss_test_k", &[("documentType", "hash")]),
        "securesign://sign?".into(),
    ];
    for link in hostile {
        let mut play = Play::sign(order(&link));
        assert_eq!(play.screen().kind, Kind::Failed, "{link}");
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        for action in [
            Action::Sign,
            Action::Submit,
            Action::Retry,
            Action::UseLastTry,
        ] {
            play.press(action, &["123456", "123456", "123456"]);
        }
        play.report(Report::Signed(Ok(vec![1, 2, 3])));
        play.press(Action::Cancel, &[]);
        play.input(Input::Closed);
        assert!(play.opened.is_empty(), "{link}");
        assert!(play.jobs.is_empty(), "{link}");
        assert_eq!(play.flow.exit(), Some(Exit::Refused), "{link}");
    }
}

#[test]
fn a_signature_goes_to_the_callback_once_with_what_was_signed() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(play.secrets_sent(), 1);
    // A second press does nothing.
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 1);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.screen().kind, Kind::Done);
    play.input(Input::Closed);
    play.input(Input::Closed);
    assert_eq!(play.flow.exit(), Some(Exit::Done));
    let result = play.result();
    assert_eq!(result["success"], true);
    assert_eq!(result["requestId"], "request-7");
    assert_eq!(result["signatureBase64"], "MAE=");
    assert_eq!(result["hashAlgo"], "SHA256");
    assert_eq!(result["signatureAlgorithm"], "SHA256withECDSA");
    assert_eq!(result["certificate"]["subjectCN"], "Asha Sharma");
    assert_eq!(result["signedAt"], "2026-11-23T12:00:00Z");
}

#[test]
fn giving_up_tells_the_portal_at_which_obstacle() {
    let fresh = || Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let wrong = |left| CardError::Wrong {
        secret: Secret::Pin,
        left,
    };
    let after = |error: CardError| {
        let mut play = fresh();
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Signed(Err(error)));
        play.input(Input::Closed);
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        play.result()
    };
    assert_eq!(
        after(wrong(Some(2))),
        json!({
            "requestId": "request-7", "success": false, "error": "SS_PIN_INVALID",
            "message": "The PIN was wrong.", "remainingAttempts": 2,
        })
    );
    let code = |result: Value| result["error"].as_str().unwrap().to_owned();
    assert_eq!(
        code(after(CardError::Blocked(Secret::Pin))),
        "SS_PIN_BLOCKED"
    );
    assert_eq!(
        code(after(CardError::Transport(TransportError::Removed))),
        "SS_TOKEN_REMOVED"
    );
    assert_eq!(code(after(CardError::BadSignature)), "SS_INTERNAL");
    let mut play = fresh();
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_SIGN_CANCELLED");
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(Vec::new())));
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_TOKEN_NOT_FOUND");
    let mut play = Play::with(
        order(&link(CALLBACK, "ss_test_k", &[("certSerial", "0a:bc")])),
        Tries::Left(3),
    );
    assert!(!play.offers(Action::Sign));
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_CERT_NOT_FOUND");
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_PIN_BLOCKED");
}

#[test]
fn an_unknown_token_is_named_and_reported_as_unsupported() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    let atr = securesign_card::atr::Atr::parse(&[0x3B, 0x02, 0x14, 0x50]).unwrap();
    let id = TokenId {
        reader: "A reader".into(),
        insertion: 1,
    };
    let state = TokenState::Unknown {
        atr,
        name: Some("Some card".into()),
    };
    play.report(Report::Tokens(Ok(vec![TokenView { id, state }])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Waiting);
    assert!(screen.text.iter().any(|line| line.contains("Some card")));
    assert!(screen.text.iter().any(|line| line.contains("3B 02 14 50")));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.result()["error"], "SS_TOKEN_UNSUPPORTED");
}

#[test]
fn every_trouble_with_the_service_has_its_own_text() {
    let mut texts = Vec::new();
    for error in [
        TransportError::NoService,
        TransportError::Forbidden,
        TransportError::Busy {
            by: Some("scdaemon".into()),
        },
        TransportError::Mute,
    ] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Err(error)));
        assert_eq!(play.screen().kind, Kind::Waiting);
        assert!(play.offers(Action::Retry));
        texts.push(play.screen().text);
    }
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(Vec::new())));
    texts.push(play.screen().text);
    let id = TokenId {
        reader: "A reader".into(),
        insertion: 0,
    };
    play.report(Report::Tokens(Ok(vec![TokenView {
        id,
        state: TokenState::Empty,
    }])));
    texts.push(play.screen().text);
    assert!(texts[2].iter().any(|line| line.contains("scdaemon")));
    let mut distinct = texts.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), texts.len(), "{texts:#?}");
}

#[test]
fn r24_one_try_left_is_confirmed_and_none_offers_unlocking() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(1));
    assert!(play.screen().notice.unwrap().text.contains("1 try left"));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.screen().kind, Kind::Form);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Back, &[]);
    assert_eq!(play.screen().kind, Kind::Sign);
    play.press(Action::Sign, &["123456"]);
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.secrets_sent(), 1);
    play.report(Report::Signed(Err(CardError::Blocked(Secret::Pin))));
    let screen = play.screen();
    assert!(screen.fields.is_empty() && !play.offers(Action::Sign));
    assert!(play.offers(Action::Unlock));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn r24_an_impossible_pin_is_not_even_handed_to_the_worker() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    for impossible in ["", "1", "12345", "123456789", "abcdef"] {
        play.press(Action::Sign, &[impossible]);
        let notice = play.screen().notice.unwrap();
        assert_eq!(notice.level, Level::Error);
        assert!(notice.text.contains("no try is lost"), "{}", notice.text);
    }
    assert_eq!(play.secrets_sent(), 0);
}

#[test]
fn r24_an_unknown_counter_is_shown_as_unknown() {
    let play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Unknown);
    assert!(play.screen().notice.unwrap().text.contains("unknown"));
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Unknown)])));
    assert!(
        play.screen()
            .counters
            .iter()
            .all(|counter| counter.value == "unknown")
    );
}

#[test]
fn r25_unlocking_needs_a_click_for_each_puk_and_a_blocked_puk_has_its_own_screen() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    assert_eq!(play.screen().kind, Kind::Form);
    assert_eq!(play.screen().counters[0].caption, "PUK tries left");
    // First it says which secret it needs, how long it is, and whose tries it spends.
    let text = play.screen().text.join(" ");
    assert!(play.screen().fields.is_empty());
    for said in [
        "the PUK",
        "8 characters",
        "No try of the PIN",
        "its own tries",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // New PINs that differ, or cannot be PINs, spend nothing; the PUK is not asked
    // for again.
    play.unlock("12345678", "654321", "654322");
    play.press(Action::Submit, &["65432", "65432"]);
    assert_eq!(play.secrets_sent(), 0);
    // Nor does what cannot be the PUK.
    play.press(Action::Back, &[]);
    play.press(Action::Next, &[""]);
    assert_eq!(play.screen().fields.len(), 1);
    play.unlock("12345678", "654321", "654321");
    assert_eq!(play.secrets_sent(), 1);
    let wrong = CardError::Wrong {
        secret: Secret::Puk,
        left: Some(1),
    };
    play.report(Report::Unblocked(Err(wrong)));
    assert_eq!(play.secrets_sent(), 1);
    assert_eq!(play.screen().counters[0].value, "1");
    // The last one wants a word.
    play.unlock("12345678", "654321", "654321");
    assert_eq!(play.secrets_sent(), 1);
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.secrets_sent(), 2);
    play.report(Report::Unblocked(Err(CardError::Blocked(Secret::Puk))));
    let screen = play.screen();
    assert_eq!(
        (screen.kind, screen.title.as_str()),
        (Kind::Failed, "The PUK is blocked")
    );
    assert!(!play.offers(Action::Submit));
}

#[test]
fn after_unlocking_the_request_goes_on() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    play.unlock("12345678", "654321", "654321");
    play.report(Report::Unblocked(Ok(())));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
    play.press(Action::Sign, &["654321"]);
    assert!(matches!(
        play.jobs.last(),
        Some(Job::Sign { pin: Some(_), .. })
    ));
}

#[test]
fn a_token_that_is_pulled_out_takes_the_flow_back_to_waiting() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.report(Report::ReadersChanged);
    let id = TokenId {
        reader: "A reader".into(),
        insertion: 2,
    };
    play.report(Report::Tokens(Ok(vec![TokenView {
        id,
        state: TokenState::Empty,
    }])));
    assert_eq!(play.screen().kind, Kind::Waiting);
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
}

#[test]
fn a_second_link_of_the_same_run_needs_no_pin_for_the_same_origin_only() {
    let signed = || {
        let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Signed(Ok(vec![1])));
        play.input(Input::Closed);
        play
    };
    let mut play = signed();
    let effects = play.flow.next(order(&link(CALLBACK, "ss_test_k", &[])));
    play.keep(effects);
    assert_eq!(play.screen().kind, Kind::Sign);
    assert!(play.screen().fields.is_empty());
    // Another certificate asks again.
    play.input(Input::Choose(1));
    assert_eq!(play.screen().fields.len(), 1);
    play.input(Input::Choose(0));
    play.press(Action::Sign, &[]);
    assert!(matches!(
        play.jobs.last(),
        Some(Job::Sign { pin: None, .. })
    ));

    let mut play = signed();
    let effects = play
        .flow
        .next(order(&link("http://localhost:9090/cb", "ss_test_k", &[])));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().fields.len(), 1);
}

#[test]
fn one_that_is_not_valid_yet_has_not_expired_and_the_clock_is_doubted() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let early = "2001-02-03T00:00:00Z".parse().unwrap();
    let effects = play.flow.on(
        Event::Report(Report::Tokens(Ok(vec![token(Tries::Left(3))]))),
        early,
    );
    play.keep(effects);
    let screen = play.screen();
    for card in &screen.certificates {
        assert!(
            card.unusable
                .as_deref()
                .unwrap()
                .starts_with("Valid only from"),
            "{card:?}"
        );
    }
    let notice = screen.notice.unwrap().text;
    assert!(notice.contains("clock"), "{notice}");
    assert!(notice.contains("3 Feb 2001"), "{notice}");
    let effects = play.flow.on(Event::Input(Input::Closed), early);
    play.keep(effects);
    assert_eq!(play.result()["error"], "SS_CERT_NOT_FOUND");
}

/// A token with this certificate alone, of those in tests/certificates, and with a note.
fn token_with(name: &str, notes: &[Note]) -> TokenView {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    let mut view = token(Tries::Left(3));
    let TokenState::Ready(info) = &mut view.state else {
        panic!("not ready")
    };
    info.found.credentials.truncate(1);
    match Certificate::parse(&std::fs::read(folder.join(name)).unwrap()) {
        Ok(certificate) => info.found.credentials[0].certificate = certificate,
        Err(_) => info.found.credentials.clear(),
    }
    info.found.notes = notes.to_vec();
    view
}

#[test]
fn a_key_for_pss_alone_is_listed_and_not_offered_with_the_reason() {
    for name in ["spki_pss_noparams.der", "spki_pss_params.der"] {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.report(Report::Tokens(Ok(vec![token_with(name, &[])])));
        let screen = play.screen();
        assert_eq!(screen.certificates.len(), 1);
        let reason = screen.certificates[0].unusable.as_deref().unwrap();
        assert!(reason.contains("RSA-PSS"), "{reason}");
        assert!(screen.fields.is_empty());
        assert!(!play.offers(Action::Sign));
        play.input(Input::Closed);
        assert_eq!(play.result()["error"], "SS_CERT_NOT_FOUND");
    }
}

#[test]
fn what_is_refused_is_told_on_the_page_where_it_is_missed() {
    let note = Note {
        place: "Signature (9C)".into(),
        flaw: Flaw::Damaged("its key describes its curve".into()),
    };
    let told = |name, serial: &[(&str, &str)]| {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", serial)));
        let view = token_with(name, std::slice::from_ref(&note));
        play.report(Report::Tokens(Ok(vec![view])));
        let text = play.screen().text;
        text.iter().any(|line| line.contains("describes its curve"))
    };
    assert!(told("ec_explicit.der", &[]), "none is left");
    assert!(told("spki_pss_params.der", &[]), "none can be chosen");
    assert!(told("two_cn.der", &[]), "another may have been meant");
    assert!(told("two_cn.der", &[("certSerial", "FF")]), "not found");
    assert!(!told("two_cn.der", &[("certSerial", "1267")]), "not missed");
}

#[test]
fn no_expiry_date_is_said_in_place_of_one() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![token_with(
        "not_after_9999.der",
        &[],
    )])));
    let screen = play.screen();
    let card = &screen.certificates[0];
    assert!(card.detail.ends_with("no expiry date"), "{card:?}");
    assert_eq!(card.unusable, None);
}

#[test]
fn an_expired_certificate_cannot_be_chosen_and_the_demo_serves_no_live_key() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let later = "2050-01-01T00:00:00Z".parse().unwrap();
    let effects = play.flow.on(
        Event::Report(Report::Tokens(Ok(vec![token(Tries::Left(3))]))),
        later,
    );
    play.keep(effects);
    let screen = play.screen();
    assert!(
        screen
            .certificates
            .iter()
            .all(|card| card.unusable.is_some())
    );
    assert!(!play.offers(Action::Sign));
    let effects = play.flow.on(Event::Input(Input::Closed), later);
    play.keep(effects);
    assert_eq!(play.result()["error"], "SS_CERT_EXPIRED");

    let settings = format!(
        "[[portal]]\norigin = \"https://portal.example.gov.in\"\nkey = \"sha256:{}\"\n",
        "0".repeat(64)
    );
    let fingerprint = {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(b"ss_live_k");
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let settings = settings.replace(&"0".repeat(64), &fingerprint);
    let policy = Policy::new(Settings::from_toml(&settings).unwrap(), "settings.toml");
    let live = link("https://portal.example.gov.in/cb", "ss_live_k", &[]);
    assert!(Order::accept(live.as_bytes(), &policy, false, &|_| true).is_ok());
    let refused = Order::accept(live.as_bytes(), &policy, true, &|_| true)
        .err()
        .unwrap();
    assert!(refused.what(Language::English).contains("live key"));
}

#[test]
fn closing_while_the_card_signs_calls_back_once() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.input(Input::Closed);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.result()["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn a_signature_that_comes_late_is_no_answer_to_the_next_request() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.input(Input::Closed);
    play.opened.clear();
    let next = link(CALLBACK, "ss_test_k", &[]).replace("request-7", "request-8");
    let effects = play.flow.next(order(&next));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert!(play.opened.is_empty());
    assert_eq!(play.screen().kind, Kind::Sign);
}

/// The same token after it was taken out and put in again, or another one.
fn moved(mut view: TokenView) -> TokenView {
    view.id.insertion += 1;
    view
}

#[test]
fn what_was_typed_for_one_token_is_not_sent_to_another() {
    let sent = |play: &Play| {
        let secret = |job: &&Job| !matches!(job, Job::Look(_));
        play.jobs.iter().filter(secret).count()
    };
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(1));
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::UseLastTry));
    play.report(Report::Tokens(Ok(vec![moved(token(Tries::Left(1)))])));
    play.press(Action::UseLastTry, &[]);
    assert_eq!(sent(&play), 0);
    for open in [Action::ChangePin, Action::Unlock] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.press(open, &[]);
        assert_eq!(play.screen().kind, Kind::Form);
        play.report(Report::Tokens(Ok(vec![moved(token(Tries::Left(3)))])));
        assert_eq!(play.screen().kind, Kind::Token);
        play.press(Action::Submit, &["12345678", "654321", "654321"]);
        play.unlock("12345678", "654321", "654321");
        assert_eq!(sent(&play), 0);
    }
    // The face is told that what it holds was typed for another token.
    let before = token(Tries::Left(3));
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![before.clone()])));
    let first = play.screen();
    play.report(Report::Tokens(Ok(vec![moved(before)])));
    assert_eq!(first.fields, play.screen().fields);
    assert_ne!(first.token, play.screen().token);
}

#[test]
fn the_result_carries_the_certificate_that_signed_whatever_happens_meanwhile() {
    let (a, mut b) = (token(Tries::Left(3)), token(Tries::Left(3)));
    b.id.reader = "Another reader".into();
    if let TokenState::Ready(info) = &mut b.state {
        info.found.credentials.remove(0);
    }
    let mut gone = a.clone();
    let busy = TransportError::Busy { by: None };
    gone.state = TokenState::Failed(CardError::Transport(busy));
    for meanwhile in [vec![gone.clone(), b.clone()], vec![gone]] {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.report(Report::Tokens(Ok(vec![a.clone(), b.clone()])));
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Tokens(Ok(meanwhile)));
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        assert_eq!(play.result()["certificate"]["subjectCN"], "Asha Sharma");
    }
}

#[test]
fn without_a_session_nothing_is_signed_without_a_pin() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    play.input(Input::Closed);
    play.jobs.clear();
    let effects = play
        .flow
        .next(order(&link("http://127.0.0.1:9999/cb", "ss_test_k", &[])));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &[]);
    assert_eq!(play.secrets_sent(), 0);
}

#[test]
fn r25_what_a_refusal_told_of_the_puk_outlives_the_next_look() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    play.unlock("99999999", "654321", "654321");
    let wrong = CardError::Wrong {
        secret: Secret::Puk,
        left: Some(1),
    };
    play.report(Report::Unblocked(Err(wrong)));
    play.report(Report::ReadersChanged);
    play.report(Report::Tokens(Ok(vec![token(Tries::Blocked)])));
    let before = play.secrets_sent();
    play.unlock("99999999", "654321", "654321");
    assert_eq!(play.secrets_sent(), before);
    play.press(Action::UseLastTry, &[]);
    let last = play.jobs.last().unwrap();
    assert!(matches!(
        last,
        Job::Unblock {
            last: LastTry::Use,
            ..
        }
    ));
}

#[test]
fn r25_what_unlocks_is_named_as_the_token_has_it_in_both_languages() {
    for (unblocker, english, hindi) in [
        (Secret::Puk, "PUK", "PUK"),
        (Secret::ResetCode, "Reset code", "रीसेट कोड"),
        (Secret::AdminPin, "Admin PIN", "एडमिन पिन"),
    ] {
        for (language, name) in [(Language::English, english), (Language::Hindi, hindi)] {
            let mut view = token(Tries::Blocked);
            if let TokenState::Ready(info) = &mut view.state {
                info.unblocker = unblocker;
            }
            let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
            play.flow.speak(language);
            play.report(Report::Tokens(Ok(vec![view])));
            let mut screens = vec![play.screen()];
            for (action, typed) in [
                (Action::Unlock, None),
                (Action::Next, None),
                (Action::Next, Some("12345678")),
            ] {
                play.press(action, &typed.map_or_else(Vec::new, |it| vec![it]));
                screens.push(play.screen());
            }
            play.press(Action::Submit, &["654321", "654321"]);
            play.report(Report::Unblocked(Err(CardError::Wrong {
                secret: unblocker,
                left: Some(1),
            })));
            screens.push(play.screen());
            play.unlock("12345678", "654321", "654321");
            screens.push(play.screen());
            for screen in screens {
                // Signs that combine are escaped in both.
                let said = format!("{screen:?}");
                let name = format!("{name:?}");
                assert!(said.contains(name.trim_matches('"')), "{name}: {said}");
                assert_eq!(said.contains("PUK"), unblocker == Secret::Puk, "{said}");
            }
            assert_eq!(play.secrets_sent(), 1);
        }
    }
}

/// A token on which changing and unlocking are known from documents only.
fn unconfirmed(unblock: Standing) -> TokenView {
    let mut view = token(Tries::Left(3));
    if let TokenState::Ready(info) = &mut view.state {
        info.family = "ePass2003".into();
        info.change = Standing::Inferred;
        info.unblock = unblock;
    }
    view
}

#[test]
fn what_is_unconfirmed_is_said_and_asked_before_it_is_used() {
    for (open, what) in [
        (Action::ChangePin, "Changing the PIN is unconfirmed"),
        (Action::Unlock, "Unlocking is unconfirmed"),
    ] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![unconfirmed(Standing::Doubtful)])));
        play.press(open, &[]);
        let screen = play.screen();
        assert!(screen.fields.is_empty());
        let text = screen.text.join(" ");
        assert!(text.contains(what) && text.contains("ePass2003"), "{text}");
        assert_eq!(
            text.contains("the certificate on it is lost"),
            open == Action::Unlock,
            "{text}"
        );
        // Nothing goes past the question, and back is back.
        play.press(Action::Submit, &["12345678", "654321", "654321"]);
        assert_eq!(play.secrets_sent(), 0);
        play.press(Action::Back, &[]);
        assert_eq!(play.screen().kind, Kind::Token);
        play.press(open, &[]);
        play.press(Action::GoOn, &[]);
        if open == Action::Unlock {
            // What is needed has been said with the question.
            assert!(text.contains("You need the PUK"), "{text}");
            assert_eq!(play.screen().fields.len(), 1);
            play.unlock("12345678", "654321", "654321");
        } else {
            assert_eq!(play.screen().fields.len(), 3);
            play.press(Action::Submit, &["12345678", "654321", "654321"]);
        }
        assert_eq!(play.secrets_sent(), 1);
    }
    // Another token in the meantime: the answer was not given for it.
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![unconfirmed(Standing::Inferred)])));
    play.press(Action::Unlock, &[]);
    play.report(Report::Tokens(Ok(vec![moved(unconfirmed(
        Standing::Inferred,
    ))])));
    play.press(Action::GoOn, &[]);
    assert_eq!(play.screen().kind, Kind::Token);
}

#[test]
fn a_file_is_compared_with_the_request_and_goes_to_the_token_only_if_it_is_the_one() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.give("file:///home/a/other%20one.pdf");
    assert_eq!(
        play.readings[0].path.to_str(),
        Some("/home/a/other one.pdf")
    );
    assert_eq!(play.document(), "“other one.pdf” is being compared …");
    play.read(b"abd");
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    let said = "“other one.pdf” is not the document";
    assert!(notice.text.starts_with(said), "{}", notice.text);
    // It can be signed all the same, and the warning stays on the screen.
    play.press(Action::Sign, &["999999"]);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    assert!(play.document().starts_with("not “other one.pdf”"));

    // The right one, by its path.
    play.give("/home/a/contract.pdf");
    play.read(b"abc");
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Info);
    assert!(notice.text.starts_with("“contract.pdf” is the document"));
    assert!(play.document().starts_with("“contract.pdf”: its digest"));
    play.press(Action::Sign, &["123456"]);
    match play.jobs.last() {
        Some(Job::Sign { document, .. }) => assert_eq!(document.as_deref(), Some(&b"abc"[..])),
        _ => panic!("a signature is asked for"),
    }

    // Another one afterwards takes its place only by being the right one.
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.give("/a");
    play.read(b"abc");
    play.give("/b");
    play.read(b"abd");
    play.press(Action::Sign, &["123456"]);
    match play.jobs.last() {
        Some(Job::Sign { document, .. }) => assert!(document.is_none()),
        _ => panic!("a signature is asked for"),
    }
}

#[test]
fn every_request_that_ends_is_recorded_once_with_its_outcome() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    play.input(Input::Closed);
    let [record] = &play.recorded[..] else {
        panic!("{:?}", play.recorded);
    };
    assert!(record.is_signed());
    assert_eq!(record.origin, "http://localhost:8080");
    assert_eq!(record.request_id, "request-7");
    assert_eq!(record.time, now());
    assert_eq!(record.certificate.as_ref().unwrap().subject, "Asha Sharma");

    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.input(Input::Closed);
    assert_eq!(play.recorded[0].outcome, "SS_SIGN_CANCELLED");
    assert_eq!(play.recorded[0].certificate, None);

    // A refused link was no request.
    let mut play = Play::sign(order("securesign://sign?x"));
    play.input(Input::Closed);
    assert!(play.recorded.is_empty());
}

#[test]
fn r16_a_record_holds_no_key_no_pin_and_no_signature() {
    let mut play = Play::with(
        order(&link(CALLBACK, "ss_test_sentinel", &[])),
        Tries::Left(3),
    );
    play.press(Action::Sign, &["483915"]);
    play.report(Report::Signed(Ok(b"signature-sentinel".to_vec())));
    let (line, _) = Mark::start().append(&play.recorded[0]);
    assert!(line.contains("Asha Sharma"), "{line}");
    let signature = STANDARD.encode(b"signature-sentinel");
    for secret in ["sentinel", "483915", &signature, "ss_result", "BEGIN"] {
        assert!(!line.contains(secret), "{secret}: {line}");
    }
}

/// The token window, and what the settings file says.
fn managed(settings: Settings) -> Play {
    let (mut flow, effects) = Flow::manage(now());
    flow.know(Home {
        settings,
        ..Home::default()
    });
    let mut play = Play::begin((flow, effects));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play
}

impl Play {
    fn event(&mut self, event: Event) {
        let effects = self.flow.on(event, now());
        self.keep(effects);
    }
}

#[test]
fn what_is_chosen_in_the_settings_is_changed_and_shown_when_it_was_written() {
    let mut play = managed(Settings::default());
    play.press(Action::Settings, &[]);
    let chosen = |play: &Play, setting| {
        let choices = play.screen().choices;
        let choice = choices.into_iter().find(|c| c.setting == setting).unwrap();
        choice.options[choice.chosen].clone()
    };
    assert_eq!(chosen(&play, Setting::Idle), "15 min");
    play.input(Input::Set(Setting::Idle, 0));
    play.input(Input::Set(Setting::Language, 2));
    play.input(Input::Set(Setting::Language, 9));
    let hindi = Appearance {
        language: Tongue::Hindi,
        ..Appearance::default()
    };
    let expected = [Change::Idle(Duration::ZERO), Change::Appearance(hindi)];
    assert_eq!(play.changes, expected);
    // Not before it was written.
    assert_eq!(chosen(&play, Setting::Idle), "15 min");
    play.event(Event::Settings(Err("The disk is full.".into())));
    let notice = play.screen().notice.unwrap();
    assert!(notice.text.contains("The disk is full."), "{}", notice.text);
    play.event(Event::Settings(Ok(Settings {
        idle: Duration::ZERO,
        ..Settings::default()
    })));
    assert_eq!(chosen(&play, Setting::Idle), "never");
    play.press(Action::Back, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Token);
}

#[test]
fn a_portal_is_typed_in_and_removed_only_after_a_question() {
    let mut play = managed(Settings::default());
    play.press(Action::Settings, &[]);
    play.press(Action::AddPortal, &[]);
    for (origin, key) in [
        ("portal.example", "ss_live_key"),
        ("https://portal.example", "key"),
        ("", ""),
    ] {
        play.input(Input::Lines(vec![origin.into(), key.into()]));
        play.press(Action::Submit, &[]);
        assert_eq!(play.screen().notice.unwrap().level, Level::Error);
        // What was typed stays, to be mended.
        assert_eq!(play.screen().lines[0].text, origin);
    }
    assert!(play.changes.is_empty());
    let right = ["https://portal.example", "ss_live_key"].map(str::to_owned);
    play.input(Input::Lines(right.to_vec()));
    play.press(Action::Submit, &[]);
    let portal = Portal::new(&right[0], &right[1]).unwrap();
    assert_eq!(play.changes, [Change::Allow(portal.clone())]);

    let portals = vec![portal.clone()];
    play.event(Event::Settings(Ok(Settings {
        portals,
        ..Settings::default()
    })));
    assert_eq!(play.screen().rows[0].title, "https://portal.example");
    play.input(Input::Row(0));
    play.press(Action::Back, &[]);
    play.input(Input::Row(7));
    assert_eq!(play.changes.len(), 1);
    play.input(Input::Row(0));
    play.press(Action::Remove, &[]);
    assert_eq!(play.changes[1], Change::Forbid(portal));
}

#[test]
fn the_journal_shows_what_it_holds_and_whether_it_holds_together() {
    let mut play = managed(Settings::default());
    let (flow, _) = Flow::sign(order(&link(CALLBACK, "ss_test_k", &[])), now());
    let mut request = Play::begin((flow, Vec::new()));
    request.input(Input::Closed);
    play.press(Action::Journal, &[]);
    assert!(!play.offers(Action::Export));
    let record = request.recorded.remove(0);
    let (_, mark) = Mark::start().append(&record);
    play.event(Event::Journal(Ok(Ledger {
        entries: vec![record],
        verdict: Ok(mark),
    })));
    let screen = play.screen();
    assert_eq!(screen.rows[0].title, "http://localhost:8080");
    assert_eq!(screen.rows[0].pill, "SS_TOKEN_NOT_FOUND");
    assert!(screen.rows[0].detail.contains("ba7816bf8f01cfea"));
    assert_eq!(screen.notice.unwrap().level, Level::Info);
    assert!(play.offers(Action::Export));
}

#[test]
fn r26_a_kept_pin_is_locked_from_a_page_too() {
    for action in [Action::Settings, Action::About] {
        let mut play = managed(Settings::default());
        let view = token(Tries::Left(3));
        let TokenState::Ready(info) = &view.state else {
            panic!("it can be used");
        };
        let binding = Binding {
            token: view.id.clone(),
            certificate: info.found.credentials[0].certificate.der().to_vec(),
            origin: "https://portal.example".into(),
        };
        let idle = IDLE;
        play.report(Report::Session(Some(Kept { binding, idle })));
        play.press(action, &[]);
        play.press(Action::Lock, &[]);
        assert!(matches!(play.jobs.last(), Some(Job::Lock)));
        assert!(play.screen().kept.is_none());
        assert_eq!(play.screen().kind, Kind::Page);
    }
}

#[test]
fn a_request_is_not_left_for_the_settings() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    for action in [Action::Settings, Action::Journal, Action::About] {
        play.press(action, &[]);
        assert_eq!(play.screen().kind, Kind::Sign);
    }
    play.input(Input::Set(Setting::Idle, 0));
    play.input(Input::Row(0));
    assert!(play.changes.is_empty());
}

fn request(id: &str) -> Result<Order, Refused> {
    order(&link(CALLBACK, "ss_test_k", &[]).replace("request-7", id))
}

fn bad_request() -> Result<Order, Refused> {
    order(&link("http://evil.example/cb", "ss_test_k", &[]))
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(id, end): &(&str, &str)| ((*id).to_owned(), (*end).to_owned());
    expected.iter().map(own).collect()
}

#[test]
fn r14_one_request_is_shown_five_wait_and_there_is_no_room_for_more() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    let before = play.screen();
    assert_eq!(before.waiting, None);
    for (place, id) in ["b", "c", "d", "e", "f"].iter().enumerate() {
        assert_eq!(play.arrive(request(id)), Arrival::Waiting(place + 1));
        assert_eq!(play.shown().as_deref(), Some("a"));
    }
    assert_eq!(play.arrive(request("g")), Arrival::Full);
    assert_eq!(play.arrive(bad_request()), Arrival::Full);
    // Nothing has changed for whoever is typing but the number of those that wait.
    let now = play.screen();
    assert_eq!(now.waiting.as_deref(), Some("5 more requests are waiting."));
    let waiting = now.waiting.clone();
    assert_eq!(now, Screen { waiting, ..before });
    // Each is shown in its turn and answered for itself.
    for id in ["a", "b", "c", "d", "e"] {
        assert_eq!(play.shown().as_deref(), Some(id));
        play.press(Action::Cancel, &[]);
        assert_eq!(play.flow.exit(), None);
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    }
    assert_eq!(play.screen().waiting, None);
    // There is room again, also for the one that was turned away.
    assert_eq!(play.arrive(request("g")), Arrival::Waiting(1));
    play.input(Input::Closed);
    play.press(Action::Cancel, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    assert_eq!(play.arrive(request("h")), Arrival::Closing);
    let cancelled = |id| (id, "SS_SIGN_CANCELLED");
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    assert_eq!(play.told(), pairs(&ids.map(cancelled)));
    assert_eq!(play.secrets_sent(), 0);
    assert_eq!(WAITING_MAX, 5);
}

#[test]
fn r14_a_request_waits_while_a_person_or_the_card_is_at_something() {
    let manage = || {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(1))])));
        play
    };
    let secrets = &["123456", "654321", "654321"];
    // A form, the question after it, and the card's work.
    let mut play = manage();
    play.press(Action::ChangePin, &[]);
    assert_eq!(play.arrive(request("a")), Arrival::Waiting(1));
    play.press(Action::Submit, secrets);
    assert!(play.offers(Action::UseLastTry));
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(2));
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(play.arrive(request("c")), Arrival::Waiting(3));
    play.report(Report::Changed(Secret::Pin, Ok(())));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    // That it is done may be read before the next one comes.
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Token);
    assert!(screen.notice.unwrap().text.contains("is changed"));
    assert_eq!(play.arrive(request("d")), Arrival::Waiting(4));
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("a"));
    assert!(play.opened.is_empty());
    // Going back from a form gives way too.
    let mut play = manage();
    play.press(Action::Unlock, &[]);
    play.arrive(request("a"));
    play.press(Action::Back, &[]);
    assert_eq!(play.shown().as_deref(), Some("a"));
}

#[test]
fn r14_where_nobody_is_at_anything_a_request_is_shown_at_once() {
    // The token window, from its first moment on.
    let mut play = Play::begin(Flow::manage(now()));
    assert_eq!(play.arrive(request("a")), Arrival::Shown);
    assert_eq!(play.shown().as_deref(), Some("a"));
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.arrive(request("a")), Arrival::Shown);
    // After a signature.
    play.sign_with_pin();
    assert_eq!(play.screen().kind, Kind::Done);
    assert_eq!(play.arrive(request("b")), Arrival::Shown);
    assert_eq!(play.shown().as_deref(), Some("b"));
    // After a refusal, which has nobody to tell.
    let mut play = Play::sign(bad_request());
    assert_eq!(play.arrive(request("a")), Arrival::Shown);
    assert_eq!(play.told(), pairs(&[]));
    // After a failure, which the portal hears of then.
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::BadSignature)));
    assert_eq!(play.screen().kind, Kind::Failed);
    assert_eq!(play.arrive(request("b")), Arrival::Shown);
    assert_eq!(play.told(), pairs(&[("a", "SS_INTERNAL")]));
    assert_eq!(play.shown().as_deref(), Some("b"));
}

#[test]
fn r14_a_refused_link_waits_its_turn_too_and_sends_nothing() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    assert_eq!(play.arrive(bad_request()), Arrival::Waiting(1));
    // The same refusal is not read twice.
    assert_eq!(play.arrive(bad_request()), Arrival::AlreadyThere);
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(2));
    play.press(Action::Cancel, &[]);
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(screen.title.contains("refused"));
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    play.press(Action::Cancel, &[]);
    let told = play.told();
    assert_eq!(told.len(), 2);
    assert_eq!((&*told[0].0, &*told[1].0), ("a", "b"));
}

#[test]
fn a_reader_that_does_not_answer_ends_the_wait_and_its_late_answer_is_nobodys() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(1));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Waits(Some("kleopatra".into())));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Working);
    assert!(screen.notice.unwrap().text.contains("kleopatra"));
    play.report(Report::Silent);
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(screen.text[0].contains("does not answer"), "{screen:?}");
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    // What the card said to the first comes now.
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.told().len(), 1, "only the first has been answered");
    assert_eq!(play.screen().kind, Kind::Working);
    play.report(Report::Signed(Ok(vec![0x30, 0x02])));
    assert_eq!(play.told()[1], pairs(&[("b", "signed")])[0]);
    // The same while tokens are read; what is read then is welcome all the same.
    let mut play = Play::sign(request("c"));
    play.report(Report::Silent);
    assert_eq!(play.screen().kind, Kind::Failed);
    play.press(Action::Close, &[]);
    assert_eq!(play.told().len(), 1);
}

#[test]
fn a_reader_that_hangs_over_a_pin_leaves_open_what_came_of_it_until_it_answers() {
    let changing = || {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.press(Action::ChangePin, &[]);
        play.press(Action::Submit, &["123456", "654321", "654321"]);
        play.report(Report::Silent);
        play
    };
    // The new PIN may be in force.
    let mut play = changing();
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(
        screen.text[0].contains("not known whether the new PIN"),
        "{screen:?}"
    );
    assert_eq!(play.flow.failure(), Some(&CardError::Unclear(Secret::Pin)));
    play.report(Report::Changed(Secret::Pin, Ok(())));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(play.screen().notice.unwrap().text.contains("is changed"));
    assert!(play.flow.achieved());
    // Who has gone on hears no more of it.
    let mut play = changing();
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    play.report(Report::Changed(Secret::Pin, Ok(())));
    assert!(!play.flow.achieved());
    // A try may be used; a signature that comes after all goes to who still waits.
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Silent);
    assert!(play.screen().text[0].contains("not known whether a try was used"));
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.told(), pairs(&[("a", "signed")]));
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn what_the_journal_did_not_take_is_said_with_its_request_and_hides_nothing() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(request("b"));
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    let wrong = |left| {
        let secret = Secret::Pin;
        let left = Some(left);
        Report::Signed(Err(CardError::Wrong { secret, left }))
    };
    play.report(wrong(2));
    let unrecorded = Event::Unrecorded {
        request: "a".into(),
        reason: "the disk is full".into(),
    };
    let effects = play.flow.on(unrecorded, now());
    play.keep(effects);
    let notice = |play: &Play| play.screen().notice.unwrap().text;
    assert!(notice(&play).contains("wrong"), "{}", notice(&play));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    let said = notice(&play);
    assert!(
        said.contains("Request a was not written") && said.contains("full"),
        "{said}"
    );
}

#[test]
fn an_answer_that_no_browser_took_does_not_end_as_told() {
    let fails = |mut play: Play| {
        play.press(Action::Close, &[]);
        let effects = play.flow.on(Event::OpenFailed(Unopened::NoProgram), now());
        play.keep(effects);
        assert_eq!(play.screen().title, "Not delivered");
        play.flow.exit()
    };
    let mut signed = Play::sign(request("a"));
    signed.sign_with_pin();
    assert_eq!(fails(signed), Some(Exit::NotDone));
    let bad = link(CALLBACK, "ss_test_k", &[]).replace("hashAlgo=SHA256", "hashAlgo=MD5");
    assert_eq!(fails(Play::sign(order(&bad))), Some(Exit::Refused));
}

#[test]
fn r13_a_request_is_shown_once() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    assert_eq!(play.arrive(request("a")), Arrival::AlreadyThere);
    play.arrive(request("b"));
    assert_eq!(play.arrive(request("b")), Arrival::AlreadyThere);
    // The same id of another origin is another request.
    let other = link("http://localhost:9090/cb", "ss_test_k", &[]).replace("request-7", "a");
    assert_eq!(play.arrive(order(&other)), Arrival::Waiting(2));
    assert_eq!(
        play.screen().waiting.unwrap(),
        "2 more requests are waiting."
    );
}

#[test]
fn r13_a_used_id_is_refused_and_claimed_last_of_all() {
    let claims = RefCell::new(Vec::new());
    let claim = |origin: &str, id: &str| {
        let mut claims = claims.borrow_mut();
        let pair = (origin.to_owned(), id.to_owned());
        let used = claims.contains(&pair);
        claims.push(pair);
        if used { Err(Spent::Before) } else { Ok(()) }
    };
    let mut play = Play::sign(request("a").and_then(|order| order.claimed(&claim)));
    let jobs = play.jobs.len();
    // Given up, and opened again.
    for id in ["b", "c", "d", "e", "f", "g"] {
        let (arrival, _) = play.flow.arrive(request(id), &claim, now());
        assert_eq!(arrival == Arrival::Full, id == "g");
    }
    let (_, effects) = play.flow.arrive(bad_request(), &claim, now());
    assert!(effects.is_empty());
    let claimed: Vec<String> = claims.borrow().iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(claimed, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(claims.borrow()[0].0, "http://localhost:8080");
    assert_eq!(play.jobs.len(), jobs);

    // A replay after the request has gone.
    let mut play = Play::sign(request("a").and_then(|order| order.claimed(&claim)));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert_eq!(screen.facts[0].value, "SS_REQUEST_INVALID");
    assert!(screen.text[0].contains("used on this computer before"));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    assert!(play.jobs.is_empty() && play.opened.is_empty());
    // Its portal may call, so it hears why; and the id stays used.
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    assert_eq!(play.told(), pairs(&[("a", "SS_REQUEST_INVALID")]));
    assert!(play.jobs.is_empty() && play.released.is_empty());

    // One that is open elsewhere is refused, and its portal waits for that answer.
    let open = |_: &str, _: &str| Err(Spent::Open);
    let mut play = Play::sign(request("a").and_then(|order| order.claimed(&open)));
    assert_eq!(play.screen().kind, Kind::Failed);
    play.press(Action::Close, &[]);
    assert!(play.opened.is_empty());
    assert_eq!(play.flow.exit(), Some(Exit::Refused));

    // Where nobody can tell, nothing is signed either.
    let unknown = |_: &str, _: &str| Err(Spent::Unknown("the disk is full".into()));
    let play = Play::sign(request("z").and_then(|order| order.claimed(&unknown)));
    assert_eq!(play.screen().kind, Kind::Failed);
    assert!(play.screen().text[0].contains("the disk is full"));
    assert!(play.jobs.is_empty());
}

#[test]
fn r13_an_id_may_be_used_again_when_it_was_given_up_and_never_when_it_was_signed() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.released, ["a"]);
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.released, ["a"]);
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    assert!(play.released.is_empty());
    assert_eq!(play.spent, ["a"]);
    // Signed, and not delivered.
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    let unopened = Event::OpenFailed(Unopened::NoProgram);
    let effects = play.flow.on(unopened, now());
    play.keep(effects);
    play.press(Action::Close, &[]);
    assert!(play.released.is_empty());
    // The token may sign it yet, also where its reader hangs.
    for silent in [false, true] {
        let mut play = Play::with(request("a"), Tries::Left(3));
        play.press(Action::Sign, &["123456"]);
        if silent {
            play.report(Report::Silent);
        }
        play.input(Input::Closed);
        assert_eq!(play.told().len(), 1);
        assert!(play.released.is_empty(), "{silent}");
    }
}

#[test]
fn a_portal_that_may_call_hears_once_why_its_request_is_refused() {
    let good = link(CALLBACK, "ss_test_k", &[]);
    let hash = STANDARD.encode(abc(HashAlgorithm::Sha256).bytes());
    let hash: String = url::form_urlencoded::byte_serialize(hash.as_bytes()).collect();
    let refused = [
        good.replace("hashAlgo=SHA256", "hashAlgo=MD5"),
        good.replace("hashAlgo=SHA256&", ""),
        good.replace("hashAlgo=SHA256", "hashAlgo=SHA512"),
        good.replace("documentType=hash", "documentType=doc"),
        good.replace(
            "documentType=hash",
            "documentType=pdf&documentBase64=JVBERg%3D%3D",
        )
        .replace(&format!("hashBase64={hash}&"), ""),
        good.replace(
            "documentType=hash",
            "documentType=xml&documentBase64=PGEvPg%3D%3D",
        )
        .replace(&format!("hashBase64={hash}&"), ""),
        format!("{good}&certSerial=xyz"),
    ];
    for link in refused {
        let mut play = Play::sign(order(&link));
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Failed, "{link}");
        let told = "http://localhost:8080 is told so when you close this.";
        assert!(screen.text.iter().any(|text| text == told), "{screen:?}");
        assert!(
            play.opened.is_empty(),
            "nothing goes before the person saw it"
        );
        play.press(Action::Close, &[]);
        play.input(Input::Closed);
        let expected = pairs(&[("request-7", "SS_REQUEST_INVALID")]);
        assert_eq!(play.told(), expected, "{link}");
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        assert!(play.jobs.is_empty() && play.recorded.is_empty());

        // The same of an origin that may not call.
        let evil = link.replace("localhost%3A8080", "evil.example");
        assert_ne!(evil, link);
        let mut play = Play::sign(order(&evil));
        let screen = play.screen();
        assert!(!screen.text.iter().any(|text| text.contains("is told")));
        play.press(Action::Close, &[]);
        assert!(play.opened.is_empty(), "{evil}");
        assert_eq!(play.flow.exit(), Some(Exit::Refused));
    }
    // Half of a callback is one as well: where it stands last and something is missing,
    // nobody is told.
    let (before, after) = good.split_once("callbackUrl=").unwrap();
    let (callback, key) = after.split_once('&').unwrap();
    let last = format!("{before}{key}&callbackUrl={callback}");
    assert!(order(&last).is_ok());
    let mut play = Play::sign(order(&last.replace("hashAlgo=SHA256&", "")));
    play.press(Action::Close, &[]);
    assert!(play.opened.is_empty());
    // One that waits for its turn is told then, and no other link drives it away: what is
    // told is told by a person's hand.
    let bad = || order(&good.replace("hashAlgo=SHA256", "hashAlgo=MD5"));
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(bad());
    play.press(Action::Cancel, &[]);
    assert_eq!(play.told().len(), 1);
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(1));
    assert_eq!(play.arrive(bad()), Arrival::AlreadyThere);
    assert_eq!(play.told().len(), 1);
    play.press(Action::Close, &[]);
    let expected = ("request-7".to_owned(), "SS_REQUEST_INVALID".to_owned());
    assert_eq!(play.told()[1], expected);
    assert_eq!(play.shown().as_deref(), Some("b"));
}

/// A portal in the settings that a test takes out of them.
struct Listed {
    settings: Rc<RefCell<Result<Settings, String>>>,
}

impl Listed {
    const CALLBACK: &str = "https://portal.example.gov.in/cb";
    const KEY: &str = "ss_live_k";

    fn new() -> Self {
        let portal = Portal::new("https://portal.example.gov.in", Self::KEY).unwrap();
        let settings = Settings {
            portals: vec![portal],
            ..Settings::default()
        };
        Self {
            settings: Rc::new(RefCell::new(Ok(settings))),
        }
    }

    fn policy(settings: &Settings) -> Policy {
        Policy::new(settings.clone(), "settings.toml")
    }

    fn order(&self, id: &str) -> Result<Order, Refused> {
        let link = link(Self::CALLBACK, Self::KEY, &[]).replace("request-7", id);
        let policy = Self::policy(self.settings.borrow().as_ref().unwrap());
        Order::accept(link.as_bytes(), &policy, false, &|_| true)
    }

    fn judged(&self, mut play: Play) -> Play {
        let settings = self.settings.clone();
        play.flow.judged_by(Box::new(move || {
            settings
                .borrow()
                .as_ref()
                .map(Self::policy)
                .map_err(Clone::clone)
        }));
        play
    }

    fn remove(&self) {
        *self.settings.borrow_mut() = Ok(Settings::default());
    }

    fn damage(&self) {
        *self.settings.borrow_mut() = Err("line 3 is not understood".into());
    }
}

#[test]
fn r08_a_portal_that_was_removed_is_neither_shown_nor_answered() {
    type Withdraw = fn(&Listed);
    let withdrawals: [(Withdraw, &str); 2] = [
        (Listed::remove, "is not allowed to request signatures"),
        (Listed::damage, "line 3 is not understood"),
    ];
    for (withdraw, reason) in withdrawals {
        // While it waits.
        let listed = Listed::new();
        let mut play = listed.judged(Play::with(request("a"), Tries::Left(3)));
        assert_eq!(play.arrive(listed.order("b")), Arrival::Waiting(1));
        withdraw(&listed);
        // "a" is the demo token's, and no portal of these settings either.
        play.opened.clear();
        play.press(Action::Cancel, &[]);
        if matches!(play.screen().title.as_str(), "Not delivered") {
            play.press(Action::Close, &[]);
        }
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Failed);
        assert!(screen.text[0].contains(reason), "{screen:?}");
        play.released.retain(|id| id == "b");
        assert_eq!(play.released, ["b"], "nobody has seen it");
        play.press(Action::Close, &[]);
        let to_portal = |url: &Url| url.host_str() == Some("portal.example.gov.in");
        assert!(!play.opened.iter().any(to_portal));
        assert_eq!(play.flow.exit(), Some(Exit::Refused));

        // While the person thinks, and then signs.
        let listed = Listed::new();
        let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
        play.press(Action::Sign, &["123456"]);
        withdraw(&listed);
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        assert!(play.opened.is_empty());
        let screen = play.screen();
        assert_eq!(screen.title, "Not delivered");
        assert!(screen.text[0].contains(reason), "{screen:?}");
        play.press(Action::Close, &[]);
        assert!(play.opened.is_empty());
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        assert!(play.released.is_empty(), "it was signed");

        // Nor does it hear that the person gave up, or that its request is bad.
        let listed = Listed::new();
        let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
        withdraw(&listed);
        play.press(Action::Cancel, &[]);
        assert!(play.opened.is_empty());
        let listed = Listed::new();
        let used = |_: &str, _: &str| Err(Spent::Before);
        let order = listed.order("a").and_then(|order| order.claimed(&used));
        let mut play = listed.judged(Play::sign(order));
        withdraw(&listed);
        play.press(Action::Close, &[]);
        assert!(play.opened.is_empty());
        assert_eq!(play.flow.exit(), Some(Exit::Refused));
    }
    // As long as it is listed nothing changes.
    let listed = Listed::new();
    let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
    play.arrive(listed.order("b"));
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.sign_with_pin();
    let expected = pairs(&[("a", "SS_SIGN_CANCELLED"), ("b", "signed")]);
    assert_eq!(play.told(), expected);
}

#[test]
fn r11_every_request_needs_its_own_click_in_a_session_too() {
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    let signatures = |play: &Play| {
        let sign = |job: &&Job| matches!(job, Job::Sign { .. });
        play.jobs.iter().filter(sign).count()
    };
    assert_eq!(signatures(&play), 1);
    for id in ["b", "c"] {
        assert_eq!(play.arrive(request(id)), Arrival::Shown);
        // The PIN is kept and everything is at hand, but nobody has said yes.
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Sign);
        assert!(screen.fields.is_empty());
        let consent = |button: &&securesign_app::screen::Button| button.inert_ms > 0;
        let consents: Vec<_> = screen.buttons.iter().filter(consent).collect();
        assert_eq!(consents.len(), 1);
        assert_eq!(
            (consents[0].action, consents[0].inert_ms),
            (Action::Sign, 500)
        );
        let before = signatures(&play);
        play.report(Report::ReadersChanged);
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        play.keep_pin();
        assert_eq!((signatures(&play), play.opened.len()), (before, before));
        play.press(Action::Sign, &[]);
        assert_eq!(signatures(&play), before + 1);
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    }
    let told = [("a", "signed"), ("b", "signed"), ("c", "signed")];
    assert_eq!(play.told(), pairs(&told));
}

#[test]
fn a_kept_pin_goes_on_to_the_requests_that_waited_and_ends_with_the_window() {
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    play.sign_with_pin();
    let close = |play: &Play| play.screen().buttons[0].label.clone();
    assert_eq!(close(&play), "Next request");
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    assert!(play.screen().fields.is_empty());
    play.press(Action::Sign, &[]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(close(&play), "Close and lock");
    let text = play.screen().text.join(" ");
    assert!(
        text.contains("forgotten when SecureSign is closed"),
        "{text}"
    );
    play.press(Action::Lock, &[]);
    assert_eq!(close(&play), "Close");
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::Done));
}

#[test]
fn nothing_of_one_request_is_left_for_the_next() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(request("b"));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    play.give("/contract.pdf");
    play.read(b"abc");
    let before = play.screen();
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    // The face drops what was typed, and begins to count anew.
    assert_ne!(screen.token, before.token);
    assert_eq!(screen.fields, before.fields);
    assert!(screen.notice.unwrap().text.contains("3 tries left"));
    play.press(Action::Sign, &["123456"]);
    match play.jobs.last() {
        Some(Job::Sign { document, .. }) => assert!(document.is_none()),
        _ => panic!("a signature is asked for"),
    }
    play.report(Report::Signed(Err(CardError::SessionOver)));
    play.press(Action::Cancel, &[]);
    let told = [("a", "SS_PIN_INVALID"), ("b", "SS_SIGN_CANCELLED")];
    assert_eq!(play.told(), pairs(&told));
}

#[test]
fn a_request_that_is_closed_while_the_card_works_gives_way_when_the_card_has_answered() {
    let closed = || {
        let mut play = Play::with(request("a"), Tries::Left(3));
        play.arrive(request("b"));
        play.arrive(request("c"));
        play.press(Action::Sign, &["123456"]);
        play.input(Input::Closed);
        assert_eq!(play.screen().kind, Kind::Working);
        assert_eq!(play.flow.exit(), None);
        play
    };
    let mut play = closed();
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    // The signature is nobody's, and not the next request's.
    assert_eq!(play.told(), pairs(&[("a", "SS_SIGN_CANCELLED")]));
    assert_eq!(play.shown().as_deref(), Some("b"));
    // A card that never answers keeps nobody: who closes again closes all.
    let mut play = closed();
    play.input(Input::Closed);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    let cancelled = |id| (id, "SS_SIGN_CANCELLED");
    assert_eq!(play.told(), pairs(&["a", "b", "c"].map(cancelled)));
}

#[test]
fn a_result_that_the_browser_did_not_take_does_not_push_the_next_request_aside() {
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    let effects = play.flow.on(Event::OpenFailed(Unopened::NoProgram), now());
    play.keep(effects);
    assert_eq!(play.shown().as_deref(), Some("b"));
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    assert!(notice.text.contains("no program that opens web pages"));
    // That of the request on the screen has a screen of its own, and then the next.
    play.arrive(request("c"));
    play.press(Action::Sign, &[]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    let effects = play.flow.on(Event::OpenFailed(Unopened::NoProgram), now());
    play.keep(effects);
    assert_eq!(play.screen().title, "Not delivered");
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("c"));
}

#[test]
fn a_site_is_no_longer_new_to_the_requests_that_waited() {
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    let other = link("http://localhost:9090/cb", "ss_test_k", &[]);
    play.arrive(order(&other));
    let is_new = |play: &Play| {
        let text = play.screen().text.join(" ");
        text.contains("first signature for this site")
    };
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(is_new(&play));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    assert!(!is_new(&play));
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(is_new(&play));
}

#[test]
fn what_is_no_file_here_is_refused_with_a_sentence_and_not_read() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let given = [
        (vec!["/a".to_owned(), "/b".to_owned()], "several files"),
        (vec![], "no file on this computer"),
        (
            vec!["file://server/a.pdf".to_owned()],
            "no file on this computer",
        ),
        (
            vec!["https://portal.example/a.pdf".to_owned()],
            "no file on this computer",
        ),
    ];
    for (files, said) in given {
        play.input(Input::Files(files));
        let notice = play.screen().notice.unwrap();
        assert!(notice.text.contains(said), "{}", notice.text);
        assert_eq!(notice.level, Level::Error);
    }
    play.input(Input::NoDialog);
    assert!(play.screen().notice.unwrap().text.contains("no dialog"));
    assert!(play.readings.is_empty());
    // What turns out not to be readable says so; what was known before stays.
    play.give("/a.pdf");
    play.read(b"abd");
    play.give("/pipe");
    let reading = play.readings[1].clone();
    play.answer(reading, Err(Unreadable::NoDocument("pipe".into())));
    assert!(play.screen().notice.unwrap().text.starts_with("“pipe”"));
    assert!(play.document().starts_with("not “a.pdf”"));
    // Where nothing is to be signed nothing is taken.
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(!play.screen().offers(Action::Compare));
    play.give("/a.pdf");
    assert!(play.readings.is_empty());
}

#[test]
fn an_answer_for_another_file_or_another_request_is_nobodys() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.give("/slow.pdf");
    play.give("/quick.pdf");
    let slow = play.readings[0].clone();
    let document = |content: &[u8]| Document::new(HashAlgorithm::Sha256, content.to_vec());
    play.answer(slow, Ok(document(b"abc")));
    assert_eq!(play.document(), "“quick.pdf” is being compared …");
    play.read(b"abd");
    assert!(play.document().starts_with("not “quick.pdf”"));

    play.give("/late.pdf");
    let effects = play.flow.next(order(&link(CALLBACK, "ss_test_k", &[])));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.read(b"abc");
    assert_eq!(
        play.document(),
        "its digest only; the document stays with the portal"
    );
    assert_eq!(play.screen().notice.unwrap().text, "3 tries left");
}

#[test]
fn what_a_lost_answer_leaves_open_is_said_and_read_before_anything_is_typed_again() {
    let looks = |play: &Play| {
        let looks = |job: &&Job| matches!(job, Job::Look(_));
        play.jobs.iter().filter(looks).count()
    };
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    let before = looks(&play);
    let cause = Box::new(CardError::Transport(TransportError::Removed));
    let secret = Secret::Pin;
    let lost = CardError::Unanswered { secret, cause };
    play.report(Report::Signed(Err(lost)));
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(looks(&play), before + 1);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(2))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    let said = screen.notice.unwrap().text;
    assert!(said.contains("not known whether a try was used"), "{said}");
    assert!(said.contains("2 tries left"), "{said}");
    // Nothing went out again by itself.
    let sent = |job: &&Job| matches!(job, Job::Sign { .. });
    assert_eq!(play.jobs.iter().filter(sent).count(), 1);
    play.input(Input::Closed);
    assert_eq!(play.result()["error"], "SS_TOKEN_REMOVED");
    // A new PIN that may be in force or not.
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::ChangePin, &[]);
    play.press(Action::Submit, &["123456", "654321", "654321"]);
    let before = looks(&play);
    play.report(Report::Changed(secret, Err(CardError::Unclear(secret))));
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(looks(&play), before + 1);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Token);
    let said = screen.notice.unwrap().text;
    assert!(said.contains("Try the new PIN first"), "{said}");
}
