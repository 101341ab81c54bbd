//! Secure messaging: the session keys, commands out of their wrapping, responses into
//! it. Sheet §2.

use super::Mode;
use super::cipher::{self, MAC_LENGTH, block_length, pad, unpad};
use super::status::sw;
use crate::emulator::apdu::Command;
use crate::emulator::tlv;

/// The transport key on every token, sheet §2.1: published, and no secret.
const TRANSPORT_KEY: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
/// The bits of CLA that say "secure messaging, header authenticated".
pub(super) const CLA_SECURED: u8 = 0x0C;
/// EXTERNAL AUTHENTICATE of the second step, up to Lc.
const CONFIRM: [u8; 5] = [0x84, 0x82, 0x03, 0x00, 0x10];

const CRYPTOGRAM: u8 = 0x87;
const EXPECTED_LENGTH: u8 = 0x97;
const STATUS: u8 = 0x99;
const CHECKSUM: u8 = 0x8E;
/// First byte of a cryptogram: padded with the mark.
const PADDED: u8 = 0x01;
/// The retry query: INS, P1 (sheet §2.3 step 5).
const RETRY_QUERY: [u8; 2] = [0x82, 0x01];

/// Purposes in the derivation block of the FIPS mode, with the lengths in bits.
const DERIVE_ENCRYPTION: (u8, u16) = (0x04, 0x80);
const DERIVE_MAC: (u8, u16) = (0x06, 0x80);
const DERIVE_CARD: (u8, u16) = (0x00, 0x40);
const DERIVE_HOST: (u8, u16) = (0x01, 0x40);

/// The two random numbers between INITIALIZE UPDATE and its confirmation.
pub(super) struct Opening {
    mode: Mode,
    host: [u8; 8],
    card: [u8; 8],
    encryption: [u8; 16],
    mac: [u8; 16],
}

impl Opening {
    /// Derives the session keys; `None` never, unless a cipher refuses a block.
    pub fn new(mode: Mode, host: [u8; 8], card: [u8; 8]) -> Option<Self> {
        let mut opening = Self {
            mode,
            host,
            card,
            encryption: TRANSPORT_KEY,
            mac: TRANSPORT_KEY,
        };
        if mode == Mode::Fips {
            let encryption = opening.derive(&TRANSPORT_KEY, DERIVE_ENCRYPTION);
            opening.mac = opening.derive(&TRANSPORT_KEY, DERIVE_MAC);
            opening.encryption = encryption;
        } else {
            let derivation = [&card[4..], &host[..4], &card[..4], &host[4..]].concat();
            // ECB: each block by itself.
            let mut key = Vec::new();
            for block in derivation.chunks(block_length(mode)) {
                let zero = &[0; 16][..block.len()];
                key.extend(cipher::encrypt(mode, &TRANSPORT_KEY, zero, block)?);
            }
            opening.encryption = key.try_into().ok()?;
            opening.mac = opening.encryption;
        }
        Some(opening)
    }

    /// What the card shows: it knows the transport keys.
    pub fn card_cryptogram(&self) -> Option<[u8; 8]> {
        self.cryptogram([self.host, self.card], DERIVE_CARD)
    }

    fn host_cryptogram(&self) -> Option<[u8; 8]> {
        self.cryptogram([self.card, self.host], DERIVE_HOST)
    }

    /// Checks the host's sixteen bytes and opens the session.
    pub fn confirm(self, data: &[u8]) -> Option<Session> {
        let (shown, mac) = data.split_at_checked(MAC_LENGTH)?;
        let right = self.host_cryptogram()?;
        let right_mac = self.host_mac(right)?;
        if shown != right || mac != right_mac {
            return None;
        }
        Some(self.session(&right_mac))
    }

    /// The session that the right host opens.
    pub fn complete(self) -> Option<Session> {
        let mac = self.host_mac(self.host_cryptogram()?)?;
        Some(self.session(&mac))
    }

    fn session(self, mac: &[u8; 8]) -> Session {
        let mut counter = mac.to_vec();
        counter.resize(block_length(self.mode), 0);
        Session {
            mode: self.mode,
            encryption: self.encryption,
            mac: self.mac,
            counter,
        }
    }

    #[cfg(test)]
    pub fn keys(&self) -> ([u8; 16], [u8; 16]) {
        (self.encryption, self.mac)
    }

    fn host_mac(&self, cryptogram: [u8; 8]) -> Option<[u8; 8]> {
        let signed = [&CONFIRM[..], &cryptogram].concat();
        match self.mode {
            Mode::Fips => first(&cipher::cmac(&self.mac, &signed)),
            Mode::Aes => {
                let out = cipher::encrypt(self.mode, &self.mac, &[0; 16], &pad(&signed, 16))?;
                first(&out)
            }
            // Full 3DES to the last block, and no retail MAC.
            Mode::Des => {
                let out = cipher::encrypt(self.mode, &self.mac, &[0; 8], &pad(&signed, 16))?;
                out.last_chunk().copied()
            }
            Mode::Plain => None,
        }
    }

    fn cryptogram(&self, order: [[u8; 8]; 2], purpose: (u8, u16)) -> Option<[u8; 8]> {
        if self.mode == Mode::Fips {
            return first(&self.derive(&self.encryption, purpose));
        }
        let block = block_length(self.mode);
        let text = pad(&order.concat(), block);
        let out = cipher::encrypt(self.mode, &self.encryption, &[0; 16][..block], &text)?;
        out.get(16..24)?.try_into().ok()
    }

    /// SP 800-108 in counter mode, as the sheet has its block.
    fn derive(&self, key: &[u8; 16], (purpose, bits): (u8, u16)) -> [u8; 16] {
        let [high, low] = bits.to_be_bytes();
        let head = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, purpose, 0, high, low, 1];
        cipher::cmac(key, &[&head[..], &self.host, &self.card].concat())
    }
}

/// An open session. It cannot be printed.
pub(super) struct Session {
    mode: Mode,
    encryption: [u8; 16],
    mac: [u8; 16],
    /// Rises by one with each command; the chaining value of both codes.
    counter: Vec<u8>,
}

impl Session {
    /// The command inside, or the status that ends the session. With `any_query` the
    /// code of the FIPS mode's retry query is not looked at.
    pub fn unwrap(&mut self, wrapped: &Command, any_query: bool) -> Result<Command, u16> {
        self.count();
        let objects = Objects::read(&wrapped.data)?;
        let header = [wrapped.cla, wrapped.ins, wrapped.p1, wrapped.p2];
        let right = self
            .command_mac(header, objects.protected)
            .ok_or(sw::SM_OBJECTS_WRONG)?;
        let excused = any_query && self.is_coded_alone(header, objects.protected);
        if objects.checksum != right && !excused {
            return Err(sw::SM_OBJECTS_WRONG);
        }
        let data = match objects.cryptogram {
            None => Vec::new(),
            Some(cryptogram) => {
                let padded = cipher::decrypt(self.mode, &self.encryption, cryptogram);
                let padded = padded.ok_or(sw::SM_OBJECTS_WRONG)?;
                unpad(&padded).ok_or(sw::SM_OBJECTS_WRONG)?.to_vec()
            }
        };
        Ok(Command {
            cla: wrapped.cla & !CLA_SECURED,
            data,
            ne: objects.expected,
            ..*wrapped
        })
    }

    /// Response objects, and the status once more behind them.
    pub fn wrap(&self, data: &[u8], status: u16, one_byte_length: bool) -> Vec<u8> {
        let mut out = Vec::new();
        if !data.is_empty() {
            let padded = pad(data, block_length(self.mode));
            let zero = &[0; 16][..block_length(self.mode)];
            let cryptogram = cipher::encrypt(self.mode, &self.encryption, zero, &padded);
            let value = [&[PADDED][..], &cryptogram.unwrap_or_default()].concat();
            match u8::try_from(value.len()) {
                // The firmware's fault, sheet §2.4.
                Ok(length) if one_byte_length => {
                    out.extend([CRYPTOGRAM, length]);
                    out.extend(value);
                }
                _ => out.extend(tlv::element(u32::from(CRYPTOGRAM), &value)),
            }
        }
        out.extend(tlv::element(u32::from(STATUS), &status.to_be_bytes()));
        let mac = self.response_mac(&out).unwrap_or_default();
        out.extend(tlv::element(u32::from(CHECKSUM), &mac));
        out.extend(status.to_be_bytes());
        out
    }

    fn command_mac(&self, header: [u8; 4], protected: &[u8]) -> Option<[u8; 8]> {
        if self.is_coded_alone(header, protected) {
            return first(&cipher::cmac(&self.mac, &header));
        }
        let block = block_length(self.mode);
        let mut text = pad(&header, block);
        if self.mode == Mode::Fips {
            text.extend(protected);
            return self.chained_cmac(text);
        }
        if !protected.is_empty() {
            text.extend(pad(protected, block));
        }
        self.chained_mac(&text)
    }

    /// The retry query of the FIPS mode: its code is over the header alone.
    fn is_coded_alone(&self, header: [u8; 4], protected: &[u8]) -> bool {
        self.mode == Mode::Fips && protected.is_empty() && header[1..3] == RETRY_QUERY
    }

    /// FIPS is unconfirmed: nobody published a token's answer. It is the command's
    /// way (CMAC with the counter as chaining value) over the padded objects.
    fn response_mac(&self, objects: &[u8]) -> Option<[u8; 8]> {
        let text = pad(objects, block_length(self.mode));
        match self.mode {
            Mode::Fips => self.chained_cmac(text),
            _ => self.chained_mac(&text),
        }
    }

    fn chained_mac(&self, text: &[u8]) -> Option<[u8; 8]> {
        if self.mode == Mode::Des {
            return cipher::retail_mac(&self.mac, &self.counter, text);
        }
        let out = cipher::encrypt(self.mode, &self.mac, &self.counter, text)?;
        first(out.last_chunk::<16>()?)
    }

    fn chained_cmac(&self, mut text: Vec<u8>) -> Option<[u8; 8]> {
        for (byte, counter) in text.iter_mut().zip(&self.counter) {
            *byte ^= counter;
        }
        first(&cipher::cmac(&self.mac, &text))
    }

    fn count(&mut self) {
        for byte in self.counter.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                return;
            }
        }
    }
}

/// The data objects of a wrapped command, in their order.
struct Objects<'a> {
    /// Everything in front of the checksum.
    protected: &'a [u8],
    cryptogram: Option<&'a [u8]>,
    expected: Option<usize>,
    checksum: &'a [u8],
}

impl<'a> Objects<'a> {
    fn read(data: &'a [u8]) -> Result<Self, u16> {
        let mut objects = Self {
            protected: &[],
            cryptogram: None,
            expected: None,
            checksum: &[],
        };
        let mut rest = data;
        while let [tag, ..] = *rest {
            let (_, value, after) = tlv::read(rest).ok_or(sw::SM_OBJECTS_WRONG)?;
            match (tag, value) {
                (CRYPTOGRAM, [PADDED, cryptogram @ ..]) => objects.cryptogram = Some(cryptogram),
                (EXPECTED_LENGTH, [0]) => objects.expected = Some(0x100),
                (EXPECTED_LENGTH, [length]) => objects.expected = Some(usize::from(*length)),
                (EXPECTED_LENGTH, [0, 0]) => objects.expected = Some(0x1_0000),
                (EXPECTED_LENGTH, [high, low]) => {
                    objects.expected = Some(usize::from(u16::from_be_bytes([*high, *low])));
                }
                (CHECKSUM, checksum) if after.is_empty() && checksum.len() == MAC_LENGTH => {
                    objects.protected = &data[..data.len() - rest.len()];
                    objects.checksum = checksum;
                    return Ok(objects);
                }
                _ => return Err(sw::SM_OBJECTS_WRONG),
            }
            rest = after;
        }
        Err(sw::SM_OBJECTS_MISSING)
    }
}

fn first(bytes: &[u8]) -> Option<[u8; 8]> {
    bytes.first_chunk().copied()
}
