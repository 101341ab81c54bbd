//! Signatures (ISO 7816-8, 11.2 and 11.7).

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::pkcs15::{Algorithm, KeyEntry};
use securesign_card::profile::SIGN;
use securesign_card::signature::{PublicKey, ToSign, digest_info, emsa_pkcs1_v15, fit};
use securesign_card::sw::StatusWord;

use super::Habits;

/// Control reference template for digital signature (ISO 7816-4, 10.3.1).
pub const SIGNATURE: u8 = 0xB6;

/// The ones for authentication and for confidentiality.
pub const AUTHENTICATION: u8 = 0xA4;
pub const CONFIDENTIALITY: u8 = 0xB8;

/// COMPUTE DIGITAL SIGNATURE, DECIPHER.
pub const COMPUTE: [u8; 4] = [0x00, 0x2A, 0x9E, 0x9A];
pub const DECIPHER: [u8; 4] = [0x00, 0x2A, 0x80, 0x86];

/// CKM_RSA_PKCS, CKM_RSA_X_509, CKM_ECDSA (PKCS#11).
pub const RSA_PKCS: u32 = 0x01;
pub const RSA_RAW: u32 = 0x03;
pub const ECDSA: u32 = 0x1041;

/// A key, and what is known of it.
pub struct Key<'a> {
    pub entry: &'a KeyEntry,
    pub public: &'a PublicKey,
    /// What the card says that it computes.
    pub algorithms: &'a [Algorithm],
    /// Path of the application's directory.
    pub home: &'a [u8],
}

impl Key<'_> {
    pub fn is_rsa(&self) -> bool {
        matches!(self.public, PublicKey::Rsa(_))
    }

    /// The identifier of its own file, where its path is not that of a directory.
    pub fn file(&self) -> Option<[u8; 2]> {
        let path = self.entry.path.as_ref()?;
        let identifiers = &path.identifiers;
        let from_root = identifiers
            .strip_prefix(&[0x3F, 0x00])
            .unwrap_or(identifiers);
        let is_home = from_root == self.home || from_root.is_empty();
        path.file().filter(|_| !is_home).map(u16::to_be_bytes)
    }

    /// An algorithm of the card that signs by this mechanism.
    pub fn algorithm(&self, mechanism: u32) -> Option<&Algorithm> {
        let mut signing = self.algorithms.iter().filter(|algorithm| algorithm.signs);
        signing.find(|algorithm| algorithm.mechanism == mechanism)
    }
}

/// How a key signs.
#[derive(Debug)]
pub struct Recipe {
    /// Tag of the control reference template.
    pub tag: u8,
    /// What stands in it: MANAGE SECURITY ENVIRONMENT.
    pub template: Vec<u8>,
    /// CLA INS P1 P2 of the command that signs.
    pub header: [u8; 4],
    /// What that takes.
    pub input: Input,
}

/// What a card signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// DigestInfo, which the card pads; of a curve the digest.
    DigestInfo,
    /// The whole block; of a curve the digest.
    Block,
    /// The whole block with its last byte first, and so comes the signature.
    Reversed,
    /// The whole block behind a padding indicator, as if it were to be deciphered: in one
    /// piece.
    Deciphered,
    /// The whole block. Of one that is longer than [`UNSPLIT`] the beginning goes with the
    /// choice of the key, so that all commands are short.
    Split,
}

/// Longest block that goes in one piece where longer ones are split, in bytes.
const UNSPLIT: usize = 128;

/// How much of a longer block goes with the choice of the key, and its tag there.
const BEGINNING: usize = 0x40;
const BEGINNING_TAG: u8 = 0x89;

/// As the standards have it, with all that the directory tells.
pub fn described(key: &Key<'_>) -> Option<Recipe> {
    let mechanism = if key.is_rsa() { RSA_PKCS } else { ECDSA };
    let raw = key.algorithm(RSA_RAW).filter(|_| key.is_rsa());
    let named = key.algorithm(mechanism);
    let input = match (named, raw) {
        (None, Some(_)) => Input::Block,
        _ => Input::DigestInfo,
    };
    let mut template = Vec::new();
    if let Some(reference) = named.or(raw).and_then(|algorithm| algorithm.reference) {
        template.extend([0x80, 0x01, reference]);
    }
    let file = key.file();
    template.extend(file.iter().flat_map(|file| [0x81, 0x02, file[0], file[1]]));
    match (key.entry.reference, file) {
        (Some(reference), _) => template.extend([0x84, 0x01, reference]),
        (None, Some(_)) => {}
        (None, None) => return None,
    }
    Some(Recipe {
        tag: SIGNATURE,
        template,
        header: COMPUTE,
        input,
    })
}

/// Why no card of this kind signs with such a key.
pub fn missing(habits: &Habits, public: &PublicKey) -> Option<Missing> {
    match (public, public.rsa_len(), public.curve_len()) {
        (PublicKey::Rsa(_), Some(len), _) => (!(habits.rsa)(len)).then_some(Missing::KeyLength),
        (_, None, Some(len)) => (len > habits.curve).then_some(Missing::KeyKind),
        _ => Some(Missing::KeyKind),
    }
}

/// Asks for a signature; the PIN is verified already, and the key's place selected.
pub fn sign(
    card: &mut Channel<'_>,
    recipe: &Recipe,
    public: &PublicKey,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let input = input(recipe.input, public, what)?;
    let (template, input) = split(recipe, &input);
    if template.len() > recipe.template.len() {
        // A part of what is signed: never in force already.
        *card.environment() = None;
    }
    let chosen_now = iso::set_environment(card, recipe.tag, &template)?;
    let command = Command::new(recipe.header)
        .data(input)
        .answer(Answer::Long)
        .once();
    let mut response = card.send(SIGN, &command)?;
    if response.sw == StatusWord::CONDITIONS && !chosen_now {
        // It has forgotten what was chosen for the signature before.
        *card.environment() = None;
        iso::set_environment(card, recipe.tag, &template)?;
        response = card.send(SIGN, &command)?;
    }
    match response.sw {
        StatusWord::OK => Ok(output(recipe.input, response.data)),
        sw => Err(CardError::Refused { during: SIGN, sw }),
    }
}

/// Whether the template is in force already.
pub fn is_chosen(card: &mut Channel<'_>, recipe: &Recipe) -> bool {
    let wanted = [&[recipe.tag], &recipe.template[..]].concat();
    card.environment().as_ref() == Some(&wanted)
}

fn input(input: Input, public: &PublicKey, what: ToSign<'_>) -> Result<Vec<u8>, CardError> {
    let digest = what.digest();
    if let Some(len) = public.curve_len() {
        return Ok(fit(digest.bytes(), len));
    }
    if input == Input::DigestInfo {
        return Ok(digest_info(digest));
    }
    let len = public.rsa_len().unwrap_or_default();
    let block = emsa_pkcs1_v15(digest, len);
    let mut block = block.ok_or(CardError::Unsupported(Missing::KeyTooShort))?;
    match input {
        Input::Reversed => block.reverse(),
        Input::Deciphered => block.insert(0, 0x00),
        Input::DigestInfo | Input::Block | Input::Split => {}
    }
    Ok(block)
}

/// What goes with the choice of the key, and what is left for the command that signs.
fn split<'a>(recipe: &Recipe, input: &'a [u8]) -> (Vec<u8>, &'a [u8]) {
    let mut template = recipe.template.clone();
    if recipe.input != Input::Split || input.len() <= UNSPLIT {
        return (template, input);
    }
    let (beginning, rest) = input.split_at(BEGINNING);
    template.extend([BEGINNING_TAG, BEGINNING as u8]);
    template.extend(beginning);
    (template, rest)
}

fn output(input: Input, mut signature: Vec<u8>) -> Vec<u8> {
    if input == Input::Reversed {
        signature.reverse();
    }
    signature
}
