//! Certificates that were read before, known again by their end: there stands the signature of
//! their authority over all the rest, so that what ends alike is the same certificate.
//!
//! So nothing but the certificate itself has to tell that it is still on the card, and no key,
//! PIN or file is taken from what was kept.

use securesign_card::cache::{self, Name};
use securesign_card::channel::Channel;

/// Most bytes of an end that are compared: a whole signature of RSA-2048, and one short answer.
const END: usize = 0x0100;

/// Fewer are not compared: no certificate is signed with less.
const LEAST: usize = 0x40;

/// What the certificate in this place of a family's cards is kept under. Cards of one family
/// may well have the same places: the end tells whose it is.
pub fn name(family: &str, place: &[&[u8]]) -> Name {
    cache::name(&[&[b"certificate", family.as_bytes()], place].concat())
}

/// The file that is kept under this name, if it `fits`: what is no whole certificate
/// ends anywhere.
pub fn find(card: &Channel<'_>, name: &Name, fits: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let file = card.cache()?.find(name)?;
    fits(&file).then_some(file)
}

/// Keeps a file that holds a certificate and nothing else.
pub fn keep(card: &Channel<'_>, name: &Name, file: &[u8]) {
    if let Some(cache) = card.cache() {
        cache.keep(name, file);
    }
}

/// The end of a certificate's file, at most so many bytes of it, and where that begins. What
/// may only fill the file up tells nothing.
pub fn end(file: &[u8], most: usize) -> Option<(usize, &[u8])> {
    let fills = |byte: &u8| matches!(byte, 0x00 | 0xFF);
    let len = file.len() - file.iter().rev().take_while(|byte| fills(byte)).count();
    let at = len - len.min(most).min(END);
    (len - at >= LEAST).then(|| (at, &file[at..len]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_a_file_is_not_its_end() {
        let certificate: Vec<u8> = (0..600_usize).map(|at| (at % 251) as u8 + 1).collect();
        for filling in [&[][..], &[0x00; 300], &[0xFF; 300]] {
            let file = [&certificate[..], filling].concat();
            assert_eq!(end(&file, 0x0400), Some((344, &certificate[344..])));
            assert_eq!(end(&file, 0x80), Some((472, &certificate[472..])));
        }
        assert_eq!(end(&[0x00; 600], 0x0100), None);
        assert_eq!(end(&certificate[..0x3F], 0x0100), None);
        assert_eq!(end(&[], 0x0100), None);
    }
}
