//! A file system as ISO/IEC 7816-4:2013 §5.3 and §7.1 have it: directories, transparent
//! files, records, and internal files, which are there and cannot be read.

use std::collections::BTreeMap;

use super::apdu::sw;
use super::tlv;

/// The master file.
pub(crate) const MASTER: u16 = 0x3F00;

/// Tags of file control parameters (ISO/IEC 7816-4:2013 table 12).
pub(crate) mod tag {
    pub const PARAMETERS: u32 = 0x62;
    pub const INFORMATION: u32 = 0x6F;
    pub const SIZE: u32 = 0x80;
    pub const WHOLE_SIZE: u32 = 0x81;
    pub const DESCRIPTOR: u32 = 0x82;
    pub const IDENTIFIER: u32 = 0x83;
    pub const NAME: u32 = 0x84;
    pub const PROPRIETARY: u32 = 0x85;
    pub const ACCESS: u32 = 0x86;
    pub const SHORT_IDENTIFIER: u32 = 0x88;
    pub const LIFE_CYCLE: u32 = 0x8A;
}

/// First byte of the descriptor, without the bit of shareable files.
mod descriptor {
    pub const DIRECTORY: u8 = 0x38;
    pub const TRANSPARENT: u8 = 0x01;
    pub const RECORDS: std::ops::RangeInclusive<u8> = 0x02..=0x07;
    pub const SHAREABLE: u8 = 0x40;
}

/// Identifiers from the master file down, itself left out.
pub(crate) type Path = Vec<u16>;

/// What is in a file.
pub(crate) enum Content {
    Directory,
    Transparent(Vec<u8>),
    Records(Vec<Vec<u8>>),
    Internal,
}

/// One file and the parameters that it was created with, in their order.
pub(crate) struct File {
    pub parameters: Vec<(u32, Vec<u8>)>,
    pub content: Content,
}

impl File {
    /// Reads the parameters of CREATE FILE; bytes that were never written are `blank`.
    pub fn parse(data: &[u8], blank: u8) -> Option<(u16, Self)> {
        let (tag::PARAMETERS | tag::INFORMATION, value, []) = tlv::read(data)? else {
            return None;
        };
        let parameters: Vec<_> = tlv::read_all(value)?
            .into_iter()
            .map(|(tag, value)| (tag, value.to_vec()))
            .collect();
        let mut file = Self {
            parameters,
            content: Content::Internal,
        };
        let first = file.parameter(tag::DESCRIPTOR)?.first()? & !descriptor::SHAREABLE;
        file.content = match first {
            descriptor::DIRECTORY => Content::Directory,
            descriptor::TRANSPARENT => Content::Transparent(vec![blank; file.size()]),
            first if descriptor::RECORDS.contains(&first) => Content::Records(Vec::new()),
            _ => Content::Internal,
        };
        let identifier = file.parameter(tag::IDENTIFIER)?.try_into().ok()?;
        Some((u16::from_be_bytes(identifier), file))
    }

    /// A file made of these parameters, which are well-formed.
    pub fn new(parameters: &[(u32, &[u8])], content: Content) -> Self {
        Self {
            parameters: parameters
                .iter()
                .map(|(tag, value)| (*tag, value.to_vec()))
                .collect(),
            content,
        }
    }

    /// The value of a parameter.
    pub fn parameter(&self, tag: u32) -> Option<&[u8]> {
        let found = self.parameters.iter().find(|(t, _)| *t == tag)?;
        Some(&found.1)
    }

    /// As created, two bytes at most.
    pub fn size(&self) -> usize {
        let size = self.parameter(tag::SIZE);
        let size = size.or_else(|| self.parameter(tag::WHOLE_SIZE));
        match size.unwrap_or_default() {
            [low] => usize::from(*low),
            [high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => 0,
        }
    }

    /// Whether it can have children.
    pub fn is_directory(&self) -> bool {
        matches!(self.content, Content::Directory)
    }

    /// All parameters in one template.
    pub fn template(&self, outer: u32) -> Vec<u8> {
        let inner: Vec<u8> = self
            .parameters
            .iter()
            .flat_map(|(tag, value)| tlv::element(*tag, value))
            .collect();
        tlv::element(outer, &inner)
    }
}

/// The tree.
pub(crate) struct Files {
    files: BTreeMap<Path, File>,
}

impl Files {
    /// A card with a master file alone, or with none.
    pub fn new(master: Option<File>) -> Self {
        Self {
            files: master.into_iter().map(|file| (Path::new(), file)).collect(),
        }
    }

    pub fn at(&self, path: &[u16]) -> Option<&File> {
        self.files.get(path)
    }

    pub fn at_mut(&mut self, path: &[u16]) -> Option<&mut File> {
        self.files.get_mut(path)
    }

    pub fn insert(&mut self, path: Path, file: File) {
        self.files.insert(path, file);
    }

    /// Removes a file and all below it.
    pub fn remove(&mut self, path: &[u16]) {
        self.files.retain(|at, _| !at.starts_with(path));
    }

    /// Identifiers and files of one directory.
    pub fn children<'a>(&'a self, of: &'a [u16]) -> impl Iterator<Item = (u16, &'a File)> {
        self.files.iter().filter_map(move |(at, file)| {
            let (last, parent) = at.split_last()?;
            (parent == of).then_some((*last, file))
        })
    }

    /// The directory that a path means: itself, or the one that it is in.
    pub fn directory(&self, path: &[u16]) -> Path {
        match (self.at(path), path.split_last()) {
            (Some(file), Some((_, parent))) if !file.is_directory() => parent.to_vec(),
            _ => path.to_vec(),
        }
    }

    /// A file of this identifier wherever it is, the nearest to the master file first.
    pub fn anywhere(&self, identifier: u16) -> Option<Path> {
        let ends = |path: &&Path| path.last() == Some(&identifier);
        self.files
            .keys()
            .filter(ends)
            .min_by_key(|path| path.len())
            .cloned()
    }

    /// The directory of this name, which may be cut at its end.
    pub fn named(&self, name: &[u8]) -> Option<Path> {
        if name.is_empty() {
            return None;
        }
        let fits = |file: &File| {
            file.parameter(tag::NAME)
                .is_some_and(|n| n.starts_with(name))
        };
        let found = self.files.iter().find(|(_, file)| fits(file))?;
        Some(found.0.clone())
    }

    /// The file of this short identifier in a directory.
    pub fn short(&self, directory: &[u16], number: u8) -> Option<Path> {
        let is = |identifier: u16, file: &File| match file.parameter(tag::SHORT_IDENTIFIER) {
            Some([short]) => *short >> 3 == number,
            Some(_) => false,
            None => identifier & 0x1F == u16::from(number),
        };
        let found = self.children(directory).find(|(id, file)| is(*id, file))?;
        Some([directory, &[found.0]].concat())
    }

    /// What SELECT means by P1 and its data (ISO/IEC 7816-4:2013 table 39).
    pub fn find(&self, current: &[u16], p1: u8, data: &[u8]) -> Result<Path, u16> {
        let directory = self.directory(current);
        let path = match p1 {
            0x00 => self.by_identifier(&directory, data)?,
            0x01 => self.child(&directory, data, Some(true))?,
            0x02 => self.child(&directory, data, Some(false))?,
            0x03 => {
                let parent = directory.split_last().map(|(_, parent)| parent.to_vec());
                parent.ok_or(sw::NOT_FOUND)?
            }
            0x04 => self.named(data).ok_or(sw::NOT_FOUND)?,
            0x08 => identifiers(data)?,
            0x09 => [directory, identifiers(data)?].concat(),
            _ => return Err(sw::WRONG_P1P2),
        };
        self.at(&path).map(|_| path).ok_or(sw::NOT_FOUND)
    }

    /// A child, the directory itself, its parent, or a directory beside it.
    fn by_identifier(&self, directory: &[u16], data: &[u8]) -> Result<Path, u16> {
        let wanted = match identifiers(data)?[..] {
            [] | [MASTER] => return Ok(Path::new()),
            [identifier] => identifier,
            _ => return Err(sw::BAD_DATA),
        };
        if let Ok(child) = self.child(directory, data, None) {
            return Ok(child);
        }
        let Some((own, parent)) = directory.split_last() else {
            return Err(sw::NOT_FOUND);
        };
        if *own == wanted {
            return Ok(directory.to_vec());
        }
        if parent.last() == Some(&wanted) {
            return Ok(parent.to_vec());
        }
        self.child(parent, data, Some(true))
    }

    fn child(&self, of: &[u16], data: &[u8], directory: Option<bool>) -> Result<Path, u16> {
        let [identifier] = identifiers(data)?[..] else {
            return Err(sw::BAD_DATA);
        };
        let path = [of, &[identifier]].concat();
        let file = self.at(&path).ok_or(sw::NOT_FOUND)?;
        match directory {
            Some(wanted) if wanted != file.is_directory() => Err(sw::NOT_FOUND),
            _ => Ok(path),
        }
    }
}

/// Two bytes each.
pub(crate) fn identifiers(data: &[u8]) -> Result<Path, u16> {
    let (pairs, []) = data.as_chunks::<2>() else {
        return Err(sw::BAD_DATA);
    };
    Ok(pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect())
}
