//! What is known of one card: its directory, its PINs and keys, and what these tell of each
//! other.

mod find;

use std::collections::BTreeSet;

use securesign_card::application::{PinId, PinObject};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::pkcs15::{self, Algorithm, Directory, KeyEntry, Path, PinEntry, Place};
use securesign_card::signature::PublicKey;
use securesign_card::text;

use super::files::Files;
use super::sign::{Input, Key, Recipe};
use super::{Beginning, Family, Habits, pin};

/// EF(TokenInfo) below the application's directory (PKCS#15, 6.9).
const TOKEN_INFO: [u8; 2] = [0x50, 0x32];

/// Most files of one kind that the directory lists.
const LISTS: usize = 8;

/// The application of one card.
pub struct Opened {
    pub family: &'static Family,
    pub habits: Habits,
    atr: Atr,
    pub files: Files,
    /// What EF(ODF) lists.
    lists: Vec<(Directory, Place)>,
    /// What EF(AODF) lists, and what is made of that.
    pub entries: Vec<PinEntry>,
    pub pins: Vec<PinObject>,
    /// Every key that a credential was offered for: it is named by its place here.
    pub keys: Vec<KeyEntry>,
    /// Moduli of the keys whose input must not go in a chain.
    pub unchained: BTreeSet<Vec<u8>>,
    algorithms: Vec<Algorithm>,
    pub label: Option<String>,
    /// Its objects have fixed places: it has no directory.
    is_given: bool,
    /// The keys have told which of several PINs is the holder's.
    pub holders_is_known: bool,
}

impl Opened {
    pub fn new(family: &'static Family, atr: &Atr) -> Self {
        let habits = family.habits.clone();
        Self {
            family,
            atr: atr.clone(),
            files: Files::new(family.spec.aid, habits.selecting, habits.chunk),
            habits,
            lists: Vec::new(),
            entries: Vec::new(),
            pins: vec![pin::none()],
            keys: Vec::new(),
            unchained: BTreeSet::new(),
            algorithms: Vec::new(),
            label: None,
            is_given: false,
            holders_is_known: true,
        }
    }

    /// The beginning of every dialogue.
    pub fn begin(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.files.start();
        let beginning = Beginning {
            atr: &self.atr,
            is_first: self.lists.is_empty(),
        };
        (self.family.begin)(card, &beginning, &mut self.habits)
    }

    /// Finds the directory, and reads which PINs there are. Refused: there is none.
    pub fn read(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.lists = self.find_lists(card)?;
        let during = "read the list of PINs";
        for place in self.places(Directory::Authentication) {
            let list = self
                .files
                .read_place(card, during, &place, pkcs15::is_whole);
            let list = given(list)?.unwrap_or_default();
            self.entries.extend(pkcs15::pins(&list));
        }
        self.entries.truncate(pin::MOST);
        self.find_holders(card)
    }

    /// Which of several PINs is the holder's, the keys tell: those for everyday use first, as
    /// the PIN of a key that binds a person is mostly one for that key alone. Where they could
    /// not be read none is changed, as it may be the other one, and they are asked for again.
    pub fn find_holders(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let keys = match self.has_several_pins() {
            true => given(self.private_keys(card))?,
            false => Some(Vec::new()),
        };
        self.holders_is_known = keys.is_some();
        let keys = keys.unwrap_or_default();
        let first = keys
            .iter()
            .filter(|key| key.signs && key.pin.is_some())
            .min_by_key(|key| (key.consent, key.binds))
            .and_then(|key| key.pin.as_deref());
        let mut pins = pin::objects(&self.entries, first, &self.habits);
        if !self.holders_is_known {
            pins.iter_mut()
                .for_each(|pin| pin.change = Err(Missing::Change));
        }
        self.pins = match pins.iter().any(|pin| pin.role.is_pin()) {
            true => pins,
            false => vec![pin::none()],
        };
        Ok(())
    }

    /// Whether there are several PINs that let keys be used.
    fn has_several_pins(&self) -> bool {
        self.entries.iter().filter(|it| pin::is_usable(it)).count() > 1
    }

    /// Whether what is listed may not be there.
    pub fn is_given(&self) -> bool {
        self.is_given
    }

    /// Where the objects of one kind are listed.
    pub fn places(&self, kind: Directory) -> Vec<Place> {
        let lists = self.lists.iter().filter(|(it, _)| *it == kind);
        lists.map(|(_, place)| place.clone()).take(LISTS).collect()
    }

    /// What EF(PrKDF) lists.
    pub fn private_keys(&mut self, card: &mut Channel<'_>) -> Result<Vec<KeyEntry>, CardError> {
        let mut keys = Vec::new();
        for place in self.places(Directory::PrivateKeys) {
            let during = "read the list of keys";
            let list = self
                .files
                .read_place(card, during, &place, pkcs15::is_whole)?;
            keys.extend(
                pkcs15::private_keys(&list)
                    .into_iter()
                    .filter(|key| key.native),
            );
        }
        Ok(keys)
    }

    /// The name of a key in a credential.
    pub fn name(&mut self, key: &KeyEntry, public: &PublicKey) -> u16 {
        let recipe = self.recipe(key, public);
        if recipe.is_some_and(|recipe| recipe.input == Input::Deciphered) {
            self.unchained.extend(public.modulus());
        }
        let at = self.keys.iter().position(|known| known == key);
        let at = at.unwrap_or_else(|| {
            self.keys.push(key.clone());
            self.keys.len() - 1
        });
        at as u16
    }

    /// The PIN that a key wants: the one that it names, or the holder's where there is no
    /// other. `None`: nobody can type that, or nobody knows which one it is.
    pub fn pin_of(&self, key: &KeyEntry) -> Option<PinId> {
        let mut pins = self.pins.iter().filter(|pin| pin.role.is_pin());
        let Some(named) = &key.pin else {
            if self.has_several_pins() {
                return None;
            }
            return pins.find(|pin| pin.role == Secret::Pin).map(|pin| pin.id);
        };
        let is_named = |pin: &&PinObject| {
            let entry = pin::entry(&self.entries, pin.id);
            entry.is_none_or(|entry| entry.id == *named)
        };
        pins.find(is_named).map(|pin| pin.id)
    }

    /// How a key signs, as far as the directory tells.
    pub fn recipe(&self, entry: &KeyEntry, public: &PublicKey) -> Option<Recipe> {
        let home = self.files.home.as_deref().unwrap_or_default();
        (self.habits.recipe)(&Key {
            entry,
            public,
            algorithms: &self.algorithms,
            home,
        })
    }

    /// Reads EF(TokenInfo), where anything of it is wanted.
    pub fn learn(&mut self, card: &mut Channel<'_>, everything: bool) -> Result<(), CardError> {
        if !everything && !self.habits.algorithms {
            return Ok(());
        }
        let info = given(self.token_info(card))?.unwrap_or_default();
        self.algorithms = info.algorithms;
        let label = info.label.map(|label| text::clean(label.trim(), 40));
        self.label = label.filter(|label| !label.is_empty());
        Ok(())
    }

    pub fn token_info(&mut self, card: &mut Channel<'_>) -> Result<pkcs15::TokenInfo, CardError> {
        let during = "read about the token";
        let file = self
            .files
            .read(card, during, &here(&TOKEN_INFO), pkcs15::is_whole)?;
        Ok(pkcs15::token_info(&file))
    }
}

/// A whole file.
pub fn here(identifiers: &[u8]) -> Path {
    Path {
        identifiers: identifiers.to_vec(),
        ..Path::default()
    }
}
