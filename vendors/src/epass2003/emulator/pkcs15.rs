//! OpenSC's layout as its pkcs15-init leaves it: sheet §7.1, and what OpenSC 0.23 wrote
//! into a blank token of this emulator (onepin profile).

use super::access::{BY_USER, EVERYONE, NEVER};
use super::container::{Container, Usage};
use super::file::{Access, Content, File, MASTER};
use super::personalisation::{BuildError, Personalisation};
use super::system::System;
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv::element;

const MASTER_NAME: &[u8] = b"entersafe-fips";
const APPLICATION: u16 = 0x5015;
/// "PKCS-15", with its provider's identifier (PKCS#15 v1.1, 5.4.1).
const APPLICATION_NAME: &[u8] = b"\xA0\x00\x00\x00\x63PKCS-15";

/// Identifiers as the directory files have them; on the card they are a step apart.
const PRIVATE_KEY: u16 = 0x2900;
const CERTIFICATE: u16 = 0x3100;
const STEP: u16 = 0x20;
/// Most objects of one kind, and the iD of the first.
const MOST: usize = 8;
const FIRST_ID: u8 = 0x45;

/// Access bytes of files, of keys, and of what is only a place.
const OPEN: Access = [
    EVERYONE, BY_USER, NEVER, BY_USER, NEVER, NEVER, NEVER, NEVER,
];
const KEY: Access = [NEVER, BY_USER, BY_USER, BY_USER, NEVER, NEVER, NEVER, NEVER];
const DIRECTORY: Access = [
    EVERYONE, BY_USER, NEVER, BY_USER, NEVER, NEVER, NEVER, NEVER,
];

/// Tags of DER (X.690).
const BOOLEAN: u32 = 0x01;
const INTEGER: u32 = 0x02;
const BIT_STRING: u32 = 0x03;
const OCTET_STRING: u32 = 0x04;
const UTF8_STRING: u32 = 0x0C;
const GENERALIZED_TIME: u32 = 0x18;
const SEQUENCE: u32 = 0x30;
const TYPE_ATTRIBUTES: u32 = 0xA1;

/// Writes the whole image.
pub(super) fn fill(
    files: &mut System,
    personal: &Personalisation,
    seed: &[u8],
) -> Result<(), BuildError> {
    if personal.containers.len() > MOST {
        return Err(BuildError::TooMuch);
    }
    let master = files.insert(&[], File::directory(MASTER, MASTER_NAME, DIRECTORY));
    files.insert(&master, File::secret_store(0x5300, OPEN));
    let mut directory = File::directory(APPLICATION, APPLICATION_NAME, DIRECTORY);
    directory.content = Content::Directory(personal.secrets());
    let directory = files.insert(&master, directory);
    files.insert(&directory, File::secret_store(0x5301, OPEN));

    let authority = personal.authority(seed)?;
    let mut keys = Vec::new();
    let mut certificates = Vec::new();
    for (at, container) in (0..).zip(&personal.containers) {
        let number = usize::from(at) + 1;
        let (key, der) = personal.pair(seed, &authority, number, container)?;
        certificates.extend(certificate_entry(container, at));
        let file = CERTIFICATE | (STEP * u16::from(at));
        files.insert(&directory, File::transparent(file, der, OPEN));
        if container.keeps_key {
            let Some(key @ PrivateKey::Rsa(kind, _)) = key else {
                return Err(BuildError::Key(number));
            };
            let bits = kind.input_length().map_or(0, |bytes| bytes * 8);
            let bits = u16::try_from(bits).map_err(|_| BuildError::Key(number))?;
            keys.extend(key_entry(container, at, bits));
            let file = PRIVATE_KEY | (STEP * u16::from(at));
            files.insert(&directory, File::rsa_key(file, bits, key, KEY));
        }
    }
    let (pin, puk) = personal.tries;
    let contents = [
        (0x9F00, vec![pin, puk], 2),
        (0x5031, object_directory(), 512),
        (0x5032, token_info(personal), 128),
        (0x5033, Vec::new(), 128),
        (0x4401, Vec::new(), 256),
        (0x4402, keys, 1024),
        (0x4403, Vec::new(), 1024),
        (0x4404, certificates, 2048),
    ];
    for (file, mut content, size) in contents {
        if content.len() > size {
            return Err(BuildError::TooMuch);
        }
        content.resize(size, 0);
        files.insert(&directory, File::transparent(file, content, OPEN));
    }
    Ok(())
}

/// EF(ODF): PINs, private keys, public keys, certificates.
fn object_directory() -> Vec<u8> {
    [
        (0xA8, 0x4401),
        (0xA0, 0x4402),
        (0xA1, 0x4403),
        (0xA4, 0x4404),
    ]
    .into_iter()
    .flat_map(|(tag, file)| element(tag, &path(file)))
    .collect()
}

/// EF(TokenInfo): version, serial number, manufacturer, label, flags, lastUpdate.
fn token_info(personal: &Personalisation) -> Vec<u8> {
    let mut parts = vec![
        element(INTEGER, &[0]),
        element(OCTET_STRING, &personal.serial),
        element(UTF8_STRING, b"EnterSafe"),
        element(0x80, personal.label.as_bytes()),
        element(BIT_STRING, &[0x04, 0x10]),
    ];
    if !personal.changed.is_empty() {
        parts.push(element(0xA5, &element(GENERALIZED_TIME, &personal.changed)));
    }
    sequence(&parts)
}

/// EF(PrKDF), an RSA key that signs.
fn key_entry(container: &Container, at: u8, bits: u16) -> Vec<u8> {
    sequence(&[
        sequence(&[
            element(UTF8_STRING, label(container)),
            element(BIT_STRING, &[0x06, 0xC0]),
            element(OCTET_STRING, &[0x01]),
        ]),
        sequence(&[
            element(OCTET_STRING, &[FIRST_ID + at]),
            element(BIT_STRING, &[0x05, 0x20]),
            element(BIT_STRING, &[0x03, 0xB8]),
            element(INTEGER, &[at]),
        ]),
        element(
            TYPE_ATTRIBUTES,
            &sequence(&[
                path(PRIVATE_KEY | u16::from(at)),
                element(INTEGER, &bits.to_be_bytes()),
            ]),
        ),
    ])
}

/// EF(CDF).
fn certificate_entry(container: &Container, at: u8) -> Vec<u8> {
    let mut attributes = vec![element(OCTET_STRING, &[FIRST_ID + at])];
    if container.usage == Usage::Authority {
        attributes.push(element(BOOLEAN, &[0xFF]));
    }
    sequence(&[
        sequence(&[
            element(UTF8_STRING, label(container)),
            element(BIT_STRING, &[0x06, 0x40]),
        ]),
        sequence(&attributes),
        element(
            TYPE_ATTRIBUTES,
            &sequence(&[path(CERTIFICATE | u16::from(at))]),
        ),
    ])
}

fn label(container: &Container) -> &[u8] {
    match &container.label[..] {
        "" => b"Certificate",
        label => label.as_bytes(),
    }
}

/// Path, from the master file.
fn path(file: u16) -> Vec<u8> {
    let path = [MASTER, APPLICATION, file].map(u16::to_be_bytes).concat();
    sequence(&[element(OCTET_STRING, &path)])
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// As OpenSC 0.23 wrote them, but for the name of the holder in the key's entry, which
    /// nobody reads.
    #[test]
    fn directory_files_are_those_that_opensc_writes() {
        assert_eq!(
            hex(&object_directory()),
            "A80A300804063F0050154401A00A300804063F0050154402\
             A10A300804063F0050154403A40A300804063F0050154404"
        );
        let signing = Container::signing("CN=Asha Sharma");
        assert_eq!(
            hex(&key_entry(&signing, 0, 2048)),
            "303830140C0B4365727469666963617465030206C0040101\
             300E0401450302052003\
             0203B8020100A110300E300804063F005015290002020800"
        );
        assert_eq!(
            hex(&certificate_entry(&signing, 1)),
            "302630110C0B436572746966696361746503020640\
             3003040146A10C300A300804063F0050153101"
        );
        let authority = Container::authority("CN=Sub CA");
        assert_eq!(
            hex(&certificate_entry(&authority, 3)),
            "302930110C0B436572746966696361746503020640\
             30060401480101FFA10C300A300804063F0050153103"
        );
        let personal = Personalisation {
            label: "Made by OpenSC".to_owned(),
            changed: b"20261127061838Z".to_vec(),
            ..Personalisation::default()
        };
        assert_eq!(
            hex(&token_info(&personal)),
            "303F0201000408ED288A80390026010C09456E74657253616665\
             800E4D616465206279204F70656E534303020410\
             A511180F32303236313132373036313833385A"
        );
    }
}
