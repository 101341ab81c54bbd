//! What is said of documents: why one is not signed, and what its signatures are worth.

use securesign_documents::cms::read::Fault;
use securesign_documents::pdf::{Change, StampFault};
use securesign_documents::trust::Doubt;
use securesign_documents::{Damage, Refusal, timestamp, xml};

use crate::language::Language;

use super::{Explain, InWords};
use crate::original::Unsignable;

impl InWords for Refusal {
    /// What it is, and what to do.
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::NotPdf => l.say("document-not-pdf"),
            Self::Junk => l.say("document-junk"),
            Self::Damaged(damage) => {
                let damage = ("damage", damage.in_words(l).into());
                l.say_with("document-damaged", [damage])
            }
            Self::TooLarge => l.say("document-too-large"),
            Self::Encrypted => l.say("document-encrypted"),
            Self::Xfa => l.say("document-xfa"),
            Self::NoPage => l.say("document-no-page"),
            Self::Page(page, pages) => {
                let page = [("page", (*page).into()), ("pages", (*pages).into())];
                l.say_with("document-page", page)
            }
            Self::Certified => l.say("document-certified"),
            Self::CertifiedVisible => l.say("document-certified-visible"),
            Self::Locked => l.say("document-locked"),
            Self::NoField(field) => {
                l.say_with("document-no-field", [("field", field.as_str().into())])
            }
            Self::Demands(field) => {
                l.say_with("document-demands", [("field", field.as_str().into())])
            }
            Self::Place => l.say("document-place"),
            Self::Stamp(fault) => {
                let fault = ("fault", fault.in_words(l).into());
                l.say_with("document-stamp", [fault])
            }
            Self::Xml(fault) => {
                let fault = ("fault", fault.in_words(l).into());
                l.say_with("document-xml", [fault])
            }
            Self::Outdated => l.say("document-outdated"),
            Self::Usage => l.say("document-usage"),
            Self::Key => l.say("document-key"),
            Self::BadSignature => l.say("document-bad-signature"),
            Self::Unsound(_) => l.say("document-unsound"),
        }
    }
}

/// What is written into a document, or is wrong with it, where a link brought it.
impl Explain for Unsignable {
    fn what(&self, l: Language) -> String {
        match self {
            Self::NotYet(name) => l.say_with("unsignable-not-yet", [("name", (*name).into())]),
            Self::Value(name) => l.say_with("unsignable-value", [("name", (*name).into())]),
            Self::Document(_) => l.say("unsignable-document"),
        }
    }

    fn advice(&self, l: Language) -> String {
        match self {
            Self::NotYet(name) => {
                l.say_with("unsignable-not-yet-advice", [("name", (*name).into())])
            }
            Self::Value(_) => l.say("unsignable-value-advice"),
            Self::Document(refusal) => refusal.in_words(l),
        }
    }
}

impl InWords for StampFault {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::Letter(letter) => {
                l.say_with("stamp-letter", [("letter", letter.to_string().into())])
            }
            Self::Crowded => l.say("stamp-crowded"),
            Self::Logo => l.say("stamp-logo"),
            Self::Qr => l.say("stamp-qr"),
        }
    }
}

impl InWords for timestamp::Fault {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::Imprint => l.say("time-stamp-imprint"),
            Self::Wrong => l.say("time-stamp-wrong"),
            Self::Usage => l.say("time-stamp-usage"),
            Self::Nonce => l.say("time-stamp-nonce"),
            Self::Clock => l.say("time-stamp-clock"),
            Self::Refused => l.say("time-stamp-refused"),
            Self::Unreadable => l.say("time-stamp-unreadable"),
        }
    }
}

impl InWords for Doubt {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::Outdated => l.say("doubt-outdated"),
            Self::Usage => l.say("doubt-usage"),
            Self::NoPath => l.say("doubt-no-path"),
        }
    }
}

impl InWords for Change {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::Proof => l.say("change-proof"),
            Self::Filled => l.say("change-filled"),
            Self::Annotated => l.say("change-annotated"),
            Self::Other => l.say("change-other"),
        }
    }
}

impl InWords for xml::Fault {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::IllFormed => l.say("xml-ill-formed"),
            Self::Doctype => l.say("xml-doctype"),
            Self::Encoding => l.say("xml-encoding"),
            Self::Version => l.say("xml-version"),
            Self::Deep => l.say("xml-deep"),
            Self::Reference => l.say("xml-reference"),
            Self::Id => l.say("xml-id"),
        }
    }
}

impl InWords for Damage {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::Unreadable => l.say("damage-unreadable"),
            Self::References => l.say("damage-references"),
            Self::Updates => l.say("damage-updates"),
            Self::Object => l.say("damage-object"),
            Self::Form => l.say("damage-form"),
        }
    }
}

impl InWords for Fault {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::Changed => l.say("fault-changed"),
            Self::Wrong => l.say("fault-wrong"),
            Self::Exchanged => l.say("fault-exchanged"),
            Self::NoCertificate => l.say("fault-no-certificate"),
            Self::Unreadable => l.say("fault-unreadable"),
        }
    }
}
