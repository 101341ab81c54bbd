//! What the tokens are that no profile serves: `known/families.tsv` has what is known of a
//! family, `known/marks.tsv` how its products are recognised.

use securesign_card::atr::Atr;
use securesign_card::product::{Confidence, Evidence, Obstacle, Product, Software};

#[cfg(test)]
mod tests;

/// Family, name, maker, software (`own:` or `other:`), obstacle; tab-separated.
const FAMILIES: &str = include_str!("known/families.tsv");

/// Family, product, what the mark is a part of, the mark (hex, or a part of a reader's name
/// in small letters), mask in hex, confidence, source; tab-separated.
const MARKS: &str = include_str!("known/marks.tsv");

/// What a token is: by its answer to reset, by a part of its historical bytes, or, where
/// neither says anything, by the name of its reader. Nothing is sent to a token because of it.
pub fn name(atr: &Atr, reader: &str) -> Option<Product> {
    let reader = reader.to_lowercase();
    // Of two the one that says more, and of equal ones the first.
    let best = marks()
        .filter(|mark| mark.fits(atr, &reader))
        .reduce(|best, mark| {
            if mark.weight() > best.weight() {
                mark
            } else {
                best
            }
        })?;
    best.product()
}

/// A line of the table of marks.
struct Mark {
    family: &'static str,
    model: &'static str,
    pattern: Pattern,
    confidence: Confidence,
    source: &'static str,
}

enum Pattern {
    Atr { value: Vec<u8>, mask: Vec<u8> },
    Historical(Vec<u8>),
    Reader(&'static str),
}

fn marks() -> impl Iterator<Item = Mark> {
    MARKS.lines().skip(1).filter_map(Mark::read)
}

impl Mark {
    fn read(line: &'static str) -> Option<Self> {
        let [family, model, kind, value, mask, confidence, source] = columns(line)?;
        Some(Self {
            family,
            model,
            pattern: match kind {
                "atr" => {
                    let value = bytes(value)?;
                    let mut mask = bytes(mask)?;
                    mask.resize(value.len(), 0xFF);
                    Pattern::Atr { value, mask }
                }
                "historical" => Pattern::Historical(bytes(value)?),
                "reader" => Pattern::Reader(value),
                _ => return None,
            },
            confidence: match confidence {
                "several" => Confidence::Several,
                "one" => Confidence::One,
                "guess" => Confidence::Guess,
                _ => return None,
            },
            source,
        })
    }

    fn fits(&self, atr: &Atr, reader: &str) -> bool {
        match &self.pattern {
            Pattern::Atr { value, mask } => atr.is_like(value, mask),
            Pattern::Historical(part) => atr.historical().windows(part.len()).any(|w| w == part),
            Pattern::Reader(part) => reader.contains(part),
        }
    }

    /// What is recognised by more bits of the answer to reset goes first; readers are last,
    /// in the table's order.
    fn weight(&self) -> (u8, u32) {
        match &self.pattern {
            Pattern::Atr { mask, .. } => (2, mask.iter().map(|byte| byte.count_ones()).sum()),
            Pattern::Historical(part) => (1, part.iter().map(|_| u8::BITS).sum()),
            Pattern::Reader(_) => (0, 0),
        }
    }

    fn product(&self) -> Option<Product> {
        let mut families = FAMILIES.lines().skip(1).filter_map(columns::<5>);
        let [family, name, maker, software, obstacle] =
            families.find(|columns| columns[0] == self.family)?;
        Some(Product {
            family,
            name,
            model: self.model,
            maker: some(maker),
            software: match software.split_once(':') {
                Some(("own", name)) => Some(Software::Own(some(name))),
                Some(("other", name)) => Some(Software::Other(name)),
                _ => None,
            },
            obstacle: match obstacle {
                "unpublished" => Obstacle::Unpublished,
                "secure-messaging" => Obstacle::SecureMessaging,
                "no-application" => Obstacle::NoApplication,
                _ => Obstacle::NotYet,
            },
            evidence: match self.pattern {
                Pattern::Atr { .. } => Evidence::Atr,
                Pattern::Historical(_) => Evidence::Historical,
                Pattern::Reader(_) => Evidence::Reader,
            },
            confidence: self.confidence,
            source: self.source,
        })
    }
}

/// Exactly so many.
fn columns<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    line.split('\t').collect::<Vec<_>>().try_into().ok()
}

fn some(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}
