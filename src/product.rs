//! What a token is that no profile serves, and what its owner can do.

use std::fmt;

/// A product that is known by name only: nothing is sent to a token because of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Short and stable: `watchdata`.
    pub family: &'static str,
    /// As people know the family.
    pub name: &'static str,
    /// Which one of the family; empty where that cannot be told.
    pub model: &'static str,
    /// Who makes it, where that is known.
    pub maker: Option<&'static str>,
    /// What it works with today, where that is known.
    pub software: Option<Software>,
    /// Why it does not work here.
    pub obstacle: Obstacle,
    /// What it was recognised by.
    pub evidence: Evidence,
    /// How well it is known that this mark is the product's.
    pub confidence: Confidence,
    /// Where the mark is from.
    pub source: &'static str,
}

/// What a token works with today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software {
    /// Its maker's own; the name, where it is known.
    Own(Option<&'static str>),
    /// Somebody else's.
    Other(&'static str),
}

/// Why a token does not work here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Its commands are not published.
    Unpublished,
    /// No profile has been written for it yet.
    NotYet,
    /// There are profiles for such tokens, but this one has no application of theirs.
    NoApplication,
    /// It wants secure messaging that is not known here: PACE, or that of CWA 14890.
    SecureMessaging,
}

/// What a token was recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Its whole answer to reset.
    Atr,
    /// A part of its historical bytes.
    Historical,
    /// The reader's name alone, which says nothing of a card that is put into it.
    Reader,
}

/// How well it is known that a mark is a product's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// By several sources, or by a program that uses such tokens.
    Several,
    /// By one report or one list.
    One,
    /// By nobody: it is a guess.
    Guess,
}

impl fmt::Display for Product {
    /// The name, and the model where that is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if !self.model.is_empty() {
            write!(f, " ({})", self.model)?;
        }
        Ok(())
    }
}

impl Software {
    /// Its name, where it has one.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Own(name) => *name,
            Self::Other(name) => Some(name),
        }
    }
}
