//! All that a conversation tells about a card, before it is put into words.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use securesign_card::pin::Pin;

use crate::Refused;
use crate::contents::{self, Content, Stored};
use crate::kind::{Kind, kind};
use crate::logins::{self, Counter, Login};
use crate::recording::{Conversation, Event};
use crate::secret::Secrets;
use crate::shown;
use crate::signatures::{self, Signature};
use crate::steps::{self, Step};
use crate::work::Work;

/// Lengths that a signature has: halves of ECDSA on curves of 256, 384 and 521 bits, and
/// RSA of 1024, 2048, 3072 and 4096.
const SIGNATURES: [usize; 7] = [64, 96, 132, 128, 256, 384, 512];

/// An application that was selected by its name.
pub struct Selected {
    /// Its name, or the beginning of it.
    pub aid: Vec<u8>,
    /// Status words.
    pub words: BTreeSet<u16>,
    /// How often.
    pub times: usize,
}

/// Secure messaging.
#[derive(Default)]
pub struct Messaging {
    /// Classes of protected commands.
    pub classes: BTreeSet<u8>,
    /// How many were protected.
    pub commands: usize,
    /// How many of their answers were.
    pub answers: usize,
    /// Steps that came before: challenges and cryptograms.
    pub opened_by: Vec<usize>,
}

/// What a conversation tells.
pub struct Findings<'a> {
    /// Commands, put together.
    pub steps: Vec<Step>,
    /// What is secret in it.
    pub secrets: Secrets<'a>,
    /// Answers to reset.
    pub atrs: Vec<Vec<u8>>,
    /// Applications, in the order of their first selection.
    pub applications: Vec<Selected>,
    /// Files that were selected.
    pub files: BTreeSet<Vec<u8>>,
    /// What was read.
    pub contents: Vec<Content>,
    /// Certificates in it.
    pub certificates: Vec<Stored>,
    /// Commands with PINs.
    pub logins: Vec<Login>,
    /// PINs that were taken by the reader's own keys.
    pub key_pad: Vec<[u8; 4]>,
    /// Questions for the tries left.
    pub counters: Vec<Counter>,
    /// Signatures that are proved.
    pub signatures: Vec<Signature>,
    /// Steps that may have signed.
    pub perhaps: Vec<usize>,
    /// Secure messaging.
    pub messaging: Messaging,
    /// Commands of the card's own: CLA and INS, and their steps.
    pub others: BTreeMap<(u8, u8), Vec<usize>>,
}

/// Looks at a conversation. `typed`: the PINs and PUKs that its owner has typed.
///
/// # Errors
///
/// [`Refused`]: nothing of it can be shown.
pub fn findings<'a>(
    conversation: &Conversation,
    typed: &'a [Pin],
    work: &mut Work,
) -> Result<Findings<'a>, Refused> {
    let steps = steps::of(conversation);
    let mut secrets = Secrets::typed(typed)?;
    let mut carried = HashSet::new();
    for step in steps.iter().filter(|step| !step.protected) {
        let kind = kind(&step.header);
        if kind.is_for_pins() && carried.insert((&**step.data, kind == Kind::Replace)) {
            secrets.carried(&step.data, kind == Kind::Replace)?;
        }
    }
    let contents = contents::contents(&steps, &secrets, work)?;
    let certificates = contents::certificates(&contents, work)?;
    let signatures = signatures::signatures(&steps, &certificates, work)?;
    let atrs = conversation.events.iter().filter_map(|event| match event {
        Event::Reset(atr) => Some(atr.clone()),
        _ => None,
    });
    let mut atrs: Vec<Vec<u8>> = atrs.collect();
    atrs.dedup();
    Ok(Findings {
        atrs,
        applications: applications(&steps, &secrets),
        files: files(&steps, &secrets),
        logins: logins::logins(&steps, &secrets),
        key_pad: conversation.events.iter().filter_map(key_pad).collect(),
        counters: logins::counters(&steps, &secrets),
        perhaps: perhaps(&steps, &signatures),
        messaging: messaging(&steps),
        others: others(&steps),
        contents,
        certificates,
        signatures,
        secrets,
        steps,
    })
}

fn key_pad(event: &Event) -> Option<[u8; 4]> {
    match event {
        Event::KeyPad(command) => command.first_chunk().copied(),
        Event::Reset(_) | Event::Exchange(_) => None,
    }
}

/// In other classes the same instruction may carry anything.
fn selects(step: &Step) -> bool {
    kind(&step.header) == Kind::Select && shown::is_interindustry(&step.header)
}

fn applications(steps: &[Step], secrets: &Secrets<'_>) -> Vec<Selected> {
    let mut applications: Vec<Selected> = Vec::new();
    for step in steps {
        let by_name = selects(step) && step.header[2] == 0x04;
        if !by_name || step.protected || step.data.len() > 16 || secrets.touch(&step.data) {
            continue;
        }
        let known = applications
            .iter()
            .position(|known| *known.aid == *step.data);
        let at = known.unwrap_or_else(|| {
            applications.push(Selected {
                aid: step.data.to_vec(),
                words: BTreeSet::new(),
                times: 0,
            });
            applications.len() - 1
        });
        applications[at].words.extend(step.sw.map(|sw| sw.0));
        applications[at].times += 1;
    }
    applications
}

fn files(steps: &[Step], secrets: &Secrets<'_>) -> BTreeSet<Vec<u8>> {
    let by_path = |step: &&Step| {
        let select = selects(step) && step.header[2] != 0x04;
        let plain = !step.protected && step.data.len() <= 16 && !secrets.touch(&step.data);
        select && plain && step.succeeded()
    };
    let files = steps.iter().filter(by_path);
    files.map(|step| step.data.to_vec()).collect()
}

/// Commands that answer as a signature would.
fn perhaps(steps: &[Step], signatures: &[Signature]) -> Vec<usize> {
    let is_one = |(at, step): &(usize, &Step)| {
        let proved = signatures.iter().any(|signature| signature.step == *at);
        let kind = kind(&step.header);
        let signs = kind == Kind::Compute && step.header[2] == 0x9E;
        let authenticates = kind == Kind::Authenticate && matches!(step.instruction(), 0x86..=0x88);
        let own = kind == Kind::Other && SIGNATURES.contains(&step.answer.len());
        let long = step.protected || step.answer.len() >= SIGNATURES[0];
        step.succeeded() && !proved && long && (signs || authenticates || own)
    };
    let steps = steps.iter().enumerate().filter(is_one);
    steps.map(|(at, _)| at).collect()
}

fn messaging(steps: &[Step]) -> Messaging {
    let mut messaging = Messaging::default();
    let mut opening = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let opens = kind(&step.header) == Kind::Authenticate;
        // What proves a key may be protected itself, by a checksum without objects.
        let objects = securesign_card::tlv::split(&step.data).is_ok_and(|o| !o.is_empty());
        if step.protected && objects && !opens {
            messaging.classes.insert(step.header[0]);
            messaging.commands += 1;
            messaging.answers += usize::from(!step.answer.is_empty());
            messaging.opened_by.append(&mut opening);
        } else if opens {
            opening.push(at);
        } else {
            opening.clear();
        }
    }
    messaging
}

fn others(steps: &[Step]) -> BTreeMap<(u8, u8), Vec<usize>> {
    let mut others: BTreeMap<(u8, u8), Vec<usize>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        if kind(&step.header) == Kind::Other && !step.protected {
            let key = (step.header[0], step.header[1]);
            others.entry(key).or_default().push(at);
        }
    }
    others
}

impl Findings<'_> {
    /// Commands shortly before a signature that may have chosen its key: MANAGE SECURITY
    /// ENVIRONMENT.
    pub fn environment(&self, step: usize) -> Vec<usize> {
        let first = step.saturating_sub(12);
        let environment = |at: &usize| self.steps[*at].instruction() == 0x22;
        (first..step).filter(environment).collect()
    }

    /// Steps in which something secret was found, and those that read it together.
    pub fn secret_steps(&self) -> HashSet<usize> {
        let found =
            |step: &Step| self.secrets.touch(&step.data) || self.secrets.touch(&step.answer);
        let steps = self.steps.iter().enumerate();
        let mut secret: HashSet<usize> =
            steps.filter(|(_, s)| found(s)).map(|(at, _)| at).collect();
        for content in &self.contents {
            if self.secrets.touch(&content.bytes) {
                secret.extend(&content.steps);
            }
        }
        secret
    }

    /// Steps that read a part of a certificate.
    pub fn certificate_steps(&self) -> HashSet<usize> {
        let contents = self.certificates.iter();
        contents
            .flat_map(|stored| self.contents[stored.content].steps.clone())
            .collect()
    }

    /// Steps after a PIN, or the proof of a key, up to the next reset.
    pub fn after_login(&self) -> HashSet<usize> {
        let mut logged_in = false;
        let mut after = HashSet::new();
        for (at, step) in self.steps.iter().enumerate() {
            logged_in &= !step.after_reset;
            logged_in |= step.after_key_pad;
            if logged_in {
                after.insert(at);
            }
            let kind = kind(&step.header);
            let carries = kind.is_for_pins() && !step.data.is_empty();
            logged_in |= carries || kind == Kind::Authenticate;
        }
        after
    }

    /// What steps are for, in the words of our own traces.
    pub fn names(&self) -> HashMap<usize, &'static str> {
        let mut names = HashMap::new();
        for (at, step) in self.steps.iter().enumerate() {
            if kind(&step.header) == Kind::Select && step.header[2] == 0x04 {
                names.insert(at, "select the application");
            }
        }
        let first = |content: &Content| content.steps.first().copied();
        let certificates = self.certificates.iter();
        let read = certificates.filter_map(|stored| first(&self.contents[stored.content]));
        names.extend(read.map(|at| (at, "read a certificate")));
        for counter in &self.counters {
            names.extend(
                counter
                    .steps
                    .iter()
                    .map(|at| (*at, "read the PIN tries left")),
            );
        }
        for login in &self.logins {
            let name = match (login.kind, login.header[1]) {
                (Kind::Verify, _) => "verify the PIN",
                (Kind::Replace, 0x24 | 0x25) => "change the PIN",
                (Kind::Replace, _) => "unblock the PIN",
                _ => "send the PIN",
            };
            names.extend(login.steps.iter().map(|at| (*at, name)));
        }
        for signature in &self.signatures {
            let chosen = self.environment(signature.step);
            names.extend(chosen.into_iter().map(|at| (at, "choose the key")));
            names.insert(signature.step, "sign");
        }
        names
    }
}
