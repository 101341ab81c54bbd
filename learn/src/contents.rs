//! What was read from a card, put together: files from the parts in which they were read, data
//! objects, and the certificates in them, whatever they are packed in.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use securesign_card::certificate::{self, Certificate};
use securesign_card::tlv;
use zeroize::Zeroizing;

use crate::Refused;
use crate::kind::{Kind, kind};
use crate::secret::Secrets;
use crate::shown::spaced;
use crate::steps::Step;
use crate::work::Work;

/// Contents of one conversation, and certificates in them.
const CONTENTS: usize = 4_096;
const CERTIFICATES: usize = 64;

/// Something that was read.
pub struct Content {
    /// From where, for people.
    pub place: String,
    /// What.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Numbers of the steps that read it.
    pub steps: Vec<usize>,
}

/// How a certificate is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Bare,
    /// A zlib stream (RFC 1950).
    Zlib,
    /// A gzip file (RFC 1952).
    Gzip,
    /// `01 00`, the length when unpacked (little-endian), and a stream, as Windows'
    /// minidrivers store it.
    Minidriver,
}

/// A certificate that was read.
pub struct Stored {
    /// Number of its content.
    pub content: usize,
    /// Bytes in front of it there.
    pub at: usize,
    /// How it is stored.
    pub packing: Packing,
    /// The certificate.
    pub certificate: Certificate,
}

/// Everything that was read, in order.
///
/// # Errors
///
/// [`Refused::TooMuch`].
pub fn contents(
    steps: &[Step],
    secrets: &Secrets<'_>,
    work: &mut Work,
) -> Result<Vec<Content>, Refused> {
    let mut reading = Reading {
        contents: Vec::new(),
        places: HashMap::new(),
        work,
        secrets,
        application: String::new(),
        file: String::new(),
    };
    for (at, step) in steps.iter().enumerate() {
        reading.take(at, step)?;
    }
    Ok(reading.contents)
}

struct Reading<'a> {
    contents: Vec<Content>,
    /// Numbers of contents, by their places.
    places: HashMap<String, usize>,
    work: &'a mut Work,
    secrets: &'a Secrets<'a>,
    /// The application that is selected, and the file.
    application: String,
    file: String,
}

impl Reading<'_> {
    fn take(&mut self, at: usize, step: &Step) -> Result<(), Refused> {
        if step.after_reset {
            self.application.clear();
            self.file.clear();
        }
        if step.protected {
            return Ok(());
        }
        match (kind(&step.header), step.instruction()) {
            (Kind::Select, _) => {
                self.select(step);
                Ok(())
            }
            (_, 0xB0 | 0xB1) if !step.answer.is_empty() => self.binary(at, step),
            (_, 0xB2 | 0xB3) if !step.answer.is_empty() => {
                let place = format!("{}, record {}", self.place(), step.header[2]);
                self.put(place, 0, at, &step.answer)
            }
            (Kind::Read, _) if !step.answer.is_empty() => {
                let place = format!("object {} {}", step.name(), step.shown(self.secrets));
                self.put(place.trim_end().to_owned(), 0, at, &step.answer)
            }
            // A way of reading of the card's own: one part after the other.
            (Kind::Other, instruction) if step.succeeded() && !step.answer.is_empty() => {
                let place = format!("answers to INS {instruction:02X}");
                let known = self.places.get(&place);
                let end = known.map_or(0, |known| self.contents[*known].bytes.len());
                self.put(place, end, at, &step.answer)
            }
            _ => Ok(()),
        }
    }

    fn select(&mut self, step: &Step) {
        // Also 61xx and 62xx, of which the rest was not fetched.
        let selected = step
            .sw
            .is_some_and(|sw| matches!(sw.sw1(), 0x90 | 0x61 | 0x62));
        if !selected {
            return;
        }
        if step.header[2] == 0x04 {
            self.application = step.shown(self.secrets);
            self.file.clear();
        } else {
            self.file = step.shown(self.secrets);
        }
    }

    fn place(&self) -> String {
        match (self.file.as_str(), self.application.as_str()) {
            ("", "") => "the file that is selected".into(),
            ("", application) => format!("application {application}"),
            (file, "") => format!("file {file}"),
            (file, application) => format!("file {file} of {application}"),
        }
    }

    /// READ BINARY (ISO 7816-4, 11.3.3): the offset is in P1 P2, with a short name of the file
    /// in P1, or in a data object.
    fn binary(&mut self, at: usize, step: &Step) -> Result<(), Refused> {
        let [_, instruction, p1, p2] = step.header;
        if instruction == 0xB0 {
            let offset = match p1 & 0x80 {
                0 => usize::from(u16::from_be_bytes([p1, p2])),
                _ => {
                    self.file = format!("with the short name {:02X}", p1 & 0x1F);
                    usize::from(p2)
                }
            };
            return self.put(self.place(), offset, at, &step.answer);
        }
        if [p1, p2] != [0, 0] {
            self.file = spaced(&[p1, p2]);
        }
        let offset = tlv::find(&step.data, 0x54)
            .ok()
            .flatten()
            .unwrap_or_default();
        let offset = offset.iter().fold(0_usize, |sum, byte| {
            (sum << 8 | usize::from(*byte)) & 0xFF_FFFF
        });
        let data = tlv::first(&step.answer).ok();
        let data = data.filter(|(object, rest)| object.tag == 0x53 && rest.is_empty());
        let data = data.map_or(&**step.answer, |(object, _)| object.value);
        self.put(self.place(), offset, at, data)
    }

    fn put(
        &mut self,
        place: String,
        offset: usize,
        step: usize,
        data: &[u8],
    ) -> Result<(), Refused> {
        let end = offset + data.len();
        if end > tlv::MAX {
            return Ok(());
        }
        let known = self.places.get(&place).copied();
        if known.is_none() && self.contents.len() == CONTENTS {
            return Err(Refused::TooMuch);
        }
        let at = known.unwrap_or_else(|| {
            self.places.insert(place.clone(), self.contents.len());
            self.contents.push(Content {
                place,
                bytes: Zeroizing::default(),
                steps: Vec::new(),
            });
            self.contents.len() - 1
        });
        let content = &mut self.contents[at];
        if content.bytes.len() < end {
            self.work.read(end - content.bytes.len())?;
            content.bytes.resize(end, 0);
        }
        content.bytes[offset..end].copy_from_slice(data);
        content.steps.push(step);
        Ok(())
    }
}

/// The certificates in what was read, each once.
///
/// # Errors
///
/// [`Refused::TooMuch`]: of the rest the holders' names would not be known.
pub fn certificates(contents: &[Content], work: &mut Work) -> Result<Vec<Stored>, Refused> {
    let mut found: Vec<Stored> = Vec::new();
    for (number, content) in contents.iter().enumerate() {
        for (at, packing, certificate) in within(&content.bytes, work)? {
            let known = found.iter().any(|stored| stored.certificate == certificate);
            if !known && found.len() == CERTIFICATES {
                return Err(Refused::TooMuch);
            }
            if !known {
                found.push(Stored {
                    content: number,
                    at,
                    packing,
                    certificate,
                });
            }
        }
    }
    Ok(found)
}

/// Certificates anywhere in these bytes, and what each begins with.
fn within(bytes: &[u8], work: &mut Work) -> Result<Vec<(usize, Packing, Certificate)>, Refused> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let unpacked = match rest {
            [0x30, 0x82, _, _, 0x30, 0x82 | 0x81, ..] => Some((Packing::Bare, None)),
            [0x1F, 0x8B, 0x08, ..] => Some((Packing::Gzip, Some(inflate(GzDecoder::new(rest))))),
            // RFC 1950, 2.2: the two bytes are a multiple of 31.
            [0x78, flags, ..] if (0x7800 | u16::from(*flags)) % 31 == 0 => {
                Some((Packing::Zlib, Some(inflate(ZlibDecoder::new(rest)))))
            }
            _ => None,
        };
        if let Some((_, der)) = &unpacked {
            work.unpacked(der.as_ref().map_or(0, Vec::len))?;
        }
        let certificate = unpacked.and_then(|(packing, der)| {
            let parsed = Certificate::parse(der.as_deref().unwrap_or(rest)).ok()?;
            Some((packing, der.map(|der| der.len()), parsed))
        });
        let Some((packing, length, certificate)) = certificate else {
            at += 1;
            continue;
        };
        let header = at.checked_sub(4).map(|start| &bytes[start..at]);
        let told = |length: usize| {
            let told = (length as u16).to_le_bytes();
            header == Some(&[0x01, 0x00, told[0], told[1]])
        };
        let step = match packing {
            Packing::Bare => certificate.der().len(),
            // How long a stream is does not matter: what stands in it is no certificate.
            _ => 1,
        };
        let packing = match length {
            Some(length) if told(length) => Packing::Minidriver,
            _ => packing,
        };
        found.push((at, packing, certificate));
        at += step;
    }
    Ok(found)
}

/// Inflates into bounded memory; what is cut, or has a wrong end, counts as far as it goes.
fn inflate(stream: impl Read) -> Vec<u8> {
    let mut der = Vec::new();
    let _ = stream
        .take(certificate::MAX as u64 + 1)
        .read_to_end(&mut der);
    der
}
