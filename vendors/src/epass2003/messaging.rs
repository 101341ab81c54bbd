//! Secure messaging of the ePass2003 (sheet ePass2003, §2): a variant of
//! ISO 7816-4, 10, with transport keys that everybody knows. It keeps nothing
//! secret from somebody who listens; it is what the card wants to be spoken to in.

mod cipher;

use securesign_card::apdu::{Answer, Command, Data, Response};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Fault, Missing};
use securesign_card::messaging::{SecureMessaging, Wrapped};
use securesign_card::sw::StatusWord;
use zeroize::Zeroizing;

pub use cipher::Mode;
use cipher::{Half, Key, cmac, half, kdf};

use crate::retail;

/// K_ENC and K_MAC: published, the same on every token (§2.1).
const TRANSPORT_KEY: Key = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10,
];

/// Cryptogram, command data.
const ENCRYPTED: u8 = 0x87;
/// Le of the plain command.
const EXPECTED: u8 = 0x97;
/// Status word of the plain answer.
const STATUS: u8 = 0x99;
/// Cryptographic checksum.
const CHECKSUM: u8 = 0x8E;

/// What every protected answer ends with: `99 02 SW 8E 08 mac`.
const TAIL: usize = 14;

/// The card speaks with other keys.
const STRANGER: CardError = CardError::Unsupported(Missing::Session);

/// What a card says that knows no session (any more).
pub fn is_lost(sw: StatusWord) -> bool {
    matches!(sw.0, 0x6985 | 0x6987 | 0x6988)
}

/// What the card says to a step of the mutual authentication.
fn accepted(during: &'static str, sw: StatusWord) -> Result<(), CardError> {
    match sw {
        StatusWord::OK => Ok(()),
        sw if is_lost(sw) => Err(CardError::SecureMessaging {
            during,
            fault: Fault::Lost,
        }),
        _ => Err(STRANGER),
    }
}

/// Mutual authentication (§2.2); the channel has the new session afterwards.
/// It ends whatever session the card was in, and its PIN state with it.
pub fn authenticate(card: &mut Channel<'_>, mode: Mode) -> Result<(), CardError> {
    if mode == Mode::Off {
        card.plain();
        return Ok(());
    }
    let mut host = Half::default();
    card.random(&mut host)?;

    // INITIALIZE UPDATE: the card's challenge and cryptogram.
    let skipped = mode.diversification();
    let expected = skipped + 16;
    let command = Command::new([0x80, 0x50, 0x00, 0x00])
        .data(&host)
        .answer(Answer::Exact(expected as u16));
    let during = "begin secure messaging";
    let response = card.send_to_open(during, &command)?;
    accepted(during, response.sw)?;
    let answer = response.data;
    let halves: Vec<Half> = answer[skipped.min(answer.len())..]
        .chunks_exact(8)
        .filter_map(|half| half.try_into().ok())
        .collect();
    let [challenge, cryptogram] = halves[..] else {
        return Err(CardError::Malformed {
            during: "begin secure messaging",
            at: answer.len(),
        });
    };
    let (mut session, handshake) = Session::new(mode, host, challenge);
    if handshake.card != cryptogram {
        return Err(STRANGER);
    }

    // EXTERNAL AUTHENTICATE: the host's cryptogram. Not wrapped, but with a MAC.
    let header = [0x84, 0x82, 0x03, 0x00];
    let mut signed = [&header[..], &[0x10], &handshake.host].concat();
    let mac = session.handshake_mac(&mut signed);
    let body = [handshake.host, mac].concat();
    let during = "authenticate for secure messaging";
    let response = card.send_to_open(during, &Command::new(header).data(&body).once())?;
    accepted(during, response.sw)?;
    session.start(mac);
    card.secure(Box::new(session));
    Ok(())
}

/// One session: its keys, and the counter that every checksum begins with.
pub struct Session {
    mode: Mode,
    enc: Zeroizing<Key>,
    mac: Zeroizing<Key>,
    /// ICV: 16 bytes; 8 with DES.
    counter: u128,
}

/// What the two sides show each other.
struct Handshake {
    card: Half,
    host: Half,
}

impl Session {
    /// The session of these two challenges, before its counter is known.
    fn new(mode: Mode, host: Half, card: Half) -> (Self, Handshake) {
        let (enc, mac) = match mode {
            Mode::Fips => (
                kdf(&TRANSPORT_KEY, 0x04, &host, &card),
                kdf(&TRANSPORT_KEY, 0x06, &host, &card),
            ),
            _ => {
                let mut derivation = [&card[4..], &host[..4], &card[..4], &host[4..]].concat();
                // ECB: block by block.
                for block in derivation.chunks_mut(mode.block()) {
                    mode.encrypt(&TRANSPORT_KEY, 0, block);
                }
                let mut key = Key::default();
                key.copy_from_slice(&derivation);
                (key, key)
            }
        };
        let handshake = Handshake {
            card: cryptogram(mode, &enc, 0x00, &host, &card),
            host: cryptogram(mode, &enc, 0x01, &host, &card),
        };
        let session = Self {
            mode,
            enc: Zeroizing::new(enc),
            mac: Zeroizing::new(mac),
            counter: 0,
        };
        (session, handshake)
    }

    /// The counter begins with the checksum of EXTERNAL AUTHENTICATE.
    fn start(&mut self, mac: Half) {
        let mac = u128::from(u64::from_be_bytes(mac));
        self.counter = match self.mode {
            Mode::Des => mac,
            _ => mac << 64,
        };
    }

    /// The checksum of EXTERNAL AUTHENTICATE. With DES all of it is triple, and
    /// not the retail MAC of later commands.
    fn handshake_mac(&self, signed: &mut Vec<u8>) -> Half {
        match self.mode {
            Mode::Fips => self.cmac(signed),
            mode => {
                mode.pad(signed);
                mode.encrypt(&self.mac, 0, signed);
                match mode {
                    Mode::Des => half(&signed[8..]),
                    _ => half(signed),
                }
            }
        }
    }

    /// The checksum of `head`, one block, and what follows it.
    fn checksum(&self, head: &[u8], rest: &[u8]) -> Half {
        let mut data = [head, rest].concat();
        match self.mode {
            Mode::Fips => {
                for (byte, counter) in data.iter_mut().zip(self.counter.to_be_bytes()) {
                    *byte ^= counter;
                }
                self.cmac(&data)
            }
            mode => {
                if !rest.is_empty() {
                    mode.pad(&mut data);
                }
                self.chained(&mut data)
            }
        }
    }

    /// The checksum of an answer: the counter is that of its command.
    fn answer_checksum(&self, objects: &[u8]) -> Half {
        let mut data = objects.to_vec();
        self.mode.pad(&mut data);
        self.chained(&mut data)
    }

    /// CBC-MAC from the counter on: AES, or the retail MAC.
    fn chained(&self, data: &mut [u8]) -> Half {
        match self.mode {
            Mode::Des => retail::mac(&self.mac, (self.counter as u64).to_be_bytes(), data),
            mode => {
                mode.encrypt(&self.mac, self.counter, data);
                half(&data[data.len() - 16..])
            }
        }
    }

    fn cmac(&self, data: &[u8]) -> Half {
        cmac(&self.mac, data)
    }

    /// The object of encrypted data; nothing for nothing.
    fn encrypt(&self, data: &[u8], body: &mut Vec<u8>) {
        if data.is_empty() {
            return;
        }
        let mut text = Zeroizing::new(Vec::with_capacity(data.len() + 16));
        text.extend_from_slice(data);
        self.mode.pad(&mut text);
        self.mode.encrypt(&self.enc, 0, &mut text);
        body.push(ENCRYPTED);
        let len = text.len() + 1;
        // The form 81 xx is never used in commands (§2.3, 2).
        if text.len() <= 0x7E {
            body.push(len as u8);
        } else {
            body.push(0x82);
            body.extend_from_slice(&(len as u16).to_be_bytes());
        }
        body.push(0x01);
        body.extend_from_slice(&text);
    }
}

impl SecureMessaging for Session {
    fn wrap(&mut self, command: &Command<'_>, wide: bool) -> Result<Wrapped, CardError> {
        let mode = self.mode;
        let mut header = command.header;
        header[0] |= 0x0C;
        let (expected, answer) = expected(command.answer, wide);
        let mut body = Zeroizing::new(Vec::with_capacity(self.wrapped(command.data.bytes().len())));
        self.encrypt(command.data.bytes(), &mut body);
        body.extend_from_slice(&expected);

        self.counter = self.counter.wrapping_add(1);
        let mac = if mode == Mode::Fips && body.is_empty() && is_retry_query(&header) {
            // §2.3, 5: found out from cards (OpenSC issue 2734).
            self.cmac(&header)
        } else {
            let mut head = header.to_vec();
            mode.pad(&mut head);
            self.checksum(&head, &body)
        };
        body.extend_from_slice(&[CHECKSUM, 0x08]);
        body.extend_from_slice(&mac);
        Ok(Wrapped {
            header,
            data: body,
            // The session's keys follow from what goes over the wire, so that the
            // cryptogram is as good as the secret; and its checksum lets one guess.
            is_secret: matches!(command.data, Data::Secret(_)),
            answer,
        })
    }

    fn wrapped(&self, len: usize) -> usize {
        // 87 82 Len 01 C, 97 02 Le, 8E 08 mac.
        let padded = (len + 1).next_multiple_of(self.mode.block());
        5 + padded + 4 + 2 + size_of::<Half>()
    }

    fn unwrap(&mut self, response: Response) -> Result<Response, Fault> {
        let Response { data, sw } = response;
        if data.is_empty() {
            return match sw.0 {
                _ if is_lost(sw) => Err(Fault::Lost),
                // Without protection a card may only refuse.
                0x9000 | 0x6100..=0x61FF => Err(Fault::Malformed),
                // How many tries are left is believed only where it is protected.
                0x63C0..=0x63CF | 0x6983 => {
                    let sw = StatusWord::VERIFY_FAILED;
                    Ok(Response { data, sw })
                }
                _ => Ok(Response { data, sw }),
            };
        }
        let head = data.len().checked_sub(TAIL).ok_or(Fault::Malformed)?;
        let (objects, checksum) = data.split_at(head + 4);
        let (head, status) = objects.split_at(head);
        if status[..2] != [STATUS, 0x02] || checksum[..2] != [CHECKSUM, 0x08] {
            return Err(Fault::Malformed);
        }
        // In FIPS mode how an answer is summed is not confirmed on any card (§2.4).
        if self.mode != Mode::Fips && checksum[2..] != self.answer_checksum(objects) {
            return Err(Fault::Checksum);
        }
        if StatusWord(u16::from_be_bytes([status[2], status[3]])) != sw {
            return Err(Fault::Malformed);
        }
        let mut data = cryptogram_of(head).ok_or(Fault::Malformed)?.to_vec();
        if data.is_empty() && head.is_empty() {
            return Ok(Response { data, sw });
        }
        if data.is_empty() || data.len() % self.mode.block() != 0 {
            return Err(Fault::Malformed);
        }
        self.mode.decrypt(&self.enc, &mut data);
        let filled = data.iter().rposition(|byte| *byte != 0x00);
        match filled.filter(|at| data[*at] == 0x80) {
            Some(end) => data.truncate(end),
            None => return Err(Fault::Malformed),
        }
        Ok(Response { data, sw })
    }
}

/// The object for the Le of the plain command, and the answer that is asked for outside it
/// (§2.3, 3 and 6). OpenSC goes over to the extended form where the object has two bytes; a
/// command without answer has a Le of 00 too, for the objects of secure messaging.
fn expected(answer: Answer, wide: bool) -> (Vec<u8>, Answer) {
    // Le of one byte, where two do not get through.
    let one_byte = if wide { 0x7F } else { 0xFF };
    match answer {
        Answer::Nothing => (Vec::new(), Answer::Short),
        Answer::Short | Answer::Long => (vec![EXPECTED, 0x01, 0x00], Answer::Short),
        Answer::Exact(len) | Answer::Wide(len) => {
            let [high, low] = len.to_be_bytes();
            if len <= one_byte {
                (vec![EXPECTED, 0x01, low], Answer::Exact(len))
            } else {
                (vec![EXPECTED, 0x02, high, low], Answer::Wide(len))
            }
        }
    }
}

/// `00 82 01 xx` without data: how many tries are left.
fn is_retry_query(header: &[u8; 4]) -> bool {
    header[..3] == [0x0C, 0x82, 0x01]
}

/// The cryptogram in `87 Len 01 C`; nothing for nothing. Len is BER; some chips
/// put 80 to FF into one byte all the same (§2.4). Only one reading fits the
/// length of the object.
fn cryptogram_of(object: &[u8]) -> Option<&[u8]> {
    if object.is_empty() {
        return Some(object);
    }
    let (&tag, rest) = object.split_first()?;
    let content = match rest {
        [0x82, high, low, content @ ..]
            if usize::from(u16::from_be_bytes([*high, *low])) == content.len() =>
        {
            content
        }
        [0x81, len, content @ ..] if usize::from(*len) == content.len() => content,
        [len, content @ ..] if usize::from(*len) == content.len() => content,
        _ => return None,
    };
    match (tag, content) {
        (ENCRYPTED, [0x01, cryptogram @ ..]) => Some(cryptogram),
        _ => None,
    }
}

/// Cryptogram of the card (`kind` 00) or of the host (01).
fn cryptogram(mode: Mode, key: &Key, kind: u8, host: &Half, card: &Half) -> Half {
    if mode == Mode::Fips {
        return half(&kdf(key, kind, host, card));
    }
    let (first, second) = if kind == 0x00 {
        (host, card)
    } else {
        (card, host)
    };
    let mut data = [&first[..], second].concat();
    mode.pad(&mut data);
    mode.encrypt(key, 0, &mut data);
    half(&data[16..])
}

#[cfg(test)]
mod tests;
