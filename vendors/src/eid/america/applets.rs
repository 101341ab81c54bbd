//! Which applets a card has, and how what is in one is read (sheet CAC, A1 to A3; GSC-IS 2.1).

use securesign_card::apdu::{Answer, Command};
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::unless_refused;
use securesign_card::tlv;

use super::super::{pieces, select_application};

/// The name of the container's applet.
pub const CONTAINER: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x16, 0xDB, 0x00];

/// The provider of all applets but the container, the one that controls access, and what those
/// with a key begin with.
const PROVIDER: [u8; 5] = [0xA0, 0x00, 0x00, 0x00, 0x79];
pub const ACCESS_CONTROL: [u8; 2] = [0x10, 0x00];
pub const KEYS: u8 = 0x01;

/// Most applets that have a key.
const APPLETS: u8 = 0x10;

/// Tags of what is in buffers.
const CARD_IDENTIFIER: u8 = 0xF0;
const CARD_URL: u8 = 0xF3;
pub const CERTIFICATE: u8 = 0x70;

/// What a URL names: an applet with a key.
const PKI: u8 = 0x04;

/// Most bytes that are read at once, and that are given to be signed at once.
pub const CHUNK: usize = 0xF0;

/// Where the applets are told, and where the PIN is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A container lists them, and has a number of the card in so many bytes from its
    /// beginning on. Each applet has the PIN.
    Container { number: usize },
    /// The applet that controls access lists them, and has the PIN.
    AccessControl,
    /// Nothing lists them. Each has the PIN.
    Bare,
}

/// An applet with a certificate and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applet {
    /// The end of its name.
    pub id: [u8; 2],
    /// The object in it.
    pub object: Option<u16>,
}

/// The applets of one card.
pub struct Applets {
    pub layout: Layout,
    pub list: Vec<Applet>,
    /// The number of the card, where the container has told it just now.
    pub number: Option<Vec<u8>>,
}

impl Applets {
    fn new(layout: Layout, mut list: Vec<Applet>) -> Self {
        list.truncate(usize::from(APPLETS));
        Self {
            layout,
            list,
            number: None,
        }
    }
}

/// SELECT of one of the provider's applets.
pub fn select_own(card: &mut Channel<'_>, id: [u8; 2]) -> Result<(), CardError> {
    select_application(card, &[&PROVIDER[..], &id].concat())
}

/// How this card has its applets; refused where it is no such card.
pub fn find(card: &mut Channel<'_>, is_marked: bool) -> Result<Applets, CardError> {
    let refused = match select_application(card, CONTAINER) {
        Ok(()) => return container(card),
        Err(error @ CardError::Refused { .. }) if is_marked => error,
        Err(error) => return Err(error),
    };
    if unless_refused(select_own(card, ACCESS_CONTROL))?.is_some() {
        let applets = controlled(card)?;
        return Ok(Applets::new(Layout::AccessControl, applets));
    }
    let mut applets = Vec::new();
    for number in 0..APPLETS {
        let id = [KEYS, number];
        let there = select_own(card, id).and_then(|()| buffer(card, "look for a key", 1, 0, 2));
        if unless_refused(there)?.is_some() {
            applets.push(Applet { id, object: None });
        }
    }
    match applets.is_empty() {
        true => Err(refused),
        false => Ok(Applets::new(Layout::Bare, applets)),
    }
}

/// By the container, which is selected.
fn container(card: &mut Channel<'_>) -> Result<Applets, CardError> {
    let during = "read the card capability container";
    let tags = tags(card, during)?;
    let len = tags.iter().map(|(_, len)| len).sum::<usize>();
    let values = values(card, during, len.min(certificate::MAX), &|_| false)?;
    let (mut number, mut applets) = (&[][..], Vec::new());
    let values = values.unwrap_or_default();
    for (at, (tag, value)) in split(&tags, &values).into_iter().enumerate() {
        match tag {
            CARD_IDENTIFIER if at == 0 => number = value,
            CARD_URL => applets.extend(named(value)),
            _ => {}
        }
    }
    let layout = Layout::Container {
        number: number.len(),
    };
    Ok(Applets {
        number: Some(number.to_vec()),
        ..Applets::new(layout, applets)
    })
}

/// The applet that a URL of the container names, where that has a key: its provider, a type, the
/// object in the applet, and the end of the applet's name.
fn named(url: &[u8]) -> Option<Applet> {
    match url.strip_prefix(&PROVIDER)? {
        [PKI, high, low, first, second, ..] => Some(Applet {
            id: [*first, *second],
            object: Some(u16::from_be_bytes([*high, *low])),
        }),
        _ => None,
    }
}

/// By the applet that controls access, which is selected, and by what each says of itself.
fn controlled(card: &mut Channel<'_>) -> Result<Vec<Applet>, CardError> {
    let during = "read the list of applets";
    let list = Command::new([0x00, 0x4C, 0x21, 0x00]).answer(Answer::Exact(0xFF));
    let list = card.require(during, &list)?;
    let mut applets = Vec::new();
    for entry in all(&list, 0x93) {
        // Its number stands before its name.
        let (_, entry) = entry.split_first().unwrap_or((&0, &[]));
        let name = tlv::find(entry, 0x92).ok().flatten();
        let Some([KEYS, number]) = name.and_then(|name| name.strip_prefix(&PROVIDER)) else {
            continue;
        };
        let id = [KEYS, *number];
        let read = Command::new([0x00, 0x56, 0x01, 0x00]).answer(Answer::Exact(0xFF));
        let told = select_own(card, id).and_then(|()| card.require(during, &read));
        let Some(told) = unless_refused(told)? else {
            continue;
        };
        let objects = all(&told, 0x51)
            .into_iter()
            .filter(|object| has_key(object));
        applets.extend(objects.filter_map(|object| match tlv::find(object, 0x41) {
            Ok(Some([high, low])) => Some(Applet {
                id,
                object: Some(u16::from_be_bytes([*high, *low])),
            }),
            _ => None,
        }));
    }
    Ok(applets)
}

/// The values of all objects with this tag.
fn all(bytes: &[u8], tag: u32) -> Vec<&[u8]> {
    let objects = tlv::split(bytes).unwrap_or_default().into_iter();
    let own = objects.filter(|object| object.tag == tag);
    own.map(|object| object.value).collect()
}

/// What is said of an object's private key: there is one.
fn has_key(object: &[u8]) -> bool {
    let told = tlv::find(object, 0x43).ok().flatten();
    matches!(told, Some([_, _, has_key, ..]) if *has_key != 0)
}

/// So many bytes of a part of the object that is selected: 1, tags and lengths, or 2, values.
fn buffer(
    card: &mut Channel<'_>,
    during: &'static str,
    part: u8,
    from: usize,
    len: usize,
) -> Result<Vec<u8>, CardError> {
    // Offsets are below the longest certificate's.
    let [high, low] = (from as u16).to_be_bytes();
    let asked = [part, len as u8];
    let read = Command::new([0x00, 0x52, high, low]).data(&asked);
    card.require(during, &read.answer(Answer::Exact(len as u16)))
}

/// Length of what stands before each part: its own length, little-endian.
const PREFIX: usize = 2;

/// The first part of the object that is selected: tags, and how long their values are.
pub fn tags(card: &mut Channel<'_>, during: &'static str) -> Result<Vec<(u8, usize)>, CardError> {
    let malformed = |at| CardError::Malformed { during, at };
    let told = buffer(card, during, 1, 0, PREFIX)?;
    let len = told.first_chunk().map(|len| u16::from_le_bytes(*len));
    let len = usize::from(len.ok_or(malformed(0))?);
    if len > CHUNK {
        return Err(malformed(0));
    }
    let bytes = buffer(card, during, 1, PREFIX, len)?;
    let mut rest = &bytes[..];
    let mut tags = Vec::new();
    while !rest.is_empty() {
        let (tag, len, behind) = match rest {
            [tag, 0xFF, low, high, behind @ ..] => {
                (*tag, u16::from_le_bytes([*low, *high]), behind)
            }
            [tag, len, behind @ ..] => (*tag, u16::from(*len), behind),
            _ => return Err(malformed(bytes.len())),
        };
        tags.push((tag, usize::from(len)));
        rest = behind;
    }
    Ok(tags)
}

/// So much of the second part, from its beginning; `None` where its first bytes are unwanted.
pub fn values(
    card: &mut Channel<'_>,
    during: &'static str,
    len: usize,
    unwanted: &dyn Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, CardError> {
    pieces(len, CHUNK, unwanted, |at, asked| {
        buffer(card, during, 2, PREFIX + at, asked)
    })
}

/// Values with their tags; what the card has not given is left out.
fn split<'a>(tags: &[(u8, usize)], mut values: &'a [u8]) -> Vec<(u8, &'a [u8])> {
    let next = |(tag, len): &(u8, usize)| {
        let (value, behind) = values.split_at_checked(*len)?;
        values = behind;
        Some((*tag, value))
    };
    tags.iter().map_while(next).collect()
}
