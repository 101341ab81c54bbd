//! Key derivation (KDF-DO, tag F9; specification 3.3 and later, 4.3.2): what is sent in
//! place of a PIN where the card wants that.

use securesign_card::channel::Channel;
use securesign_card::error::{CardError, malformed};
use securesign_card::pin::Pin;
use securesign_card::tlv;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::{Opened, get_data, is_absent};

/// KDF-DO.
const KDF: u32 = 0xF9;

const DURING: &str = "read the key derivation";

/// Most bytes that are hashed: what the one-byte count of RFC 4880, 3.7.1.3 can say at most.
const MOST: u32 = 65_011_712;

/// Whose salt is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// PW1.
    Pw1,
    /// The reset code.
    Code,
    /// PW3.
    Pw3,
}

impl Opened {
    /// Reads the KDF-DO where the card may have one. Read once for each card.
    pub(super) fn learn_kdf(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        if self.kdf.is_none() && self.related.may_derive {
            self.kdf = Some(read(card)?);
        }
        Ok(())
    }

    /// What goes to the card for this value, once the KDF-DO is known.
    pub(super) fn derive(
        &self,
        whose: Whose,
        value: &Pin,
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        derived(
            self.kdf.as_deref().unwrap_or_default(),
            whose,
            value.expose(),
        )
    }
}

/// The object; empty where there is none.
fn read(card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
    // What was begun to be read before need not be fetched for this.
    let part = card.peek(DURING, &get_data(0xF9))?;
    let response = card.complete(part)?;
    match response.sw {
        sw if sw.is_ok() => Ok(response.data),
        sw if is_absent(sw) => Ok(Vec::new()),
        // A PIN must not go out in the wrong form: it would cost a try.
        sw => Err(CardError::Refused { during: DURING, sw }),
    }
}

/// From the KDF-DO, with or without its own tag.
fn derived(kdf: &[u8], whose: Whose, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let content = tlv::expect(kdf, KDF).unwrap_or(kdf);
    let objects = tlv::split(content).map_err(malformed(DURING))?;
    let of = |tag| objects.iter().find(|it| it.tag == tag).map(|it| it.value);
    let nonsense = CardError::Malformed {
        during: DURING,
        at: 0,
    };
    match of(0x81) {
        None | Some([] | [0x00]) => return Ok(Zeroizing::new(value.to_vec())),
        // Iterated and salted S2K.
        Some([0x03]) => {}
        Some(_) => return Err(nonsense),
    }
    let own = match whose {
        Whose::Pw1 => 0x84,
        Whose::Code => 0x85,
        Whose::Pw3 => 0x86,
    };
    let count = of(0x83)
        .and_then(|it| it.try_into().ok())
        .map(u32::from_be_bytes);
    let (Some(salt), Some(count @ ..=MOST)) = (of(own).or(of(0x84)), count) else {
        return Err(nonsense);
    };
    match of(0x82) {
        Some([0x08]) => Ok(iterated::<Sha256>(salt, value, count)),
        Some([0x0A]) => Ok(iterated::<Sha512>(salt, value, count)),
        _ => Err(nonsense),
    }
}

/// RFC 4880, 3.7.1.3: salt and value over and over, cut off after `count` bytes, but once at
/// least.
fn iterated<D: Digest>(salt: &[u8], value: &[u8], count: u32) -> Zeroizing<Vec<u8>> {
    let mut once = Zeroizing::new(Vec::with_capacity(salt.len() + value.len()));
    once.extend_from_slice(salt);
    once.extend_from_slice(value);
    let mut left = (count as usize).max(once.len());
    let mut hash = D::new();
    while left > 0 && !once.is_empty() {
        let part = left.min(once.len());
        hash.update(&once[..part]);
        left -= part;
    }
    Zeroizing::new(hash.finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kdf(hash: u8, count: u32, salts: &[(u32, &[u8])]) -> Vec<u8> {
        let count = count.to_be_bytes();
        let mut objects: Vec<(u32, &[u8])> = vec![(0x81, &[0x03]), (0x83, &count)];
        let hash = [hash];
        objects.push((0x82, &hash));
        objects.extend(salts);
        tlv::template(KDF, &objects).unwrap()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Default PW1 and PW3, 100,000 bytes: the values that the public tests of several other
    /// programs have.
    #[test]
    fn default_pins_come_out_as_others_have_them() {
        let object = kdf(0x08, 100_000, &[(0x84, b"01234567"), (0x86, b"ABCDEFGH")]);
        let content = tlv::expect(&object, KDF).unwrap();
        // Some cards answer with the tag, others without.
        for object in [object.as_slice(), content] {
            assert_eq!(
                hex(&derived(object, Whose::Pw1, b"123456").unwrap()),
                "773784A602B6C81E3F092F4D7D00E17CC822D88F7360FCF2D2EF2D9D901F44B6"
            );
            assert_eq!(
                hex(&derived(object, Whose::Pw3, b"12345678").unwrap()),
                "2675D6164A0D4827D1D00C7EEA620D015C00030A1CAB38B4D0DD600B27DC9630"
            );
        }
    }

    /// Of another program's public tests, which have the first 16 bytes.
    #[test]
    fn sha_512_comes_out_as_others_have_it() {
        let salt = [0xE6, 0x7D, 0x13, 0x6B, 0x39, 0xE3, 0x44, 0x05];
        let object = kdf(0x0A, 1024, &[(0x84, &salt)]);
        let value = derived(&object, Whose::Pw1, b"Long_sentence_used_as_passphrase").unwrap();
        assert_eq!(value.len(), 64);
        assert_eq!(hex(&value[..16]), "C8CD4BA4F3F1D5B05906F0BB89346AAD");
    }

    #[test]
    fn a_salt_that_is_missing_is_that_of_pw1_and_less_than_one_round_is_one() {
        let object = kdf(0x08, 3, &[(0x84, b"testsalt")]);
        for whose in [Whose::Pw1, Whose::Code, Whose::Pw3] {
            let value = derived(&object, whose, b"123456").unwrap();
            assert_eq!(*value, *Sha256::digest(b"testsalt123456"));
        }
    }

    #[test]
    fn without_derivation_the_pin_goes_as_it_is_and_what_is_not_understood_sends_none() {
        for none in [
            &[] as &[u8],
            &[0x81, 0x01, 0x00],
            &[0xF9, 0x03, 0x81, 0x01, 0x00],
        ] {
            assert_eq!(*derived(none, Whose::Pw1, b"123456").unwrap(), *b"123456");
        }
        for nonsense in [
            kdf(0x09, 1000, &[(0x84, b"01234567")]),
            kdf(0x08, 1000, &[]),
            // The card would keep the computer busy.
            kdf(0x08, u32::MAX, &[(0x84, b"01234567")]),
            vec![0x81, 0x01, 0x04],
            vec![0x81, 0x7F],
        ] {
            let error = derived(&nonsense, Whose::Pw1, b"123456").unwrap_err();
            assert!(matches!(error, CardError::Malformed { .. }), "{error}");
        }
    }

    proptest! {
        #[test]
        fn r27_any_bytes_are_stood(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = derived(&bytes, Whose::Code, b"123456");
        }
    }
}
