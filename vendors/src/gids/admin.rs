//! The administrator's key: the card is told that somebody has it, and not which it is.

use cbc::cipher::array::Array;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;
use securesign_card::apdu::{Answer, Command};
use securesign_card::application::PinObject;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, malformed};
use securesign_card::pin::{Charset, Form, Pin, PinRules};
use securesign_card::sw::StatusWord;
use securesign_card::tlv;
use zeroize::Zeroizing;

/// A key of three-key triple DES, which people know in hexadecimal digits.
pub const RULES: PinRules = PinRules {
    min: 48,
    max: 48,
    charset: Charset::Hex,
    form: Form::Packed,
};

/// Length of either side's challenge.
const CHALLENGE: usize = 16;

/// That of the cipher, in CBC from zeros.
const BLOCK: usize = 8;

const DURING: &str = "prove the admin key";

/// GENERAL AUTHENTICATE, both sides (ISO 7816-4, 11.5.5). Nothing counts the tries: a wrong
/// key is refused, and that is all.
pub fn authenticate(
    card: &mut Channel<'_>,
    admin: &PinObject,
    value: &Pin,
) -> Result<(), CardError> {
    let secret = admin.role;
    let encoded = admin.rules.encode(value);
    let key = encoded.map_err(|fault| CardError::Format { secret, fault })?;
    let cipher = cbc::Encryptor::<TdesEde3>::new_from_slices(&key, &[0; BLOCK]);
    let mut cipher = cipher.map_err(|_| CardError::Unsupported(Missing::PinLength))?;
    *card.environment() = None;
    let choose = Command::new([0x00, 0x22, 0xC1, 0xA4]).data(&[0x83, 0x01, 0x80]);
    card.require("choose the admin key", &choose)?;

    let mut ours = [0; CHALLENGE];
    card.random(&mut ours)?;
    let theirs = challenge(card, ours)?;
    // Both challenges, what a session's keys would be made of, and the padding.
    let mut proof = [0; 2 * CHALLENGE + BLOCK];
    proof[..CHALLENGE].copy_from_slice(&theirs);
    proof[CHALLENGE..2 * CHALLENGE].copy_from_slice(&ours);
    card.random(&mut proof[2 * CHALLENGE..2 * CHALLENGE + BLOCK - 1])?;
    proof[2 * CHALLENGE + BLOCK - 1] = 0x80;
    cipher.encrypt_blocks(Array::slice_as_chunks_mut(&mut proof).0);

    // Both challenges are known: whoever had either side's proof could try keys on it, that of
    // zeros first. The card's is not looked at, since a trace that is replayed has none.
    let data = Zeroizing::new([&[0x7C, 0x2A, 0x82, 0x28][..], &proof].concat());
    let command = Command::new([0x00, 0x87, 0x00, 0x00])
        .secret(&data)
        .answer(Answer::Short)
        .hiding_answer();
    match card.send(DURING, &command)?.sw {
        StatusWord::OK => Ok(()),
        StatusWord::SECURITY_STATUS => Err(CardError::Wrong { secret, left: None }),
        sw => Err(CardError::Refused { during: DURING, sw }),
    }
}

/// The card's challenge, in return for ours.
fn challenge(card: &mut Channel<'_>, ours: [u8; CHALLENGE]) -> Result<[u8; CHALLENGE], CardError> {
    let during = "get a challenge";
    let data = [&[0x7C, 0x12, 0x81, 0x10][..], &ours].concat();
    let command = Command::new([0x00, 0x87, 0x00, 0x00]).data(&data);
    let answer = card.require(during, &command.answer(Answer::Short).once())?;
    let template = tlv::expect(&answer, 0x7C).map_err(malformed(during))?;
    let theirs = tlv::find(template, 0x81).map_err(malformed(during))?;
    let theirs = theirs.and_then(|it| <[u8; CHALLENGE]>::try_from(it).ok());
    theirs.ok_or(CardError::Malformed { during, at: 0 })
}
