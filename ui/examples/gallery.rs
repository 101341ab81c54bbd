//! A development tool: shows one of the window's screens with invented data.
//! `cargo run -p securesign --example gallery -- sign [--dark]`

#![allow(clippy::print_stdout)]

// A folder, so that the module finds its own files where the program has them.
#[path = "../src"]
mod src {
    pub mod window;
}

use securesign_core::language::Language;
use securesign_core::screen::{
    Action, Button, CertificateCard, Counter, Fact, Field, Input, Kept, Kind, Level, Notice, Screen,
};
use src::window::{self, Look, Model, Theme};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("sign", String::as_str);
    let Some(screen) = sample(name) else {
        println!("Samples: {}", NAMES.join(" "));
        return;
    };
    let theme = if arguments.iter().any(|argument| argument == "--dark") {
        Theme::Dark
    } else {
        Theme::Light
    };
    let model = Canned {
        look: Look { theme, scale: None },
        screen,
        finished: false,
    };
    if let Err(error) = window::run(Box::new(model)) {
        println!("{}", error.tell(Language::English));
    }
}

/// Prints what it is told; chooses, and closes, and does nothing else.
struct Canned {
    look: Look,
    screen: Screen,
    finished: bool,
}

impl Model for Canned {
    fn screen(&self) -> Screen {
        self.screen.clone()
    }

    fn input(&mut self, input: Input) {
        match input {
            Input::Choose(at) => {
                println!("choose {at}");
                self.screen.chosen = Some(at);
            }
            Input::Press(action, pins) => {
                let lengths: Vec<usize> = pins.iter().map(|pin| pin.expose().len()).collect();
                println!("press {action:?} {lengths:?}");
                match action {
                    Action::ChangePin => self.show("change"),
                    Action::Unlock => self.show("unlock"),
                    Action::Back => self.show("token"),
                    Action::Sign if !self.screen.fields.is_empty() => self.show("sign-again"),
                    Action::Retry => self.show("sign"),
                    Action::Lock => self.screen.kept = None,
                    _ => self.finished = true,
                }
            }
            Input::Document(_) | Input::Set(..) | Input::Row(_) | Input::Lines(_) => {}
            Input::Closed => {
                println!("closed");
                self.finished = true;
            }
        }
    }

    fn look(&self) -> Look {
        self.look
    }

    fn poll(&mut self) -> bool {
        if self.screen.kept.is_some() {
            return false;
        }
        println!("poll");
        self.show("done");
        true
    }

    fn finished(&self) -> bool {
        self.finished
    }

    fn on_wake(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
        if self.screen.kind == Kind::Working {
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_secs(4));
                wake();
            });
        }
    }
}

impl Canned {
    fn show(&mut self, name: &str) {
        if let Some(screen) = sample(name) {
            self.screen = screen;
        }
    }
}

const NAMES: [&str; 18] = [
    "waiting",
    "sign-kept",
    "done-kept",
    "sign",
    "sign-one",
    "sign-blocked",
    "last-try",
    "working",
    "token",
    "token-blocked",
    "change",
    "unlock",
    "done",
    "failed",
    "refused",
    "many",
    "hindi",
    "plain",
];

fn sample(name: &str) -> Option<Screen> {
    Some(match name {
        "waiting" => Screen {
            text: texts(&["Plug in the USB token that holds your certificate."]),
            facts: facts()[..2].to_vec(),
            buttons: vec![plain(Action::Cancel, "Cancel")],
            ..empty(Kind::Waiting, "Waiting for a token")
        },
        "sign" => sign(),
        "sign-again" => Screen {
            notice: notice(
                Level::Error,
                "That PIN is wrong. 1 try is left before the token locks.",
            ),
            ..sign()
        },
        "sign-kept" => Screen {
            text: texts(&["The PIN was accepted a moment ago and is not asked again."]),
            fields: Vec::new(),
            notice: None,
            kept: kept("PIN kept for 14:32"),
            waiting: Some("2 more requests are waiting.".into()),
            ..sign()
        },
        "done-kept" => Screen {
            text: texts(&["The signature goes back to portal.example.gov.in."]),
            buttons: vec![main_button(Action::Close, "Close and lock", 0)],
            kept: kept("PIN kept for 14:32"),
            ..empty(Kind::Done, "Signed")
        },
        "sign-one" => Screen {
            certificates: cards()[..1].to_vec(),
            notice: notice(Level::Info, "This is the first request from this portal."),
            ..sign()
        },
        "sign-blocked" => Screen {
            certificates: vec![cards()[0].clone(), expired()],
            fields: Vec::new(),
            notice: notice(
                Level::Error,
                "The PIN of this token is blocked. Unlock it with the PUK, then ask the portal again.",
            ),
            buttons: vec![
                plain(Action::Cancel, "Cancel"),
                main_button(Action::Unlock, "Unlock with PUK", 0),
            ],
            ..sign()
        },
        "last-try" => Screen {
            text: texts(&[
                "One try is left. If this PIN is wrong too, the token locks and only the PUK opens it again.",
                "If you are not sure, go back and look for the PIN letter.",
            ]),
            counters: vec![counter("1", "PIN try left", Level::Warning)],
            buttons: vec![
                plain(Action::Back, "Back"),
                main_button(Action::UseLastTry, "Use the last try", 500),
            ],
            ..empty(Kind::Form, "Use the last try?")
        },
        "working" => Screen {
            text: texts(&["Leave the token plugged in. This takes a few seconds."]),
            ..empty(Kind::Working, "Signing …")
        },
        "token" => Screen {
            text: texts(&["Example token · serial number 0042 1177"]),
            counters: vec![
                counter("3", "PIN tries left", Level::Info),
                counter("unknown", "PUK tries left", Level::Info),
            ],
            heading: Some("Choose a certificate".into()),
            certificates: cards(),
            buttons: vec![
                plain(Action::Close, "Close"),
                plain(Action::Unlock, "Unlock with PUK"),
                main_button(Action::ChangePin, "Change PIN", 0),
            ],
            ..empty(Kind::Token, "Your token")
        },
        "token-blocked" => Screen {
            counters: vec![
                counter("blocked", "PIN", Level::Error),
                counter("1", "PUK try left", Level::Warning),
            ],
            certificates: vec![cards()[0].clone(), expired()],
            notice: notice(
                Level::Warning,
                "If the last PUK try fails, the token cannot be opened again.",
            ),
            buttons: vec![
                plain(Action::Close, "Close"),
                main_button(Action::Unlock, "Unlock with PUK", 0),
            ],
            ..empty(Kind::Token, "Your token")
        },
        "change" => form(
            "Change the PIN",
            "The new PIN has 6 to 8 digits.",
            &["PIN", "New PIN", "New PIN again"],
            "Change PIN",
        ),
        "unlock" => Screen {
            counters: vec![counter("5", "PUK tries left", Level::Info)],
            ..form(
                "Unlock with the PUK",
                "The PUK is in the letter that came with the token.",
                &["PUK", "New PIN", "New PIN again"],
                "Unlock",
            )
        },
        "done" => Screen {
            text: texts(&[
                "The signature was handed to portal.example.gov.in. You can go back to the browser.",
            ]),
            facts: facts(),
            buttons: vec![main_button(Action::Close, "Close", 0)],
            ..empty(Kind::Done, "Signed")
        },
        "failed" => Screen {
            text: texts(&[
                "The token was removed before the signature was made. Nothing was signed.",
                "Plug it in again and try once more.",
            ]),
            buttons: vec![
                plain(Action::Close, "Close"),
                main_button(Action::Retry, "Try again", 0),
            ],
            ..empty(Kind::Failed, "The token was removed")
        },
        "refused" => Screen {
            text: texts(&[
                "The page at https://portal.example.gov.in asked SecureSign to send the answer to https://portal.example.gov.in.attacker-with-a-very-long-name.example.com/callback/with/a/long/path, which is another site than the one the key belongs to.",
                "Nothing was signed and nothing was sent. Close the page, open the portal by typing its address, and start again. If it happens again, tell the portal’s support what you see here.",
            ]),
            facts: vec![fact(
                "Asked for",
                "https://portal.example.gov.in.attacker-with-a-very-long-name.example.com",
                true,
            )],
            buttons: vec![main_button(Action::Close, "Close", 0)],
            ..empty(
                Kind::Failed,
                "This request was refused because it does not come from the portal",
            )
        },
        "many" => Screen {
            certificates: (0..14)
                .map(|at| {
                    if at == 3 {
                        expired()
                    } else {
                        cards()[at % 3].clone()
                    }
                })
                .collect(),
            ..sign()
        },
        "hindi" => hindi(),
        "plain" => empty(Kind::Working, "One moment"),
        _ => return None,
    })
}

fn sign() -> Screen {
    Screen {
        facts: facts(),
        heading: Some("Choose a certificate".into()),
        certificates: cards(),
        chosen: Some(0),
        fields: vec![field("Card PIN")],
        notice: notice(Level::Warning, "2 tries left before the card locks"),
        buttons: vec![
            plain(Action::Cancel, "Cancel"),
            main_button(Action::Sign, "Sign", 500),
        ],
        ..empty(Kind::Sign, "Sign this document?")
    }
}

fn hindi() -> Screen {
    Screen {
        text: texts(&["portal.example.gov.in ने “अनुबंध.pdf” (184 KB) पर हस्ताक्षर का अनुरोध किया है"]),
        facts: vec![
            fact("अनुरोधकर्ता", "portal.example.gov.in", false),
            fact("दस्तावेज़", "अनुबंध.pdf", true),
        ],
        certificates: vec![
            card(
                "आशा शर्मा",
                "eMudhra Sub CA Class 3 द्वारा जारी · 14 मार्च 2028 तक",
                "RSA 2048",
            ),
            cards()[1].clone(),
        ],
        fields: vec![field("कार्ड पिन")],
        notice: notice(Level::Warning, "2 प्रयास शेष हैं"),
        buttons: vec![
            plain(Action::Cancel, "रद्द करें"),
            main_button(Action::Sign, "हस्ताक्षर करें", 500),
        ],
        ..empty(Kind::Sign, "दस्तावेज़ पर हस्ताक्षर करें")
    }
    .choosing(0)
}

trait Choosing {
    fn choosing(self, at: usize) -> Self;
}

impl Choosing for Screen {
    fn choosing(mut self, at: usize) -> Self {
        self.chosen = Some(at);
        self
    }
}

fn form(title: &str, text: &str, labels: &[&str], submit: &str) -> Screen {
    Screen {
        text: texts(&[text]),
        fields: labels.iter().map(|label| field(label)).collect(),
        buttons: vec![
            plain(Action::Back, "Back"),
            main_button(Action::Submit, submit, 0),
        ],
        ..empty(Kind::Form, title)
    }
}

fn empty(kind: Kind, title: &str) -> Screen {
    Screen {
        kind,
        title: title.into(),
        links: Vec::new(),
        text: Vec::new(),
        facts: Vec::new(),
        counters: Vec::new(),
        heading: None,
        certificates: Vec::new(),
        chosen: None,
        choices: Vec::new(),
        rows: Vec::new(),
        lines: Vec::new(),
        token: None,
        fields: Vec::new(),
        notice: None,
        buttons: Vec::new(),
        kept: None,
        waiting: None,
    }
}

fn facts() -> Vec<Fact> {
    vec![
        fact("Requested by", "portal.example.gov.in", false),
        fact("Document", "contract.pdf (184 KB) & annex", true),
        fact(
            "Digest (SHA-256)",
            "9F86 D081 884C 7D65 9A2F EAA0 C55A D015 A3BF 4F1B 2B0B 822C D15D 6C15 B0F0 0A08",
            false,
        ),
    ]
}

fn cards() -> Vec<CertificateCard> {
    vec![
        card(
            "Asha Sharma",
            "Issued by eMudhra Sub CA Class 3 · expires 14 Mar 2028",
            "RSA 2048",
        ),
        card(
            "Asha Sharma (Org)",
            "Issued by Test Signing CA · expires 02 Jan 2029",
            "ECDSA P-256",
        ),
        card(
            "Rohan Mehta",
            "Issued by Test Signing CA · expires 30 Nov 2028",
            "RSA 4096",
        ),
    ]
}

fn expired() -> CertificateCard {
    CertificateCard {
        unusable: Some("It expired on 3 Feb 2024 and cannot sign any more.".into()),
        ..card("Rohan Mehta", "Issued by Test Signing CA", "RSA 2048")
    }
}

fn card(title: &str, detail: &str, pill: &str) -> CertificateCard {
    CertificateCard {
        title: title.into(),
        detail: detail.into(),
        pill: pill.into(),
        unusable: None,
    }
}

fn fact(label: &str, value: &str, from_page: bool) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
        mark: from_page.then(|| "from the page".into()),
    }
}

fn counter(value: &str, caption: &str, level: Level) -> Counter {
    Counter {
        value: value.into(),
        caption: caption.into(),
        level,
    }
}

fn field(label: &str) -> Field {
    Field {
        ask: securesign_core::screen::Ask::Pin,
        label: label.into(),
        max: 8,
    }
}

fn notice(level: Level, text: &str) -> Option<Notice> {
    Some(Notice {
        level,
        text: text.into(),
    })
}

fn kept(text: &str) -> Option<Kept> {
    Some(Kept {
        text: text.into(),
        lock: plain(Action::Lock, "Lock now"),
    })
}

fn plain(action: Action, label: &str) -> Button {
    Button {
        action,
        label: label.into(),
        primary: false,
        inert_ms: 0,
    }
}

fn main_button(action: Action, label: &str, inert_ms: u32) -> Button {
    Button {
        primary: true,
        inert_ms,
        ..plain(action, label)
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
