//! A request on its way, in Hindi, and what a screen in Hindi may hold.

use crate::bench::{Bench, Shared, abc, secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_app::flow::{Effect, Event, Flow, Order, Reading, Recipient};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input, Screen};
use securesign_app::settings::Settings;
use securesign_app::worker::{Binding, Job, Kept, Look, Report, TokenState, TokenView};
use securesign_card::application::Confidence;
use securesign_card::digest::HashAlgorithm;
use securesign_card::profile::{Search, Tries};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

use super::texts::{file, named};

/// Names, commands and what stands in a link or a file: the same in every language.
pub const NAMES: &str = "SecureSign USB PUK PIN ATR API RSA SHA Ed25519 Debian Ubuntu pcscd sudo apt \
    install systemctl start socket securesign sign trace record document FILE LINK doctor P1 P2 \
    ss_live_ ss_test_ apiKey callbackUrl certSerial sessionId requestId hashAlgo hashBase64 documentBase64 base64 http https localhost \
    ss_result documentType hash origin test true idle_minutes portal example gov in sha256 key \
    6F83 schemes myapp L CCID libccid tokens pin unblock unconfirmed reader y N Ctrl C help xdg \
    utils desktop PC SC session D Bus ulimit l kB register unregister MIT \
    Apache Caps Lock journal export which application scale MB PSS X BER PUC SO PW3 \
    learn spy pcsc apdu pcap pcapng usbmon USBPcap Linux Windows file no PDF XFA field XML UTF Id \
    helper services msc SCardSvr JSON PEM RSASSA ca crl usage extended result hash algo certificate SHA256 SHA384 SHA512 22T11 00Z";

#[test]
pub fn a_text_in_hindi_is_in_hindi() {
    let known: BTreeSet<&str> = NAMES.split_whitespace().collect();
    for (name, text) in file("hi") {
        // Words for the portal's developer are quoted and English.
        if name == "link-truncated-advice" || ["brand", "puk"].contains(&name.as_str()) {
            continue;
        }
        let bare: String = text.words.split_whitespace().collect();
        let only_filled = bare.chars().all(|c| !c.is_alphabetic());
        assert!(
            only_filled || has_devanagari(&text.words),
            "{name}: {}",
            text.words
        );
        let foreign = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        for word in text.words.split(foreign) {
            let number = word.chars().all(|c| !c.is_ascii_alphabetic());
            assert!(
                number || known.contains(word),
                "{name}: {word:?} in {}",
                text.words
            );
        }
    }
}

pub fn has_devanagari(text: &str) -> bool {
    text.chars().any(|c| ('\u{0900}'..='\u{097F}').contains(&c))
}

pub const CALLBACK: &str = "http://localhost:8080/cb";

pub fn link(more: &[(&str, &str)]) -> String {
    link_to(CALLBACK, "ss_test_k", more)
}

pub fn link_to(callback: &str, key: &str, more: &[(&str, &str)]) -> String {
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

pub fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub fn token(pin: Tries) -> TokenView {
    let card = PivCard::builder(NIST)
        .seed(b"language")
        .subject(Slot::SIGNATURE, "CN=आशा शर्मा")
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

pub fn unconfirmed(view: &TokenView) -> TokenView {
    let mut view = view.clone();
    if let TokenState::Ready(info) = &mut view.state {
        info.change = Ok(Confidence::Doubtful);
        info.unblock = Confidence::Doubtful;
    }
    view
}

/// A flow in Hindi; every screen that it shows is looked at.
pub struct Story {
    pub flow: Flow,
    pub jobs: Vec<Job>,
    pub opened: Vec<Url>,
    /// Whom the last answer was for.
    pub told: Option<Recipient>,
    pub readings: Vec<Reading>,
    pub seen: Vec<Screen>,
}

impl Story {
    pub fn of_link(link: &str) -> Self {
        Self::of_bytes(link.as_bytes(), true)
    }

    pub fn of_bytes(link: &[u8], demo: bool) -> Self {
        let policy = Settings::default().policy("/etc/settings.toml");
        let order = Order::accept(link, &policy, demo, &|_| false);
        Self::begin(Flow::sign(order, now()))
    }

    pub fn begin((mut flow, effects): (Flow, Vec<Effect>)) -> Self {
        flow.speak(Language::Hindi);
        let mut story = Self {
            flow,
            jobs: Vec::new(),
            opened: Vec::new(),
            told: None,
            readings: Vec::new(),
            seen: Vec::new(),
        };
        story.keep(effects);
        story
    }

    pub fn managing(view: &TokenView) -> Self {
        let mut story = Self::begin(Flow::manage(now()));
        story.report(Report::Tokens(Ok(vec![view.clone()])));
        story
    }

    pub fn signing(view: &TokenView) -> Self {
        let mut story = Self::of_link(&link(&[]));
        story.report(Report::Tokens(Ok(vec![view.clone()])));
        story
    }

    pub fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => self.jobs.push(job),
                Effect::Read(reading) => self.readings.push(reading),
                Effect::Open(answer, recipient) => {
                    self.opened.push(answer.url().parse().unwrap());
                    self.told = Some(recipient);
                }
                _ => {}
            }
        }
        let screen = self.flow.screen();
        in_hindi(&screen);
        self.seen.push(screen);
    }

    pub fn event(&mut self, event: Event) -> &Screen {
        let effects = self.flow.on(event, now());
        self.keep(effects);
        self.seen.last().unwrap()
    }

    pub fn report(&mut self, report: Report) -> &Screen {
        self.event(Event::Report(report))
    }

    pub fn press(&mut self, action: Action, secrets: &[&str]) -> &Screen {
        let secrets = secrets.iter().map(|text| secret(text)).collect();
        self.event(Event::Input(Input::Press(action, secrets)))
    }

    /// What the worker says when it keeps the PIN of the signature it makes.
    pub fn kept(&mut self, origin: &str) -> &Screen {
        let binding = self.jobs.iter().rev().find_map(|job| match job {
            Job::Sign {
                token, credential, ..
            } => Some(Binding {
                token: token.clone(),
                certificate: credential.certificate.der().to_vec(),
                pin: credential.pin,
                origin: origin.to_owned(),
            }),
            _ => None,
        });
        let kept = Kept {
            binding: binding.unwrap(),
            idle: Duration::from_secs(872),
        };
        self.report(Report::Session(Some(kept)))
    }
}

/// Nothing on it is English but what is somebody's data.
pub fn in_hindi(screen: &Screen) {
    let speaks = |text: &str| {
        assert!(has_devanagari(text), "{text:?} on {screen:#?}");
        whole(text);
    };
    // What is neither a word nor ours.
    let data = |text: &str| {
        whole(text);
        // A code of the protocol stands behind its words, as it does everywhere.
        let text = text.strip_suffix(" (ACTIVE)").unwrap_or(text);
        let text = text.strip_suffix(" (SESSION_ACTIVE)").unwrap_or(text);
        let ours = ["ACTIVE", "unknown", "PIN", "tries", "digest", "not "];
        for word in ours {
            assert!(!text.contains(word), "{text:?} on {screen:#?}");
        }
    };
    speaks(&screen.title);
    screen.progress.iter().for_each(|progress| speaks(progress));
    screen.text.iter().for_each(|text| speaks(text));
    for fact in &screen.facts {
        speaks(&fact.label);
        fact.mark.iter().for_each(|mark| speaks(mark));
        data(&fact.value);
    }
    if let Some(figure) = &screen.figure {
        speaks(&figure.token);
        speaks(&figure.letter);
        figure.codes.iter().for_each(|code| speaks(code));
    }
    screen.links.iter().for_each(|link| speaks(&link.label));
    for choice in &screen.choices {
        speaks(&choice.label);
        for option in &choice.options {
            // A size, or a language in itself.
            let plain = option.ends_with('%') || option == Language::English.name();
            if plain { data(option) } else { speaks(option) }
        }
    }
    for row in &screen.rows {
        data(&row.title);
        speaks(&row.detail);
        row.action.iter().for_each(|action| speaks(action));
        if !row.pill.is_empty() && !row.pill.starts_with("SS_") {
            speaks(&row.pill);
        }
    }
    screen.lines.iter().for_each(|line| speaks(&line.label));
    for counter in &screen.counters {
        speaks(&counter.caption);
        data(&counter.value);
    }
    screen.heading.iter().for_each(|heading| speaks(heading));
    for card in &screen.certificates {
        speaks(&card.detail);
        card.unusable.iter().for_each(|reason| speaks(reason));
        card.validity.iter().for_each(|it| speaks(&it.text));
        card.details.iter().for_each(|details| speaks(details));
        data(&card.title);
        data(&card.pill);
    }
    screen.fields.iter().for_each(|field| speaks(&field.label));
    screen.notice.iter().for_each(|notice| speaks(&notice.text));
    screen
        .buttons
        .iter()
        .for_each(|button| speaks(&button.label));
    let waiting = screen.waiting.iter();
    waiting.for_each(|waiting| speaks(&waiting.text));
    if let Some(kept) = &screen.kept {
        speaks(&kept.text);
        speaks(&kept.lock.label);
    }
}

/// No name of a text in place of the text, no gap, no invisible mark.
pub fn whole(text: &str) {
    assert!(!text.contains("{$") && !text.contains("{ $"), "{text}");
    assert!(!text.contains(['\u{2068}', '\u{2069}']), "{text:?}");
    assert!(!text.trim().is_empty());
    static NAMES: std::sync::LazyLock<BTreeSet<String>> = std::sync::LazyLock::new(named);
    let name = NAMES.contains(text) && text.contains('-');
    assert!(!name, "{text} was not found");
}
