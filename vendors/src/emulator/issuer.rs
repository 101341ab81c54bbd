//! Where the keys and certificates of a card that is being built come from.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::certificate::{Statement, compressed, issue};
use super::key::{KeyKind, PrivateKey, Stream};

/// 2025-01-01T00:00:00Z, 2044-12-31T00:00:00Z.
const VALIDITY: (Duration, Duration) = (
    Duration::from_secs(1_735_689_600),
    Duration::from_secs(2_366_755_200),
);

/// Makes keys, and lets each issue a certificate for itself.
pub(crate) struct Issuer {
    /// Empty until it is given or drawn.
    seed: Zeroizing<Vec<u8>>,
    repeatable: bool,
    /// Distinguished name, RFC 4514.
    pub holder: String,
    /// Since 1970-01-01T00:00:00Z.
    pub validity: (Duration, Duration),
}

/// Where the certificate of a key comes from.
pub(crate) enum Source {
    Issued,
    /// From elsewhere (DER).
    Given(Vec<u8>),
    None,
}

impl Issuer {
    /// For this holder, until something else is said.
    pub fn new(holder: &str) -> Self {
        Self {
            seed: Zeroizing::default(),
            repeatable: false,
            holder: holder.to_owned(),
            validity: VALIDITY,
        }
    }

    /// Makes every key repeatable: it is no secret then.
    pub fn repeat(&mut self, seed: &[u8]) {
        self.seed = Zeroizing::new(seed.to_vec());
        self.repeatable = true;
    }

    /// Before the first key: draws a seed where none was given.
    pub fn begin(&mut self) -> Result<(), BuildError> {
        if !self.repeatable {
            self.seed = Zeroizing::new(vec![0; 32]);
            getrandom::fill(&mut self.seed).map_err(|_| BuildError::Random)?;
        }
        Ok(())
    }

    /// The random numbers of one purpose.
    pub fn stream(&self, purpose: &[u8]) -> Stream {
        Stream::new(&[&self.seed[..], purpose].concat())
    }

    /// The key of this number.
    pub fn key(&self, number: u8, kind: KeyKind) -> Result<PrivateKey, BuildError> {
        let seed = [&self.seed[..], &[number]].concat();
        PrivateKey::of_seed(kind, seed, self.repeatable).ok_or(BuildError::Key)
    }

    /// A certificate of the key for itself (DER).
    pub fn certificate(&self, key: &PrivateKey, serial: u32) -> Result<Vec<u8>, BuildError> {
        let statement = Statement {
            subject: &self.holder,
            serial,
            not_before: self.validity.0,
            not_after: self.validity.1,
        };
        issue(key, &statement).ok_or(BuildError::Certificate)
    }

    /// What a minidriver stores as the certificate of a container: compressed, or as it is.
    pub fn stored(
        &self,
        source: &Source,
        raw: bool,
        (number, key): (u8, Option<&PrivateKey>),
    ) -> Result<Option<Vec<u8>>, BuildError> {
        let der = match (source, key) {
            (Source::Given(der), _) => der.clone(),
            (Source::Issued, Some(key)) => self.certificate(key, u32::from(number) + 1)?,
            _ => return Ok(None),
        };
        match raw {
            true => Ok(Some(der)),
            false => compressed(&der).map(Some).ok_or(BuildError::Certificate),
        }
    }
}

/// Why a card could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The card has no such place for a key, or not what the key needs.
    Container,
    /// The card has no keys of this kind.
    Kind,
    /// The card has no PUK.
    Puk,
    /// A key could not be generated.
    Key,
    /// A certificate could not be issued.
    Certificate,
    /// The system gave no random bytes.
    Random,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Container => "the card has no such container",
            Self::Kind => "the card has no keys of this kind",
            Self::Puk => "the card has no PUK",
            Self::Key => "no key could be generated",
            Self::Certificate => "no certificate could be issued",
            Self::Random => "no random bytes",
        })
    }
}

impl std::error::Error for BuildError {}
