//! A PDF as it is read: lopdf understands it, and what a signature changes is found in the
//! file's own bytes. What lopdf has to repair is refused, since another reader may repair it
//! in another way.

use std::borrow::Cow;
use std::collections::HashSet;

use lopdf::xref::{XrefEntry, XrefType};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::lexer::{self, Entry, Kind};
use crate::{Damage, Refusal};

/// The largest document, in bytes.
pub const LIMIT: usize = 256 << 20;
/// The largest that an object stream or a cross-reference stream may inflate to.
const INFLATED: usize = 128 << 20;
/// The most objects that a file may have: Acrobat's limit (ISO 32000-1, annex C).
const OBJECTS: u32 = 8_388_607;
/// Most sections of cross-references, an update each.
const SECTIONS: usize = 4096;

/// A PDF that was understood, and its bytes.
pub(super) struct File {
    pub bytes: Vec<u8>,
    pub document: Document,
    /// Offset of the newest section of cross-references.
    pub startxref: usize,
    /// Whether that is a table; else it is a stream.
    pub is_table: bool,
    /// `/Size`: the first number that no object has.
    pub size: u32,
}

/// A dictionary or an array, in the file's own bytes.
pub(super) struct Raw<'a> {
    pub id: ObjectId,
    pub bytes: Cow<'a, [u8]>,
}

impl File {
    pub fn read(bytes: Vec<u8>) -> Result<Self, Refusal> {
        check_ends(&bytes)?;
        let options = LoadOptions {
            max_decompressed_size: Some(INFLATED),
            ..LoadOptions::default()
        };
        let document = Document::load_mem_with_options(&bytes, options).map_err(unread)?;
        if document.is_encrypted() || document.was_encrypted() {
            return Err(Refusal::Encrypted);
        }
        if document.xref_recovery.is_some() {
            return Err(Refusal::Damaged(Damage::References));
        }
        let size = document.trailer.get(b"Size").and_then(Object::as_i64);
        let size = size.ok().and_then(|size| u32::try_from(size).ok());
        let size = size.filter(|size| *size <= OBJECTS);
        let is_table = matches!(
            document.reference_table.cross_reference_type,
            XrefType::CrossReferenceTable
        );
        let file = Self {
            startxref: document.xref_start,
            is_table,
            size: size.ok_or(Refusal::Damaged(Damage::Unreadable))?,
            bytes,
            document,
        };
        file.check_sections()?;
        Ok(file)
    }

    /// Whether each section of cross-references leads to an earlier one, and the last to none.
    fn check_sections(&self) -> Result<(), Refusal> {
        let damaged = || Refusal::Damaged(Damage::Updates);
        let mut seen = HashSet::new();
        let mut next = Some(self.startxref);
        while let Some(at) = next {
            if !seen.insert(at) || seen.len() > SECTIONS {
                return Err(damaged());
            }
            let (entries, dictionary) = self.trailer(at).ok_or_else(damaged)?;
            next = match entries.iter().find(|entry| entry.key == b"Prev") {
                None => None,
                Some(prev) => {
                    let token = lexer::token(&self.bytes, prev.value.start);
                    let offset = token.and_then(|token| lexer::integer(&self.bytes, &token));
                    let offset = offset.and_then(|offset| usize::try_from(offset).ok());
                    Some(offset.ok_or_else(damaged)?)
                }
            };
            debug_assert!(dictionary.end <= self.bytes.len());
        }
        Ok(())
    }

    /// The trailer dictionary of the section at `at`, whichever kind that is.
    fn trailer(&self, at: usize) -> Option<(Vec<Entry>, std::ops::Range<usize>)> {
        let mut token = lexer::token(&self.bytes, at)?;
        let is = |token: &lexer::Token, word: &[u8]| self.bytes[token.span.clone()] == *word;
        if !is(&token, b"xref") {
            let generation = lexer::token(&self.bytes, token.span.end)?;
            let object = lexer::token(&self.bytes, generation.span.end)?;
            is(&object, b"obj").then_some(())?;
            return lexer::dictionary(&self.bytes, object.span.end);
        }
        while !is(&token, b"trailer") {
            token = lexer::token(&self.bytes, token.span.end)?;
            (token.kind == Kind::Word).then_some(())?;
        }
        lexer::dictionary(&self.bytes, token.span.end)
    }

    /// An object as it stands in the file or in one of its object streams.
    pub fn raw(&self, id: ObjectId) -> Result<Raw<'_>, Refusal> {
        const LOST: Refusal = Refusal::Damaged(Damage::References);
        let entry = self.document.reference_table.get(id.0).ok_or(LOST)?;
        let bytes = match *entry {
            XrefEntry::Normal { offset, generation } if generation == id.1 => {
                let at = usize::try_from(offset).map_err(|_| LOST)?;
                Cow::Borrowed(&self.bytes[self.body(at, id).ok_or(LOST)?])
            }
            XrefEntry::Compressed { container, index } if id.1 == 0 => {
                Cow::Owned(self.packed(container, index, id.0).ok_or(LOST)?)
            }
            _ => return Err(LOST),
        };
        Ok(Raw { id, bytes })
    }

    /// Where the value of the object stands that begins at `at`.
    fn body(&self, at: usize, id: ObjectId) -> Option<std::ops::Range<usize>> {
        let number = lexer::token(&self.bytes, at)?;
        let generation = lexer::token(&self.bytes, number.span.end)?;
        let word = lexer::token(&self.bytes, generation.span.end)?;
        let is_it = lexer::integer(&self.bytes, &number) == Some(id.0.into())
            && lexer::integer(&self.bytes, &generation) == Some(id.1.into())
            && self.bytes[word.span.clone()] == *b"obj";
        is_it.then(|| lexer::value(&self.bytes, word.span.end))?
    }

    /// From an object stream (ISO 32000-2, 7.5.7): pairs of number and offset, then the
    /// objects from `/First` on.
    fn packed(&self, container: u32, index: u16, number: u32) -> Option<Vec<u8>> {
        let stream = self
            .document
            .objects
            .get(&(container, 0))?
            .as_stream()
            .ok()?;
        let content = stream.get_plain_content_with_limit(INFLATED).ok()?;
        let first = stream.dict.get(b"First").and_then(Object::as_i64).ok()?;
        let mut at = 0;
        let mut next = || {
            let token = lexer::token(&content, at)?;
            at = token.span.end;
            lexer::integer(&content, &token)
        };
        for _ in 0..index {
            next()?;
            next()?;
        }
        (next()? == u64::from(number)).then_some(())?;
        let offset = next()?.checked_add(u64::try_from(first).ok()?)?;
        let value = lexer::value(&content, usize::try_from(offset).ok()?)?;
        Some(content[value].to_vec())
    }

    /// The catalog: its id and what is in it.
    pub fn catalog(&self) -> Result<(ObjectId, &Dictionary), Refusal> {
        const NONE: Refusal = Refusal::Damaged(Damage::Unreadable);
        let root = self.document.trailer.get(b"Root");
        let id = root.and_then(Object::as_reference).map_err(|_| NONE)?;
        let catalog = self.document.get_dictionary(id).map_err(|_| NONE)?;
        Ok((id, catalog))
    }

    /// The page of this number, from 1 on.
    pub fn page(&self, number: u32) -> Result<ObjectId, Refusal> {
        let mut count = 0;
        for id in self.document.page_iter() {
            count += 1;
            let is_page = || {
                let page = self.document.get_dictionary(id);
                page.is_ok_and(|page| page.has_type(b"Page"))
            };
            if count == number {
                return match is_page() {
                    true => Ok(id),
                    false => Err(Refusal::Damaged(Damage::Object)),
                };
            }
        }
        match count {
            0 => Err(Refusal::NoPage),
            _ => Err(Refusal::Page(number, count)),
        }
    }

    /// What an entry leads to; `None`: there is none, or it is null.
    pub fn entry<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        let object = dictionary.get_deref(key, &self.document).ok()?;
        (!object.is_null()).then_some(object)
    }
}

impl Raw<'_> {
    /// This dictionary with another value of an entry, or with one more entry; all else stays
    /// as it is. `None`: it is no dictionary, or one with a key that stands in it twice.
    pub fn with(&self, key: &[u8], value: &[u8]) -> Option<Self> {
        let (entries, span) = lexer::dictionary(&self.bytes, 0)?;
        let found = entries.iter().find(|entry| entry.key == key);
        let (from, to, text) = match found {
            Some(entry) => (
                entry.value.start,
                entry.value.end,
                [b" ", value, b" "].concat(),
            ),
            None => {
                let at = span.end - 2;
                (at, at, [b" /", key, b" ", value, b" "].concat())
            }
        };
        let bytes = [&self.bytes[..from], &text, &self.bytes[to..span.end]].concat();
        Some(Raw {
            id: self.id,
            bytes: bytes.into(),
        })
    }

    /// The value of an entry as it stands there.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let (entries, _) = lexer::dictionary(&self.bytes, 0)?;
        let entry = entries.into_iter().find(|entry| entry.key == key)?;
        Some(&self.bytes[entry.value])
    }
}

/// An array with one more element, all else as it is; `None`: it is no array.
pub(super) fn appended(array: &[u8], element: &[u8]) -> Option<Vec<u8>> {
    let span = lexer::value(array, 0)?;
    let whole = &array[span];
    let inside = whole.strip_suffix(b"]").filter(|it| it.starts_with(b"["))?;
    Some([inside, b" ", element, b"]"].concat())
}

/// What can be told without understanding anything.
fn check_ends(bytes: &[u8]) -> Result<(), Refusal> {
    const HEADER: &[u8] = b"%PDF-";
    /// Readers look for the header so far.
    const JUNK: usize = 1024 + HEADER.len();
    if bytes.len() > LIMIT {
        return Err(Refusal::TooLarge);
    }
    if bytes.starts_with(HEADER) {
        return Ok(());
    }
    let beginning = &bytes[..bytes.len().min(JUNK)];
    let is_behind = beginning.windows(HEADER.len()).any(|it| it == HEADER);
    Err(if is_behind {
        Refusal::Junk
    } else {
        Refusal::NotPdf
    })
}

fn unread(error: lopdf::Error) -> Refusal {
    match error {
        lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword => Refusal::Encrypted,
        _ => Refusal::Damaged(Damage::Unreadable),
    }
}
