//! The other side: a host that wraps, unwraps and checks every code.

use crate::emulator::Emulator;
use crate::epass2003::emulator::cipher::{
    block_length, cmac, decrypt, encrypt, pad, pin_key, response, retail_mac, unpad,
};
use crate::epass2003::emulator::messaging::Opening;
use crate::epass2003::emulator::{Epass, Mode};

const RANDOM: [u8; 8] = [8, 7, 6, 5, 4, 3, 2, 1];

/// A session of a program with a token.
#[derive(Clone)]
pub struct Host {
    mode: Mode,
    keys: ([u8; 16], [u8; 16]),
    counter: u128,
}

impl Host {
    /// Mutual authentication with the token.
    pub fn open(card: &mut Epass) -> Self {
        let mode = card.mode;
        let mut host = Self {
            mode,
            keys: Default::default(),
            counter: 0,
        };
        if mode == Mode::Plain {
            return host;
        }
        let answer = card.transmit(&[&[0x80, 0x50, 0, 0, 8][..], &RANDOM, &[0]].concat());
        let back = answer.len() - 18;
        let random = answer[back..back + 8].try_into().unwrap();
        host.keys = Opening::new(mode, RANDOM, random).unwrap().keys();
        let (encryption, mac) = &host.keys;
        let cryptogram = if mode == Mode::Fips {
            let head = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x40, 1];
            cmac(encryption, &[&head[..], &RANDOM, &random].concat())[..8].to_vec()
        } else {
            let block = block_length(mode);
            let text = pad(&[random, RANDOM].concat(), block);
            encrypt(mode, encryption, &[0; 16][..block], &text).unwrap()[16..24].to_vec()
        };
        let command = [&[0x84, 0x82, 3, 0, 0x10][..], &cryptogram].concat();
        let code = match mode {
            Mode::Fips => cmac(mac, &command)[..8].to_vec(),
            Mode::Aes => encrypt(mode, mac, &[0; 16], &pad(&command, 16)).unwrap()[..8].to_vec(),
            _ => encrypt(mode, mac, &[0; 8], &pad(&command, 16)).unwrap()[8..].to_vec(),
        };
        host.counter = code.iter().fold(0, |sum, b| sum << 8 | u128::from(*b));
        if mode != Mode::Des {
            host.counter <<= 64;
        }
        assert_eq!(card.transmit(&[command, code].concat()), [0x90, 0x00]);
        host
    }

    /// Sends, and gives back data and status. Panics on a response whose code is wrong.
    pub fn send(
        &mut self,
        card: &mut Epass,
        header: [u8; 4],
        data: &[u8],
        le: Option<u16>,
    ) -> (Vec<u8>, u16) {
        let wire = self.wrap(header, data, le);
        let answer = card.transmit(&wire);
        self.unwrap(&answer).unwrap()
    }

    pub fn status(&mut self, card: &mut Epass, header: [u8; 4], data: &[u8]) -> u16 {
        self.send(card, header, data, None).1
    }

    pub fn wrap(&mut self, header: [u8; 4], data: &[u8], le: Option<u16>) -> Vec<u8> {
        let body = if self.mode == Mode::Plain {
            data.to_vec()
        } else {
            self.counter += 1;
            self.objects(
                [header[0] | 0x0C, header[1], header[2], header[3]],
                data,
                le,
            )
        };
        let cla = if self.mode == Mode::Plain { 0 } else { 0x0C };
        let mut wire = vec![header[0] | cla, header[1], header[2], header[3]];
        match (body.len(), le) {
            (0, None) => {}
            (0, Some(le)) => wire.extend([&[0][..], &le.to_be_bytes()].concat()),
            (length, _) => {
                wire.push(0);
                wire.extend(u16::try_from(length).unwrap().to_be_bytes());
                wire.extend(body);
                wire.extend([0, 0]);
            }
        }
        wire
    }

    /// `None` when the code is wrong or missing on data.
    pub fn unwrap(&self, answer: &[u8]) -> Option<(Vec<u8>, u16)> {
        let (objects, status) = answer.split_last_chunk::<2>().unwrap();
        let status = u16::from_be_bytes(*status);
        if self.mode == Mode::Plain || objects.is_empty() {
            return Some((objects.to_vec(), status));
        }
        let (protected, code) = objects.split_at_checked(objects.len().checked_sub(10)?)?;
        if code[..2] != [0x8E, 8] || self.code(Vec::new(), protected, true) != code[2..] {
            return None;
        }
        let (cryptogram, inner) = protected.split_at(protected.len() - 4);
        assert_eq!(inner, [&[0x99, 2][..], &status.to_be_bytes()].concat());
        if cryptogram.is_empty() {
            return Some((Vec::new(), status));
        }
        // Whatever the form of the length: a whole number of blocks behind 01.
        let block = block_length(self.mode);
        let text = &cryptogram[cryptogram.len() - cryptogram.len() / block * block..];
        let text = if cryptogram.len() - text.len() < 3 {
            &text[block..]
        } else {
            text
        };
        let plain = decrypt(self.mode, &self.keys.0, text)?;
        Some((unpad(&plain)?.to_vec(), status))
    }

    pub fn select(&mut self, card: &mut Epass, identifier: u16) -> u16 {
        let data = identifier.to_be_bytes();
        self.send(card, [0, 0xA4, 0, 0], &data, Some(0x100)).1
    }

    /// The whole of the current file, in the sheet's chunks.
    pub fn read(&mut self, card: &mut Epass, identifier: u16) -> Vec<u8> {
        assert_eq!(self.select(card, identifier), 0x9000);
        let mut out = Vec::new();
        loop {
            let [high, low] = u16::try_from(out.len()).unwrap().to_be_bytes();
            let header = [0, 0xB0, high, low];
            match self.send(card, header, &[], Some(0xD8)) {
                (data, 0x9000) => out.extend(data),
                (_, 0x6B00) => return out,
                (_, status) if status >> 8 == 0x6C => {
                    out.extend(self.send(card, header, &[], Some(status & 0xFF)).0);
                    return out;
                }
                (_, status) => panic!("{status:04X}"),
            }
        }
    }

    pub fn challenge(&mut self, card: &mut Epass) -> [u8; 8] {
        let (random, status) = self.send(card, [0, 0x84, 0, 0], &[], Some(8));
        assert_eq!(status, 0x9000);
        random.try_into().unwrap()
    }

    /// GET CHALLENGE, EXTERNAL AUTHENTICATE.
    pub fn verify(&mut self, card: &mut Epass, kid: u8, pin: &[u8]) -> u16 {
        let challenge = self.challenge(card);
        let shown = response(&pin_key(pin), &challenge);
        self.status(card, [0, 0x82, 1, 0x80 | kid], &shown)
    }

    /// The counter, which costs nothing.
    pub fn tries(&mut self, card: &mut Epass, kid: u8) -> u16 {
        self.status(card, [0, 0x82, 1, 0x80 | kid], &[])
    }

    fn objects(&self, header: [u8; 4], data: &[u8], le: Option<u16>) -> Vec<u8> {
        let block = block_length(self.mode);
        let mut out = Vec::new();
        if !data.is_empty() {
            let text = pad(data, block);
            let text = encrypt(self.mode, &self.keys.0, &[0; 16][..block], &text).unwrap();
            let length = text.len() + 1;
            match u8::try_from(length) {
                Ok(short @ ..=0x7F) => out.extend([0x87, short]),
                _ => {
                    out.extend([0x87, 0x82]);
                    out.extend(u16::try_from(length).unwrap().to_be_bytes());
                }
            }
            out.push(1);
            out.extend(text);
        }
        match le {
            None => {}
            Some(le @ ..=0x7F) => out.extend([0x97, 1, u8::try_from(le).unwrap()]),
            Some(le) => out.extend([&[0x97, 2][..], &le.to_be_bytes()].concat()),
        }
        let code = if self.mode == Mode::Fips && out.is_empty() && header[1..3] == [0x82, 1] {
            cmac(&self.keys.1, &header)[..8].to_vec()
        } else {
            self.code(pad(&header, block), &out, self.mode != Mode::Fips)
        };
        out.extend([0x8E, 8]);
        out.extend(code);
        out
    }

    fn code(&self, mut text: Vec<u8>, protected: &[u8], padded: bool) -> Vec<u8> {
        let block = block_length(self.mode);
        if padded && !protected.is_empty() {
            text.extend(pad(protected, block));
        } else {
            text.extend(protected);
        }
        let counter = self.counter.to_be_bytes();
        let (_, counter) = counter.split_at(16 - block);
        match self.mode {
            Mode::Des => retail_mac(&self.keys.1, counter, &text).unwrap().to_vec(),
            Mode::Fips => {
                text.iter_mut().zip(counter).for_each(|(t, c)| *t ^= c);
                cmac(&self.keys.1, &text)[..8].to_vec()
            }
            _ => {
                let out = encrypt(self.mode, &self.keys.1, counter, &text).unwrap();
                out[out.len() - 16..][..8].to_vec()
            }
        }
    }
}
