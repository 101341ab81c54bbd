//! A kept PIN: what it is bound to, when it ends, and how the card is left. The
//! flow, the worker and an emulated card together; only the clock is the test's.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bench::{Bench, ORIGIN, Shared, abc, secret};
use jiff::{SignedDuration, Timestamp};
use securesign_app::flow::{Effect, Event, Flow, Order};
use securesign_app::pin_status::Status;
use securesign_app::screen::{Action, Input, Kind, Screen};
use securesign_app::settings::Settings;
use securesign_app::worker::{Job, Report};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::CardError;
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Emulator, Fault};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use url::Url;

const HERE: &str = "http://localhost:8080/cb";
const ELSEWHERE: &str = "http://localhost:9090/cb";
const IDLE: Duration = Duration::from_secs(15 * 60);
const PIN: &str = "123456";
/// VERIFY (ISO 7816-4, 11.5.6).
const VERIFY: u8 = 0x20;

fn card() -> Shared {
    Shared::new(
        PivCard::builder(NIST)
            .seed(b"session")
            .key(Slot::SIGNATURE, KeyKind::P256)
            .key(Slot::AUTHENTICATION, KeyKind::P256)
            .build()
            .unwrap(),
    )
}

fn order(callback: &str) -> Order {
    let hash = STANDARD.encode(abc(HashAlgorithm::Sha256).bytes());
    let parameters = [
        ("requestId", "request-7"),
        ("hashBase64", &hash),
        ("hashAlgo", "SHA256"),
        ("documentType", "hash"),
        ("callbackUrl", callback),
        ("apiKey", "ss_test_k"),
    ];
    let link = Url::parse_with_params("securesign://sign", parameters).unwrap();
    let policy = Settings::default().policy("settings.toml");
    let accepted = Order::accept(link.as_str().as_bytes(), &policy, true, &|_| true);
    accepted.ok().unwrap()
}

/// A person at the flow, with a card at the worker.
struct Run {
    flow: Flow,
    bench: Bench,
    card: Shared,
    now: Timestamp,
    opened: usize,
}

impl Run {
    /// The first request is on the screen.
    fn begin(idle: Duration) -> Self {
        let card = card();
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let (flow, effects) = Flow::sign(Ok(order(HERE)), now);
        let bench = Bench::keeping(card.clone(), None, idle);
        let mut run = Self {
            flow,
            bench,
            card,
            now,
            opened: 0,
        };
        run.carry_out(effects);
        run
    }

    /// The first request is signed with the PIN, and the next one has come.
    fn signed() -> Self {
        let mut run = Self::begin(IDLE);
        run.sign(&[PIN]);
        assert_eq!(run.flow.screen().kind, Kind::Done);
        run.request(HERE);
        run
    }

    fn request(&mut self, callback: &str) {
        let effects = self.flow.next(Ok(order(callback)));
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => {
                    let session = matches!(job, Job::Lock);
                    self.bench.send(job);
                    self.hear(session);
                }
                Effect::Open(..) => self.opened += 1,
                _ => {}
            }
        }
    }

    /// Hands reports to the flow up to the answer that is waited for: one of
    /// sessions, or one of another kind.
    fn hear(&mut self, session: bool) {
        loop {
            let report = self.bench.any_report();
            let answers = matches!(report, Report::Session(_)) == session;
            self.event(Event::Report(report));
            if answers {
                return;
            }
        }
    }

    fn event(&mut self, event: Event) {
        let effects = self.flow.on(event, self.now);
        self.carry_out(effects);
    }

    fn press(&mut self, action: Action, secrets: &[&str]) {
        let secrets = secrets.iter().map(|text| secret(text)).collect();
        self.event(Event::Input(Input::Press(action, secrets)));
    }

    fn sign(&mut self, secrets: &[&str]) {
        self.press(Action::Sign, secrets);
    }

    fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.event(Event::Tick);
    }

    fn screen(&self) -> Screen {
        self.flow.screen()
    }

    fn asks_for_the_pin(&self) -> bool {
        let screen = self.screen();
        assert_eq!(screen.kind, Kind::Sign);
        assert!(screen.offers(Action::Sign));
        !screen.fields.is_empty()
    }

    fn countdown(&self) -> Option<String> {
        self.screen().kept.map(|kept| kept.text)
    }

    /// How another program fares that asks for a signature without a PIN.
    fn another_program_signs(&self) -> u16 {
        sign_without_pin(&self.card)
    }
}

/// SELECT and GENERAL AUTHENTICATE (SP 800-73-4, part 2, 3.2.4) with the key that
/// wants the PIN once in a session; the status word.
fn sign_without_pin(card: &Shared) -> u16 {
    let aid = [
        0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
    ];
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x0B], &aid[..]].concat();
    let template = [&[0x7C, 0x24, 0x82, 0x00, 0x81, 0x20], &[0x11; 32][..]].concat();
    let header = [0x00, 0x87, 0x11, 0x9A, template.len() as u8];
    let mut card = card.card();
    let selected = card.transmit(&select);
    assert!(matches!(selected[selected.len() - 2], 0x90 | 0x61));
    let answer = card.transmit(&[&header, &template[..], &[0x00]].concat());
    let end = answer.len() - 2;
    u16::from_be_bytes([answer[end], answer[end + 1]])
}

const SECURITY_STATUS: u16 = 0x6982;

#[test]
fn r12_the_same_portal_token_and_certificate_need_no_pin_but_a_click() {
    let mut run = Run::signed();
    assert!(!run.asks_for_the_pin());
    assert_eq!(run.opened, 1);
    let shown = run.screen();
    let status = shown.facts.iter().find(|fact| fact.label == "PIN status");
    assert_eq!(
        status.unwrap().value,
        "Accepted and remembered (SESSION_ACTIVE)"
    );
    // Nothing happens by itself, and the click is not armed at once.
    run.later(1);
    assert_eq!(run.opened, 1);
    let consent = shown.buttons.iter().find(|b| b.action == Action::Sign);
    assert_eq!(consent.unwrap().inert_ms, 500);
    run.sign(&[]);
    assert_eq!(run.opened, 2);
}

#[test]
fn r12_another_origin_certificate_or_token_is_asked_for_the_pin() {
    let mut run = Run::signed();
    run.request(ELSEWHERE);
    assert!(run.asks_for_the_pin());
    // It is said for whom a PIN is kept, since it is not for this one.
    assert!(run.countdown().unwrap().contains("http://localhost:8080"));
    run.sign(&[]);
    assert_eq!(run.opened, 1);

    let mut run = Run::signed();
    run.event(Event::Input(Input::Choose(1)));
    assert!(run.asks_for_the_pin());
    run.event(Event::Input(Input::Choose(0)));
    assert!(!run.asks_for_the_pin());

    // The same card after it was out for a moment is another token.
    let mut run = Run::signed();
    let card = run.bench.reader.remove().unwrap();
    run.bench.reader.insert(card);
    run.event(Event::Report(Report::ReadersChanged));
    assert!(run.asks_for_the_pin());
    assert_eq!(run.countdown(), None);
}

/// The worker, which holds the PIN, does not take the flow's word for it.
#[test]
fn r12_the_worker_gives_the_pin_to_nothing_but_what_it_is_bound_to() {
    let bench = Bench::new(card(), None);
    let (token, info) = bench.token();
    let [first, second, ..] = &info.found.credentials[..] else {
        panic!("two certificates")
    };
    let sign =
        |origin, credential, pin| bench.sign_for(origin, &token, credential, pin, LastTry::Keep);
    let attempts = [("https://evil.example", first), (ORIGIN, second)];
    for (origin, credential) in attempts {
        sign(ORIGIN, first, Some(PIN)).unwrap();
        sign(ORIGIN, first, None).unwrap();
        assert_eq!(sign(origin, credential, None), Err(CardError::SessionOver));
        // Whoever tries that has ended it for everybody.
        assert_eq!(sign(ORIGIN, first, None), Err(CardError::SessionOver));
    }
}

#[test]
fn r12_with_no_idle_time_every_signature_wants_the_pin() {
    let mut run = Run::begin(Duration::ZERO);
    run.sign(&[PIN]);
    assert_eq!(run.countdown(), None);
    run.request(HERE);
    // The next request begins with a look of its own.
    assert!(run.asks_for_the_pin());
    run.sign(&[]);
    assert_eq!(run.opened, 1);
}

#[test]
fn the_countdown_counts_and_a_signature_starts_it_anew() {
    let mut run = Run::signed();
    assert_eq!(run.countdown().unwrap(), "PIN remembered · locks in 15:00");
    run.later(28);
    assert_eq!(run.countdown().unwrap(), "PIN remembered · locks in 14:32");
    run.later(872 - 5);
    assert_eq!(run.countdown().unwrap(), "PIN remembered · locks in 0:05");
    run.sign(&[]);
    assert_eq!(run.countdown().unwrap(), "PIN remembered · locks in 15:00");
    let mut run = Run::begin(Duration::from_secs(2 * 3600));
    run.sign(&[PIN]);
    assert_eq!(
        run.countdown().unwrap(),
        "PIN remembered · locks in 2:00:00"
    );
}

#[test]
fn r26_after_the_idle_time_the_pin_is_asked_again_and_the_card_is_logged_out() {
    let mut run = Run::signed();
    run.later(IDLE.as_secs() as i64 - 1);
    assert!(!run.asks_for_the_pin());
    run.later(1);
    assert!(run.asks_for_the_pin());
    assert_eq!(run.countdown(), None);
    run.sign(&[]);
    assert_eq!(run.opened, 1);
    run.bench.stop();
    assert_eq!(run.another_program_signs(), SECURITY_STATUS);

    // A click after the time is over counts no more than the time.
    let mut run = Run::signed();
    run.now += SignedDuration::from_secs(3600);
    run.sign(&[]);
    assert_eq!(run.opened, 1);
    // Nor does one when the clock was set back.
    let mut run = Run::signed();
    run.now -= SignedDuration::from_secs(60);
    run.sign(&[]);
    assert_eq!(run.opened, 1);
    assert!(run.asks_for_the_pin());
}

/// The worker's own clock: it holds where nobody tells it the time.
#[test]
fn r26_the_worker_forgets_by_itself() {
    let mut bench = Bench::keeping(card(), None, Duration::from_millis(1));
    let (token, info) = bench.token();
    let credential = &info.found.credentials[0];
    bench.send(Job::Sign {
        token: token.clone(),
        credential: Box::new(credential.clone()),
        digest: abc(HashAlgorithm::Sha256),
        document: None,
        origin: ORIGIN.into(),
        pin: Some(secret(PIN)),
        last: LastTry::Keep,
    });
    assert!(matches!(bench.any_report(), Report::Session(Some(_))));
    assert!(matches!(bench.any_report(), Report::Signed(Ok(_))));
    assert_eq!(bench.any_report(), Report::Session(None));
    let again = bench.sign(&token, credential, None);
    assert_eq!(again, Err(CardError::SessionOver));
    bench.stop();
}

#[test]
fn r26_lock_now_forgets_the_pin_and_logs_the_card_out() {
    let mut run = Run::signed();
    assert!(run.screen().offers(Action::Lock));
    run.press(Action::Lock, &[]);
    assert!(run.asks_for_the_pin());
    let screen = run.screen();
    assert!(screen.kept.is_none() && !screen.offers(Action::Lock));
    assert_eq!(
        screen.notice.unwrap().text,
        "Locked. The PIN will be asked for again."
    );
    run.sign(&[]);
    assert_eq!(run.opened, 1);
    run.bench.stop();
    assert!(run.bench.reader.resets() >= 1);
    assert_eq!(run.another_program_signs(), SECURITY_STATUS);
    // With the PIN it goes on, and what was typed before does not.
    let mut run = Run::signed();
    let before = run.screen().token;
    run.press(Action::Lock, &[]);
    assert_ne!(run.screen().token, before);
    run.sign(&[PIN]);
    assert_eq!(run.opened, 2);
}

/// The control of the tests above: a card that is not logged out does sign.
#[test]
fn r26_a_second_program_would_sign_on_a_card_that_is_not_logged_out() {
    let card = card();
    let aid = [0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];
    card.card().transmit(&aid);
    let verify = [
        &[0x00, VERIFY, 0x00, 0x80, 0x08],
        PIN.as_bytes(),
        &[0xFF; 2],
    ]
    .concat();
    assert_eq!(card.card().transmit(&verify), [0x90, 0x00]);
    assert_eq!(sign_without_pin(&card), 0x9000);
}

/// A lock while nothing is open, long after the signature: somebody else may
/// have verified the PIN meanwhile.
#[test]
fn r26_a_lock_logs_out_what_another_program_has_left_open() {
    let mut run = Run::signed();
    // Another token's worth of waiting: the dialogue has come to its end.
    run.bench.send(Job::Check);
    run.request(ELSEWHERE);
    let verify = [
        &[0x00, VERIFY, 0x00, 0x80, 0x08],
        PIN.as_bytes(),
        &[0xFF; 2],
    ]
    .concat();
    run.card.card().transmit(&verify);
    run.press(Action::Lock, &[]);
    run.bench.stop();
    assert_eq!(run.another_program_signs(), SECURITY_STATUS);
}

#[test]
fn r26_removal_ends_it_whether_anybody_asks_or_not() {
    let mut run = Run::signed();
    run.bench.reader.remove();
    // What the thread that watches the readers has the worker do.
    run.bench.send(Job::Check);
    run.hear(true);
    assert_eq!(run.countdown(), None);

    // Removed in the middle of a signature.
    let mut run = Run::signed();
    let error = TransportError::Removed;
    run.bench.reader.fault(Fault { after: 0, error });
    run.sign(&[]);
    assert_eq!((run.countdown(), run.opened), (None, 1));
}

#[test]
fn r26_at_the_end_of_the_program_the_card_is_logged_out() {
    let mut run = Run::signed();
    run.bench.stop();
    assert_eq!(run.another_program_signs(), SECURITY_STATUS);
}

#[test]
fn a_pin_that_is_changed_or_wrong_is_kept_no_longer() {
    let mut run = Run::signed();
    run.request(ELSEWHERE);
    run.sign(&["999999"]);
    assert_eq!(run.countdown(), None);
    run.request(HERE);
    assert!(run.asks_for_the_pin());
}

#[test]
fn the_pin_status_has_the_protocols_words() {
    let mut run = Run::begin(IDLE);
    let token = run.flow.tokens()[0].id.clone();
    let status = |run: &Run| run.flow.pin_status(&token).as_str();
    assert_eq!(status(&run), "ACTIVE");
    run.sign(&["999999"]);
    assert_eq!(status(&run), "INVALID");
    run.sign(&[PIN]);
    assert_eq!(status(&run), "SESSION_ACTIVE");
    run.request(HERE);
    run.press(Action::Lock, &[]);
    assert_eq!(status(&run), "ACTIVE");
    for _ in 0..2 {
        run.sign(&["999999"]);
    }
    run.sign(&["999999"]);
    run.press(Action::UseLastTry, &[]);
    assert_eq!(run.flow.pin_status(&token), Status::Blocked);
    assert_eq!(status(&run), "BLOCKED");
}
