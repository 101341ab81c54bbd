//! The signatures of a PDF, whoever made them, as they stand in the file.

use std::ops::Range;

use lopdf::{Dictionary, Object};
use securesign_card::digest::{Digest, HashAlgorithm};

use super::changes::{self, Change};
use super::file::File;
use super::form::Form;
use super::text;
use crate::Refusal;
use crate::cms::read::{self, Fault, Sound};
use crate::timestamp::{self, TimeStamp};

/// Most signatures for which it is told what came after them.
const COMPARED: usize = 50;

/// A signature in a PDF.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Name of its field.
    pub field: String,
    /// Whether what it says is signed is unchanged, and signed by the certificate that it
    /// brings along. Whether that is to be trusted is not told.
    pub sound: Result<Sound, Fault>,
    /// The time stamp that came with the signature; `None`: there is none.
    pub time_stamp: Option<Result<TimeStamp, timestamp::Fault>>,
    /// The time that the signer's computer told (`/M`): `2026-11-27 20:30:00 UTC`.
    pub time: Option<String>,
    /// Why it was signed, in the signer's words.
    pub reason: Option<String>,
    /// Where, in the signer's words.
    pub location: Option<String>,
    /// Length in bytes of the document that was signed, from its beginning: the rest came
    /// later.
    pub covers: usize,
    /// Whether that is the whole file.
    pub is_whole: bool,
}

impl Signature {
    /// Whether a time stamp came with it that belongs to it.
    pub fn is_stamped(&self) -> bool {
        matches!(self.time_stamp, Some(Ok(_)))
    }
}

/// All signatures of a PDF, in the order in which they were made.
///
/// # Errors
///
/// [`Refusal`]: it is no PDF, or none that can be read.
pub fn signatures(bytes: Vec<u8>) -> Result<Vec<Signature>, Refusal> {
    let file = File::read(bytes)?;
    let form = Form::read(&file)?;
    Ok(all(&file, &form))
}

/// All signatures of a PDF, as [`signatures`] has them, and what came after each.
///
/// # Errors
///
/// As [`signatures`].
pub fn signatures_and_changes(bytes: Vec<u8>) -> Result<Vec<(Signature, Option<Change>)>, Refusal> {
    let file = File::read(bytes)?;
    let form = Form::read(&file)?;
    let each = all(&file, &form).into_iter().enumerate().map(|(at, one)| {
        let change = match one.is_whole {
            true => None,
            // Each costs as much as the file.
            false if at < COMPARED => Some(changes::after(&file, one.covers)),
            false => Some(Change::Other),
        };
        (one, change)
    });
    Ok(each.collect())
}

/// The signatures of a file that was read already.
pub(super) fn all(file: &File, form: &Form) -> Vec<Signature> {
    let mut found: Vec<Signature> = form
        .fields
        .iter()
        .filter_map(|field| Some((field, field.signature.as_ref()?)))
        .map(|(field, signature)| judge(file, field.name.clone(), signature))
        .collect();
    found.sort_by_key(|signature| signature.covers);
    found
}

fn judge(file: &File, field: String, signature: &Dictionary) -> Signature {
    let string = |key: &[u8]| {
        let value = file.entry(signature, key)?.as_str().ok()?;
        Some(securesign_card::text::clean(&text::decoded(value), 200))
    };
    let span = span(file, signature);
    let sound = match &span {
        Some(contents) => check(&file.bytes, contents.clone(), covered(file, signature)),
        None => Err(Fault::Unreadable),
    };
    let signed = sound.as_ref().ok();
    let time_stamp = signed.and_then(|sound| {
        let token = sound.time_stamp.as_deref()?;
        Some(timestamp::check(token, &sound.signature))
    });
    let covers = span.map_or(0, |_| covered(file, signature));
    Signature {
        field,
        time_stamp,
        sound,
        time: string(b"M").map(|date| text::shown(&date)),
        reason: string(b"Reason"),
        location: string(b"Location"),
        covers,
        is_whole: covers == file.bytes.len(),
    }
}

/// Checks the signature whose hexadecimal string, with its brackets, stands at `contents`, and
/// which is over everything else up to `end`.
fn check(bytes: &[u8], contents: Range<usize>, end: usize) -> Result<Sound, Fault> {
    let cms = bytes.get(contents.clone()).and_then(unhex);
    let cms = cms.ok_or(Fault::Unreadable)?;
    let before = bytes.get(..contents.start).ok_or(Fault::Unreadable)?;
    let after = bytes.get(contents.end..end).ok_or(Fault::Unreadable)?;
    let digest = |hash: HashAlgorithm| {
        let pieces: [&[u8]; 2] = [before, after];
        read::digest_of(hash, &pieces).unwrap_or_else(|| Digest::of(hash, &[]))
    };
    read::check(&cms, &digest)
}

/// The four numbers of `/ByteRange`.
fn range(file: &File, signature: &Dictionary) -> Option<[usize; 4]> {
    let range = file.entry(signature, b"ByteRange")?.as_array().ok()?;
    let number = |object: &Object| usize::try_from(object.as_i64().ok()?).ok();
    let numbers: Option<Vec<usize>> = range.iter().map(number).collect();
    numbers?.try_into().ok()
}

/// Where its value stands: the only gap in what it covers, which begins with the file's first
/// byte. Anything else leaves something out.
fn span(file: &File, signature: &Dictionary) -> Option<Range<usize>> {
    let [start, before, after, len] = range(file, signature)?;
    let end = after.checked_add(len)?;
    (start == 0 && before < after && end <= file.bytes.len()).then_some(())?;
    let gap = &file.bytes[before..after];
    (gap.starts_with(b"<") && gap.ends_with(b">")).then_some(())?;
    // What a reader takes for the signature has to be what stands there.
    let contents = file.entry(signature, b"Contents")?.as_str().ok()?;
    (unhex(gap)? == contents).then_some(before..after)
}

fn covered(file: &File, signature: &Dictionary) -> usize {
    let end = |[_, _, after, len]: [usize; 4]| after.checked_add(len);
    range(file, signature).and_then(end).unwrap_or_default()
}

/// The bytes of a hexadecimal string with its brackets (7.3.4.3).
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(b"<")?.strip_suffix(b">")?;
    let digits: Option<Vec<u8>> = digits
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| u8::try_from(char::from(*byte).to_digit(16)?).ok())
        .collect();
    let two = |two: &[u8]| two[0] << 4 | two.get(1).unwrap_or(&0);
    Some(digits?.chunks(2).map(two).collect())
}
