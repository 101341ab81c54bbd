//! The eSign application of STARCOS 3 (sheet STARCOS): its files and objects have fixed
//! places, and no directory lists them.
//!
//! Its PUK, where there is one, is not public.

use securesign_card::pkcs15::Directory;

use super::super::super::Given;

/// On STARCOS 3.4, where its name tells that it is there.
pub static ESIGN_34: Given = Given {
    name: Some(b"\xA0\0\0\x02ESign"),
    home: DIRECTORY,
    lists: &[
        (Directory::PrivateKeys, KEYS),
        (Directory::Certificates, CERTIFICATES),
        (Directory::Authentication, PIN_34),
    ],
};

/// On STARCOS 3.5, where the answer to reset does.
pub static ESIGN_35: Given = Given {
    name: None,
    lists: &[
        (Directory::PrivateKeys, KEYS),
        (Directory::Certificates, CERTIFICATES),
        (Directory::Authentication, PIN_35),
    ],
    ..ESIGN_34
};

/// 3F00/0608.
const DIRECTORY: &[u8] = &[0x06, 0x08];

/// As EF(PrKDF) would have them: PrK.CH.AUT, which signs too, has the reference 81;
/// PrK.CH.ENC, which only deciphers, has 83. Both have 2048 bits, and want the PIN 01.
const KEYS: &[u8] = b"\
    \x30\x2E\
    \x30\x0F\x0C\x0APrK.CH.AUT\x04\x01\x01\
    \x30\x0B\x04\x01\x01\x03\x02\x02\xEC\x02\x02\x00\x81\
    \xA1\x0E\x30\x0C\x30\x06\x04\x04\x3F\x00\x06\x08\x02\x02\x08\x00\
    \x30\x2E\
    \x30\x0F\x0C\x0APrK.CH.ENC\x04\x01\x01\
    \x30\x0B\x04\x01\x02\x03\x02\x02\xCC\x02\x02\x00\x83\
    \xA1\x0E\x30\x0C\x30\x06\x04\x04\x3F\x00\x06\x08\x02\x02\x08\x00";

/// As EF(CDF) would have them: 3F00/0608/43F1 and 4301. A card may have one alone.
const CERTIFICATES: &[u8] = b"\
    \x30\x1F\
    \x30\x0A\x0C\x08C.CH.AUT\
    \x30\x03\x04\x01\x01\
    \xA1\x0C\x30\x0A\x30\x08\x04\x06\x3F\x00\x06\x08\x43\xF1\
    \x30\x1F\
    \x30\x0A\x0C\x08C.CH.ENC\
    \x30\x03\x04\x01\x02\
    \xA1\x0C\x30\x0A\x30\x08\x04\x06\x3F\x00\x06\x08\x43\x01";

/// As EF(AODF) would have it: 6 to 16 characters, at the root, and nothing unblocks it.
const PIN_34: &[u8] = b"\
    \x30\x2D\
    \x30\x09\x0C\x07UserPIN\
    \x30\x03\x04\x01\x01\
    \xA1\x1B\x30\x19\x03\x02\x03\x98\x0A\x01\x02\x02\x01\x06\x02\x01\x00\x02\x01\x10\
    \x80\x01\x01\x30\x04\x04\x02\x3F\x00";

/// The same with the reference 06.
const PIN_35: &[u8] = b"\
    \x30\x2D\
    \x30\x09\x0C\x07UserPIN\
    \x30\x03\x04\x01\x01\
    \xA1\x1B\x30\x19\x03\x02\x03\x98\x0A\x01\x02\x02\x01\x06\x02\x01\x00\x02\x01\x10\
    \x80\x01\x06\x30\x04\x04\x02\x3F\x00";

#[cfg(test)]
mod tests {
    use super::*;
    use securesign_card::pkcs15::{PinFlag, certificates, pins, private_keys};

    /// The values of the sheet.
    #[test]
    fn what_no_directory_lists_is_what_the_sheet_has() {
        let keys: Vec<_> = private_keys(KEYS)
            .into_iter()
            .map(|key| (key.id, key.reference, key.signs, key.bits, key.pin))
            .collect();
        let pin = Some(vec![1]);
        assert_eq!(
            keys,
            [
                (vec![1], Some(0x81), true, Some(2048), pin.clone()),
                (vec![2], Some(0x83), false, Some(2048), pin),
            ]
        );
        let files: Vec<_> = certificates(CERTIFICATES)
            .into_iter()
            .map(|it| (it.id, it.label, it.place.and_then(|place| place.file())))
            .collect();
        let label = |text: &str| Some(text.to_owned());
        assert_eq!(
            files,
            [
                (vec![1], label("C.CH.AUT"), Some(0x43F1)),
                (vec![2], label("C.CH.ENC"), Some(0x4301)),
            ]
        );
        for (list, reference) in [(PIN_34, 0x01), (PIN_35, 0x06)] {
            let [pin] = &pins(list)[..] else {
                panic!("one PIN");
            };
            assert_eq!((pin.min, pin.max, pin.reference), (6, Some(16), reference));
            let path = pin.path.as_ref().unwrap();
            assert_eq!(path.identifiers, [0x3F, 0x00]);
            assert!(pin.is(PinFlag::Initialized) && pin.is(PinFlag::UnblockDisabled));
            assert!(!pin.is(PinFlag::Local) && !pin.is(PinFlag::NeedsPadding));
        }
    }
}
