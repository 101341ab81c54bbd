//! All that a certificate says, for whoever has to compare it or pass it on.

use const_oid::db::DB;
use securesign_card::certificate::{Certificate, KeyUsage};
use securesign_card::profile::Credential;
use securesign_card::text;

use crate::language::Language;

use super::certificates::validity;
use super::parts::{button, copied, fact, plain, primary};
use crate::flow::Flow;
use crate::screen::{Action, Fact, Kind, Screen};
use crate::words::date;

/// The page.
pub fn details(credential: &Credential, flow: &Flow) -> Screen {
    let l = flow.language;
    let certificate = &credential.certificate;
    Screen {
        text: vec![validity(certificate, flow.now, l).text],
        facts: facts(credential, l),
        copy: certificate.pem(),
        buttons: vec![
            button(Action::Export, l.say("certificate-save")),
            button(Action::Copy, l.say("certificate-copy")),
            primary(Action::Back, l.say("back")),
        ],
        ..plain(Kind::Page, certificate.subject())
    }
}

fn facts(credential: &Credential, l: Language) -> Vec<Fact> {
    let certificate = &credential.certificate;
    let (from, to) = certificate.validity();
    let named = |name: &str, short: String| match name.is_empty() {
        true => short,
        false => name.to_owned(),
    };
    let subject = named(certificate.subject_name(), certificate.subject());
    let issuer = named(certificate.issuer_name(), certificate.issuer());
    let until = match certificate.expires() {
        Some(_) => date(to, l),
        None => l.say("certificate-endless"),
    };
    let mut facts = vec![
        copied(l.say("certificate-subject"), &subject, l),
        copied(l.say("certificate-issued-by"), &issuer, l),
        copied(l.say("serial-number"), &certificate.serial(), l),
        fact(l.say("certificate-from"), &date(from, l)),
        fact(l.say("certificate-to"), &until),
        fact(l.say("certificate-key"), &certificate.key().display()),
        fact(l.say("certificate-usage"), &usage(certificate, l)),
    ];
    if let Some(policies) = policies(certificate) {
        facts.push(fact(l.say("certificate-policies"), &policies));
    }
    facts.push(fact(l.say("certificate-at"), &credential.label));
    let fingerprint = text::hex_upper(&certificate.fingerprint());
    facts.push(copied(l.say("certificate-fingerprint"), &fingerprint, l));
    facts
}

/// As the standard names them, for whoever compares.
fn usage(certificate: &Certificate, l: Language) -> String {
    match certificate.usage().map(KeyUsage::names) {
        None => l.say("certificate-usage-any"),
        Some(names) => names.join(", "),
    }
}

/// Identifiers, with the name where the database has one.
fn policies(certificate: &Certificate) -> Option<String> {
    let policies = certificate
        .policies()
        .into_iter()
        .map(|id| match DB.by_oid(&id) {
            Some(name) => format!("{id} ({name})"),
            None => id.to_string(),
        });
    let policies: Vec<String> = policies.collect();
    (!policies.is_empty()).then(|| policies.join(", "))
}
