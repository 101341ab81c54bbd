//! Common Access Cards without PIV (sheet CAC): an applet for each key, objects in two parts,
//! tags with lengths and values, and keys that do no padding.

use super::{EidCard, Habits, Key, Pin, Product, has_digits};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::certificate::compressed;
use crate::emulator::files::Content;
use crate::emulator::tlv::element;

const CONTAINER: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x16, 0xDB, 0x00];
/// The provider of all other applets, and what those with a key have behind it.
const PROVIDER: [u8; 5] = [0xA0, 0x00, 0x00, 0x00, 0x79];
const ACCESS_CONTROL: [u8; 2] = [0x10, 0x00];

/// Applets as directories.
const AT_CONTAINER: u16 = 0xDB00;
const AT_ACCESS_CONTROL: u16 = 0x1000;

/// Instructions of GSC-IS and of its applets.
const SIGN: u8 = 0x42;
const GET_ACCESS_RULES: u8 = 0x4C;
const READ_BUFFER: u8 = 0x52;
const GET_PROPERTIES: u8 = 0x56;

/// More of what is to be signed follows.
const MORE: u8 = 0x80;

const PIN: u8 = 0x00;
const BLOCK: usize = 8;

/// An e-mail signature and an identity.
const KEYS: [Key; 2] = [
    Key {
        reference: 0x01,
        kind: KeyKind::Rsa2048,
        certificate: &[0x0101, 0x0101],
        pin: PIN,
    },
    Key {
        reference: 0x00,
        kind: KeyKind::Rsa2048,
        certificate: &[0x0100, 0x0100],
        pin: PIN,
    },
];

/// With a card capability container, and compressed certificates.
pub const CAC_CONTAINER: Product = Product {
    name: "caccontainer",
    family: "uscac",
    atr: &[
        0x3B, 0x7F, 0x11, 0x00, 0x00, 0x00, 0x31, 0xC0, 0x53, 0xCA, 0xC4, 0x01, 0x64, 0x52, 0xD9,
        0x04, 0x00, 0x82, 0x90, 0x00,
    ],
    keys: &KEYS,
    pins: &[Pin {
        reference: PIN,
        tries: 3,
        value: "123456",
    }],
    habits: &America(Layout::Container),
};

/// An alternate token: an applet for the PIN tells the others.
pub const CAC_ALTERNATE: Product = Product {
    name: "cacalternate",
    atr: &[
        0x3B, 0xF9, 0x96, 0x00, 0x00, 0x80, 0x31, 0xFE, 0x45, 0x53, 0x43, 0x45, 0x37, 0x20, 0x0F,
        0x00, 0x20, 0x46, 0x4E,
    ],
    habits: &America(Layout::AccessControl),
    ..CAC_CONTAINER
};

/// Nothing but applets with keys.
pub const CAC_BARE: Product = Product {
    name: "cacbare",
    atr: &[
        0x3B, 0x7D, 0x11, 0x00, 0x00, 0x00, 0x31, 0x80, 0x71, 0x8E, 0x64, 0x86, 0xD6, 0x01, 0x00,
        0x81, 0x90, 0x00,
    ],
    habits: &America(Layout::Bare),
    ..CAC_CONTAINER
};

#[derive(PartialEq, Eq)]
enum Layout {
    Container,
    AccessControl,
    Bare,
}

struct America(Layout);

impl Habits for America {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut block = typed.as_bytes().to_vec();
        block.resize(BLOCK, 0xFF);
        block
    }

    fn furnish(&self, card: &mut EidCard) {
        if self.0 != Layout::Container {
            return;
        }
        for key in card.product.keys {
            let file = card.files.at_mut(key.certificate);
            if let Some(Content::Transparent(der)) = file.map(|file| &mut file.content)
                && let Some(packed) = compressed(der)
            {
                // Without what a minidriver writes before it.
                *der = packed[4..].to_vec();
            }
        }
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.cla != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        match command.ins {
            ins::SELECT => self.select(card, command),
            _ if card.session.at.is_empty() => Err(sw::CONDITIONS),
            READ_BUFFER => self.read(card, command),
            GET_PROPERTIES => properties(card),
            GET_ACCESS_RULES if card.session.at == [AT_ACCESS_CONTROL] => Ok(access_rules(card)),
            ins::VERIFY => self.verify(card, command),
            ins::CHANGE_REFERENCE_DATA => self.change(card, command),
            SIGN => sign(card, command),
            _ => Err(sw::UNKNOWN_INS),
        }
    }
}

/// The applet of a key.
fn applet(key: &Key) -> u16 {
    key.certificate[0]
}

/// The key of the applet that is selected.
fn selected(card: &EidCard) -> Option<&'static Key> {
    let at = card.session.at.first()?;
    card.product.keys.iter().find(|key| applet(key) == *at)
}

impl America {
    fn select(&self, card: &mut EidCard, command: &Command) -> Reply {
        match (command.p1, command.p2) {
            (0x04, 0x00 | 0x0C) => {
                let at = self.named(card, &command.data).ok_or(sw::NOT_FOUND)?;
                card.session.at = vec![at];
            }
            (0x02, 0x00 | 0x0C) => {
                let key = selected(card).ok_or(sw::NOT_FOUND)?;
                if command.data != key.certificate[1].to_be_bytes() {
                    return Err(sw::NOT_FOUND);
                }
                card.session.at = key.certificate.to_vec();
            }
            _ => return Err(sw::WRONG_P1P2),
        }
        card.session.hash = None;
        Ok(Vec::new())
    }

    fn named(&self, card: &EidCard, name: &[u8]) -> Option<u16> {
        if name == CONTAINER {
            return (self.0 == Layout::Container).then_some(AT_CONTAINER);
        }
        let end = name.strip_prefix(&PROVIDER)?;
        if end == ACCESS_CONTROL {
            return (self.0 == Layout::AccessControl).then_some(AT_ACCESS_CONTROL);
        }
        let mut applets = card.product.keys.iter().map(applet);
        applets.find(|applet| applet.to_be_bytes() == *end)
    }

    /// Tags and values of what is selected.
    fn object(&self, card: &EidCard) -> Option<Vec<(u8, Vec<u8>)>> {
        if card.session.at == [AT_CONTAINER] {
            return Some(container(card));
        }
        let key = selected(card)?;
        // Where nothing names the object, there is one only.
        if card.session.at.len() == 1 && self.0 != Layout::Bare {
            return None;
        }
        let Content::Transparent(certificate) = &card.files.at(key.certificate)?.content else {
            return None;
        };
        let is_packed = u8::from(self.0 == Layout::Container);
        Some(vec![
            (0x70, certificate.clone()),
            (0x71, vec![is_packed]),
            (0x72, vec![0x00; 0x26]),
        ])
    }

    /// READ BUFFER: part 1 tags and lengths, part 2 values, each behind its own length.
    fn read(&self, card: &EidCard, command: &Command) -> Reply {
        let object = self.object(card).ok_or(sw::CONDITIONS)?;
        let &[part, asked] = &command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        let content = match part {
            0x01 => object.iter().flat_map(described).collect(),
            0x02 => object
                .into_iter()
                .flat_map(|(_, value)| value)
                .collect::<Vec<_>>(),
            _ => return Err(sw::WRONG_P1P2),
        };
        let len = (content.len() as u16).to_le_bytes();
        let whole = [&len[..], &content].concat();
        let rest = whole.get(usize::from(command.p1p2())..);
        let rest = rest.filter(|rest| !rest.is_empty()).ok_or(sw::OFFSET)?;
        Ok(rest[..rest.len().min(usize::from(asked))].to_vec())
    }

    /// The PIN is in the applet for it, or in each with a key.
    fn has_pin(&self, card: &EidCard) -> bool {
        match self.0 {
            Layout::AccessControl => card.session.at == [AT_ACCESS_CONTROL],
            _ => selected(card).is_some(),
        }
    }

    fn verify(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.p1p2() != u16::from(PIN) || !self.has_pin(card) {
            return Err(sw::NO_REFERENCE);
        }
        if command.data.is_empty() {
            let left = card.tries(PIN).unwrap_or_default();
            return match (card.session.verified.contains(&PIN), left) {
                (true, _) => Ok(Vec::new()),
                (_, 0) => Err(sw::BLOCKED),
                _ => Err(sw::TRIES | u16::from(left)),
            };
        }
        if command.data.len() != BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        card.present(PIN, &command.data)?;
        card.session.verified.insert(PIN);
        Ok(Vec::new())
    }

    fn change(&self, card: &mut EidCard, command: &Command) -> Reply {
        let way = u8::from(self.0 == Layout::AccessControl);
        if command.p1 != way || command.p2 != PIN || !self.has_pin(card) {
            return Err(sw::WRONG_P1P2);
        }
        if command.data.len() != 2 * BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        let (old, new) = command.data.split_at(BLOCK);
        card.present(PIN, old)?;
        if !has_digits(new, 6, 0xFF) {
            return Err(sw::BAD_DATA);
        }
        card.replace(PIN, new);
        Ok(Vec::new())
    }
}

/// A tag, and the length of its value in one byte or three.
fn described((tag, value): &(u8, Vec<u8>)) -> Vec<u8> {
    match value.len() {
        len @ ..0xFF => vec![*tag, len as u8],
        len => {
            let [low, high] = (len as u16).to_le_bytes();
            vec![*tag, 0xFF, low, high]
        }
    }
}

/// What the container says: the card's number, versions, the applets.
fn container(card: &EidCard) -> Vec<(u8, Vec<u8>)> {
    let identifier = [&PROVIDER[..], &[0x01, 0x02], card.number.as_bytes()].concat();
    let mut object = vec![(0xF0, identifier), (0xF1, vec![0x21]), (0xF2, vec![0x21])];
    for key in card.product.keys {
        let [high, low] = key.certificate[1].to_be_bytes();
        let [first, second] = applet(key).to_be_bytes();
        let url = [&PROVIDER[..], &[0x04, high, low, first, second], &[0x00; 6]].concat();
        object.push((0xF3, url));
    }
    object.extend([(0xF4, vec![0x00]), (0xF5, vec![0x10])]);
    object
}

/// What an applet says of its objects: identifier, how they are stored, their keys.
fn properties(card: &EidCard) -> Reply {
    let key = selected(card).ok_or(sw::UNKNOWN_INS)?;
    let object = [
        element(0x41, &key.certificate[1].to_be_bytes()),
        element(0x42, &[0x01, 0x00, 0x00, 0x00, 0x00]),
        element(0x43, &[0x00, 0x00, 0x01, 0x00]),
    ];
    Ok([
        element(0x01, &[0x10, 0x02, 0x06, 0x02, 0x00]),
        element(0x40, &[0x01]),
        element(0x51, &object.concat()),
    ]
    .concat())
}

/// The applets that there are.
fn access_rules(card: &EidCard) -> Vec<u8> {
    let keys = card.product.keys;
    let mut rules = element(0x01, &[0x10, 0x02, 0x06, 0x02, 0x00]);
    rules.extend(element(0x94, &[keys.len() as u8]));
    for (number, key) in (0x01..).zip(keys) {
        let name = [&PROVIDER[..], &applet(key).to_be_bytes()].concat();
        let entry = [vec![number], element(0x92, &name)].concat();
        rules.extend(element(0x93, &entry));
    }
    rules
}

/// The whole block in parts; nothing is padded.
fn sign(card: &mut EidCard, command: &Command) -> Reply {
    let key = selected(card).ok_or(sw::CONDITIONS)?;
    if !card.session.verified.contains(&PIN) {
        return Err(sw::SECURITY_STATUS);
    }
    let mut block = card.session.hash.take().unwrap_or_default();
    block.extend_from_slice(&command.data);
    let len = key.kind.input_length().unwrap_or_default();
    if block.len() > len {
        return Err(sw::WRONG_LENGTH);
    }
    if command.p1 == MORE {
        card.session.hash = Some(block);
        return Ok(Vec::new());
    }
    if command.p1 != 0x00 || block.len() != len {
        return Err(sw::WRONG_LENGTH);
    }
    let private = card.keys.get(&key.reference).ok_or(sw::CONDITIONS)?;
    private.sign(&block).ok_or(sw::BAD_DATA)
}
