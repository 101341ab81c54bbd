//! The certificates on a screen, and what is said of those that are missed.

use securesign_card::profile::Problem;

use crate::language::Language;
use crate::words::InWords;

use super::date;
use crate::flow::{Flow, Purpose};
use crate::screen::{CertificateCard, Level, Notice};
use crate::worker::TokenId;

/// Those that are offered, with the reason why one cannot be used.
pub fn certificates(flow: &Flow) -> Vec<CertificateCard> {
    let l = flow.language;
    flow.offers()
        .iter()
        .map(|offer| {
            let certificate = &offer.credential.certificate;
            let until = match certificate.expires() {
                Some(time) => l.say_with("certificate-until", [("date", date(time, l).into())]),
                None => l.say("certificate-endless"),
            };
            let said = [
                ("issuer", certificate.issuer().into()),
                ("until", until.into()),
            ];
            let detail = l.say_with("certificate-detail", said);
            CertificateCard {
                title: certificate.subject(),
                detail: of_its_application(flow, offer.token, detail),
                pill: certificate.key().display(),
                unusable: flow.unusable(offer.credential),
                ..CertificateCard::default()
            }
        })
        .collect()
}

/// Names the application too, where the token shows several: they have different PINs.
fn of_its_application(flow: &Flow, token: &TokenId, detail: String) -> String {
    let mut others = flow.ready().filter(|(id, _)| id.is_beside(token));
    let info = flow.ready().find(|(id, _)| *id == token);
    match (others.next(), info) {
        (Some(_), Some((_, info))) => {
            let application = ("application", info.label.as_str().into());
            let detail = [application, ("detail", detail.into())];
            flow.language.say_with("certificate-of", detail)
        }
        _ => detail,
    }
}

/// Which of them is chosen.
pub fn chosen_index(flow: &Flow) -> Option<usize> {
    let (token, index) = flow.chosen.as_ref()?;
    flow.offers()
        .iter()
        .position(|offer| offer.token == token && offer.index == *index)
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

/// What was found on the tokens and is not among the certificates offered, where the
/// person may miss it: everything when there is none to sign with, else what should have
/// been one.
pub fn missed(flow: &Flow) -> Vec<String> {
    let named = matches!(&flow.purpose, Purpose::Sign(order) if order.serial().is_some());
    let usable = flow.chosen.is_some();
    flow.ready()
        .flat_map(|(_, info)| &info.found.notes)
        .filter(|note| {
            !usable || !named && matches!(note.problem, Problem::Damaged(_) | Problem::Refused(_))
        })
        .map(|note| note.in_words(flow.language))
        .collect()
}

/// Not yet valid is more often a clock that is slow than a certificate for later.
pub fn slow_clock(flow: &Flow) -> Option<Notice> {
    let offers = flow.offers();
    let early = offers.iter().any(|offer| flow.is_early(offer.credential));
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
