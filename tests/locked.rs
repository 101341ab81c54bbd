//! What was typed and not sent yet, when the computer sleeps or its screen is
//! locked: whoever comes back finds none of it (requirement 26).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bench::{Bench, Shared, abc, secret};
use jiff::Timestamp;
use securesign_app::flow::{Effect, Event, Flow, Order};
use securesign_app::screen::{Action, Ask, Input, Kind};
use securesign_app::settings::Settings;
use securesign_app::worker::{Job, Look, Report, TokenState, TokenView};
use securesign_card::digest::HashAlgorithm;
use securesign_card::profile::{Search, Tries};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use url::Url;

const PIN: &str = "123456";
const PUK: &str = "12345678";
const NEW: &str = "482915";

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn order() -> Order {
    let hash = STANDARD.encode(abc(HashAlgorithm::Sha256).bytes());
    let parameters = [
        ("requestId", "request-7"),
        ("hashBase64", &hash),
        ("hashAlgo", "SHA256"),
        ("documentType", "hash"),
        ("callbackUrl", "http://localhost:8080/cb"),
        ("apiKey", "ss_test_k"),
    ];
    let link = Url::parse_with_params("securesign://sign", parameters).unwrap();
    let policy = Settings::default().policy("settings.toml");
    let accepted = Order::accept(link.as_str().as_bytes(), &policy, true, &|_| true);
    accepted.ok().unwrap()
}

/// A token of which one try of everything is left, or all.
fn token(left: u8) -> TokenView {
    let card = PivCard::builder(NIST)
        .seed(b"locked")
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap();
    let bench = Bench::new(Shared::new(card), None);
    let mut view = bench.look(Look::Signing(Search::default())).remove(0);
    if let TokenState::Ready(info) = &mut view.state {
        (info.pin, info.puk) = (Tries::Left(left), Tries::Left(left));
    }
    view
}

/// A person at a flow.
struct Play(Flow);

impl Play {
    fn signing(left: u8) -> Self {
        Self::at(Flow::sign(Ok(order()), now()).0, left)
    }

    fn managing(left: u8) -> Self {
        Self::at(Flow::manage(now()).0, left)
    }

    fn at(flow: Flow, left: u8) -> Self {
        let mut play = Self(flow);
        play.event(Event::Report(Report::Tokens(Ok(vec![token(left)]))));
        play
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.0.on(event, now())
    }

    /// True when a secret goes to the card.
    fn press(&mut self, action: Action, typed: &[&str]) -> bool {
        let typed = typed.iter().map(|text| secret(text)).collect();
        let effects = self.event(Event::Input(Input::Press(action, typed)));
        effects.iter().any(|effect| {
            let Effect::Job(job) = effect else {
                return false;
            };
            matches!(
                job,
                Job::Sign { .. } | Job::Change { .. } | Job::Unblock { .. }
            )
        })
    }

    fn asks(&self) -> Vec<Ask> {
        let fields = self.0.screen().fields;
        fields.iter().map(|field| field.ask).collect()
    }

    fn says_it_was_locked(&self) -> bool {
        let notice = self.0.screen().notice;
        notice.is_some_and(|notice| notice.text.starts_with("Locked."))
    }
}

#[test]
fn r26_an_entry_that_waits_at_the_last_try_is_forgotten_on_lock() {
    type Typed = fn() -> Play;
    let table: [(Typed, &[Ask]); 3] = [
        (
            || {
                let mut play = Play::signing(1);
                assert!(!play.press(Action::Sign, &[PIN]));
                play
            },
            &[Ask::Pin],
        ),
        (
            || {
                let mut play = Play::managing(1);
                play.press(Action::ChangePin, &[]);
                assert!(!play.press(Action::Submit, &[PIN, NEW, NEW]));
                play
            },
            &[Ask::Pin, Ask::NewPin, Ask::NewPinAgain],
        ),
        (
            || {
                let mut play = Play::managing(1);
                play.press(Action::Unlock, &[]);
                play.press(Action::Next, &[]);
                play.press(Action::Next, &[PUK]);
                assert!(!play.press(Action::Submit, &[NEW, NEW]));
                play
            },
            &[Ask::Puk],
        ),
    ];
    for (typed, asks) in table {
        // Without a lock it is sent.
        assert!(typed().press(Action::UseLastTry, &[]));
        let mut play = typed();
        assert!(play.0.screen().offers(Action::UseLastTry));
        play.event(Event::Locked);
        assert_eq!(play.asks(), asks);
        assert!(play.says_it_was_locked());
        // A word that comes late finds nothing to send.
        assert!(!play.press(Action::UseLastTry, &[]));
        assert_eq!(play.asks(), asks);
    }
}

#[test]
fn r26_a_puk_that_waits_for_the_new_pin_is_forgotten_on_lock() {
    let mut play = Play::managing(3);
    play.press(Action::Unlock, &[]);
    play.press(Action::Next, &[]);
    play.press(Action::Next, &[PUK]);
    assert_eq!(play.asks(), [Ask::NewPin, Ask::NewPinAgain]);
    play.event(Event::Locked);
    assert_eq!(play.asks(), [Ask::Puk]);
    assert!(play.says_it_was_locked());
    assert!(!play.press(Action::Submit, &[NEW, NEW]));
}

#[test]
fn r26_what_is_in_the_fields_is_for_nothing_any_more_after_a_lock() {
    let forms: [fn() -> Play; 3] = [
        || Play::signing(3),
        || {
            let mut play = Play::managing(3);
            play.press(Action::ChangePin, &[]);
            play
        },
        || {
            let mut play = Play::managing(3);
            play.press(Action::Unlock, &[]);
            play.press(Action::Next, &[]);
            play
        },
    ];
    for form in forms {
        let mut play = form();
        let before = play.0.screen();
        play.event(Event::Locked);
        let after = play.0.screen();
        assert_eq!(after.fields, before.fields);
        // By this the front ends know that what they hold is for another form.
        assert_ne!(after.token, before.token);
        assert!(play.says_it_was_locked());
    }
}

#[test]
fn a_lock_while_nothing_is_typed_is_no_news() {
    let mut play = Play::managing(3);
    let before = play.0.screen();
    play.event(Event::Locked);
    assert_eq!(play.0.screen(), before);
    assert_eq!(before.kind, Kind::Token);
}
