//! Files of a card (ISO 7816-4, 11.2.2 and 11.3.3): how they are found and read.

mod select;

use securesign_card::apdu::{Answer, Command};
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::iso;
use securesign_card::pkcs15::{Path, Place};
use securesign_card::profile::unless_refused;
use securesign_card::sw::StatusWord;

use super::PKCS15;
use crate::kept;

pub use select::{Selecting, Steps, select_root};
use select::{does_not_know, send_select, step};

/// Longest file that is read; below the offsets that READ BINARY can name.
const MAX: usize = certificate::MAX + 0x1000;

/// A file that comes in shorter chunks than this is not read to its end: a card that drips
/// a byte at a time would hold the reader for minutes.
const LEAST_CHUNK: usize = 0x40;

/// Most records of EF(DIR).
const RECORDS: u8 = 16;

/// The root (ISO 7816-4, 7.4.1).
const MASTER_FILE: [u8; 2] = [0x3F, 0x00];

/// The file has records.
const NOT_TRANSPARENT: StatusWord = StatusWord(0x6981);

/// The files of one card.
#[derive(Debug)]
pub struct Files {
    pub selecting: Selecting,
    /// Most bytes that one READ BINARY asks for.
    pub chunk: u16,
    /// Path of the application's directory from the root, without the root; `None`: it is
    /// known by its name only, and open.
    pub home: Option<Vec<u8>>,
    /// The name by which the application is always selected; empty: it has none.
    aid: &'static [u8],
    /// The directory that is open, where that is known.
    at: Option<Vec<u8>>,
    within: Within,
    /// The root was refused in every form: there is nothing below it either.
    pub is_rootless: bool,
}

/// What is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// The application, or what is named from the root where its path is known.
    Application,
    /// Something from the root, while nobody knows where from there the application is.
    Root,
    /// Another application.
    Another,
}

impl Files {
    pub fn new(aid: &'static [u8], selecting: Selecting, chunk: u16) -> Self {
        Self {
            selecting,
            chunk,
            home: None,
            aid,
            at: None,
            within: Within::Application,
            is_rootless: false,
        }
    }

    /// A dialogue begins, in the application or where that is selected next.
    pub fn start(&mut self) {
        self.forget();
        self.within = Within::Application;
    }

    /// The application's directory is looked for there.
    pub fn live_at(&mut self, home: Option<Vec<u8>>) {
        self.home = home;
        self.within = Within::Application;
    }

    /// Selects the application again, where anything else was selected since.
    pub fn come_back(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let within = std::mem::replace(&mut self.within, Within::Application);
        if within == Within::Application {
            return Ok(());
        }
        self.forget();
        let result = match (self.aid, &self.home) {
            ([], None) => iso::select(card, PKCS15).map(drop),
            ([], Some(_)) => self.go_home(card),
            (aid, _) => iso::select(card, aid).map(drop),
        };
        if result.is_err() {
            self.within = within;
        }
        result
    }

    /// What is open by now is not known.
    pub fn forget(&mut self) {
        self.at = None;
    }

    /// Opens the application's directory.
    pub fn go_home(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        match self.home.clone() {
            Some(home) => self.enter(card, "select the application", &home),
            None => Ok(()),
        }
    }

    /// Opens a directory, unless it is open.
    pub fn enter(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        directory: &[u8],
    ) -> Result<(), CardError> {
        if self.within == Within::Another {
            self.come_back(card)?;
        }
        if self.at.as_deref() == Some(directory) {
            return Ok(());
        }
        self.select(card, during, directory, true)?;
        self.at = Some(directory.to_vec());
        Ok(())
    }

    /// The path from the root of what a description names.
    pub fn absolute(&self, identifiers: &[u8]) -> Vec<u8> {
        match identifiers.strip_prefix(&MASTER_FILE) {
            Some(from_root) => from_root.to_vec(),
            None => [self.home.as_deref().unwrap_or_default(), identifiers].concat(),
        }
    }

    /// Selects a file that a description names; how long it is, where the card tells.
    pub fn open(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        identifiers: &[u8],
    ) -> Result<Option<usize>, CardError> {
        let by_name = self.home.is_none() && !identifiers.starts_with(&MASTER_FILE);
        if by_name || self.within == Within::Another {
            self.come_back(card)?;
        }
        if by_name {
            return self.select_below(card, during, identifiers);
        }
        let path = self.absolute(identifiers);
        let result = self.select(card, during, &path, false);
        match result {
            // From the root, where it is not in the application's directory.
            Err(CardError::Refused {
                sw: StatusWord::NOT_FOUND,
                ..
            }) if identifiers.len() > 2
                && path != identifiers
                && !identifiers.starts_with(&MASTER_FILE) =>
            {
                self.select(card, during, identifiers, false)
            }
            other => other,
        }
    }

    /// Selects a file or a directory.
    pub fn reach(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        identifiers: &[u8],
    ) -> Result<(), CardError> {
        let path = self.absolute(identifiers);
        if self.home.as_ref() == Some(&path) || path.is_empty() {
            return self.enter(card, during, &path);
        }
        match self.open(card, during, identifiers) {
            Err(CardError::Refused {
                sw: StatusWord::NOT_FOUND,
                ..
            }) => self.enter(card, during, &path),
            other => other.map(drop),
        }
    }

    /// Selects what is below the directory that is open, and was selected by its name.
    fn select_below(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        identifiers: &[u8],
    ) -> Result<Option<usize>, CardError> {
        let path = send_select(card, during, [0x09, 0x00], identifiers, Answer::Short);
        match path {
            Err(CardError::Refused { sw, .. }) if does_not_know(sw) => {
                let last = identifiers.last_chunk::<2>().copied().unwrap_or_default();
                send_select(card, during, [0x02, 0x00], &last, Answer::Short)
            }
            other => other,
        }
    }

    fn select(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &[u8],
        is_directory: bool,
    ) -> Result<Option<usize>, CardError> {
        let parent = &path[..path.len().saturating_sub(2)];
        let open = self.at.take();
        if self.home.is_none() {
            self.within = Within::Root;
        }
        let p2 = match self.selecting {
            Selecting::Path { directory } if is_directory => directory,
            Selecting::Path { .. } | Selecting::Either => 0x00,
            Selecting::InSteps(steps) => {
                let from = open
                    .as_deref()
                    .filter(|open| *open == parent && !is_directory);
                let rest = match from {
                    Some(open) => &path[open.len()..],
                    None => {
                        let p2 = steps.directory[1];
                        let root = select_root(card, during, p2, steps.answer);
                        self.is_rootless = matches!(root, Err(CardError::Refused { .. }));
                        root?;
                        path
                    }
                };
                let size = step(card, during, steps, rest, is_directory);
                self.at = size.is_ok().then(|| parent.to_vec());
                return size;
            }
        };
        let result = match path {
            [] => send_select(card, during, [0x00, p2], &MASTER_FILE, Answer::Short),
            path => send_select(card, during, [0x08, p2], path, Answer::Short),
        };
        match result {
            Err(CardError::Refused { sw, .. })
                if self.selecting == Selecting::Either && does_not_know(sw) =>
            {
                self.selecting = Selecting::InSteps(Steps::PLAIN);
                self.select(card, during, path, is_directory)
            }
            other => {
                self.at = other.is_ok().then(|| parent.to_vec());
                other
            }
        }
    }

    /// Reads what stands somewhere, no further than `enough` wants.
    pub fn read_place(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        place: &Place,
        enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, CardError> {
        match place {
            Place::File(path) => self.read(card, during, path, enough),
            Place::Here(value) => Ok(value.clone()),
        }
    }

    /// Selects a file and reads it, no further than `enough` wants.
    pub fn read(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &Path,
        enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, CardError> {
        let part = self.open_part(card, during, path)?;
        self.read_part(card, during, part, enough)
    }

    /// As [`Files::read`]; where the file still holds what was `kept` of it, and ends with that,
    /// no more than its end is read.
    pub fn read_unless_kept(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &Path,
        kept: Option<&[u8]>,
        enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, CardError> {
        let part = self.open_part(card, during, path)?;
        if let Some(kept) = kept
            && self.has(card, during, part, kept)?
        {
            return Ok(kept.to_vec());
        }
        self.read_part(card, during, part, enough)
    }

    /// Selects a file: where in it that begins which the path names, and how long it is, where
    /// anything tells.
    fn open_part(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &Path,
    ) -> Result<(usize, Option<usize>), CardError> {
        let size = match &path.application {
            Some(aid) => self.open_elsewhere(card, during, aid, &path.identifiers)?,
            None => self.open(card, during, &path.identifiers)?,
        };
        Ok(match path.part {
            Some((start, len)) => (start, Some(len)),
            None => (0, size),
        })
    }

    /// Whether the end of a certificate stands where it stood.
    fn has(
        &self,
        card: &mut Channel<'_>,
        during: &'static str,
        (start, told): (usize, Option<usize>),
        kept: &[u8],
    ) -> Result<bool, CardError> {
        if kept.len() > told.unwrap_or(MAX).min(MAX.saturating_sub(start)) {
            return Ok(false);
        }
        let Some((at, end)) = kept::end(kept, self.chunk.into()) else {
            return Ok(false);
        };
        let read = read_binary(card, during, start + at, end.len() as u16);
        Ok(unless_refused(read)?.is_some_and(|(bytes, _)| bytes == end))
    }

    fn read_part(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        (start, told): (usize, Option<usize>),
        enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, CardError> {
        let len = told.unwrap_or(MAX).min(MAX.saturating_sub(start));
        let mut bytes = Vec::new();
        let mut chunks = 0;
        while bytes.len() < len && !enough(&bytes) {
            chunks += 1;
            if chunks > 1 + len.div_ceil(LEAST_CHUNK) {
                let at = bytes.len();
                return Err(CardError::Malformed { during, at });
            }
            let left = u16::try_from(len - bytes.len()).unwrap_or(u16::MAX);
            let at = start + bytes.len();
            let (chunk, is_last) = read_binary(card, during, at, left.min(self.chunk))?;
            bytes.extend_from_slice(&chunk);
            if is_last || chunk.is_empty() {
                break;
            }
        }
        Ok(bytes)
    }

    /// A file of another application than that of the description.
    fn open_elsewhere(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        aid: &[u8],
        identifiers: &[u8],
    ) -> Result<Option<usize>, CardError> {
        self.forget();
        self.within = Within::Another;
        iso::select(card, aid)?;
        self.select_below(card, during, identifiers)
    }
}

/// READ BINARY, and whether that was the end; for a file of records, all of them.
fn read_binary(
    card: &mut Channel<'_>,
    during: &'static str,
    offset: usize,
    len: u16,
) -> Result<(Vec<u8>, bool), CardError> {
    // Bit 8 of P1 would make it a short file identifier. MAX is below that.
    let [high, low] = (offset as u16).to_be_bytes();
    let command = Command::new([0x00, 0xB0, high, low]).answer(Answer::Exact(len));
    let response = card.send(during, &command)?;
    match response.sw {
        StatusWord::OK => Ok((response.data, false)),
        StatusWord::END => Ok((response.data, true)),
        StatusWord::BEHIND_END if offset > 0 => Ok((Vec::new(), true)),
        NOT_TRANSPARENT if offset == 0 => Ok((read_records(card, during)?, true)),
        sw => Err(CardError::Refused { during, sw }),
    }
}

/// READ RECORD (ISO 7816-4, 11.4.3), one after the other.
fn read_records(card: &mut Channel<'_>, during: &'static str) -> Result<Vec<u8>, CardError> {
    let mut records = Vec::new();
    for number in 1..=RECORDS {
        let command = Command::new([0x00, 0xB2, number, 0x04]).answer(Answer::Short);
        match unless_refused(card.require(during, &command))? {
            Some(record) => records.extend(record),
            None => break,
        }
    }
    Ok(records)
}
