//! The certificates on a screen, and what is said of those that are missed.

use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::profile::Problem;

use crate::class::{self, Class, Holder};
use crate::language::Language;
use crate::validity;
use crate::words::{InWords, date};

use crate::flow::offers::Offer;
use crate::flow::{Flow, Purpose};
use crate::screen::{CertificateCard, Level, Notice, Validity, ValidityState};
use crate::worker::TokenId;

/// Those that are offered, with the reason why one cannot be used; behind them those that
/// only encrypt, for whoever looks for one of them.
pub fn certificates(flow: &Flow) -> Vec<CertificateCard> {
    let offers = flow.offers();
    let offered = offers.iter().map(|offer| card(flow, offer));
    offered.chain(encrypting(flow)).collect()
}

fn card(flow: &Flow, offer: &Offer<'_>) -> CertificateCard {
    let certificate = &offer.credential.certificate;
    CertificateCard {
        title: certificate.subject(),
        detail: detail(flow, offer.token, certificate),
        validity: Some(validity(certificate, flow.now, flow.language)),
        pill: certificate.key().display(),
        unusable: flow.unusable(offer.credential),
        details: Some(flow.language.say("details")),
    }
}

/// What tells it from others of the same person: organisation, class, issuer, the end of the
/// serial number, and the token's name where there are several.
fn detail(flow: &Flow, token: &TokenId, certificate: &Certificate) -> String {
    let l = flow.language;
    let serial = certificate.serial();
    let last = serial.char_indices().rev().nth(LAST - 1);
    let last = last.map_or(serial.as_str(), |(at, _)| &serial[at..]);
    let parts = [
        class::organization(certificate).map(str::to_owned),
        Class::of(certificate).map(|class| class.in_words(l)),
        Some(l.say_with(
            "certificate-issuer",
            [("issuer", certificate.issuer().into())],
        )),
        Some(l.say_with("certificate-serial", [("last", last.into())])),
        token_name(flow, token),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

/// So many characters of a serial number tell two certificates apart.
const LAST: usize = 4;

/// What a token, or an application of one, is called where there are others; the name of its
/// reader where another one is called the same.
fn token_name(flow: &Flow, token: &TokenId) -> Option<String> {
    let (_, info) = flow.ready().find(|(id, _)| *id == token)?;
    let mut others = flow.ready().filter(|(id, _)| *id != token).peekable();
    others.peek()?;
    Some(match others.any(|(_, other)| other.label == info.label) {
        true => token.reader.clone(),
        false => info.label.clone(),
    })
}

/// Whether it is valid, and until when.
pub fn validity(certificate: &Certificate, now: Timestamp, l: Language) -> Validity {
    let (from, to) = certificate.validity();
    let on = |time| [("date", date(time, l).into())];
    let state = validity::state(certificate, now);
    let text = match (state, validity::days_left(certificate, now)) {
        (ValidityState::NotYet, _) => l.say_with("certificate-not-before", on(from)),
        (ValidityState::Expired, _) => l.say_with("certificate-expired-on", on(to)),
        (ValidityState::Expiring, 0) => l.say("certificate-expires-today"),
        (ValidityState::Expiring, days) => {
            l.say_with("certificate-expires-in", [("days", days.into())])
        }
        (ValidityState::Valid, _) => match certificate.expires() {
            Some(time) => l.say_with("certificate-until", on(time)),
            None => l.say("certificate-endless"),
        },
    };
    Validity { state, text }
}

/// Certificates that encrypt and do not sign, where a person may look for them: everywhere
/// but beside the one that the portal has named.
fn encrypting(flow: &Flow) -> Vec<CertificateCard> {
    if flow.chosen.is_some() && names_one(flow) {
        return Vec::new();
    }
    let notes = flow.ready().flat_map(|(_, info)| &info.found.notes);
    notes
        .filter_map(|note| match &note.problem {
            Problem::Encryption(name) => Some(CertificateCard {
                title: name.clone(),
                detail: flow
                    .language
                    .say_with("certificate-place", [("place", note.place.as_str().into())]),
                pill: flow.language.say("certificate-encryption"),
                unusable: Some(flow.language.say("certificate-encrypts")),
                ..CertificateCard::default()
            }),
            _ => None,
        })
        .collect()
}

/// The portal asks for one certificate, by its serial number.
fn names_one(flow: &Flow) -> bool {
    matches!(&flow.purpose, Purpose::Sign(order) if order.serial().is_some())
}

/// All of those that could sign are too old: not one of them helps before it is renewed.
pub fn all_expired(flow: &Flow) -> Option<String> {
    let l = flow.language;
    let offers = flow.offers();
    let state = |offer: &Offer<'_>| flow.validity_of(offer.credential);
    let mut signing = offers
        .iter()
        .filter(|offer| offer.credential.certificate.may_sign())
        .peekable();
    let first = signing.peek()?;
    let issuer = first.credential.certificate.issuer();
    let count = signing.clone().count();
    let expired = signing.all(|offer| state(offer) == ValidityState::Expired);
    expired.then(|| {
        l.say_with(
            "certificates-expired",
            [("count", count.into()), ("issuer", issuer.into())],
        )
    })
}

impl InWords for Class {
    fn in_words(&self, l: Language) -> String {
        let number = [("number", self.number.into())];
        match self.holder {
            Holder::Individual => l.say_with("class-individual", number),
            Holder::Organization => l.say_with("class-organization", number),
            Holder::Unknown => l.say_with("class", number),
        }
    }
}

/// Which of them is chosen.
pub fn chosen_index(flow: &Flow) -> Option<usize> {
    let chosen = flow.chosen.as_ref()?;
    flow.offers().iter().position(|offer| chosen.is(offer))
}

/// There is none to choose from.
pub fn no_certificate(flow: &Flow) -> String {
    match &flow.purpose {
        Purpose::Sign(order) if order.serial().is_some() => {
            flow.language.say("certificate-not-on-token")
        }
        _ => flow.language.say("certificate-none"),
    }
}

/// What was found on the tokens and is not among the certificates, where the person may miss
/// it: everything when there is none to sign with, else what should have been one.
pub fn missed(flow: &Flow) -> Vec<String> {
    let usable = flow.chosen.is_some();
    let lost = |problem: &Problem| matches!(problem, Problem::Damaged(_) | Problem::Refused(_));
    flow.ready()
        .flat_map(|(_, info)| &info.found.notes)
        .filter(|note| !usable || !names_one(flow) && lost(&note.problem))
        .filter(|note| !matches!(note.problem, Problem::Encryption(_)))
        .map(|note| note.in_words(flow.language))
        .collect()
}

/// Not yet valid is more often a clock that is slow than a certificate for later.
pub fn slow_clock(flow: &Flow) -> Option<Notice> {
    let offers = flow.offers();
    let state = |offer: &Offer<'_>| flow.validity_of(offer.credential);
    let early = offers
        .iter()
        .any(|offer| state(offer) == ValidityState::NotYet);
    let today = [("date", date(flow.now, flow.language).into())];
    (early && flow.chosen.is_none()).then(|| Notice {
        level: Level::Warning,
        text: flow.language.say_with("certificate-clock", today),
    })
}

/// What stands above them.
pub fn heading(certificates: &[CertificateCard], choosable: bool, l: Language) -> Option<String> {
    match (certificates.is_empty(), choosable) {
        (true, _) => None,
        (false, true) => Some(l.say("certificates-choose")),
        (false, false) => Some(l.say("certificates")),
    }
}
