//! A token that refuses says why: each reason has an advice of its own, the portal hears
//! what is true, and a touch that did not come is not taken for a wrong PIN.
//!
//! Longer than most files: a table of answers, each with its reason, advice and code.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/instead.rs"]
mod instead;

use std::collections::HashSet;
use std::sync::mpsc::channel;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bench::{Bench, ORIGIN, READER, abc, secret};
use instead::Instead;
use jiff::Timestamp;
use securesign_app::flow::{Effect, Event, Flow, Order};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input};
use securesign_app::settings::Settings;
use securesign_app::words::Explain;
use securesign_app::worker::{Job, Progress, Report, TokenView, Worker, watch_over};
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Fault, Missing, Reason, Secret};
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::profile::{Credential, Search};
use securesign_card::signature::ToSign;
use securesign_card::sw::StatusWord;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_handoff::callback;
use securesign_vendors::emulator::{EmulatedReaders, Emulator, Slot};
use securesign_vendors::piv::emulator::{self as piv, KeyKind, NIST, PivCard};
use url::Url;

const PIN: &str = "123456";
const VERIFY: u8 = 0x20;
const SIGN: u8 = 0x87;

fn card() -> PivCard {
    PivCard::builder(NIST)
        .seed(b"refusals")
        .pin(PIN)
        .key(piv::Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap()
}

/// A card that answers one instruction with this status word, after so many seconds.
struct Refusing {
    card: PivCard,
    instruction: u8,
    answer: Option<(u16, u64)>,
    now: Duration,
    /// PINs that went to it.
    sent: usize,
}

impl Refusing {
    fn new(instruction: u8, answer: Option<(u16, u64)>) -> Self {
        Self {
            card: card(),
            instruction,
            answer,
            now: Duration::ZERO,
            sent: 0,
        }
    }
}

impl Transport for Refusing {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.sent += usize::from(frame.is_secret());
        let bytes = frame.expose();
        // VERIFY without data only asks for the counter.
        let meant = bytes[1] == self.instruction && bytes.len() > 5;
        match self.answer {
            Some((sw, seconds)) if meant => {
                self.now += Duration::from_secs(seconds);
                Ok(sw.to_be_bytes().to_vec())
            }
            _ => Ok(self.card.transmit(bytes)),
        }
    }

    fn elapsed(&self) -> Duration {
        self.now
    }
}

fn open<'a>(line: &'a mut Refusing, known: &'a mut Known) -> (Token<'a>, Credential) {
    let atr = Atr::parse(&line.card.atr()).unwrap();
    let token = Token::open(line, &atr, known, securesign_vendors::PROFILES);
    let mut token = token.unwrap().unwrap();
    let found = token.credentials(&Search::default()).unwrap();
    let credential = found.credentials[0].clone();
    (token, credential)
}

fn sign(token: &mut Token<'_>, credential: &Credential) -> Result<Vec<u8>, CardError> {
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    token.sign(credential, what, &secret(PIN), LastTry::Keep)
}

fn order() -> Order {
    let hash = STANDARD.encode(abc(HashAlgorithm::Sha256).bytes());
    let mut url = Url::parse("securesign://sign").unwrap();
    url.query_pairs_mut()
        .append_pair("requestId", "request-7")
        .append_pair("hashBase64", &hash)
        .append_pair("hashAlgo", "SHA256")
        .append_pair("documentType", "hash")
        .append_pair("callbackUrl", "http://localhost:8080/cb")
        .append_pair("apiKey", "ss_test_k");
    let policy = Settings::default().policy("settings.toml");
    Order::accept(url.as_str().as_bytes(), &policy, true, &|_| true)
        .unwrap_or_else(|_| panic!("a good link"))
}

/// What is said on the screen after this error, and what the portal hears of a person who
/// gives up then.
fn told(view: &TokenView, error: &CardError) -> (String, String) {
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let (mut flow, _) = Flow::sign(Ok(order()), now);
    let look = || Event::Report(Report::Tokens(Ok(vec![view.clone()])));
    flow.on(look(), now);
    let pin = vec![secret(PIN)];
    flow.on(Event::Input(Input::Press(Action::Sign, pin)), now);
    flow.on(Event::Report(Report::Signed(Err(error.clone()))), now);
    let screen = flow.screen();
    let said = match screen.notice {
        Some(notice) => notice.text,
        None => screen.text.join(" "),
    };
    flow.on(look(), now);
    let effects = flow.on(Event::Input(Input::Closed), now);
    let answer = effects.iter().find_map(|effect| match effect {
        Effect::Open(answer, _) => Some(answer.url().to_owned()),
        _ => None,
    });
    let answer = Url::parse(&answer.unwrap()).unwrap();
    let result = answer.query_pairs().find(|(name, _)| name == "ss_result");
    let result = callback::decode(&result.unwrap().1).unwrap();
    (said, result["error"].as_str().unwrap().to_owned())
}

fn view() -> TokenView {
    let bench = Bench::new(card(), None);
    bench
        .look(securesign_app::worker::Look::Signing(Search::default()))
        .remove(0)
}

fn declined(reason: Reason, sw: u16) -> CardError {
    let sw = StatusWord(sw);
    CardError::Declined { reason, sw }
}

#[test]
fn each_answer_to_verify_and_to_the_signature_has_its_reason_advice_and_code() {
    use Reason::{Conditions, Fault, NoKey, NoPin, NoTouch, PinForgotten, PinNotTaken};
    let view = view();
    let pin = Secret::Pin;
    let wrong = CardError::Wrong {
        secret: pin,
        left: Some(2),
    };
    let refused = |during, sw| CardError::Refused {
        during,
        sw: StatusWord(sw),
    };
    let enter = "Enter the PIN again";
    let touch = "touch the token as soon as it blinks";
    let other = "Choose another certificate";
    let again = "put it in again and repeat";
    // Instruction, status word, seconds; reason, advice, code.
    let rows = [
        (VERIFY, 0x63C2, 0, wrong, "", "SS_PIN_INVALID"),
        (
            VERIFY,
            0x6983,
            0,
            CardError::Blocked(pin),
            "",
            "SS_PIN_BLOCKED",
        ),
        (
            VERIFY,
            0x6982,
            0,
            declined(PinNotTaken, 0x6982),
            "plug the token in",
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            VERIFY,
            0x6A88,
            0,
            declined(NoPin, 0x6A88),
            "Ask the issuer",
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            VERIFY,
            0x6A86,
            0,
            declined(NoPin, 0x6A86),
            "Ask the issuer",
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            VERIFY,
            0x6985,
            0,
            declined(Conditions, 0x6985),
            again,
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            VERIFY,
            0x6F00,
            0,
            declined(Fault, 0x6F00),
            again,
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            VERIFY,
            0x6A81,
            0,
            refused("verify the PIN", 0x6A81),
            "record a trace",
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            SIGN,
            0x6982,
            0,
            declined(PinForgotten, 0x6982),
            enter,
            "SS_SIGN_CANCELLED",
        ),
        (
            SIGN,
            0x6982,
            15,
            declined(NoTouch, 0x6982),
            touch,
            "SS_SIGN_CANCELLED",
        ),
        (
            SIGN,
            0x6985,
            15,
            declined(NoTouch, 0x6985),
            touch,
            "SS_SIGN_CANCELLED",
        ),
        (
            SIGN,
            0x6FFF,
            15,
            declined(NoTouch, 0x6FFF),
            touch,
            "SS_SIGN_CANCELLED",
        ),
        (
            SIGN,
            0x6600,
            0,
            declined(NoTouch, 0x6600),
            touch,
            "SS_SIGN_CANCELLED",
        ),
        (
            SIGN,
            0x6A80,
            0,
            declined(NoKey, 0x6A80),
            other,
            "SS_CERT_NOT_FOUND",
        ),
        (
            SIGN,
            0x6A82,
            0,
            declined(NoKey, 0x6A82),
            other,
            "SS_CERT_NOT_FOUND",
        ),
        (
            SIGN,
            0x6A86,
            0,
            declined(NoKey, 0x6A86),
            other,
            "SS_CERT_NOT_FOUND",
        ),
        (
            SIGN,
            0x6A88,
            0,
            declined(NoKey, 0x6A88),
            other,
            "SS_CERT_NOT_FOUND",
        ),
        (
            SIGN,
            0x6983,
            0,
            CardError::Blocked(pin),
            "",
            "SS_PIN_BLOCKED",
        ),
        (
            SIGN,
            0x6985,
            0,
            declined(Conditions, 0x6985),
            again,
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            SIGN,
            0x6F00,
            0,
            declined(Fault, 0x6F00),
            again,
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            SIGN,
            0x6581,
            0,
            declined(Fault, 0x6581),
            again,
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            SIGN,
            0x6400,
            0,
            declined(Fault, 0x6400),
            again,
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            SIGN,
            0x6D00,
            0,
            refused("sign", 0x6D00),
            "record a trace",
            "SS_TOKEN_UNSUPPORTED",
        ),
    ];
    let mut advices = HashSet::new();
    for (instruction, sw, seconds, expected, advice, code) in rows {
        let name = format!("{instruction:02X}, {sw:04X} after {seconds} s");
        let mut line = Refusing::new(instruction, Some((sw, seconds)));
        let mut known = Known::new(Extended::UNKNOWN);
        let (mut token, credential) = open(&mut line, &mut known);
        let error = sign(&mut token, &credential).unwrap_err();
        assert_eq!(error, expected, "{name}");
        drop(token);
        assert_eq!(line.sent, 1, "{name}: a PIN is sent once");
        let (said, heard) = told(&view, &error);
        assert_eq!(heard, code, "{name}");
        assert!(said.contains(advice), "{name}: {said}");
        if let CardError::Declined { reason, .. } = error {
            let said = error.advice(Language::English);
            advices.insert((format!("{reason:?}"), said));
        }
    }
    let words: HashSet<&String> = advices.iter().map(|(_, advice)| advice).collect();
    assert_eq!((advices.len(), words.len()), (7, 7), "{advices:?}");
}

#[test]
fn what_is_no_fault_of_ours_is_not_told_the_portal_as_one() {
    use TransportError as T;
    let view = view();
    let during = "sign";
    let lost = |cause: CardError| CardError::Unanswered {
        secret: Secret::Pin,
        cause: Box::new(cause),
    };
    let rows = [
        (CardError::Transport(T::Removed), "SS_TOKEN_REMOVED"),
        (CardError::Transport(T::NoReader), "SS_TOKEN_REMOVED"),
        (CardError::Transport(T::Reset), "SS_SIGN_CANCELLED"),
        (CardError::Transport(T::NoService), "SS_TOKEN_NOT_FOUND"),
        (CardError::Transport(T::Mute), "SS_TOKEN_NOT_FOUND"),
        (CardError::Transport(T::Slow), "SS_TOKEN_NOT_FOUND"),
        (CardError::Transport(T::NotTransacted), "SS_TOKEN_NOT_FOUND"),
        (lost(CardError::Transport(T::Removed)), "SS_TOKEN_REMOVED"),
        (lost(CardError::Transport(T::Reset)), "SS_SIGN_CANCELLED"),
        (
            CardError::Malformed { during, at: 1 },
            "SS_TOKEN_UNSUPPORTED",
        ),
        (
            CardError::SecureMessaging {
                during,
                fault: Fault::Checksum,
            },
            "SS_TOKEN_UNSUPPORTED",
        ),
        (CardError::RawRsa, "SS_TOKEN_UNSUPPORTED"),
        (
            CardError::Unsupported(Missing::Reader),
            "SS_TOKEN_UNSUPPORTED",
        ),
        // Thrown away by our own check: whose fault it is cannot be told.
        (CardError::BadSignature, "SS_INTERNAL"),
    ];
    for (error, code) in rows {
        assert_eq!(told(&view, &error).1, code, "{error:?}");
    }
}

#[test]
fn a_pin_that_was_accepted_is_sent_again_after_a_prompt_refusal_and_never_after_a_long_one() {
    for (seconds, sent) in [(0, 2), (9, 2), (10, 1), (15, 1)] {
        let mut line = Refusing::new(SIGN, None);
        let mut known = Known::new(Extended::UNKNOWN);
        let (mut token, credential) = open(&mut line, &mut known);
        sign(&mut token, &credential).unwrap();
        drop(token);
        assert_eq!(line.sent, 1);
        line.answer = Some((0x6982, seconds));
        // The PIN is known within one dialogue, so that the card begins to refuse in it.
        let mut late = Late {
            line,
            signatures: 0,
        };
        let atr = Atr::parse(&late.line.card.atr()).unwrap();
        let mut known = Known::new(Extended::UNKNOWN);
        let token = Token::open(&mut late, &atr, &mut known, securesign_vendors::PROFILES);
        let mut token = token.unwrap().unwrap();
        sign(&mut token, &credential).unwrap();
        let error = sign(&mut token, &credential).unwrap_err();
        let reason = if seconds < 10 {
            Reason::PinForgotten
        } else {
            Reason::NoTouch
        };
        assert_eq!(error, declined(reason, 0x6982), "{seconds}");
        drop(token);
        assert_eq!(late.line.sent - 1, sent, "{seconds}");
    }
}

/// Signs once before it refuses.
struct Late {
    line: Refusing,
    signatures: usize,
}

impl Transport for Late {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        if frame.expose()[1] != SIGN {
            return self.line.exchange(frame);
        }
        self.signatures += 1;
        match self.signatures {
            1 => Ok(self.line.card.transmit(frame.expose())),
            _ => self.line.exchange(frame),
        }
    }

    fn elapsed(&self) -> Duration {
        self.line.elapsed()
    }
}

#[test]
fn a_person_is_told_to_touch_the_token_while_it_waits_and_not_when_it_signs_at_once() {
    let view = view();
    for (wait, expected) in [(0, false), (2_500, true)] {
        let slot = Slot::new(READER, None);
        // Waits for a touch, for so long.
        slot.insert(Box::new(Instead::of(card(), move |card, command| {
            if command[1] == SIGN {
                std::thread::sleep(Duration::from_millis(wait));
            }
            card.transmit(command)
        })));
        let progress = Progress::default();
        let worker = Worker {
            readers: Box::new(EmulatedReaders { slots: vec![slot] }),
            profiles: securesign_vendors::PROFILES,
            name: securesign_vendors::known::name,
            only: None,
            session: Duration::ZERO,
            cache: None,
            progress: progress.clone(),
        };
        let (jobs, queue) = channel();
        let (sender, reports) = channel();
        let late = sender.clone();
        let works =
            std::thread::spawn(move || worker.run(&queue, &|report| drop(sender.send(report))));
        let watches =
            std::thread::spawn(move || watch_over(&progress, &|report| drop(late.send(report))));
        let securesign_app::worker::TokenState::Ready(info) = &view.state else {
            panic!("{view:?}");
        };
        jobs.send(Job::Sign {
            token: view.id.clone(),
            credential: Box::new(info.found.credentials[0].clone()),
            digest: abc(HashAlgorithm::Sha256),
            document: None,
            origin: ORIGIN.to_owned(),
            pin: Some(secret(PIN)),
            last: LastTry::Keep,
        })
        .unwrap();
        jobs.send(Job::Stop).unwrap();
        works.join().unwrap();
        watches.join().unwrap();
        let reports: Vec<Report> = reports.iter().collect();
        let at = |wanted: fn(&Report) -> bool| reports.iter().position(wanted);
        let signed = at(|report| matches!(report, Report::Signed(Ok(_))));
        let touch = at(|report| *report == Report::Touch);
        assert!(signed.is_some(), "{reports:?}");
        assert_eq!(touch.is_some(), expected, "{reports:?}");
        assert!(touch < signed, "{reports:?}");
        if expected {
            let signs = at(|report| *report == Report::Signs);
            assert!(signs.is_some() && signs < touch, "{reports:?}");
        }
    }
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let (mut flow, _) = Flow::sign(Ok(order()), now);
    flow.on(Event::Report(Report::Tokens(Ok(vec![view]))), now);
    let pin = vec![secret(PIN)];
    flow.on(Event::Input(Input::Press(Action::Sign, pin)), now);
    let step = |flow: &Flow| flow.screen().progress.unwrap();
    assert_eq!(step(&flow), "Step 1 of 2: checking the PIN");
    flow.on(Event::Report(Report::Slow), now);
    let said = flow.screen().notice.unwrap().text;
    assert_eq!(said, "This token is slow. Keep it plugged in.");
    flow.on(Event::Report(Report::Signs), now);
    assert!(step(&flow).starts_with("Step 2 of 2"));
    // It was slow before that.
    assert_eq!(flow.screen().notice, None);
    flow.on(Event::Report(Report::Touch), now);
    let said = flow.screen().notice.unwrap().text;
    assert!(said.contains("touch it"), "{said}");
}
