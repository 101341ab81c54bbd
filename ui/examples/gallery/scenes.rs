//! Every screen of the window as the flow makes it, with an emulated token: for the
//! gallery, and for the tests of what is drawn.
//!
//! Longer than most files: a scene for each screen.

use std::sync::mpsc::channel;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_app::document::Document;
use securesign_app::flow::{Context, Effect, Event, Flow, Order, Recipient, Refused, Unopened};
use securesign_app::journal::{Entry, Fault, FaultKind, Ledger, Mark};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input, Kind};
use securesign_app::settings::Settings;
use securesign_app::words::Explain;
use securesign_app::worker::{
    Binding, Job, Kept, Look as Reading, Report, TokenInfo, TokenState, TokenView, Worker,
};
use securesign_card::application::{Confidence, PinId};
use securesign_card::atr::Atr;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Missing, Reason, Secret};
use securesign_card::pin::Pin;
use securesign_card::profile::{Note, Problem, Tries};
use securesign_card::reader::Readers;
use securesign_card::sw::StatusWord;
use securesign_card::transport::TransportError;
use securesign_handoff::policy::{Portal, Unapproved};
use securesign_handoff::service::Trouble;
use securesign_vendors::emulator::{EmulatedReaders, Emulator, Slot as ReaderSlot};
use securesign_vendors::openpgp::emulator::{KeySlot, OpenPgpCard, YUBIKEY5};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

const FILE: &str = "~/.config/securesign/settings.toml";
const PORTAL: &str = "https://portal.example.gov.in";
const KEY: &str = "ss_live_gallery";
const PROXKEY: &str = "3B 6D 00 00 57 44 36 41 01 86 93 12 11 3C 19 70 AF";
const REPORT: &str = "\
SecureSign 0.1.0 on linux (x86_64)

ok       The smart-card service answers
MISSING  No portal may call
         → Allow one in the settings.

Tokens
Example reader 00 00: PIV, PIV

What went to the card last (PINs are not in it)
== verify the PIN
> 00 20 00 80 | 08 <pin:8>
< 63 C2
";
const PIN: &str = "123456";
const PUK: &str = "12345678";
const SECOND: PinId = PinId(7);

/// Brings a flow to a screen.
pub type Make = fn(&Studio) -> Flow;

/// Every screen there is, in the order of a person's way.
pub const SCREENS: [(&str, Make); 81] = [
    ("looking", |studio| studio.request().flow),
    ("waiting", |studio| studio.request().sees(empty()).flow),
    ("no-service", |studio| {
        let mut scene = studio.request();
        scene.report(Report::Tokens(Err(TransportError::NoService)));
        scene.flow
    }),
    ("unknown", |studio| {
        studio.request().sees(studio.stranger(PROXKEY)).flow
    }),
    ("unknown-guess", |studio| {
        studio.request().sees(studio.stranger("3B 02 14 51")).flow
    }),
    ("unknown-unnamed", |studio| {
        let mut views = studio.stranger("3B 02 14 51");
        views[0].id.reader = "Example reader 00 00".into();
        if let TokenState::Unknown { name, .. } = &mut views[0].state {
            *name = None;
        }
        studio.request().sees(views).flow
    }),
    ("sign", |studio| studio.asked(3).flow),
    ("sign-chosen", |studio| {
        studio.asked(2).input(Input::Choose(1)).flow
    }),
    ("sign-tokens", |studio| {
        let both = vec![studio.token(3), studio.expired()];
        studio.request().sees(both).flow
    }),
    ("sign-applications", |studio| {
        studio.request().sees(studio.two_applications()).flow
    }),
    ("sign-untried", |studio| {
        let view = with(&studio.token(3), |info| {
            info.verify = Confidence::Inferred;
        });
        let scene = studio.request().sees(vec![view]);
        scene.press(Action::Sign, &[PIN]).flow
    }),
    ("sign-expired", |studio| {
        studio.request().sees(vec![studio.expired()]).flow
    }),
    ("sign-validity", |studio| {
        let day = 24 * 60 * 60;
        let soon = studio.aged("CN=Meera Nair", -300 * day, 9 * day + day / 2);
        let early = studio.aged("CN=Kavita Rao", 40 * day, 700 * day);
        let all = vec![studio.token(3), soon, early, studio.expired()];
        studio.request().sees(all).flow
    }),
    ("sign-not-yet", |studio| {
        let day = 24 * 60 * 60;
        let early = studio.aged("CN=Kavita Rao", 40 * day, 700 * day);
        studio.request().sees(vec![early]).flow
    }),
    ("sign-encryption", |studio| {
        let view = with(&studio.token(3), |info| {
            info.found.notes.push(Note {
                place: "9D".into(),
                problem: Problem::Encryption("Asha Sharma".into()),
            });
        });
        studio.request().sees(vec![view]).flow
    }),
    ("details", |studio| {
        studio.asked(3).input(Input::Details(0)).flow
    }),
    ("sign-document", |studio| {
        studio.asked(3).gives("contract.pdf", b"abc").flow
    }),
    ("sign-other-document", |studio| {
        studio.asked(3).gives("contract.pdf", b"abd").flow
    }),
    ("other-document", |studio| {
        let scene = studio.asked(3).gives("contract.pdf", b"abd");
        scene.press(Action::Sign, &[PIN]).flow
    }),
    ("sign-wrong", |studio| studio.wrong(2).flow),
    ("sign-unknown-tries", |studio| {
        studio
            .request()
            .sees(vec![studio.told(Tries::Unknown)])
            .flow
    }),
    ("last-try", |studio| {
        studio.asked(1).press(Action::Sign, &[PIN]).flow
    }),
    ("sign-blocked", |studio| studio.blocked().flow),
    ("no-way", |studio| {
        let view = with(&studio.token(0), |info| {
            info.puk_id = None;
            info.no_puk = Missing::UnblockOff;
        });
        studio.request().sees(vec![view]).flow
    }),
    ("signing", |studio| {
        studio.asked(3).press(Action::Sign, &[PIN]).flow
    }),
    ("done", |studio| studio.signed(false).flow),
    ("done-kept", |studio| studio.signed(true).flow),
    ("sign-kept", |studio| studio.signed(true).next(1).flow),
    ("sign-waiting", |studio| studio.asked(3).next(3).flow),
    ("sign-turned-away", |studio| studio.asked(3).next(7).flow),
    ("sign-path", |studio| {
        studio.asked(3).input(Input::NoDialog).flow
    }),
    ("signing-slow", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        scene.report(Report::Slow);
        scene.flow
    }),
    ("undelivered", |studio| {
        let mut scene = studio.signed(false);
        let told = scene.told.take().expect("it was signed");
        scene.event(Event::OpenFailed(told, Unopened::NoProgram));
        scene.flow
    }),
    ("removed", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        let removed = CardError::Transport(TransportError::Removed);
        scene.report(Report::Signed(Err(removed)));
        scene.sees(empty()).flow
    }),
    ("bad-signature", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        scene.report(Report::Signed(Err(CardError::BadSignature)));
        scene.flow
    }),
    ("refused", |studio| {
        studio
            .link("https://portal.example.gov.in.evil.example", KEY)
            .flow
    }),
    ("allow", |studio| {
        let scene = studio.link("https://portal.example.gov.in.evil.example", KEY);
        scene.press(Action::AllowPortal, &[]).flow
    }),
    ("allow-test", |studio| {
        let scene = studio.link("http://localhost:8080", "ss_test_gallery");
        scene.press(Action::AllowPortal, &[]).flow
    }),
    ("inquiring", |studio| studio.inquiring().flow),
    ("refused-service", |studio| studio.answered(Unapproved::Key)),
    ("service-busy", |studio| {
        studio.answered(Unapproved::Busy(Some(30)))
    }),
    ("service-unreachable", |studio| {
        studio.answered(Unapproved::Unreachable(Trouble::Connection))
    }),
    ("refused-link", |studio| {
        studio.order("securesign://sign?hashAlgo=MD5").flow
    }),
    ("refused-told", |studio| {
        let link = link(PORTAL, KEY, "a3f1-0007").replace("SHA256", "MD5");
        studio.order(&link).flow
    }),
    ("settings-held", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        let broken = studio.broken();
        scene.flow.judged_by(Box::new(move || Err(broken.clone())));
        scene.report(Report::Signed(Ok(vec![0x30, 0x01])));
        scene.flow
    }),
    ("portal-gone", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        let gone = || Ok(Settings::default().policy(FILE));
        scene.flow.judged_by(Box::new(gone));
        scene.report(Report::Signed(Ok(vec![0x30])));
        scene.flow
    }),
    ("touch", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        scene.report(Report::Touch);
        scene.flow
    }),
    ("no-touch", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        let declined = CardError::Declined {
            reason: Reason::NoTouch,
            sw: StatusWord::SECURITY_STATUS,
        };
        scene.report(Report::Signed(Err(declined)));
        scene.sees(vec![studio.token(3)]).flow
    }),
    ("pin-unanswered", |studio| {
        let mut scene = studio.asked(3).press(Action::Sign, &[PIN]);
        let cause = Box::new(CardError::Transport(TransportError::Reset));
        let secret = Secret::Pin;
        scene.report(Report::Signed(Err(CardError::Unanswered { secret, cause })));
        scene.sees(vec![studio.token(2)]).flow
    }),
    ("refused-settings", |studio| {
        let refused = Refused::unjudged(studio.broken());
        studio.begin(Flow::sign(Err(refused), now())).flow
    }),
    ("settings-broken", |studio| {
        let mut flow = studio.managing().flow;
        flow.tell_broken(studio.broken());
        flow
    }),
    ("token", |studio| studio.manage(3).flow),
    ("token-blocked", |studio| studio.manage(0).flow),
    ("tokens", |studio| studio.several().flow),
    ("tokens-opened", |studio| {
        studio.several().input(Input::Row(0)).flow
    }),
    ("token-applications", |studio| {
        studio.managing().sees(studio.two_applications()).flow
    }),
    ("token-pins", |studio| studio.pins(3, 2).flow),
    ("token-pins-blocked", |studio| studio.pins(3, 0).flow),
    ("change-pins", |studio| {
        let action = Action::ChangeFurther(SECOND);
        studio.pins(3, 2).press(action, &[]).flow
    }),
    ("unlock-pins", |studio| {
        let scene = studio.pins(3, 0);
        scene.press(Action::UnlockFurther(SECOND), &[]).flow
    }),
    ("sign-pins-blocked", |studio| {
        let view = studio.two_pins(3, 0);
        studio
            .request()
            .sees(vec![view])
            .input(Input::Choose(1))
            .flow
    }),
    ("token-missing", |studio| {
        studio.managing().sees(empty()).flow
    }),
    ("change", |studio| {
        studio.manage(3).press(Action::ChangePin, &[]).flow
    }),
    ("change-unsure", |studio| {
        studio.unsure().press(Action::ChangePin, &[]).flow
    }),
    ("change-weak", |studio| {
        let scene = studio.manage(3).press(Action::ChangePin, &[]);
        scene.press(Action::Submit, &[PIN, "111111", "111111"]).flow
    }),
    ("changed", |studio| {
        let mut scene = studio.manage(3).press(Action::ChangePin, &[]);
        scene = scene.press(Action::Submit, &[PIN, "482915", "482915"]);
        scene.report(Report::Changed(Ok(())));
        scene.sees(vec![studio.token(3)]).flow
    }),
    ("unlock-need", |studio| studio.unlocking(0).flow),
    ("unlock-choice", |studio| {
        studio.two_ways().press(Action::Unlock, &[]).flow
    }),
    ("unlock-unsure", |studio| {
        studio.unsure().press(Action::Unlock, &[]).flow
    }),
    ("unlock-puk", |studio| studio.unlocking(1).flow),
    ("unlock-pin", |studio| studio.unlocking(2).flow),
    ("puk-blocked", |studio| studio.puk_blocked(0)),
    ("puk-blocked-works", |studio| studio.puk_blocked(3)),
    ("settings", |studio| {
        studio.manage(3).press(Action::Settings, &[]).flow
    }),
    ("settings-service", |studio| {
        let scene = studio.begin_with(studio.with_service(), Flow::manage(now()));
        let scene = scene.sees(vec![studio.token(3)]);
        scene.press(Action::Settings, &[]).flow
    }),
    ("portal-allow", |studio| {
        let scene = studio.manage(3).press(Action::Settings, &[]);
        scene.press(Action::AddPortal, &[]).flow
    }),
    ("portal-remove", |studio| {
        let scene = studio.manage(3).press(Action::Settings, &[]);
        scene.input(Input::Row(0)).flow
    }),
    ("journal", |studio| {
        let mark = Mark {
            count: 3,
            chain: "0".repeat(64),
        };
        studio.journal(Ok(mark)).flow
    }),
    ("journal-altered", |studio| {
        let kind = FaultKind::Altered;
        studio.journal(Err(Fault { number: 4, kind })).flow
    }),
    ("about", |studio| {
        studio.manage(3).press(Action::About, &[]).flow
    }),
    ("diagnostics", |studio| {
        let about = studio.manage(3).press(Action::About, &[]);
        let mut scene = about.press(Action::Diagnose, &[]);
        scene.event(Event::Diagnosed(REPORT.into()));
        scene.flow
    }),
];

/// The time of all scenes.
pub fn now() -> Timestamp {
    "2026-11-24T09:30:00Z".parse().expect("a time")
}

fn empty() -> Vec<TokenView> {
    let reader = ReaderSlot::new("Example reader 00 00", None);
    read(vec![reader])
}

/// What the worker tells of these readers.
fn read(slots: Vec<ReaderSlot>) -> Vec<TokenView> {
    let (jobs, queue) = channel();
    let (sender, reports) = channel();
    let readers: Box<dyn Readers> = Box::new(EmulatedReaders { slots });
    let _ = jobs.send(Job::Look(Reading::Everything));
    let _ = jobs.send(Job::Stop);
    let worker = Worker {
        readers,
        profiles: securesign_vendors::PROFILES,
        name: securesign_vendors::known::name,
        only: None,
        session: Duration::ZERO,
        cache: None,
        progress: securesign_app::worker::Progress::default(),
    };
    worker.run(&queue, &|report| drop(sender.send(report)));
    match reports.recv() {
        Ok(Report::Tokens(Ok(views))) => views,
        _ => Vec::new(),
    }
}

/// What the worker tells of this card.
fn view(card: impl Emulator + 'static, reader: &str) -> TokenView {
    let slot = ReaderSlot::new(reader, None);
    slot.insert(Box::new(card));
    read(vec![slot]).remove(0)
}

/// What the scenes are played with.
pub struct Studio {
    language: Language,
    good: TokenView,
    old: TokenView,
    openpgp: TokenView,
}

impl Studio {
    /// With tokens of its own.
    pub fn new(language: Language) -> Self {
        let card = PivCard::builder(NIST)
            .seed(b"gallery")
            .serial(4_207_113)
            .subject(Slot::SIGNATURE, "CN=Asha Sharma")
            .key(Slot::SIGNATURE, KeyKind::P256)
            .subject(Slot::AUTHENTICATION, "CN=आशा शर्मा")
            .key(Slot::AUTHENTICATION, KeyKind::P384);
        let old = PivCard::builder(NIST)
            .seed(b"old gallery")
            .validity(Duration::from_secs(0), Duration::from_secs(1_700_000_000))
            .subject(Slot::SIGNATURE, "CN=Rohan Mehta")
            .key(Slot::SIGNATURE, KeyKind::P384);
        let openpgp = OpenPgpCard::builder(YUBIKEY5)
            .seed(b"gallery")
            .holder("CN=Asha Sharma")
            .key(KeySlot::Signature, KeyKind::P256);
        Self {
            language,
            good: view(card.build().expect("a card"), "Example reader 00 00"),
            old: view(old.build().expect("a card"), "Example reader 01 00"),
            openpgp: view(openpgp.build().expect("a card"), "Example reader 00 00"),
        }
    }

    /// The scene of this name.
    pub fn show(&self, name: &str) -> Option<Flow> {
        let (_, make) = SCREENS.iter().find(|(other, _)| *other == name)?;
        Some(make(self))
    }

    fn token(&self, tries: u8) -> TokenView {
        self.told(Tries::from_count(tries))
    }

    fn told(&self, tries: Tries) -> TokenView {
        with(&self.good, |info| {
            info.pin = tries;
            info.puk = Tries::Left(3);
        })
    }

    /// PIV and OpenPGP on one token, each with its own PIN.
    fn two_applications(&self) -> Vec<TokenView> {
        let piv = self.token(3);
        let mut openpgp = with(&self.openpgp, |info| info.pin = Tries::Left(2));
        openpgp.id = piv.id.clone();
        openpgp.id.application = Some("openpgp");
        vec![piv, openpgp]
    }

    /// The second key wants a PIN of its own, with a PUK of its own.
    fn two_pins(&self, first: u8, second: u8) -> TokenView {
        with(&self.token(first), |info| {
            info.found.credentials[1].pin = SECOND;
            let mut pin = info.pin_view();
            pin.id = SECOND;
            pin.role = Secret::SignaturePin;
            pin.tries = Tries::from_count(second);
            if let Ok(unblock) = &mut pin.unblock {
                unblock.id = PinId(8);
            }
            info.further = vec![pin];
        })
    }

    fn pins(&self, first: u8, second: u8) -> Scene {
        self.managing().sees(vec![self.two_pins(first, second)])
    }

    /// A token whose certificate is valid from and to so many seconds from now.
    fn aged(&self, subject: &str, from: i64, to: i64) -> TokenView {
        let second = |from_now: i64| {
            let second = u64::try_from(now().as_second() + from_now).expect("after 1970");
            Duration::from_secs(second)
        };
        let card = PivCard::builder(NIST)
            .seed(subject.as_bytes())
            .validity(second(from), second(to))
            .subject(Slot::SIGNATURE, subject)
            .key(Slot::SIGNATURE, KeyKind::P256);
        view(card.build().expect("a card"), "Example reader 02 00")
    }

    fn expired(&self) -> TokenView {
        self.old.clone()
    }

    fn stranger(&self, atr: &str) -> Vec<TokenView> {
        let byte = |hex| u8::from_str_radix(hex, 16).expect("hex");
        let atr: Vec<u8> = atr.split(' ').map(byte).collect();
        let atr = Atr::parse(&atr).expect("an answer to reset");
        let mut view = self.good.clone();
        view.id.reader = "Longmai mToken CryptoIDA 0".into();
        if atr.historical().len() > 8 {
            view.id.reader = "Watchdata USB Key [WDIND USB CCID Key] 00 00".into();
        }
        let name = securesign_vendors::known::name(&atr, &view.id.reader);
        view.state = TokenState::Unknown { atr, name };
        vec![view]
    }

    fn settings(&self) -> Settings {
        let portal = |origin, key, name: &str| {
            let portal = Portal::new(origin, key).expect("a portal");
            let name = Some(name.to_owned());
            Portal { name, ..portal }
        };
        Settings {
            portals: vec![
                portal(PORTAL, KEY, "Example portal"),
                portal("https://test.example.org", "ss_test_k", "Trial portal"),
            ],
            ..Settings::default()
        }
    }

    /// The same, and a service that knows more portals.
    fn with_service(&self) -> Settings {
        let text = "service = \"https://api.example.in/v1\"\n";
        let service = Settings::from_toml(text).expect("settings").service;
        Settings {
            service,
            ..self.settings()
        }
    }

    /// A portal that is not listed: the service is asked.
    fn inquiring(&self) -> Scene {
        let settings = self.with_service();
        let order = accept(
            &link("https://portal.example.org", KEY, "a3f1-0007"),
            &settings,
        );
        self.begin_with(settings, Flow::sign(order, now()))
    }

    /// What the service has said of it.
    fn answered(&self, why: Unapproved) -> Flow {
        let mut scene = self.inquiring();
        let number = scene.inquiry.expect("a question");
        scene.event(Event::Answered(number, Err(why)));
        scene.flow
    }

    fn begin(&self, begun: (Flow, Vec<Effect>)) -> Scene {
        self.begin_with(self.settings(), begun)
    }

    fn begin_with(&self, settings: Settings, (mut flow, effects): (Flow, Vec<Effect>)) -> Scene {
        flow.know(Context {
            settings,
            settings_file: FILE.into(),
            journal_file: "~/.local/share/securesign/journal.jsonl".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            system: self.language,
            ..Context::default()
        });
        let mut scene = Scene {
            flow,
            jobs: Vec::new(),
            told: None,
            inquiry: None,
        };
        scene.keep(effects);
        scene
    }

    fn request(&self) -> Scene {
        self.link(PORTAL, KEY)
    }

    fn link(&self, origin: &str, key: &str) -> Scene {
        self.order(&link(origin, key, "a3f1-0007"))
    }

    fn order(&self, link: &str) -> Scene {
        self.begin(Flow::sign(accept(link, &self.settings()), now()))
    }

    fn asked(&self, tries: u8) -> Scene {
        self.request().sees(vec![self.token(tries)])
    }

    fn wrong(&self, left: u8) -> Scene {
        let mut scene = self.asked(left + 1).press(Action::Sign, &["999999"]);
        scene.report(Report::Signed(Err(CardError::Wrong {
            secret: Secret::Pin,
            left: Some(left),
        })));
        scene
    }

    fn blocked(&self) -> Scene {
        self.asked(0)
    }

    /// Signed, and the PIN kept or not.
    fn signed(&self, kept: bool) -> Scene {
        let mut scene = self.asked(3).press(Action::Sign, &[PIN]);
        let sign = scene.jobs.iter().find_map(|job| match job {
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
        if let (Some(binding), true) = (sign, kept) {
            let idle = Duration::from_secs(15 * 60);
            scene.report(Report::Session(Some(Kept { binding, idle })));
        }
        scene.report(Report::Signed(Ok(vec![0x30, 0x01])));
        scene
    }

    /// What the program says of settings with this mistake.
    fn broken(&self) -> String {
        let error = Settings::from_toml("[[portal]]\norigin = 7\n").expect_err("no origin");
        let file = ("file", "/home/asha/.config/securesign/settings.toml".into());
        let reason = ("reason", error.tell(self.language).into());
        let said = [file, reason];
        self.language.say_with("settings-not-understood", said)
    }

    fn managing(&self) -> Scene {
        self.begin(Flow::manage(now()))
    }

    fn manage(&self, tries: u8) -> Scene {
        self.managing().sees(vec![self.token(tries)])
    }

    /// One that is blocked, another one, and one that is not known.
    fn several(&self) -> Scene {
        let mut views = vec![self.expired(), self.token(0)];
        views.extend(self.stranger(PROXKEY));
        self.managing().sees(views)
    }

    /// What is known of this token is from documents only.
    fn unsure(&self) -> Scene {
        let view = with(&self.token(3), |info| {
            info.family = "ePass2003".into();
            info.change = Ok(Confidence::Inferred);
            info.unblock = Confidence::Doubtful;
        });
        self.managing().sees(vec![view])
    }

    /// Blocked, with a reset code and an admin PIN that unlock it.
    fn two_ways(&self) -> Scene {
        let view = with(&self.token(0), |info| {
            info.unblocker = Secret::ResetCode;
            info.otherwise = info.pin_view().unblock.ok();
            if let Some(way) = &mut info.otherwise {
                (way.id, way.role) = (PinId(9), Secret::AdminPin);
            }
        });
        self.managing().sees(vec![view])
    }

    fn unlocking(&self, steps: usize) -> Scene {
        self.unlocking_of(0, steps)
    }

    /// A PIN with so many tries left is unlocked.
    fn unlocking_of(&self, tries: u8, steps: usize) -> Scene {
        let secrets = [&[][..], &[PUK]];
        let scene = self.manage(tries).press(Action::Unlock, &[]);
        let steps = secrets.iter().take(steps);
        steps.fold(scene, |scene, typed| scene.press(Action::Next, typed))
    }

    /// The PUK has no tries left; the PIN has so many.
    fn puk_blocked(&self, tries: u8) -> Flow {
        let typed = ["482915", "482915"];
        let mut scene = self.unlocking_of(tries, 2).press(Action::Submit, &typed);
        scene.report(Report::Unblocked(Err(CardError::Blocked(Secret::Puk))));
        scene.flow
    }

    fn journal(&self, verdict: Result<Mark, Fault>) -> Scene {
        let mut scene = self.manage(3).press(Action::Journal, &[]);
        let signed = match &self.good.state {
            TokenState::Ready(info) => info.found.credentials.first(),
            _ => None,
        };
        let digest = Digest::of(HashAlgorithm::Sha256, b"abc");
        let entry = |id, end| Entry::new(now(), PORTAL, id, &digest, end);
        let cancelled = Err(securesign_handoff::code::ErrorCode::SignCancelled);
        let ends = [
            signed.ok_or(securesign_handoff::code::ErrorCode::Internal),
            cancelled,
        ];
        let entries = ends
            .into_iter()
            .map(|end| entry("a3f1-0007", end))
            .collect();
        scene.event(Event::Journal(Ok(Ledger { entries, verdict })));
        scene
    }
}

fn with(view: &TokenView, change: impl FnOnce(&mut TokenInfo)) -> TokenView {
    let mut view = view.clone();
    if let TokenState::Ready(info) = &mut view.state {
        change(info);
    }
    view
}

fn link(origin: &str, key: &str, id: &str) -> String {
    let digest = Digest::of(HashAlgorithm::Sha256, b"abc");
    let callback = format!("{origin}/signed");
    let hash = STANDARD.encode(digest.bytes());
    let values = [
        ("requestId", id),
        ("hashBase64", &hash),
        ("hashAlgo", "SHA256"),
        ("documentType", "hash"),
        ("callbackUrl", &callback),
        ("apiKey", key),
    ];
    url::Url::parse_with_params("securesign://sign", values)
        .map_or_else(|_| String::new(), Into::into)
}

fn accept(link: &str, settings: &Settings) -> Result<Order, securesign_app::flow::Refused> {
    let policy = settings.policy(FILE);
    Order::accept(link.as_bytes(), &policy, false, &|_| false)
}

/// A flow on its way to a screen.
struct Scene {
    flow: Flow,
    jobs: Vec<Job>,
    /// Whom the last answer was for.
    told: Option<Recipient>,
    /// The number of the question for the service.
    inquiry: Option<u32>,
}

impl Scene {
    fn keep(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) => self.jobs.push(job),
                Effect::Open(_, recipient) => self.told = Some(recipient),
                Effect::Inquire(number, _) => self.inquiry = Some(number),
                _ => {}
            }
        }
    }

    fn event(&mut self, event: Event) {
        let effects = self.flow.on(event, now());
        self.keep(effects);
    }

    fn report(&mut self, report: Report) {
        self.event(Event::Report(report));
    }

    fn sees(mut self, views: Vec<TokenView>) -> Self {
        self.report(Report::Tokens(Ok(views)));
        self
    }

    fn input(mut self, input: Input) -> Self {
        self.event(Event::Input(input));
        self
    }

    /// A file of this name with this in it.
    fn gives(mut self, name: &str, content: &[u8]) -> Self {
        let files = Input::Files(vec![format!("/home/user/{name}")]);
        for effect in self.flow.on(Event::Input(files), now()) {
            if let Effect::Read(reading) = effect {
                let document = Document::new(reading.algorithm, content.to_vec());
                self.event(Event::Read(reading, Ok(document)));
            }
        }
        self
    }

    fn press(self, action: Action, typed: &[&str]) -> Self {
        let pin = |text: &&str| Pin::copy(text.as_bytes()).expect("memory");
        let pins = typed.iter().map(pin).collect();
        self.input(Input::Press(action, pins))
    }

    /// So many other requests come.
    fn next(mut self, count: usize) -> Self {
        for at in 0..count {
            let link = link(PORTAL, KEY, &format!("b{at}"));
            let order = accept(&link, &self.flow.context().settings);
            let (_, effects) = self.flow.arrive(order, &|_, _| Ok(()), now());
            self.keep(effects);
        }
        debug_assert!(self.flow.screen().kind != Kind::Failed);
        self
    }
}
