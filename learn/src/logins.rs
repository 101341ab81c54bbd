//! What was done with PINs, and what looks like a question for the tries left.

use std::collections::BTreeSet;

use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use crate::kind::{Kind, kind};
use crate::secret::{Secrets, Shape, guess};
use crate::signatures::parts;
use crate::steps::Step;

/// Tags that a retry counter is known to have: ISO 7816-4, 7.4.3 (in a control reference
/// template 9B), Windows' GIDS (97, 9F17), BSI TR-03110 and cards like it (DF21).
const COUNTERS: [u32; 4] = [0x97, 0x9B, 0x9F17, 0xDF21];

/// No card gives more tries.
const MOST_TRIES: u8 = 15;

/// Commands of one header that carried a PIN.
pub struct Login {
    /// CLA INS P1 P2.
    pub header: [u8; 4],
    /// VERIFY, or one that sets a new value.
    pub kind: Kind,
    /// Steps.
    pub steps: Vec<usize>,
    /// Lengths of the data field.
    pub lengths: BTreeSet<usize>,
    /// Status words.
    pub words: BTreeSet<u16>,
    /// Forms that are certain, since the owner has typed the value.
    pub shapes: BTreeSet<Shape>,
    /// Forms that it seems to have.
    pub guesses: BTreeSet<Shape>,
    /// Numbers of bytes in front of the value.
    pub at: BTreeSet<usize>,
    /// Under secure messaging.
    pub protected: bool,
}

/// Commands of one header that seem to ask for the tries left.
pub struct Counter {
    /// CLA INS P1 P2, and the data field where there is one.
    pub name: String,
    /// Why it seems so.
    pub because: Because,
    /// Steps.
    pub steps: Vec<usize>,
}

/// Why something looks like a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// A VERIFY without data, and what it was answered.
    EmptyVerify(BTreeSet<u16>),
    /// An object with a tag that counters have, and its value.
    Tag(u32, u8),
    /// The one byte that was another after a wrong or a right PIN.
    Changed {
        /// Which byte of the answer.
        at: usize,
        /// Before.
        from: u8,
        /// After.
        to: u8,
    },
}

/// Commands that carried a PIN, by their headers: those made for it, and any in which a
/// value was found that is known.
pub fn logins(steps: &[Step], secrets: &Secrets<'_>) -> Vec<Login> {
    let mut logins: Vec<Login> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let kind = kind(&step.header);
        let made_for_it = kind.is_for_pins() && !step.data.is_empty();
        let found = secrets.find(&step.data);
        // Secure messaging leaves Le and a checksum in a VERIFY without a PIN.
        let empty = step.protected && !carries_cryptogram(&step.data);
        if !made_for_it && found.is_none() || empty {
            continue;
        }
        let header = step.header;
        let known = logins.iter().position(|login| login.header == header);
        let known = known.unwrap_or_else(|| {
            logins.push(Login {
                header,
                kind,
                steps: Vec::new(),
                lengths: BTreeSet::new(),
                words: BTreeSet::new(),
                shapes: BTreeSet::new(),
                guesses: BTreeSet::new(),
                at: BTreeSet::new(),
                protected: step.protected,
            });
            logins.len() - 1
        });
        let login = &mut logins[known];
        login.steps.push(at);
        login.lengths.insert(step.data.len());
        login.words.extend(step.sw.map(|sw| sw.0));
        if step.protected {
            continue;
        }
        if let Some(shape) = secrets.shape_of(&step.data) {
            login.shapes.insert(shape);
        } else if let Some(found) = found
            && (!made_for_it || kind == Kind::Replace || secrets.are_typed())
        {
            login.shapes.insert(found.shape);
            login.at.insert(found.at);
        } else if kind == Kind::Verify {
            login.guesses.extend(guess(&step.data));
        }
    }
    logins
}

/// Objects of secure messaging with something enciphered or plain in them (ISO 7816-4, 10.4).
fn carries_cryptogram(data: &[u8]) -> bool {
    let objects = tlv::split(data);
    objects.map_or(true, |objects| {
        let carries = |tag| matches!(tag, 0x80..=0x87 | 0xB0..=0xB3);
        objects.iter().any(|object| carries(object.tag))
    })
}

/// What looks like a question for the tries left.
pub fn counters(steps: &[Step], secrets: &Secrets<'_>) -> Vec<Counter> {
    let mut counters: Vec<Counter> = Vec::new();
    let mut add = |name: String, because: Because, step: usize| {
        let known = counters.iter_mut().find(|counter| counter.name == name);
        match known {
            Some(counter) => {
                if let (Because::EmptyVerify(all), Because::EmptyVerify(new)) =
                    (&mut counter.because, &because)
                {
                    all.extend(new);
                }
                counter.steps.push(step);
            }
            None => counters.push(Counter {
                name,
                because,
                steps: vec![step],
            }),
        }
    };
    for (at, step) in steps.iter().enumerate() {
        let kind = kind(&step.header);
        let bare = step.data.is_empty() || step.protected && !carries_cryptogram(&step.data);
        if kind == Kind::Verify && bare {
            let word = step.sw.map(|sw| sw.0);
            // Of a PIN that there is, or of one whose answer is not known.
            if word != Some(StatusWord::NO_REFERENCE.0) {
                add(
                    step.name(),
                    Because::EmptyVerify(word.into_iter().collect()),
                    at,
                );
            }
        } else if let Some(because) = tagged(step, kind) {
            add(asked(step, secrets), because, at);
        }
    }
    for (at, because) in changed(steps) {
        add(asked(&steps[at], secrets), because, at);
    }
    counters
}

fn asked(step: &Step, secrets: &Secrets<'_>) -> String {
    match step.data.len() {
        0 => step.name(),
        _ => format!("{} | {}", step.name(), step.shown(secrets)),
    }
}

/// An object whose tag is one of a counter.
fn tagged(step: &Step, kind: Kind) -> Option<Because> {
    let get_data = kind == Kind::Read && matches!(step.instruction(), 0xCA..=0xCD);
    if !get_data || step.protected || step.answer.len() > 64 {
        return None;
    }
    let inner = parts(&step.answer)
        .into_iter()
        .filter_map(|(_, part)| tlv::split(part).ok());
    inner.flatten().find_map(|object| match object.value {
        [tries] if COUNTERS.contains(&object.tag) && *tries <= MOST_TRIES => {
            Some(Because::Tag(object.tag, *tries))
        }
        _ => None,
    })
}

/// Reading commands whose answer was another by one small number when a PIN had been sent.
fn changed(steps: &[Step]) -> Vec<(usize, Because)> {
    let verifies = |step: &Step| kind(&step.header) == Kind::Verify && !step.data.is_empty();
    let mut found = Vec::new();
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| verifies(step)) {
        let asks = |other: &Step| {
            matches!(kind(&other.header), Kind::Read | Kind::Other) && !other.protected
        };
        let before = steps[..at].iter().rev().take(64).filter(|step| asks(step));
        for earlier in before {
            let same =
                |later: &&Step| later.header == earlier.header && *later.data == *earlier.data;
            let later = steps[at..].iter().take(64).position(|later| same(&later));
            let Some(later) = later.map(|offset| at + offset) else {
                continue;
            };
            if let Some(because) = difference(&earlier.answer, &steps[later].answer) {
                found.push((later, because));
            }
        }
    }
    found
}

fn difference(from: &[u8], to: &[u8]) -> Option<Because> {
    if from.len() != to.len() {
        return None;
    }
    let mut others = from.iter().zip(to).enumerate().filter(|(_, (a, b))| a != b);
    let (at, (from, to)) = others.next()?;
    let small = *from <= MOST_TRIES && *to <= MOST_TRIES;
    (small && others.next().is_none()).then_some(Because::Changed {
        at,
        from: *from,
        to: *to,
    })
}
