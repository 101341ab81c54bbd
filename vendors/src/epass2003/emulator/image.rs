//! The vendor's layout as a personalised token has it: sheet §8.2 and §8.3.

use rsa::traits::PublicKeyParts;
use sha1::{Digest, Sha1};

use super::access::{BY_OFFICER, BY_USER, EVERYONE, NEVER};
use super::container::{Container, Id, Usage};
use super::file::{Access, Content, File, MASTER};
use super::personalisation::{BuildError, Personalisation};
use super::system::System;
use crate::emulator::key::PrivateKey;

const APPLICATION: u16 = 0x2003;
const APPLICATION_NAME: [u8; 16] = *b"ENTERSAFE-ESPK\0\0";
/// Seen on tokens of this layout; no sign of anything.
const MASTER_NAME: &[u8] = b"1PAY.SYS.DDF01";
const INDEX: u16 = 0x6F01;
const FIRST_FILE: u16 = 0x2400;
/// Private keys A020, A040 …; public handles 8020, 8040 …
const PRIVATE: u16 = 0xA000;
const PUBLIC: u16 = 0x8000;
const STEP: u16 = 0x20;
/// Records in the index, used or not.
const SLOTS: usize = 40;
const CONTAINER_MAP_LENGTH: usize = 0x400;
const CONTAINER_MAP_HEAD: usize = 32;

/// Access bytes: read, update, write, delete.
const OPEN: Access = [
    EVERYONE, BY_USER, BY_USER, BY_OFFICER, NEVER, NEVER, NEVER, NEVER,
];
const SEALED: Access = [NEVER; 8];
const KEY: Access = [
    NEVER, BY_OFFICER, BY_USER, BY_OFFICER, NEVER, NEVER, NEVER, NEVER,
];
const DIRECTORY: Access = [EVERYONE, BY_USER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER];

/// Attributes, PKCS#11 2.40 §4 and the vendor's own.
mod attribute {
    pub const CLASS: u32 = 0x0000;
    pub const LABEL: u32 = 0x0003;
    pub const VALUE: u32 = 0x0011;
    pub const ID: u32 = 0x0102;
    pub const DECRYPT: u32 = 0x0105;
    pub const SIGN: u32 = 0x0107;
    pub const SIGN_RECOVER: u32 = 0x0108;
    pub const MODULUS: u32 = 0x0120;
    pub const PUBLIC_EXPONENT: u32 = 0x0122;
    pub const HANDLE: u32 = 0x8000_0100;
}
/// Values of the class attribute.
const CERTIFICATE: u32 = 1;
const PUBLIC_KEY: u32 = 2;
const PRIVATE_KEY: u32 = 3;

/// Writes the whole image.
pub(super) fn fill(
    files: &mut System,
    personal: &Personalisation,
    seed: &[u8],
) -> Result<(), BuildError> {
    let master = files.insert(&[], File::directory(MASTER, MASTER_NAME, SEALED));
    files.insert(&master, File::secret_store(0x5300, SEALED));
    let mut directory = File::directory(APPLICATION, &APPLICATION_NAME, DIRECTORY);
    directory.content = Content::Directory(personal.secrets());
    let directory = files.insert(&master, directory);
    files.insert(&directory, File::secret_store(0x5301, SEALED));

    let authority = personal.authority(seed)?;
    let mut contents = Contents::default();
    for (at, container) in personal.containers.iter().enumerate() {
        let number = at + 1;
        let (key, der) = personal.pair(seed, &authority, number, container)?;
        let key = contents.add(container, number, key, &der)?;
        if let Some(key) = key {
            files.insert(&directory, key);
        }
        if personal.hole && at == 0 {
            contents.objects.push(None);
        }
    }
    let mut index = Index::default();
    let own = contents.own(personal).map(Some);
    for object in own.into_iter().chain(contents.objects) {
        match object {
            Some(object) => {
                files.insert(&directory, index.file(object)?);
            }
            None => index.hole(),
        }
    }
    files.insert(&directory, index.finish()?);
    Ok(())
}

/// A file that the index names.
struct Object {
    place: &'static str,
    name: String,
    access: u8,
    data: Vec<u8>,
}

impl Object {
    fn new(place: &'static str, name: impl Into<String>, access: u8, data: Vec<u8>) -> Self {
        Self {
            place,
            name: name.into(),
            access,
            data,
        }
    }
}

/// What the containers bring along.
#[derive(Default)]
struct Contents {
    /// `None`: one that was deleted.
    objects: Vec<Option<Object>>,
    /// Of private and public keys.
    handles: Vec<(u16, u16)>,
    /// As Windows wants them.
    names: Vec<Vec<u8>>,
}

impl Contents {
    /// Takes in one container; the file of its key where it keeps one.
    fn add(
        &mut self,
        container: &Container,
        number: usize,
        key: Option<PrivateKey>,
        der: &[u8],
    ) -> Result<Option<File>, BuildError> {
        let step = STEP * u16::try_from(number).map_err(|_| BuildError::TooMuch)?;
        let parts = Parts::new(container, number, step, key.as_ref(), der);
        let mut pkcs11 = |kind: &str, access, data| {
            let name = format!("{kind}{number:04}");
            let object = Object::new("pkcs11", name, access, data);
            self.objects.push(Some(object));
        };
        let mut file = None;
        if container.keeps_key {
            let Some(key @ PrivateKey::Rsa(kind, _)) = key else {
                return Err(BuildError::Key(number));
            };
            let bits = kind.input_length().map_or(0, |bytes| bytes * 8);
            let bits = u16::try_from(bits).map_err(|_| BuildError::Key(number))?;
            pkcs11("pubk", 0xD0, parts.public_key());
            pkcs11("prvk", 0xD3, parts.private_key());
            file = Some(File::rsa_key(PRIVATE | step, bits, key, KEY));
            self.handles.push((PRIVATE | step, PUBLIC | step));
            self.names.push(windows_record(number, bits));
        }
        pkcs11("cert", 0xD0, parts.certificate(der));
        Ok(file)
    }

    /// The files that are not of one container.
    fn own(&self, personal: &Personalisation) -> [Object; 4] {
        let serial = personal.serial;
        let (names, handles) = (self.names.concat(), container_map(&self.handles));
        [
            Object::new("mscp", "cmapfile", 0xD0, names),
            Object::new("internal", "containermap", 0xD0, handles),
            Object::new("", "cardid", 0x93, [serial, serial].concat()),
            Object::new("tkinfdir", "tokeninfo", 0xDB, token_info(personal)),
        ]
    }
}

/// The index of all files, and the identifiers that it gives them.
struct Index {
    records: Vec<u8>,
    next: u16,
}

impl Default for Index {
    fn default() -> Self {
        let folders = ["mscp", "pkcs11", "internal", "tkinfdir"];
        let folder = |name| record(u16::MAX, name, "", 0, 0, 0);
        Self {
            records: folders.into_iter().flat_map(folder).collect(),
            next: FIRST_FILE,
        }
    }
}

impl Index {
    /// The file of an object, named from now on.
    fn file(&mut self, object: Object) -> Result<File, BuildError> {
        let Object {
            place,
            name,
            access,
            mut data,
        } = object;
        let used = u16::try_from(data.len()).map_err(|_| BuildError::TooMuch)?;
        // Certificates have room behind them; what stands there means nothing.
        if name.starts_with("cert") {
            data.resize(data.len().next_multiple_of(0x40), 0);
        }
        let size = u16::try_from(data.len()).map_err(|_| BuildError::TooMuch)?;
        let identifier = self.next;
        let record = record(identifier, place, &name, access, used, size);
        self.records.extend(record);
        self.next += STEP;
        Ok(File::transparent(identifier, data, OPEN))
    }

    /// A record that is free.
    fn hole(&mut self) {
        self.records.extend(record(0, "", "", 0, 0, 0));
        self.next += STEP;
    }

    /// Its own file.
    fn finish(mut self) -> Result<File, BuildError> {
        if self.records.len() > SLOTS * 30 {
            return Err(BuildError::TooMuch);
        }
        self.records.resize(SLOTS * 30, 0);
        Ok(File::transparent(INDEX, self.records, OPEN))
    }
}

/// One record of the index, 30 bytes.
fn record(identifier: u16, place: &str, name: &str, access: u8, used: u16, size: u16) -> Vec<u8> {
    let mut out = identifier.to_le_bytes().to_vec();
    out.extend(place.as_bytes());
    out.resize(12, 0);
    out.extend(name.as_bytes());
    out.resize(25, 0);
    out.push(access);
    out.extend(used.to_le_bytes());
    out.extend(size.to_le_bytes());
    out
}

fn container_map(handles: &[(u16, u16)]) -> Vec<u8> {
    let mut out = vec![0; CONTAINER_MAP_HEAD];
    for (private, public) in handles {
        out.extend(u32::from(*private).to_le_bytes());
        out.extend(u32::from(*public).to_le_bytes());
        out.extend([0; 16]);
    }
    out.resize(CONTAINER_MAP_LENGTH.max(out.len()), 0);
    out
}

/// CONTAINER_MAP_RECORD of the Windows minidriver specification: a name of 40 UTF-16
/// units, flags, a reserved byte, bits of the signing key, bits of the exchange key.
fn windows_record(number: usize, bits: u16) -> Vec<u8> {
    let name = format!("{{00000000-0000-4000-8000-{number:012}}}");
    let mut out: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    out.resize(80, 0);
    out.extend([u8::from(number == 1) << 1 | 1, 0]);
    out.extend(bits.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out
}

fn token_info(personal: &Personalisation) -> Vec<u8> {
    let mut out = personal.label.clone().into_bytes();
    out.resize(32, b' ');
    out.extend(personal.serial);
    out
}

/// The attributes that the files of one container share.
struct Parts<'a> {
    container: &'a Container,
    label: String,
    id: Option<Vec<u8>>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    step: u16,
}

impl<'a> Parts<'a> {
    fn new(
        container: &'a Container,
        number: usize,
        step: u16,
        key: Option<&PrivateKey>,
        der: &[u8],
    ) -> Self {
        let (modulus, exponent) = match key {
            Some(PrivateKey::Rsa(_, key)) => (key.n_bytes().to_vec(), key.e_bytes().to_vec()),
            _ => (Vec::new(), Vec::new()),
        };
        let id = match &container.id {
            Id::Hash if modulus.is_empty() => Some(Sha1::digest(der).to_vec()),
            Id::Hash => Some(Sha1::digest(&modulus).to_vec()),
            Id::Bytes(bytes) => Some(bytes.clone()),
            Id::Missing => None,
        };
        let label = match &container.label[..] {
            "" => format!("le-{number:04}"),
            label => label.to_owned(),
        };
        Self {
            container,
            label,
            id,
            modulus: [&[0], &modulus[..]].concat(),
            exponent,
            step,
        }
    }

    fn certificate(&self, der: &[u8]) -> Vec<u8> {
        let mut out = self.common(CERTIFICATE);
        out.extend(entry(attribute::VALUE, der));
        out
    }

    fn public_key(&self) -> Vec<u8> {
        let mut out = self.common(PUBLIC_KEY);
        out.extend(entry(attribute::MODULUS, &self.modulus));
        out.extend(entry(attribute::PUBLIC_EXPONENT, &self.exponent));
        out.extend(entry(attribute::HANDLE, &handle(PUBLIC | self.step)));
        out
    }

    fn private_key(&self) -> Vec<u8> {
        let signs = u8::from(self.container.usage != Usage::Encryption);
        let mut out = self.common(PRIVATE_KEY);
        out.extend(entry(attribute::DECRYPT, &[1 - signs]));
        out.extend(entry(attribute::SIGN, &[signs]));
        out.extend(entry(attribute::SIGN_RECOVER, &[signs]));
        if !self.container.protected {
            out.extend(entry(attribute::MODULUS, &self.modulus));
            out.extend(entry(attribute::HANDLE, &handle(PRIVATE | self.step)));
        }
        out
    }

    fn common(&self, class: u32) -> Vec<u8> {
        let mut out = entry(attribute::CLASS, &class.to_le_bytes());
        out.extend(entry(attribute::LABEL, self.label.as_bytes()));
        if let Some(id) = &self.id {
            out.extend(entry(attribute::ID, id));
        }
        out
    }
}

/// Type, length, value.
fn entry(kind: u32, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), value].concat()
}

fn handle(identifier: u16) -> [u8; 4] {
    u32::from(identifier).to_le_bytes()
}
