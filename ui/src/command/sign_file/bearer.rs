//! The token that signs a batch: found, its certificate chosen, its PIN asked for once. The
//! rules that protect the PIN are the worker's and the card library's; what is asked of a
//! person before it is sent is asked here.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use jiff::Timestamp;
use securesign_app::flow::waits;
use securesign_app::journal::Entry;
use securesign_app::language::Language;
use securesign_app::screen::{Ask, Field};
use securesign_app::words::{Explain, InWords, date};
use securesign_app::worker::{Job, Look, Report, TokenId, TokenInfo};
use securesign_card::application::Confidence;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::CardError;
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, PinUse, Search};
use securesign_card::signature::ToSign;
use securesign_card::token::LastTry;
use securesign_documents::Signer;

use crate::clerk::{Clerk, Task};
use crate::farewell;
use crate::guard::{Alarm, Guard};
use crate::hand::{self, Hand};
use crate::output::say;
use crate::place::Place;
use crate::prompt::{self, can_ask};
use crate::report::ready;
use crate::secrets::{Secrets, Unfilled};
use crate::terminal::agrees;

/// How long the PIN is kept for the files that follow.
const KEPT: Duration = Duration::from_secs(15 * 60);
/// A job of the worker ends by itself before that, or the reader hangs.
const PATIENCE: Duration = Duration::from_secs(180);

/// The token refuses, or is gone: nothing more is signed. Why, for people.
pub struct Stop(pub String);

/// A token with the certificate that signs.
pub struct Bearer {
    hand: Hand,
    clerk: Clerk,
    reports: Receiver<Report>,
    alarm: Alarm,
    language: Language,
    token: TokenId,
    info: TokenInfo,
    credential: Credential,
    secrets: Secrets,
    /// The PIN was accepted, and the worker keeps it.
    kept: bool,
}

impl Bearer {
    /// Looks at all tokens; a person chooses where several certificates can sign.
    pub fn find(
        place: &Place,
        serial: Option<&str>,
        hash: HashAlgorithm,
        secrets: Secrets,
    ) -> Result<Self, String> {
        let l = place.language;
        let worker = place.worker(KEPT);
        let (jobs, queue) = channel();
        let (sender, reports) = channel();
        let alarm = Alarm::new(jobs.clone(), || {});
        let guard = Guard::new(alarm.clone());
        let news = sender.clone();
        hand::tell_of(&worker.progress, move |told| _ = news.send(told));
        let hand = Hand::new(jobs, move || {
            worker.run(&queue, &|report| {
                guard.hear(&report);
                let _ = sender.send(report);
            });
        });
        let clerk = Clerk::new(|_| true);
        farewell::heed(hand.clone(), clerk.clone());
        let search = Search {
            serial: serial.map(number),
            everything: false,
        };
        hand.give(Job::Look(Look::Signing(search.clone())));
        let found = look(&reports, l).and_then(|views| {
            let offers: Vec<Offer> = ready(&views)
                .flat_map(|(id, info)| {
                    let credentials = info.found.credentials.iter();
                    credentials.map(move |credential| (id, info, credential))
                })
                .filter(|(_, _, credential)| search.wants(&credential.certificate))
                .collect();
            let (id, info, credential) = choose(&offers, hash, &secrets, l)?;
            Ok((id.clone(), info.clone(), credential.clone()))
        });
        let (token, info, credential) = match found {
            Ok(found) => found,
            Err(reason) => {
                farewell::part(&hand, &clerk);
                return Err(reason);
            }
        };
        Ok(Self {
            hand,
            clerk,
            reports,
            alarm,
            language: l,
            token,
            info,
            credential,
            secrets,
            kept: false,
        })
    }

    /// Whose signature it is.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// A file was signed.
    pub fn record(&self, entry: Entry) {
        self.clerk
            .give(Task::Append(Box::new(entry), self.language));
    }

    /// Signs a message; the PIN is asked for the first time.
    pub fn sign(&mut self, message: &[u8], digest: Digest) -> Result<Vec<u8>, Stop> {
        let l = self.language;
        let pinless = self.credential.when == PinUse::Never;
        let (pin, last) = match self.kept || pinless {
            true => (None, LastTry::Keep),
            false => {
                let (pin, last) = self.ask()?;
                (Some(pin), last)
            }
        };
        self.hand.give(Job::Sign {
            token: self.token.clone(),
            credential: Box::new(self.credential.clone()),
            digest,
            document: Some(Arc::from(message)),
            origin: "file:".into(),
            pin,
            last,
        });
        loop {
            match self.reports.recv_timeout(PATIENCE) {
                Ok(Report::Session(kept)) => self.kept = kept.is_some(),
                Ok(Report::Signed(Ok(signature))) => return Ok(signature),
                Ok(Report::Signed(Err(error))) => return Err(Stop(error.tell(l))),
                Ok(Report::Waits(by)) => say(&waits(by.as_deref(), l)),
                Ok(Report::Slow) => say(&l.say("token-slow")),
                Ok(Report::Touch) => say(&l.say("touch")),
                Ok(Report::Silent) | Err(_) => return Err(Stop(l.say("terminal-hangs"))),
                Ok(_) => {}
            }
        }
    }

    /// The PIN, after all that is to be known before it is sent.
    fn ask(&mut self) -> Result<(Pin, LastTry), Stop> {
        let l = self.language;
        let stop = |reason: String| Err(Stop(reason));
        let asked = self.info.pin_for(&self.credential);
        if self.info.verify != Confidence::Known {
            let family = [("family", self.info.family.as_str().into())];
            say(&l.say_with("untried", family));
            say(&l.say("untried-advice"));
            if !self.secrets.unconfirmed() && !agrees(&l.say("terminal-go-on"), l) {
                return stop(l.say("terminal-unconfirmed"));
            }
        }
        let mut last = LastTry::Keep;
        match asked.tries {
            Tries::Blocked => return stop(CardError::Blocked(asked.role).tell(l)),
            Tries::Left(1) => {
                if !self.secrets.use_last_try() && !agrees(&l.say("last-try-title"), l) {
                    return stop(l.say("terminal-last-try-kept"));
                }
                last = LastTry::Use;
            }
            Tries::Left(left) => say(&l.say_with("tries-left", [("left", left.into())])),
            Tries::Unknown => say(&l.say("tries-not-told")),
        }
        self.alarm.stand_by();
        let field = Field {
            ask: Ask::Pin,
            label: asked.name().in_words(l),
            max: asked.rules.max,
            show: String::new(),
            caps_lock: String::new(),
        };
        loop {
            match self.secrets.fill(std::slice::from_ref(&field), l) {
                Ok(mut pins) => {
                    let given_up = || Stop(l.say("terminal-given-up"));
                    return Ok((pins.pop().ok_or_else(given_up)?, last));
                }
                Err(Unfilled::GivenUp(reason) | Unfilled::NobodyToAsk(reason)) => {
                    return stop(reason);
                }
                Err(Unfilled::Locked) => {}
            }
        }
    }
}

impl Drop for Bearer {
    /// The card is logged out and the journal written.
    fn drop(&mut self) {
        farewell::part(&self.hand, &self.clerk);
    }
}

/// A serial number as it is compared.
fn number(serial: &str) -> String {
    let digits = serial.chars().filter(char::is_ascii_hexdigit);
    let digits: String = digits.collect::<String>().to_uppercase();
    digits.trim_start_matches('0').to_owned()
}

type Offer<'a> = (&'a TokenId, &'a TokenInfo, &'a Credential);

fn look(
    reports: &Receiver<Report>,
    l: Language,
) -> Result<Vec<securesign_app::worker::TokenView>, String> {
    loop {
        match reports.recv_timeout(PATIENCE) {
            Ok(Report::Tokens(Ok(views))) => return Ok(views),
            Ok(Report::Tokens(Err(error))) => return Err(CardError::Transport(error).tell(l)),
            Ok(Report::Waits(by)) => say(&waits(by.as_deref(), l)),
            Ok(Report::Silent) | Err(_) => return Err(l.say("terminal-hangs")),
            Ok(_) => {}
        }
    }
}

/// Why a certificate cannot sign documents now; `None`: it can.
fn unusable(credential: &Credential, hash: HashAlgorithm, l: Language) -> Option<String> {
    let certificate = credential.certificate.clone();
    if let Err(refusal) = Signer::new(certificate, &[], hash, Timestamp::now()) {
        return Some(refusal.in_words(l));
    }
    let any = Digest::of(hash, &[]);
    let key = credential.certificate.key();
    let missing = credential.missing.or(key.missing(ToSign::Digest(&any)));
    missing.map(|missing| missing.in_words(l))
}

/// The only one that can sign, the one that a person names, or, where nobody can be asked, the
/// first one of the only token.
fn choose<'a>(
    offers: &[Offer<'a>],
    hash: HashAlgorithm,
    secrets: &Secrets,
    l: Language,
) -> Result<Offer<'a>, String> {
    for (_, _, credential) in offers {
        if let Some(reason) = unusable(credential, hash, l) {
            let subject = ("subject", credential.certificate.subject().into());
            let said = [subject, ("reason", reason.into())];
            say(&l.say_with("sign-file-unusable", said));
        }
    }
    let usable = |offer: &&Offer<'a>| unusable(offer.2, hash, l).is_none();
    let usable: Vec<Offer<'a>> = offers.iter().filter(usable).copied().collect();
    let Some(first) = usable.first().copied() else {
        return Err(l.say("sign-file-no-certificate"));
    };
    let unattended = !can_ask() || secrets.has_pin();
    let mut chosen = first;
    if usable.len() > 1 {
        if unattended && usable.iter().any(|offer| offer.0 != first.0) {
            return Err(l.say("terminal-which-token"));
        }
        if !unattended {
            chosen = ask_which(&usable, l)?;
        }
    }
    let (_, _, credential) = chosen;
    let certificate = [("certificate", named(credential, l).into())];
    say(&l.say_with("sign-file-with", certificate));
    Ok(chosen)
}

fn ask_which<'a>(usable: &[Offer<'a>], l: Language) -> Result<Offer<'a>, String> {
    for (at, (_, _, credential)) in usable.iter().enumerate() {
        say(&format!("  {}. {}", at + 1, named(credential, l)));
    }
    for _ in 0..3 {
        let question = l.say_with("terminal-number", [("preset", 1.into())]);
        let answer = prompt::line(&question).map_err(|_| l.say("terminal-given-up"))?;
        let number = if answer.is_empty() {
            Ok(1)
        } else {
            answer.parse::<usize>()
        };
        let at = number.ok().and_then(|number| number.checked_sub(1));
        if let Some(offer) = at.and_then(|at| usable.get(at)) {
            return Ok(*offer);
        }
        say(&l.say("terminal-no-such-number"));
    }
    Err(l.say("terminal-given-up"))
}

/// Whose certificate it is, who issued it and until when it is valid.
fn named(credential: &Credential, l: Language) -> String {
    let certificate = &credential.certificate;
    let said = [
        ("subject", certificate.subject().into()),
        ("issuer", certificate.issuer().into()),
        ("until", date(certificate.validity().1, l).into()),
    ];
    l.say_with("sign-file-certificate", said)
}
