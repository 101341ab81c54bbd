//! Every screen in Hindi.

use securesign_app::document::{Document, Unreadable};
use securesign_app::flow::{Context, Event, Flow, Order, Spent};
use securesign_app::journal::{Entry, Fault, FaultKind, Ledger, Mark};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input, Kind};
use securesign_app::settings::Settings;
use securesign_app::worker::{Report, TokenId, TokenInfo, TokenState, TokenView};
use securesign_card::application::{Confidence, PinId};
use securesign_card::certificate::CertificateError;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Note, Problem, Tries};
use securesign_card::sw::StatusWord;

use super::errors::{card_errors, transport_errors};
use super::story::{Story, has_devanagari, link, now, token, unconfirmed};
use super::strangers::products;

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
    assert_eq!(screen.facts[3].mark.as_deref(), Some("जाँचा नहीं गया"));
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
    assert_eq!(notice, "पिन गलत है। एक प्रयास शेष है। ध्यान से लिखें।");
    let screen = story.press(Action::Sign, &["123456"]);
    assert_eq!(screen.title, "क्या अंतिम प्रयास करें?");
    let screen = story.press(Action::UseLastTry, &[]);
    assert_eq!(screen.title, "हस्ताक्षर हो रहे हैं …");
    story.kept("http://localhost:8080");
    let screen = story.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(screen.title, "हस्ताक्षर हो गए");
    let kept = screen.kept.clone().unwrap();
    assert_eq!(kept.text, "पिन याद है · 14:32 में लॉक होगा");
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
    story.press(Action::Submit, &["123456", "482915", "482916"]);
    let hindi = story.flow.screen().notice.unwrap().text;
    story.flow.speak(Language::English);
    let english = story.flow.screen().notice.unwrap().text;
    assert!(has_devanagari(&hindi) && !has_devanagari(&english));
    assert_eq!(english, "The new PINs do not match. Nothing was sent.");
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
                        ["482915", "48291"],
                        ["48291", "48291"],
                        ["äöüäöü", "äöüäöü"],
                        ["", ""],
                        ["111111", "111111"],
                        ["123456", "123456"],
                        ["246810", "246810"],
                        ["482915", "482915"],
                    ] {
                        if open == Action::Unlock {
                            story.press(Action::Submit, &[new, again]);
                        } else {
                            story.press(Action::Submit, &["123456", new, again]);
                        }
                    }
                    story.press(Action::UseLastTry, &[]);
                    story.report(Report::Changed(Ok(())));
                    story.report(Report::Unblocked(Ok(())));
                    story.press(Action::Back, &[]);
                }
            }
            story.report(Report::Tokens(Ok(vec![view.clone(), token(tries)])));
        }
        second_pin(&view);
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
        // Nothing unlocks it, and the last try where most are lost.
        for change in [(|info| info.puk_id = None) as fn(&mut TokenInfo), |info| {
            info.unblock = Confidence::Doubtful
        }] {
            let mut view = view.clone();
            if let TokenState::Ready(info) = &mut view.state {
                change(info);
            }
            let mut story = Story::signing(&view);
            story.press(Action::Sign, &["123456"]);
            story.press(Action::Copy, &[]);
        }
        let mut story = Story::managing(&view);
        story.press(Action::Unlock, &[]);
        story.press(Action::Next, &[]);
        story.press(Action::Next, &["12345678"]);
        story.press(Action::Submit, &["482915", "482915"]);
        story.report(Report::Unblocked(Err(CardError::UnblockOff {
            sw: StatusWord(0x6985),
        })));
        // The token goes while its form is open.
        let mut story = Story::managing(&view);
        story.press(Action::ChangePin, &[]);
        story.report(Report::Tokens(Ok(Vec::new())));
    }
}

/// The forms of a second PIN, which can be changed and unlocked, or cannot.
fn second_pin(view: &TokenView) {
    for unblock in [None, Some(Missing::Puk)] {
        let mut view = view.clone();
        if let TokenState::Ready(info) = &mut view.state {
            let mut pin = info.pin_view();
            (pin.id, pin.role) = (PinId(7), Secret::SignaturePin);
            if let Some(missing) = unblock {
                (pin.unblock, pin.change) = (Err(missing), Err(Missing::Change));
                info.change = Err(Missing::Setup);
            } else if let Ok(unblock) = &mut pin.unblock {
                unblock.id = PinId(8);
            }
            info.further = vec![pin];
            info.found.credentials[1].pin = pin.id;
        }
        for mut story in [Story::signing(&view), Story::managing(&view)] {
            story.event(Event::Input(Input::Choose(1)));
            story.press(Action::Sign, &["123456"]);
            story.press(Action::UseLastTry, &[]);
            story.report(Report::Tokens(Ok(vec![view.clone()])));
            for open in [
                Action::ChangeFurther(PinId(7)),
                Action::UnlockFurther(PinId(7)),
            ] {
                story.press(open, &[]);
                story.press(Action::Next, &[]);
                story.press(Action::Next, &["12345678"]);
                story.press(Action::Submit, &["123456", "482915", "482915"]);
                story.press(Action::Submit, &["482915", "482915"]);
                story.press(Action::UseLastTry, &[]);
                story.report(Report::Changed(Ok(())));
                story.report(Report::Unblocked(Ok(())));
                story.report(Report::Tokens(Ok(vec![view.clone()])));
            }
        }
    }
}

fn notes() -> Vec<Note> {
    let holder = || "Asha Sharma".to_owned();
    [
        Problem::Unreadable(StatusWord(0x6982)),
        Problem::Failed(CardError::Malformed {
            during: "read a certificate",
            at: 3,
        }),
        Problem::Damaged("it is longer than 4096 bytes".into()),
        Problem::Refused(CertificateError::Malformed("validity".into())),
        Problem::Refused(CertificateError::Indefinite),
        Problem::Refused(CertificateError::TooLong),
        Problem::Refused(CertificateError::Key("secp521r1".into())),
        Problem::Refused(CertificateError::ExplicitCurve),
        Problem::Refused(CertificateError::DamagedKey),
        Problem::Empty,
        Problem::NoKey(None),
        Problem::NoKey(Some(holder())),
        Problem::NoFile,
        Problem::NoReference,
        Problem::Unsought,
        Problem::Encryption(holder()),
    ]
    .map(|problem| Note {
        place: "cert0001".into(),
        problem,
    })
    .into()
}

#[test]
fn every_reason_to_wait_is_in_hindi() {
    let id = |reader: &str| TokenId {
        reader: reader.into(),
        insertion: 1,
        application: None,
    };
    let view = |state| TokenView {
        id: id("Reader 00 00"),
        state,
    };
    let atr = securesign_card::atr::Atr::parse(&[0x3B, 0x02, 0x14, 0x50]).unwrap();
    let read = |reader: &str| securesign_vendors::known::name(&atr, reader);
    for name in products()
        .into_iter()
        .map(Some)
        .chain([None, read("Reader 00 00")])
    {
        let atr = atr.clone();
        let mut story = Story::of_link(&link(&[]));
        story.report(Report::Tokens(Ok(vec![
            view(TokenState::Empty),
            view(TokenState::Unknown { atr, name }),
        ])));
        story.event(Event::Input(Input::Copied));
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
    story.press(Action::Sign, &["123456"]);
    story.press(Action::SignAnyway, &[]);
    story.report(Report::Signed(Err(CardError::RawRsa)));
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
            "service = \"https://api.example.in/v1\"\n[[portal]]\norigin = \"https://portal.example.gov.in\"\nkey = \"sha256:{key}\"\ntest = true\n"
        );
        Settings::from_toml(&format!("{portal}[window]\nlanguage = \"hi\"\n{more}")).unwrap()
    };
    let mut story = Story::managing(&token(Tries::Left(3)));
    let context = |settings: Settings| Context {
        settings,
        settings_file: "/home/asha/settings.toml".into(),
        journal_file: "/home/asha/journal".into(),
        version: "1.2.3".into(),
        ..Context::default()
    };
    story.flow.know(context(settings("")));
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
    story.event(Event::Input(Input::Details(0)));
    story.press(Action::Copy, &[]);
    story.event(Event::Saved(Ok("/home/asha/a.pem".into())));
    story.event(Event::Saved(Err("कारण".into())));
    story.press(Action::Back, &[]);
    story.press(Action::About, &[]);
    story.event(Event::FileUnopened);
    story.press(Action::Diagnose, &[]);
    story.event(Event::Diagnosed("SecureSign 0.1.0".into()));
    story.press(Action::Back, &[]);
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
    play.flow.know(context(Settings::default()));
    assert_eq!(play.flow.language(), Language::English);
    play.flow.know(Context {
        system: Language::Hindi,
        ..context(Settings::default())
    });
    assert_eq!(play.flow.language(), Language::Hindi);
    let english = Settings::from_toml("[window]\nlanguage = \"en\"\n").unwrap();
    play.flow.on(Event::Settings(Ok(english)), now());
    assert_eq!(play.flow.screen().title, "Looking for your token …");
}
