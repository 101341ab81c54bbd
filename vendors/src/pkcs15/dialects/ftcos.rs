//! FTCOS of Feitian: ePass3000, PK-01C and their Java Cards (sheet FTCOS).
//!
//! Known from OpenSC, whose driver is the maker's own, and for cards that OpenSC has
//! personalised. How the maker's own tools set a token up is not public.

use cbc::cipher::array::Array;
use cbc::cipher::{BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use securesign_card::apdu::{Answer, Command};
use securesign_card::application::PinObject;
use securesign_card::atr::AtrPattern;
use securesign_card::cache::{self, Name};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::iso;
use securesign_card::pin::{Form, Pin};
use securesign_card::profile::{Mark, Spec};
use securesign_card::sw::StatusWord;
use zeroize::Zeroizing;

use super::super::files::{Selecting, Steps};
use super::super::sign::{CONFIDENTIALITY, Input, Recipe};
use super::super::{Family, Habits, INFERRED, ISO, Replacing, Serial, Unblocking};
use super::{nothing, printable};
use crate::retail;

/// Most bytes of one answer.
const CHUNK: u16 = 0xE0;

/// PINs and PUKs are filled with zeros to this length.
const FORM: Form = Form::Padded {
    len: 16,
    with: 0x00,
};

/// ePass3000, PK-01C and EJAVA, by their answers to reset. A PIN without data is never
/// sent: nobody knows what that costs. Offsets above 7FFF want CLA 80; no file is read so far.
///
/// Feitian's Java Cards have the answer to reset of EJAVA whatever they carry: on one
/// without this file system the directory is refused, and it is none of these.
pub static FTCOS: Family = Family {
    spec: Spec {
        id: "ftcos",
        name: "EnterSafe",
        marks: &[
            mark(EPASS3000, EPASS3000_MASK),
            mark(PK_01C, PK_01C_MASK),
            mark(EJAVA, EJAVA_MASK),
            mark(EJAVA_D11CR, EJAVA_D11CR_MASK),
            mark(EJAVA_T0, EJAVA_T0_MASK),
            mark(PK_01C_T1, PK_01C_T1_MASK),
        ],
        aid: &[],
        source: "OpenSC card-entersafe.c and pkcs15-entersafe.c, run against a software card",
    },
    habits: Habits {
        selecting: Selecting::InSteps(Steps {
            answer: Answer::Exact(CHUNK),
            ..Steps::PLAIN
        }),
        chunk: CHUNK,
        form: Some(FORM),
        local: true,
        unblocking: Unblocking::Next(printable(16, FORM)),
        replacing: Replacing::Together(unblock),
        confidence: INFERRED,
        rsa: |len| matches!(len, 64 | 96 | 128 | 256),
        curve: 0,
        selects_key: true,
        recipe: |key| {
            Some(Recipe {
                tag: CONFIDENTIALITY,
                template: vec![
                    0x80,
                    0x01,
                    0x80,
                    0x83,
                    0x02,
                    key.entry.reference?,
                    PRIVATE_KEY,
                ],
                header: [0x00, 0x2A, 0x86, 0x80],
                input: Input::Split,
            })
        },
        serial: Serial::Data(SERIAL, 0..8),
        ..ISO
    },
    begin: nothing,
};

/// Eight bytes.
const SERIAL: Command<'static> = Command {
    answer: Answer::Exact(0x08),
    ..Command::new([0x80, 0xEA, 0x00, 0x00])
};

/// What an RSA private key is for, as keys are named: signatures and decryption.
const PRIVATE_KEY: u8 = 0x22;

/// What a PIN is for.
const PIN: u8 = 0x0B;

const fn mark(value: &'static [u8], mask: &'static [u8]) -> Mark {
    Mark::Atr(AtrPattern { value, mask })
}

const EPASS3000: &[u8] = b"\x3B\x0F\0eFS\x05\x19\x05\x71\xDF\0\0\0\0\0\0";
const EPASS3000_MASK: &[u8] = &[
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00,
];

const PK_01C: &[u8] =
    b"\x3B\x9F\x95\x81\x31\xFE\x9F\0eFS\x05\x30\x06\x71\xDF\0\0\0\x80\x6A\x82\x5E";
const PK_01C_MASK: &[u8] = &[
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
];

/// The four bytes after "gFJ" name the chip.
const EJAVA: &[u8] = b"\x3B\xFC\x18\0\0\x81\x31\x80\x45\x90gFJ\0\x64\x18\x14\0\0\0\0\x02";
const EJAVA_MASK: &[u8] = &[
    0xFF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00,
    0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x00,
];

/// As OpenSC has it: a byte shorter, without its check byte.
const EJAVA_D11CR: &[u8] = b"\x3B\xFC\x18\0\0\x81\x31\x80\x45\x90gFJ\x20\x25\xC3\x30\0\0\0\0";
const EJAVA_D11CR_MASK: &[u8] = &[
    0xFF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00,
];

const EJAVA_T0: &[u8] = b"\x3B\x7C\x18\0\0\x90gFJ\x20\x28\x8C\x58\0\0\0\0";
const EJAVA_T0_MASK: &[u8] = &[
    0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
    0xFF,
];

const PK_01C_T1: &[u8] = b"\x3B\xFC\x18\0\0\x81\x31\x80\x45\x90gFJ\0\x68\x08\x06\0\0\0\0\x0C";
const PK_01C_T1_MASK: &[u8] = &[
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00,
];

/// key_maintain, which writes PINs: published, the same on every card that OpenSC has
/// personalised.
const MAINTENANCE: &Key = &[
    0x12, 0x34, 0x56, 0x78, 0x21, 0x43, 0x65, 0x87, 0x11, 0x22, 0xAA, 0xBB, 0x33, 0x44, 0xCD, 0xEF,
];

/// A key of triple DES with two keys; the first half alone is one of DES.
type Key = [u8; 16];

/// Tries from now on, most of them and left; and the version of the value.
const TRIES: [u8; 2] = [0x33, 0x00];

const UNBLOCK: &str = "unblock the PIN";

/// VERIFY of the PUK, and then the new PIN, enciphered and with a checksum over a challenge
/// of the card (§6.2). Whether the key has tries is not told: on a card that has refused it once,
/// neither it nor the PUK is sent again.
fn unblock(
    card: &mut Channel<'_>,
    (pin, with): (&PinObject, &PinObject),
    code: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let value = pin.rules.encode(new).map_err(CardError::NewPinFormat)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(TRIES.len() + value.len()));
    plain.extend_from_slice(&TRIES);
    plain.extend_from_slice(&value);
    let name = refusal(card)?;
    if let Some(sw) = name.and_then(|name| refused_before(card, &name)) {
        return Err(CardError::UnblockOff { sw });
    }
    iso::verify(card, with, code)?;
    let challenge = iso::challenge(card, "ask for a challenge")?;
    let header = [0x84, 0xF4, PIN, pin.reference];
    // The key is published, so that all of it is as good as the PIN.
    let data = protected(MAINTENANCE, header, &plain, challenge);
    match card.send(UNBLOCK, &Command::new(header).secret(&data))?.sw {
        StatusWord::OK => Ok(()),
        sw @ StatusWord::WRONG_DATA => Err(CardError::NewPinRefused { sw }),
        sw if says_another_key(sw) => {
            if let (Some(name), Some(cache)) = (name, card.cache()) {
                cache.keep(&name, &sw.0.to_be_bytes());
            }
            Err(CardError::UnblockOff { sw })
        }
        sw => {
            let during = UNBLOCK;
            Err(CardError::Refused { during, sw })
        }
    }
}

/// The checksum is not the one of this command (ISO 7816-4, 5.6).
const WRONG_CHECKSUM: StatusWord = StatusWord(0x6988);

/// The PUK was right, and the card has another key, or none, or that is blocked.
fn says_another_key(sw: StatusWord) -> bool {
    let words = [
        StatusWord::SECURITY_STATUS,
        StatusWord::CONDITIONS,
        StatusWord::BLOCKED,
        WRONG_CHECKSUM,
    ];
    words.contains(&sw) || sw.counter().is_some()
}

/// What it is kept under that this card has refused the key: its serial number. `None`: it does
/// not tell one.
fn refusal(card: &mut Channel<'_>) -> Result<Option<Name>, CardError> {
    if card.cache().is_none() {
        return Ok(None);
    }
    let serial = given(card.require("read the serial number", &SERIAL))?;
    Ok(serial
        .filter(|serial| serial.iter().any(|byte| *byte != 0))
        .map(|serial| cache::name(&[b"FTCOS refused its maintenance key", &serial])))
}

fn refused_before(card: &Channel<'_>, name: &Name) -> Option<StatusWord> {
    let kept = card.cache()?.find(name)?;
    let sw = <[u8; 2]>::try_from(kept).ok()?;
    Some(StatusWord(u16::from_be_bytes(sw))).filter(|sw| says_another_key(*sw))
}

/// The data field of a protected command: a cryptogram and four bytes of its checksum.
fn protected(key: &Key, header: [u8; 4], plain: &[u8], challenge: [u8; 8]) -> Zeroizing<Vec<u8>> {
    let len = ((plain.len() + 2) / 8 + 1) * 8;
    let mut data = Zeroizing::new(Vec::with_capacity(len + CHECKSUM));
    data.push(plain.len() as u8);
    data.extend_from_slice(plain);
    data.push(0x80);
    data.resize(len, 0x00);
    let cipher = TdesEde2::new(key.into());
    for block in Array::slice_as_chunks_mut(&mut data).0 {
        cipher.encrypt_block(block);
    }
    let checksum = checksum(key, header, &data, challenge);
    data.extend_from_slice(&checksum);
    data
}

/// Bytes of a checksum.
const CHECKSUM: usize = 4;

/// The retail MAC from the challenge on.
fn checksum(key: &Key, header: [u8; 4], data: &[u8], challenge: [u8; 8]) -> [u8; CHECKSUM] {
    let mut message = Zeroizing::new(header.to_vec());
    message.push((data.len() + CHECKSUM) as u8);
    message.extend_from_slice(data);
    let len = (message.len() / 8 + 1) * 8;
    message.push(0x80);
    message.resize(len, 0x00);
    let mac = retail::mac(key, challenge, &mut message);
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&mac[..CHECKSUM]);
    checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `openssl enc`: -des-ede over `12 33 00 "123456" 00… 80 00…`, -des-cbc over
    /// all blocks of `84 F4 0B 01 1C`, the cryptogram and `80 00 00` but the last one, and
    /// -des-ede-cbc over that one, with the block before as its IV.
    #[test]
    fn a_new_pin_is_protected_as_openssl_computes_it() {
        let plain = b"\x33\x00123456\0\0\0\0\0\0\0\0\0\0";
        let challenge = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77];
        let data = protected(MAINTENANCE, [0x84, 0xF4, PIN, 0x01], plain, challenge);
        let cryptogram = [
            0x13, 0xA4, 0x0B, 0x0B, 0x7E, 0x5D, 0x46, 0x14, 0xB3, 0x8B, 0xE2, 0xBE, 0x63, 0xD3,
            0xCE, 0x63, 0xDD, 0xA7, 0xED, 0xE3, 0x4C, 0x07, 0xBF, 0x3F,
        ];
        assert_eq!(data[..24], cryptogram);
        assert_eq!(data[24..], [0xC5, 0x52, 0x14, 0x6D]);
    }
}
