//! What screens are made of.

use super::Action;

/// A labelled line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// "Requested by", "Document", "Digest (SHA-256)" …
    pub label: String,
    /// The text; digests are grouped for reading.
    pub value: String,
    /// Says that the value was written by the page that asks, not by us, where
    /// that is so.
    pub mark: Option<String>,
    /// The part of the value that decides, in bold: of an origin the domain that
    /// somebody registered.
    pub strong: Option<String>,
    /// For what a person passes on: has it copied, and shows the value in type whose
    /// characters can be told apart.
    pub copy: Option<Copying>,
    /// Long, and read by few: where there is little room only its ends are shown,
    /// until a person wants all of it.
    pub folds: bool,
}

/// What a button beside a fact copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copying {
    /// "Copy".
    pub label: String,
    /// What goes into the clipboard; never a secret.
    pub text: String,
}

/// How serious a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// It went well.
    Success,
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

/// A picture of a token and of the letter that its codes came in. What it says stands in
/// the text as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// "Your token".
    pub token: String,
    /// "Letter or e-mail from the issuer".
    pub letter: String,
    /// What is in it: "PIN", "PUK".
    pub codes: Vec<String>,
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

/// A certificate as a card: lines of text and a pill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateCard {
    /// Subject common name.
    pub title: String,
    /// "Issued by …".
    pub detail: String,
    /// Whether it is valid today; shown with a symbol of its own.
    pub validity: Option<Validity>,
    /// Key type: "RSA 2048", "ECDSA P-256".
    pub pill: String,
    /// Why it cannot be chosen; `None` when it can. Such a card is grey.
    pub unusable: Option<String>,
    /// "Details": what a quiet button on the card is called, where there is one.
    pub details: Option<String>,
}

/// Whether a certificate is valid today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Colour and symbol.
    pub state: ValidityState,
    /// "Valid until 31 Dec 2044", "Expired on 1 May 2025".
    pub text: String,
}

/// Where today lies in a certificate's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidityState {
    /// In it, with time to spare.
    Valid,
    /// Close to its end.
    Expiring,
    /// After it.
    Expired,
    /// Before it.
    NotYet,
}

impl ValidityState {
    /// How serious that is.
    pub fn level(self) -> Level {
        match self {
            Self::Valid => Level::Success,
            Self::Expiring | Self::NotYet => Level::Warning,
            Self::Expired => Level::Error,
        }
    }
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
    /// What was typed here is what the notice is about: the focus goes here.
    pub fault: bool,
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
    /// "Show PIN": what shows the secret for as long as it is held down.
    pub show: String,
    /// "Caps Lock is on", said while it is.
    pub caps_lock: String,
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
    /// How it looks, and whether Return presses it.
    pub style: ButtonStyle,
    /// Inert for this long after the screen appears, in milliseconds, so that
    /// a click meant for another window signs nothing (requirement 11).
    pub inert_ms: u32,
}

impl Button {
    /// The one that Return presses.
    pub fn is_main(&self) -> bool {
        self.style == ButtonStyle::Main
    }
}

/// What a button is on its screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonStyle {
    /// What most people came for: blue, and Return presses it. One at most.
    Main,
    /// One of the others.
    Plain,
    /// It cannot be undone, or should be done by few: outlined in red. Return goes to
    /// it and does not press it, and the focus begins elsewhere.
    Danger,
}
