//! What a person sees, as plain data. The window draws it, the command line
//! prints it, the tests read it; none of them decides anything.

use securesign_card::application::PinId;
use securesign_card::pin::Pin;
use securesign_card::text;

/// Longest line on a screen, in characters: an origin is the longest that anybody reads.
const LINE: usize = 600;

/// Longest of several sentences, in characters: with the path of a file and what is to
/// be written into it.
const SENTENCES: usize = 3_000;

/// One screen: everything that is to be shown, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Which of the few screens this is; a front end may choose a symbol by it.
    pub kind: Kind,
    /// Nothing is under way, even where one waits: what is said stays until a person, or
    /// another token, does something.
    pub settled: bool,
    /// One line.
    pub title: String,
    /// Ways to other pages: small, beside the title.
    pub links: Vec<Button>,
    /// Sentences, in reading order.
    pub text: Vec<String>,
    /// What is asked, and by whom: shown before the PIN is asked.
    pub facts: Vec<Fact>,
    /// Where the document may be dropped, to be compared with the request;
    /// pressed, it has a file chosen.
    pub compare: Option<Button>,
    /// A number that should be large and plain.
    pub counters: Vec<Counter>,
    /// Above the certificates.
    pub heading: Option<String>,
    /// Certificates to choose from, or just to look at when `chosen` is `None`
    /// and none is selectable.
    pub certificates: Vec<CertificateCard>,
    /// Index into `certificates`.
    pub chosen: Option<usize>,
    /// Things to set, each to one of a few values.
    pub choices: Vec<Choice>,
    /// A list to read, such as what was signed.
    pub rows: Vec<Row>,
    /// Plain texts to type in, no secrets.
    pub lines: Vec<Line>,
    /// Which request and token the fields are for; opaque. What was typed for one
    /// is never kept for another.
    pub token: Option<String>,
    /// Secrets to type in.
    pub fields: Vec<Field>,
    /// One line that should catch the eye.
    pub notice: Option<Notice>,
    /// In reading order; the last one is the main one.
    pub buttons: Vec<Button>,
    /// What [`Action::Copy`] puts into the clipboard.
    pub copy: Option<String>,
    /// A PIN is kept for the next request.
    pub kept: Option<Kept>,
    /// How many other requests wait for their turn: one quiet line.
    pub waiting: Option<String>,
}

impl Screen {
    /// Whether one of the certificates can be chosen.
    pub fn is_choice(&self) -> bool {
        self.chosen.is_some()
            || (self.kind == Kind::Sign
                && self.certificates.iter().any(|card| card.unusable.is_none()))
    }

    /// Every text as it may be shown: without what deceives, and bounded; a line stays
    /// one line. Names and reasons are cleaned where they come in; here nothing is missed.
    pub(crate) fn shown(mut self) -> Self {
        let notice = self.notice.iter_mut().map(|notice| &mut notice.text);
        for text in self.text.iter_mut().chain(notice) {
            // With lines of ours, as in what is to be added to a file.
            *text = text::shown(text).chars().take(SENTENCES).collect();
        }
        for line in self.lines_of_text() {
            *line = text::clean(line, LINE);
        }
        self
    }

    fn lines_of_text(&mut self) -> Vec<&mut String> {
        let mut all = vec![&mut self.title];
        for fact in &mut self.facts {
            all.extend([&mut fact.label, &mut fact.value]);
            all.extend(&mut fact.mark);
        }
        for counter in &mut self.counters {
            all.extend([&mut counter.value, &mut counter.caption]);
        }
        all.extend(&mut self.heading);
        for card in &mut self.certificates {
            all.extend([&mut card.title, &mut card.detail, &mut card.pill]);
            all.extend(&mut card.unusable);
        }
        for choice in &mut self.choices {
            all.push(&mut choice.label);
            all.extend(&mut choice.options);
        }
        for row in &mut self.rows {
            all.extend([&mut row.title, &mut row.detail, &mut row.pill]);
            all.extend(&mut row.action);
        }
        all.extend(self.lines.iter_mut().map(|line| &mut line.label));
        all.extend(self.fields.iter_mut().map(|field| &mut field.label));
        let buttons = self.links.iter_mut().chain(&mut self.buttons);
        let buttons = buttons.chain(&mut self.compare);
        all.extend(buttons.map(|button| &mut button.label));
        if let Some(kept) = &mut self.kept {
            all.extend([&mut kept.text, &mut kept.lock.label]);
        }
        all.extend(&mut self.waiting);
        all
    }

    /// Whether this can be pressed.
    pub fn offers(&self, action: Action) -> bool {
        let locks = self.kept.iter().map(|kept| &kept.lock);
        let buttons = self.buttons.iter().chain(&self.links);
        let mut buttons = buttons.chain(&self.compare).chain(locks);
        buttons.any(|button| button.action == action)
    }
}

/// A kept PIN: how long yet, and the way to be rid of it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// "PIN kept for 14:32"; another text every second.
    pub text: String,
    /// "Lock now".
    pub lock: Button,
}

/// The few screens there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Waiting for a token (or for the PC/SC service).
    Waiting,
    /// The sign window: who asks, what is signed, certificates, PIN.
    Sign,
    /// The card is at work; nothing to press but Cancel, if at all.
    Working,
    /// The token window: tries left, certificates, change and unlock.
    Token,
    /// A form: change the PIN, unlock with the PUK, confirm the last try.
    Form,
    /// Settings, journal, about: nothing that a card has to do with.
    Page,
    /// It is done, and well.
    Done,
    /// It went wrong, or was refused: what happened, what to do.
    Failed,
}

/// A labelled line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// "Requested by", "Document", "Digest (SHA-256)" …
    pub label: String,
    /// The text; digests are grouped for reading.
    pub value: String,
    /// Says that the value was written by the page that asks, not by us, where
    /// that is so.
    pub mark: Option<String>,
}

/// How serious a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// Look before you go on.
    Warning,
    /// It did not work.
    Error,
}

/// A line that should catch the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Colour and symbol.
    pub level: Level,
    /// One or two sentences.
    pub text: String,
}

/// A number in large type with its caption: "2" – "PIN tries left".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// A number, or "unknown", or "blocked".
    pub value: String,
    /// What is counted.
    pub caption: String,
    /// `Warning` at the last try, `Error` when blocked.
    pub level: Level,
}

/// A certificate as a card with two lines of text and a pill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateCard {
    /// Subject common name.
    pub title: String,
    /// "Issued by … · expires 14 Mar 2028".
    pub detail: String,
    /// Key type: "RSA 2048", "ECDSA P-256".
    pub pill: String,
    /// Why it cannot be chosen; `None` when it can.
    pub unusable: Option<String>,
}

/// Something to set: its values side by side, one of them chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is set.
    pub setting: Setting,
    /// "Language".
    pub label: String,
    /// What can be chosen.
    pub options: Vec<String>,
    /// Index into `options`.
    pub chosen: usize,
}

/// What can be set by a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// How long a PIN is kept unused.
    Idle,
    /// What is spoken.
    Language,
    /// Light or dark.
    Theme,
    /// How large everything is.
    Scale,
}

/// One of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The first line.
    pub title: String,
    /// The second one, muted.
    pub detail: String,
    /// A word at the right; may be empty.
    pub pill: String,
    /// The pill's colour.
    pub level: Level,
    /// What a button at the right does with it: "Remove".
    pub action: Option<String>,
}

/// A plain text to type in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// "Address of the portal".
    pub label: String,
    /// What it begins with.
    pub text: String,
    /// Longest entry that makes sense, in bytes.
    pub max: usize,
}

/// A secret to type in. The front ends hide what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which secret it takes.
    pub ask: Ask,
    /// "PIN", "PUK", "New PIN", "New PIN again".
    pub label: String,
    /// Longest entry that makes sense, in characters.
    pub max: usize,
}

/// Which secret a field takes, for front ends that get it from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The present PIN.
    Pin,
    /// The PUK.
    Puk,
    /// A PIN that is to be set.
    NewPin,
    /// The same again.
    NewPinAgain,
}

/// Something to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it does.
    pub action: Action,
    /// What it says.
    pub label: String,
    /// The main one: blue.
    pub primary: bool,
    /// Inert for this long after the screen appears, in milliseconds, so that
    /// a click meant for another window signs nothing (requirement 11).
    pub inert_ms: u32,
}

/// What a button means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Sign with the chosen certificate and the PIN typed.
    Sign,
    /// Go on although one try is left.
    UseLastTry,
    /// Go on although it was never tried on a real token of this kind.
    GoOn,
    /// Open the form that changes the PIN.
    ChangePin,
    /// Open the form that unlocks with the PUK.
    Unlock,
    /// As [`Action::ChangePin`], of a further PIN.
    ChangeFurther(PinId),
    /// As [`Action::Unlock`], of a further PIN.
    UnlockFurther(PinId),
    /// To the next step of the form.
    Next,
    /// Send the form that is open.
    Submit,
    /// Open the settings.
    Settings,
    /// Open the form that lets a portal call.
    AddPortal,
    /// Take from the portal what it was allowed.
    Remove,
    /// Open the journal.
    Journal,
    /// Copy the journal to a file.
    Export,
    /// Open the settings file in the program that the system has for it.
    OpenFile,
    /// Tell about this program.
    About,
    /// Back to the screen before.
    Back,
    /// Look for tokens again.
    Retry,
    /// Choose a file that is compared with the request.
    Compare,
    /// Copy what is to be reported of a token into the clipboard.
    Copy,
    /// Forget the kept PIN, and log its card out.
    Lock,
    /// Give up, and tell the portal so.
    Cancel,
    /// Leave; nothing more is sent.
    Close,
}

impl Action {
    /// It spends or changes something that is the person's: a signature, a try, who
    /// may ask for signatures. A hand must do that, with a key or the mouse; no other program may in its place.
    pub fn commits(self) -> bool {
        match self {
            Self::Sign | Self::UseLastTry | Self::GoOn | Self::Submit | Self::Remove => true,
            Self::ChangePin
            | Self::Unlock
            | Self::ChangeFurther(_)
            | Self::UnlockFurther(_)
            | Self::Next
            | Self::Settings
            | Self::AddPortal
            | Self::Journal
            | Self::Export
            | Self::OpenFile
            | Self::About
            | Self::Back
            | Self::Retry
            | Self::Compare
            | Self::Copy
            | Self::Lock
            | Self::Cancel
            | Self::Close => false,
        }
    }
}

/// What a person did.
pub enum Input {
    /// Chose a certificate.
    Choose(usize),
    /// Pressed a button; the fields' contents in their order.
    Press(Action, Vec<Pin>),
    /// Chose this value of a setting.
    Set(Setting, usize),
    /// Pressed the button of this row.
    Row(usize),
    /// What stands in the lines now, in their order; comes before a button that
    /// was pressed with them.
    Lines(Vec<String>),
    /// Gave files: `file:` URLs or paths, as the desktop names them.
    Files(Vec<String>),
    /// Wanted to choose a file, and the desktop has no dialog for that.
    NoDialog,
    /// Closed the window (or ended the input).
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field by its name: a new one does not compile until it stands here.
    #[test]
    fn every_text_on_a_screen_is_without_what_deceives_and_bounded() {
        let text = || format!("E\u{1B}[2J\u{202E}\0\u{200B}\n{}", "A".repeat(10_000));
        let (label, level) = (text, Level::Error);
        let button = || Button {
            action: Action::Close,
            label: label(),
            primary: false,
            inert_ms: 0,
        };
        let screen = Screen {
            kind: Kind::Page,
            settled: false,
            title: text(),
            links: vec![button()],
            text: vec![text()],
            facts: vec![Fact {
                label: label(),
                value: text(),
                mark: Some(text()),
            }],
            compare: Some(button()),
            counters: vec![Counter {
                value: text(),
                caption: text(),
                level,
            }],
            heading: Some(text()),
            certificates: vec![CertificateCard {
                title: text(),
                detail: text(),
                pill: text(),
                unusable: Some(text()),
            }],
            chosen: None,
            choices: vec![Choice {
                setting: Setting::Idle,
                label: label(),
                options: vec![text()],
                chosen: 0,
            }],
            rows: vec![Row {
                title: text(),
                detail: text(),
                pill: text(),
                level,
                action: Some(text()),
            }],
            lines: vec![Line {
                label: label(),
                // The person's own.
                text: String::new(),
                max: 1,
            }],
            token: None,
            fields: vec![Field {
                ask: Ask::Pin,
                label: label(),
                max: 1,
            }],
            notice: Some(Notice {
                level,
                text: text(),
            }),
            buttons: vec![button()],
            // Not shown.
            copy: None,
            kept: Some(Kept {
                text: text(),
                lock: button(),
            }),
            waiting: Some(text()),
        };
        let shown = screen.shown();
        let printed = format!("{shown:?}");
        // As `Debug` writes what cannot be printed.
        assert!(!printed.contains("\\u{") && !printed.contains("\\0"));
        // What may be shown stays, in each of them.
        assert_eq!(printed.matches("E[2J").count(), 27);
        // Line breaks where sentences stand, and nowhere else.
        assert_eq!(printed.matches("\\n").count(), 2);
        assert!(!printed.contains(&"A".repeat(SENTENCES)));
        assert!(!format!("{:?}", shown.facts).contains(&"A".repeat(LINE)));
    }
}
