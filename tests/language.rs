//! Both languages are complete: every text that is named exists in both, with the
//! same words to fill in, and no screen in Hindi is half English.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bench::{Bench, Shared, abc, secret};
use fluent_syntax::ast::{
    CallArguments, Entry as FluentEntry, Expression, InlineExpression, Pattern, PatternElement,
    VariantKey,
};
use jiff::Timestamp;
use securesign_app::document::{Document, Unreadable};
use securesign_app::flow::{Effect, Event, Flow, Home, Order, Reading, Recipient, Spent, Unopened};
use securesign_app::journal::{Entry, Fault, FaultKind, Ledger, Mark};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input, Kind, Screen};
use securesign_app::settings::Settings;
use securesign_app::words::Explain;
use securesign_app::worker::{Binding, Job, Kept, Look, Report, TokenId, TokenState, TokenView};
use securesign_card::certificate::CertificateError;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Reason, Secret};
use securesign_card::profile::{Flaw, Note, Search, Standing, Tries};
use securesign_card::sw::StatusWord;
use securesign_card::transport::TransportError;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use url::Url;

/// What stands in a Fluent file under one name.
#[derive(Default)]
struct Text {
    /// Its words, placeables left out.
    words: String,
    /// What is to be filled in: `$left`.
    variables: BTreeSet<String>,
    /// Other texts and terms in it.
    references: BTreeSet<String>,
    /// What the choice between variants depends on, and the variants.
    variants: BTreeMap<String, BTreeSet<String>>,
}

/// A file, strictly read: what the parser would skip fails the test.
fn file(language: &str) -> BTreeMap<String, Text> {
    let path = root().join(format!("app/src/language/{language}.ftl"));
    let source = std::fs::read_to_string(path).unwrap();
    let resource = fluent_syntax::parser::parse(source.as_str())
        .unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
    let mut texts = BTreeMap::new();
    for entry in &resource.body {
        let (name, pattern, attributes) = match entry {
            FluentEntry::Message(message) => {
                let value = message.value.as_ref();
                let value = value.unwrap_or_else(|| panic!("{} is empty", message.id.name));
                (message.id.name, value, &message.attributes)
            }
            FluentEntry::Term(term) => (term.id.name, &term.value, &term.attributes),
            _ => continue,
        };
        assert!(attributes.is_empty(), "{language}: {name}: none is used");
        let mut text = Text::default();
        text.read(pattern);
        // The library keeps terms and texts under one name: the later one wins.
        let before = texts.insert(name.to_owned(), text);
        assert!(before.is_none(), "{language}: {name} stands there twice");
    }
    texts
}

impl Text {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.words.push_str(value),
                PatternElement::Placeable { expression } => self.read_expression(expression),
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(inline),
            Expression::Select { selector, variants } => {
                self.read_inline(selector);
                let InlineExpression::VariableReference { id } = selector else {
                    panic!("a choice depends on a variable");
                };
                let keys = variants.iter().map(|variant| match variant.key {
                    VariantKey::Identifier { name } => name.to_owned(),
                    VariantKey::NumberLiteral { value } => value.to_owned(),
                });
                self.variants.insert(id.name.to_owned(), keys.collect());
                for variant in variants {
                    self.words.push(' ');
                    self.read(&variant.value);
                }
            }
        }
    }

    fn read_inline(&mut self, inline: &InlineExpression<&str>) {
        // So that what stands around it is not read as one word.
        self.words.push(' ');
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                let none = |arguments: &CallArguments<&str>| {
                    arguments.positional.is_empty() && arguments.named.is_empty()
                };
                assert!(arguments.as_ref().is_none_or(none));
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.read_expression(expression),
            InlineExpression::StringLiteral { value } => self.words.push_str(value),
            InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::FunctionReference { .. } => panic!("no function is there"),
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Everything that is compiled into the program.
fn sources() -> Vec<String> {
    let mut folders: Vec<PathBuf> = ["src", "handoff/src", "app/src", "vendors/src", "ui/src"]
        .map(|folder| root().join(folder))
        .into();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                sources.push(read(&path));
            }
        }
    }
    sources
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The names that the program asks for. They stand there as they are, so that
/// they can be found: by this test and by whoever reads.
fn named() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in sources() {
        for call in [".say(", ".say_with("] {
            for (at, _) in source.match_indices(call) {
                let rest = source[at + call.len()..].trim_start();
                // Language's own.
                if rest.starts_with("id, ") {
                    continue;
                }
                let name = rest
                    .strip_prefix('"')
                    .and_then(|rest| rest.split('"').next());
                let line = rest.lines().next();
                names.insert(name.unwrap_or_else(|| panic!("{call}{line:?}")).to_owned());
            }
        }
    }
    names
}

#[test]
fn every_text_that_is_named_exists_and_every_text_is_named() {
    let names = named();
    assert!(names.len() > 200, "{}", names.len());
    let texts = file("en");
    let referred: BTreeSet<&String> = texts.values().flat_map(|text| &text.references).collect();
    for name in &names {
        assert!(texts.contains_key(name), "{name} is nowhere");
    }
    for name in texts.keys() {
        let used = names.contains(name) || referred.contains(name);
        assert!(used, "{name} is said nowhere");
    }
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_to_fill_in() {
    let (english, hindi) = (file("en"), file("hi"));
    let names = |file: &BTreeMap<String, Text>| file.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&english), names(&hindi));
    for (name, text) in &english {
        assert_eq!(text.variables, hindi[name].variables, "{name}");
        assert_eq!(text.variants, hindi[name].variants, "{name}");
        for file in [&english, &hindi] {
            for referred in &file[name].references {
                assert!(file.contains_key(referred), "{name}: {referred}");
            }
        }
    }
}

#[test]
fn a_choice_by_number_has_what_the_plurals_of_both_languages_want() {
    for language in ["en", "hi"] {
        for (name, text) in file(language) {
            for (variable, variants) in &text.variants {
                let months: BTreeSet<String> =
                    (1..=12).map(|month: u8| month.to_string()).collect();
                let plurals = BTreeSet::from(["one".to_owned(), "other".to_owned()]);
                let fits = *variants == plurals || (variable == "month" && *variants == months);
                assert!(fits, "{language}: {name}: {variants:?}");
            }
        }
    }
    let left =
        |language: Language, left: u8| language.say_with("tries-left", [("left", left.into())]);
    assert_eq!(left(Language::English, 1), "1 try left");
    assert_eq!(left(Language::English, 2), "2 tries left");
    assert_eq!(left(Language::Hindi, 1), "1 प्रयास शेष है");
    assert_eq!(left(Language::Hindi, 2), "2 प्रयास शेष हैं");
}

/// Names, commands and what stands in a link or a file: the same in every language.
const NAMES: &str = "SecureSign USB PUK PIN ATR API RSA SHA Ed25519 Debian Ubuntu pcscd sudo apt \
    install systemctl start socket securesign sign trace record document FILE LINK doctor P1 P2 \
    ss_live_ ss_test_ apiKey callbackUrl certSerial requestId hashAlgo hashBase64 documentBase64 base64 http https localhost \
    ss_result documentType hash origin test true idle_minutes portal example gov in sha256 key \
    6F83 schemes myapp L CCID libccid tokens pin unblock unconfirmed reader y N Ctrl C help xdg \
    utils desktop PC SC session D Bus ulimit l kB register unregister MIT \
    Apache journal export scale MB PSS X BER";

#[test]
fn a_text_in_hindi_is_in_hindi() {
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

#[test]
fn a_language_is_known_by_its_tag_and_by_a_locale() {
    for tag in ["hi", "hi-IN", "hi_IN.UTF-8", "HI", "hi-Deva-IN"] {
        assert_eq!(Language::of(tag), Some(Language::Hindi), "{tag}");
    }
    for tag in ["en", "en_IN", "en-GB"] {
        assert_eq!(Language::of(tag), Some(Language::English), "{tag}");
    }
    for tag in ["", "C", "C.UTF-8", "POSIX", "ta_IN", "hif_FJ", "mr-IN"] {
        assert_eq!(Language::of(tag), None, "{tag}");
    }
}

fn has_devanagari(text: &str) -> bool {
    text.chars().any(|c| ('\u{0900}'..='\u{097F}').contains(&c))
}

const CALLBACK: &str = "http://localhost:8080/cb";

fn link(more: &[(&str, &str)]) -> String {
    link_to(CALLBACK, "ss_test_k", more)
}

fn link_to(callback: &str, key: &str, more: &[(&str, &str)]) -> String {
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

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn token(pin: Tries) -> TokenView {
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

fn unconfirmed(view: &TokenView) -> TokenView {
    let mut view = view.clone();
    if let TokenState::Ready(info) = &mut view.state {
        info.change = Standing::Doubtful;
        info.unblock = Standing::Doubtful;
    }
    view
}

/// A flow in Hindi; every screen that it shows is looked at.
struct Story {
    flow: Flow,
    jobs: Vec<Job>,
    opened: Vec<Url>,
    /// Whom the last answer was for.
    told: Option<Recipient>,
    readings: Vec<Reading>,
    seen: Vec<Screen>,
}

impl Story {
    fn of_link(link: &str) -> Self {
        Self::of_bytes(link.as_bytes(), true)
    }

    fn of_bytes(link: &[u8], demo: bool) -> Self {
        let policy = Settings::default().policy("/etc/settings.toml");
        let order = Order::accept(link, &policy, demo, &|_| false);
        Self::begin(Flow::sign(order, now()))
    }

    fn begin((mut flow, effects): (Flow, Vec<Effect>)) -> Self {
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

    fn managing(view: &TokenView) -> Self {
        let mut story = Self::begin(Flow::manage(now()));
        story.report(Report::Tokens(Ok(vec![view.clone()])));
        story
    }

    fn signing(view: &TokenView) -> Self {
        let mut story = Self::of_link(&link(&[]));
        story.report(Report::Tokens(Ok(vec![view.clone()])));
        story
    }

    fn keep(&mut self, effects: Vec<Effect>) {
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

    fn event(&mut self, event: Event) -> &Screen {
        let effects = self.flow.on(event, now());
        self.keep(effects);
        self.seen.last().unwrap()
    }

    fn report(&mut self, report: Report) -> &Screen {
        self.event(Event::Report(report))
    }

    fn press(&mut self, action: Action, secrets: &[&str]) -> &Screen {
        let secrets = secrets.iter().map(|text| secret(text)).collect();
        self.event(Event::Input(Input::Press(action, secrets)))
    }

    /// What the worker says when it keeps the PIN of the signature it makes.
    fn kept(&mut self, origin: &str) -> &Screen {
        let binding = self.jobs.iter().rev().find_map(|job| match job {
            Job::Sign {
                token, credential, ..
            } => Some(Binding {
                token: token.clone(),
                certificate: credential.certificate.der().to_vec(),
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
fn in_hindi(screen: &Screen) {
    let speaks = |text: &str| {
        assert!(has_devanagari(text), "{text:?} on {screen:#?}");
        whole(text);
    };
    // What is neither a word nor ours.
    let data = |text: &str| {
        whole(text);
        let ours = ["ACTIVE", "unknown", "PIN", "tries", "digest", "not "];
        for word in ours {
            assert!(!text.contains(word), "{text:?} on {screen:#?}");
        }
    };
    speaks(&screen.title);
    screen.text.iter().for_each(|text| speaks(text));
    for fact in &screen.facts {
        speaks(&fact.label);
        fact.mark.iter().for_each(|mark| speaks(mark));
        data(&fact.value);
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
        data(&card.title);
        data(&card.pill);
    }
    screen.fields.iter().for_each(|field| speaks(&field.label));
    screen.notice.iter().for_each(|notice| speaks(&notice.text));
    screen
        .buttons
        .iter()
        .for_each(|button| speaks(&button.label));
    screen.waiting.iter().for_each(|waiting| speaks(waiting));
    if let Some(kept) = &screen.kept {
        speaks(&kept.text);
        speaks(&kept.lock.label);
    }
}

/// No name of a text in place of the text, no gap, no invisible mark.
fn whole(text: &str) {
    assert!(!text.contains("{$") && !text.contains("{ $"), "{text}");
    assert!(!text.contains(['\u{2068}', '\u{2069}']), "{text:?}");
    assert!(!text.trim().is_empty());
    static NAMES: std::sync::LazyLock<BTreeSet<String>> = std::sync::LazyLock::new(named);
    let name = NAMES.contains(text) && text.contains('-');
    assert!(!name, "{text} was not found");
}

#[test]
fn a_story_from_the_link_to_the_signature_in_hindi() {
    let mut story = Story::of_link(&link(&[]));
    assert_eq!(story.flow.screen().title, "आपका टोकन खोजा जा रहा है …");
    let screen = story.report(Report::Tokens(Ok(Vec::new())));
    assert_eq!(screen.title, "अपना टोकन लगाएँ");
    let screen = story.report(Report::Tokens(Ok(vec![token(Tries::Left(2))])));
    assert_eq!(screen.title, "क्या इस दस्तावेज़ पर हस्ताक्षर करें?");
    assert_eq!(screen.facts[0].label, "अनुरोधकर्ता");
    assert_eq!(screen.facts[0].value, "http://localhost:8080");
    assert_eq!(screen.facts[3].mark.as_deref(), Some("पेज से"));
    assert_eq!(screen.heading.as_deref(), Some("प्रमाणपत्र चुनें"));
    assert_eq!(screen.certificates[0].title, "आशा शर्मा");
    let notice = screen.notice.clone().unwrap().text;
    assert_eq!(notice, "टोकन लॉक होने से पहले 2 प्रयास शेष हैं");
    let labels: Vec<&str> = screen.buttons.iter().map(|b| b.label.as_str()).collect();
    assert_eq!(labels, ["रद्द करें", "हस्ताक्षर करें"]);
    assert_eq!(screen.fields[0].label, "पिन");
    story.press(Action::Sign, &["123456"]);
    let wrong = CardError::Wrong {
        secret: Secret::Pin,
        left: Some(1),
    };
    let screen = story.report(Report::Signed(Err(wrong)));
    let notice = screen.notice.clone().unwrap().text;
    assert_eq!(notice, "पिन गलत था। एक प्रयास शेष है। ध्यान से फिर लिखें।");
    let screen = story.press(Action::Sign, &["123456"]);
    assert_eq!(screen.title, "क्या अंतिम प्रयास करें?");
    let screen = story.press(Action::UseLastTry, &[]);
    assert_eq!(screen.title, "हस्ताक्षर हो रहे हैं …");
    story.kept("http://localhost:8080");
    let screen = story.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(screen.title, "हस्ताक्षर हो गए");
    let kept = screen.kept.clone().unwrap();
    assert_eq!(kept.text, "पिन याद है, शेष समय 14:32");
    // What the portal gets knows no language.
    assert_eq!(story.opened.len(), 1);
    assert!(!has_devanagari(&percent(
        story.opened[0].query().unwrap_or_default()
    )));
    // Another language is another drawing of the same: nothing is lost.
    story.flow.speak(Language::English);
    assert_eq!(story.flow.screen().title, "Signed");
}

fn percent(text: &str) -> String {
    url::form_urlencoded::parse(text.as_bytes())
        .map(|(_, value)| {
            securesign_handoff::callback::decode(&value).map_or_else(String::new, |json| {
                // The holder's name is the holder's.
                json.to_string().replace("आशा शर्मा", "")
            })
        })
        .collect()
}

#[test]
fn what_happened_is_said_in_the_language_of_the_moment() {
    let view = token(Tries::Left(3));
    let mut story = Story::managing(&view);
    story.press(Action::ChangePin, &[]);
    story.press(Action::Submit, &["123456", "654321", "654322"]);
    let hindi = story.flow.screen().notice.unwrap().text;
    story.flow.speak(Language::English);
    let english = story.flow.screen().notice.unwrap().text;
    assert!(has_devanagari(&hindi) && !has_devanagari(&english));
    assert_eq!(
        english,
        "The two entries of the new PIN differ. Nothing was sent."
    );
}

#[test]
fn every_screen_of_a_token_is_in_hindi() {
    for tries in [
        Tries::Left(1),
        Tries::Left(2),
        Tries::Left(3),
        Tries::Unknown,
        Tries::Blocked,
    ] {
        let view = token(tries);
        for mut story in [Story::signing(&view), Story::managing(&view)] {
            for view in [view.clone(), unconfirmed(&view)] {
                for open in [Action::ChangePin, Action::Unlock] {
                    story.report(Report::Tokens(Ok(vec![view.clone()])));
                    story.press(open, &[]);
                    story.press(Action::GoOn, &[]);
                    story.press(Action::Next, &[]);
                    for puk in ["1", "äöüäöüäö", "12345678"] {
                        story.press(Action::Next, &[puk]);
                    }
                    for [new, again] in [
                        ["654321", "65432"],
                        ["65432", "65432"],
                        ["äöüäöü", "äöüäöü"],
                        ["654321", "654321"],
                    ] {
                        if open == Action::Unlock {
                            story.press(Action::Submit, &[new, again]);
                        } else {
                            story.press(Action::Submit, &["123456", new, again]);
                        }
                    }
                    story.press(Action::UseLastTry, &[]);
                    story.report(Report::Changed(Secret::Pin, Ok(())));
                    story.report(Report::Unblocked(Ok(())));
                    story.press(Action::Back, &[]);
                }
            }
            story.report(Report::Tokens(Ok(vec![view.clone(), token(tries)])));
        }
        // Places that hold something unusable.
        let mut noted = view.clone();
        if let TokenState::Ready(info) = &mut noted.state {
            info.found.notes = notes();
        }
        Story::managing(&noted);
        // Both counters at their end.
        let mut blocked = view.clone();
        if let TokenState::Ready(info) = &mut blocked.state {
            info.puk = Tries::Blocked;
        }
        for mut story in [Story::signing(&blocked), Story::managing(&blocked)] {
            story.press(Action::Unlock, &[]);
        }
        // The token goes while its form is open.
        let mut story = Story::managing(&view);
        story.press(Action::ChangePin, &[]);
        story.report(Report::Tokens(Ok(Vec::new())));
    }
}

fn notes() -> Vec<Note> {
    let holder = || "Asha Sharma".to_owned();
    [
        Flaw::Unreadable(StatusWord(0x6982)),
        Flaw::Failed(CardError::Malformed {
            during: "read a certificate",
            at: 3,
        }),
        Flaw::Damaged("it is longer than 4096 bytes".into()),
        Flaw::Refused(CertificateError::Malformed("validity".into())),
        Flaw::Refused(CertificateError::Indefinite),
        Flaw::Refused(CertificateError::TooLong),
        Flaw::Refused(CertificateError::Key("secp521r1".into())),
        Flaw::Refused(CertificateError::ExplicitCurve),
        Flaw::Refused(CertificateError::DamagedKey),
        Flaw::Empty,
        Flaw::NoKey(None),
        Flaw::NoKey(Some(holder())),
        Flaw::NoFile,
        Flaw::NoReference,
        Flaw::Unsought,
        Flaw::Encryption(holder()),
    ]
    .map(|flaw| Note {
        place: "cert0001".into(),
        flaw,
    })
    .into()
}

#[test]
fn every_reason_to_wait_is_in_hindi() {
    let id = |reader: &str| TokenId {
        reader: reader.into(),
        insertion: 1,
    };
    let view = |state| TokenView {
        id: id("Reader 00 00"),
        state,
    };
    let atr = securesign_card::atr::Atr::parse(&[0x3B, 0x02, 0x14, 0x50]).unwrap();
    for name in [None, Some("Some card".to_owned())] {
        let atr = atr.clone();
        let mut story = Story::of_link(&link(&[]));
        story.report(Report::Tokens(Ok(vec![
            view(TokenState::Empty),
            view(TokenState::Unknown { atr, name }),
        ])));
    }
    let mut story = Story::of_link(&link(&[]));
    story.report(Report::Tokens(Ok(vec![view(TokenState::Empty)])));
    story.press(Action::Retry, &[]);
    for error in transport_errors() {
        let mut story = Story::begin(Flow::manage(now()));
        story.report(Report::Tokens(Err(error)));
    }
    for error in card_errors() {
        let mut story = Story::begin(Flow::manage(now()));
        story.report(Report::Tokens(Ok(vec![view(TokenState::Failed(error))])));
    }
}

#[test]
fn what_is_said_of_a_file_is_in_hindi() {
    let mut story = Story::of_link(&link(&[]));
    story.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let files = |files: &[&str]| {
        let files = files.iter().map(|file| (*file).to_owned());
        Event::Input(Input::Files(files.collect()))
    };
    for content in [&b"abc"[..], b"abd"] {
        story.event(files(&["/a.pdf"]));
        let reading = story.readings.pop().unwrap();
        let document = Document::new(reading.algorithm, content.to_vec());
        story.event(Event::Read(reading, Ok(document)));
    }
    let name = || "a.pdf".to_owned();
    for error in [
        Unreadable::NoDocument(name()),
        Unreadable::TooLarge(name()),
        Unreadable::Failed {
            name: name(),
            reason: "denied".to_owned(),
        },
    ] {
        story.event(files(&["/a.pdf"]));
        let reading = story.readings.pop().unwrap();
        story.event(Event::Read(reading, Err(error)));
    }
    story.event(files(&["/a.pdf", "/b.pdf"]));
    story.event(files(&["smb://server/a.pdf"]));
    story.event(Event::Input(Input::NoDialog));
}

fn transport_errors() -> Vec<TransportError> {
    vec![
        TransportError::NoService,
        TransportError::NoReader,
        TransportError::Removed,
        TransportError::Reset,
        TransportError::Busy { by: None },
        TransportError::Busy {
            by: Some("scdaemon".into()),
        },
        TransportError::Mute,
        TransportError::NotTransacted,
        TransportError::Forbidden,
        TransportError::Other("0x80100016".into()),
    ]
}

fn card_errors() -> Vec<CardError> {
    use securesign_card::armor::Fault;
    use securesign_card::error::Lack;
    use securesign_card::pin::{Charset, PinFormat};
    let during = "read a certificate";
    let mut errors: Vec<CardError> = transport_errors()
        .into_iter()
        .map(CardError::Transport)
        .collect();
    let faults = [
        PinFormat::Length(6..=8, Charset::Digits),
        PinFormat::Length(6..=6, Charset::Digits),
        PinFormat::Length(6..=8, Charset::Printable),
        PinFormat::Length(6..=6, Charset::Printable),
        PinFormat::Charset(Charset::Digits),
        PinFormat::Charset(Charset::Printable),
    ];
    for fault in faults {
        errors.push(CardError::NewPinFormat(fault.clone()));
        for secret in [Secret::Pin, Secret::Puk] {
            let fault = fault.clone();
            errors.push(CardError::Format { secret, fault });
        }
    }
    for secret in [Secret::Pin, Secret::Puk] {
        for left in [None, Some(0), Some(1), Some(2)] {
            errors.push(CardError::Wrong { secret, left });
        }
        errors.push(CardError::Blocked(secret));
        errors.push(CardError::LastTry(secret));
    }
    for sw in 0..=u16::MAX {
        let sw = StatusWord(sw);
        if sw.meaning().is_some() {
            errors.push(CardError::Refused { during, sw });
        }
    }
    let sw = StatusWord(0x6FAB);
    errors.push(CardError::Refused { during, sw });
    errors.push(CardError::NewPinRefused { sw });
    errors.push(CardError::UnblockOff { sw });
    for reason in [
        Reason::NoTouch,
        Reason::PinForgotten,
        Reason::NoKey,
        Reason::PinNotTaken,
        Reason::NoPin,
        Reason::Conditions,
        Reason::Fault,
    ] {
        errors.push(CardError::Declined { reason, sw });
    }
    errors.push(CardError::Malformed { during, at: 7 });
    for secret in [Secret::Pin, Secret::Puk] {
        let cause = Box::new(CardError::Malformed { during, at: 0 });
        errors.push(CardError::Unanswered { secret, cause });
        errors.push(CardError::Unclear(secret));
    }
    for fault in [Fault::Lost, Fault::Checksum, Fault::Malformed] {
        errors.push(CardError::Armor { during, fault });
    }
    for lack in [
        Lack::Puk,
        Lack::KeyKind,
        Lack::Reader,
        Lack::KeyLength,
        Lack::KeyTooShort,
        Lack::Ed25519,
        Lack::PinLength,
        Lack::GlobalPin,
        Lack::Setup,
        Lack::Session,
    ] {
        errors.push(CardError::Unsupported(lack));
    }
    errors.extend([
        CardError::RawRsa,
        CardError::BadSignature,
        CardError::Changed,
        CardError::SessionOver,
    ]);
    errors
}

#[test]
fn every_failure_of_a_signature_is_in_hindi() {
    let view = token(Tries::Left(3));
    for error in card_errors() {
        for language in Language::ALL {
            let (what, advice) = (error.what(language), error.advice(language));
            assert!(what.ends_with(['.', '।']), "{what}");
            assert!(advice.ends_with(['.', '।']), "{advice}");
        }
        let mut story = Story::signing(&view);
        story.press(Action::Sign, &["123456"]);
        story.report(Report::Signed(Err(error)));
    }
    // Kept, locked, for another portal.
    let mut story = Story::signing(&view);
    story.press(Action::Sign, &["123456"]);
    story.kept("http://localhost:8080");
    story.report(Report::Signed(Ok(vec![1])));
    for unopened in [
        Unopened::NoProgram,
        Unopened::Unstarted("exit status: 4".into()),
        Unopened::Unwritten("os error 28".into()),
        Unopened::Closed("os error 32".into()),
    ] {
        let told = story.told.clone().unwrap();
        story.event(Event::OpenFailed(told, unopened));
    }
    let mut story = Story::signing(&view);
    story.press(Action::Sign, &["123456"]);
    story.kept("http://localhost:8080");
    story.report(Report::Signed(Err(CardError::Changed)));
    story.report(Report::Tokens(Ok(vec![view.clone()])));
    story.press(Action::Lock, &[]);
    let mut story = Story::signing(&view);
    story.press(Action::Sign, &["123456"]);
    story.kept("http://localhost:9090");
    // Certificates that cannot be chosen, and none at all.
    for year in [2020, 2050] {
        let mut story = Story::signing(&view);
        let then = format!("{year}-01-01T00:00:00Z").parse().unwrap();
        let tokens = Report::Tokens(Ok(vec![view.clone()]));
        let effects = story.flow.on(Event::Report(tokens), then);
        story.keep(effects);
        let cards = &story.seen.last().unwrap().certificates;
        assert!(cards.iter().all(|card| card.unusable.is_some()));
    }
    let mut story = Story::of_link(&link(&[("certSerial", "0a:bc")]));
    story.report(Report::Tokens(Ok(vec![view.clone()])));
    let mut empty = view;
    if let TokenState::Ready(info) = &mut empty.state {
        info.found.credentials.clear();
    }
    Story::signing(&empty);
}

#[test]
fn requests_that_wait_and_requests_that_were_used_are_told_of_in_hindi() {
    let order = |id: &str| {
        let policy = Settings::default().policy("settings.toml");
        let link = link(&[]).replace("request-7", id);
        Order::accept(link.as_bytes(), &policy, true, &|_| true)
    };
    let mut story = Story::signing(&token(Tries::Left(3)));
    for id in ["request-8", "request-9"] {
        let (_, effects) = story.flow.arrive(order(id), &|_, _| Ok(()), now());
        story.keep(effects);
        assert!(story.flow.screen().waiting.is_some());
    }
    for spent in [
        Spent::Before,
        Spent::Open,
        Spent::Unknown("os error 28".into()),
    ] {
        let refused = order("request-7").and_then(|order| {
            order.claimed(&|_, _| match &spent {
                Spent::Before => Err(Spent::Before),
                Spent::Open => Err(Spent::Open),
                Spent::Unknown(reason) => Err(Spent::Unknown(reason.clone())),
            })
        });
        let screen = Story::begin(Flow::sign(refused, now())).flow.screen();
        assert_eq!(screen.kind, Kind::Failed);
    }
}

#[test]
fn settings_journal_and_about_are_in_hindi() {
    let settings = |more: &str| {
        let key = "0".repeat(64);
        let portal = format!(
            "[[portal]]\norigin = \"https://portal.example.gov.in\"\nkey = \"sha256:{key}\"\ntest = true\n"
        );
        Settings::from_toml(&format!("{portal}[window]\nlanguage = \"hi\"\n{more}")).unwrap()
    };
    let mut story = Story::managing(&token(Tries::Left(3)));
    let home = |settings: Settings| Home {
        settings,
        settings_file: "/home/asha/settings.toml".into(),
        journal_file: "/home/asha/journal".into(),
        version: "1.2.3".into(),
        ..Home::default()
    };
    story.flow.know(home(settings("")));
    assert_eq!(story.press(Action::Settings, &[]).title, "सेटिंग");
    story.press(Action::AddPortal, &[]);
    for lines in [["nonsense", "ss_test_k"], ["https://a.example", "key"]] {
        let lines = lines.map(str::to_owned).to_vec();
        story.event(Event::Input(Input::Lines(lines)));
        story.press(Action::Submit, &[]);
    }
    story.press(Action::Back, &[]);
    story.event(Event::Input(Input::Row(0)));
    story.press(Action::Back, &[]);
    story.event(Event::Settings(Err("कारण".into())));
    story.event(Event::Settings(Ok(settings(
        "scale = 150\ntheme = \"dark\"\n",
    ))));
    story.press(Action::Back, &[]);
    story.report(Report::Tokens(Ok(Vec::new())));
    story.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    story.press(Action::About, &[]);
    story.press(Action::Back, &[]);
    story.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    story.press(Action::Journal, &[]);
    story.event(Event::Journal(Err("कारण".into())));
    let empty = || Ledger {
        entries: Vec::new(),
        verdict: Ok(Mark::start()),
    };
    story.event(Event::Journal(Ok(empty())));
    let entry = |outcome: &str| Entry {
        time: now(),
        origin: "https://portal.example.gov.in".into(),
        request_id: "request-7".into(),
        hash_algo: "SHA256".into(),
        hash: "ba7816bf8f01cfea".into(),
        certificate: None,
        outcome: outcome.into(),
    };
    let entries = || vec![entry("signed"), entry("SS_PIN_BLOCKED")];
    for kind in [
        FaultKind::Unreadable,
        FaultKind::Altered,
        FaultKind::Missing,
        FaultKind::Cut,
    ] {
        let verdict = Err(Fault { number: 7, kind });
        let entries = entries();
        story.event(Event::Journal(Ok(Ledger { entries, verdict })));
    }
    let verdict = Ok(Mark {
        count: 2,
        ..Mark::start()
    });
    let entries = entries();
    let screen = story.event(Event::Journal(Ok(Ledger { entries, verdict })));
    assert!(screen.rows[0].detail.starts_with("23 नवंबर 2026, 12:00"));
    story.event(Event::Exported(Ok("/home/asha/copy".into())));
    story.event(Event::Exported(Err("कारण".into())));
    story.event(Event::Unrecorded {
        request: "a3f1".into(),
        reason: "कारण".into(),
    });
    // Another language at once: the settings say which, and the system where
    // they leave it to it.
    let mut play = Story::begin(Flow::manage(now()));
    play.flow.know(home(Settings::default()));
    assert_eq!(play.flow.language(), Language::English);
    play.flow.know(Home {
        system: Language::Hindi,
        ..home(Settings::default())
    });
    assert_eq!(play.flow.language(), Language::Hindi);
    let english = Settings::from_toml("[window]\nlanguage = \"en\"\n").unwrap();
    play.flow.on(Event::Settings(Ok(english)), now());
    assert_eq!(play.flow.screen().title, "Looking for your token …");
}

#[test]
fn every_refused_link_is_refused_in_hindi() {
    let good = link(&[]);
    let replaced = |from: &str, to: &str| good.replace(from, to);
    let hostile: Vec<Vec<u8>> = [
        link_to("https://portal.example.gov.in/cb", "ss_live_k", &[]),
        link_to(CALLBACK, "ss_live_k", &[]),
        link_to("myapp:done", "ss_live_k", &[]),
        link_to("http://evil.example/cb", "ss_test_k", &[]),
        link_to("javascript:alert(1)", "ss_test_k", &[]),
        link_to("https://a\\b/", "ss_test_k", &[]),
        link_to("https://a@b.example/", "ss_test_k", &[]),
        link_to("https://a.example/?ss_result=1", "ss_test_k", &[]),
        link_to("https://localhost./", "ss_test_k", &[]),
        link_to("https://a.example./", "ss_test_k", &[]),
        link_to("nonsense", "ss_test_k", &[]),
        link_to(CALLBACK, "key", &[]),
        link(&[("documentType", "hash")]),
        link(&[("certSerial", "xyz")]),
        link(&[("unknown\u{202E}", "1")]),
        replaced("documentType=hash", "documentType=pdf&documentBase64=YWJj"),
        replaced("documentType=hash", "documentType=xml&documentBase64=YWJj"),
        replaced("documentType=hash", "documentType=odt"),
        replaced("documentType=hash", "documentType=hash&documentBase64=YWJj"),
        replaced("hashAlgo=SHA256", "hashAlgo=MD5"),
        replaced("hashAlgo=SHA256", "hashAlgo=SHA512"),
        replaced("hashBase64=", "hashBase64=!"),
        replaced("requestId=request-7", "requestId=a+b"),
        replaced("requestId=request-7", "requestId="),
        replaced("requestId=", "requestId=%zz"),
        replaced("securesign://sign", "securesign://sing"),
        replaced("securesign://sign", "securesign://sign:80"),
        replaced("securesign://sign", "securesign://a@sign"),
        replaced("securesign://sign", "securesign://sign/more"),
        replaced("securesign://sign", "mailto://sign"),
        format!("{good}#f"),
        "securesign://sign?".to_owned(),
        "securesign:".to_owned(),
        good[..good.len() - 3].to_owned(),
        good[..good.find("callbackUrl").unwrap()].to_owned(),
        good[..good.find("callbackUrl").unwrap() + 20].to_owned(),
        format!("{good}&more=%"),
        format!("{good}&requestId={}", "x".repeat(3_000_000)),
        format!("{good}&more={}", "x".repeat(10_000)),
        replaced("request-7", &"x".repeat(10_000)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([b"securesign://sign?\xFF".to_vec()])
    .collect();
    let mut texts = BTreeSet::new();
    for link in hostile {
        let story = Story::of_bytes(&link, false);
        let screen = story.flow.screen();
        if screen.kind == Kind::Failed {
            texts.insert(screen.text[0].clone());
        }
    }
    // As many different answers as there are reasons, or nearly.
    assert!(texts.len() > 25, "{texts:#?}");
}
