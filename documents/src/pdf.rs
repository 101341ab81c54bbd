//! PDF signatures as PAdES has them (ETSI EN 319 142-1, level B-B): an update that is appended
//! to the file, of which not one byte changes.

mod changes;
mod field;
mod file;
mod form;
mod lexer;
mod stamp;
mod text;
mod update;
mod verify;

use std::ops::Range;

use jiff::Timestamp;
use lopdf::ObjectId;
use securesign_card::digest::Digest;

use self::field::Seen;
use self::file::File;
use self::form::{Field, Form};
use self::stamp::Spot;
use self::text::written;
use self::update::{Base, Update, hex};
use crate::cms::{self, read};
use crate::timestamp::{self, Request, TimeStamp};
use crate::{Refusal, Signer};

pub use self::changes::Change;
pub use self::file::LIMIT;
pub use self::stamp::{At, Corner, Fault as StampFault, Fonts, LOGO, Page, QR, Stamp, Words};
pub use self::verify::{Signature, signatures, signatures_and_changes};

/// A PDF that can be signed, as far as that does not depend on how.
pub struct Pdf {
    file: File,
    form: Form,
    pages: u32,
}

/// How a PDF is signed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Why, for those who read it.
    pub reason: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// The empty field that is filled, by its whole name; `None`: a new one is made, which is
    /// not seen on any page.
    pub field: Option<String>,
    /// The number at the end of a new field's name, or the next one that is free; `None`: 1.
    pub index: Option<u32>,
    /// What is seen of the signature on a page; `None`: nothing.
    pub stamp: Option<Stamp>,
    /// Whether room is kept for a time stamp, for [`Prepared::finish_stamped`].
    pub time_stamp: bool,
}

/// A PDF that lacks nothing but the signature.
pub struct Prepared {
    bytes: Vec<u8>,
    /// Where the hexadecimal string with its brackets stands that the signature goes into.
    contents: Range<usize>,
    attributes: Vec<u8>,
    signer: Signer,
}

impl Pdf {
    /// Reads it. At most [`LIMIT`] bytes.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: it cannot be signed, however.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let file = File::read(bytes)?;
        let form = Form::read(&file)?;
        if form.is_xfa {
            return Err(Refusal::Xfa);
        }
        file.page(1)?;
        let pages = file.document.page_iter().count();
        Ok(Self {
            file,
            form,
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
        })
    }

    /// How many pages it has.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// The signatures that it has, in the order in which they were made.
    pub fn signatures(&self) -> Vec<Signature> {
        verify::all(&self.file, &self.form)
    }

    /// The names of its empty signature fields, as [`Options::field`] takes them.
    pub fn empty_fields(&self) -> impl Iterator<Item = &str> {
        self.form.empty().map(|field| field.name.as_str())
    }

    /// Appends everything but the signature.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: it cannot be signed like that.
    pub fn prepare(
        self,
        signer: Signer,
        options: &Options,
        now: Timestamp,
    ) -> Result<Prepared, Refusal> {
        let place = self.place(options)?;
        let mut numbers = self.file.size..u32::MAX;
        let mut number = || (numbers.next().unwrap_or(u32::MAX), 0);
        let signature = number();
        let mut objects = Vec::new();
        let mut seen = None;
        if let (Some(stamp), Some(spot)) = (&options.stamp, place.spot) {
            let drawn = stamp.draw(&spot, signer.certificate(), now, &mut number)?;
            objects = drawn.objects;
            seen = Some(Seen {
                spot,
                form: drawn.form,
                told: drawn.told,
            });
        }
        objects.extend(match &place.field {
            Some(field) => self.filled(field, signature, seen)?,
            None => self.added(&place.name, signature, seen, &mut number)?,
        });
        let lock = place.field.as_ref().map(|field| self.lock(field));
        let (value, gaps) = dictionary(&signer, options, lock.transpose()?.flatten(), now);
        objects.push((signature, value));
        self.append(objects, signature, &gaps, signer)
    }

    /// Whether it can be signed like that, as far as that is known without a certificate.
    ///
    /// # Errors
    ///
    /// [`Refusal`], as [`Pdf::prepare`].
    pub fn check(&self, options: &Options) -> Result<(), Refusal> {
        let field = self.place(options)?.field;
        field.map_or(Ok(()), |field| self.lock(&field).map(|_| ()))
    }

    fn place(&self, options: &Options) -> Result<Place, Refusal> {
        let field = match &options.field {
            Some(name) => Some(self.empty_field(name)?),
            None => None,
        };
        let name = match &field {
            Some(field) => field.name.clone(),
            None => self.form.free_name(options.index.unwrap_or(1)),
        };
        let adds_visible = field.is_none() && options.stamp.is_some();
        self.form.allows(&self.file, &name, adds_visible)?;
        let spot = match (&options.stamp, &field) {
            (None, _) => None,
            (Some(_), Some(field)) => {
                let widget = self.widget(field);
                Some(Spot::of(&self.file, widget).ok_or(Refusal::Place)?)
            }
            (Some(stamp), None) => {
                if let Page::Number(number) = stamp.page {
                    self.file.page(number)?;
                }
                Some(stamp.spot(&self.file).ok_or(Refusal::Place)?)
            }
        };
        Ok(Place { field, name, spot })
    }

    fn empty_field(&self, name: &str) -> Result<Field, Refusal> {
        let mut empty = self.form.empty();
        let field = empty.find(|field| field.name == name);
        field.cloned().ok_or_else(|| Refusal::NoField(name.into()))
    }

    /// Writes the update and computes what is signed.
    fn append(
        self,
        objects: Vec<(ObjectId, Vec<u8>)>,
        signature: ObjectId,
        gaps: &Gaps,
        signer: Signer,
    ) -> Result<Prepared, Refusal> {
        let mut fresh = [0; 16];
        getrandom::fill(&mut fresh).map_err(|_| Refusal::Unsound("there are no random numbers"))?;
        let base = Base::of(&self.file, fresh);
        let size = self.file.size;
        let new = objects.iter().filter(|(id, _)| id.0 >= size).count();
        let File {
            bytes, document, ..
        } = self.file;
        // Three times the size of the file: not needed any more.
        drop(document);
        let mut update = Update::new(bytes, base, size);
        for _ in 0..new {
            update.number();
        }
        let mut start = 0;
        for (id, value) in &objects {
            let at = update.object(*id, value);
            if *id == signature {
                start = at;
            }
        }
        let mut bytes = update.finish();
        let contents = start + gaps.contents.start..start + gaps.contents.end;
        let range = format!(
            "[0 {} {} {}]",
            contents.start,
            contents.end,
            bytes.len() - contents.end
        );
        let at = start + gaps.range.start;
        bytes[at..at + range.len()].copy_from_slice(range.as_bytes());
        let pieces = [&bytes[..contents.start], &bytes[contents.end..]];
        let digest = read::digest_of(signer.hash(), &pieces);
        let attributes = digest
            .and_then(|digest| cms::attributes(&digest, signer.certificate()).ok())
            .ok_or(Refusal::Unsound("its attributes cannot be encoded"))?;
        Ok(Prepared {
            bytes,
            contents,
            attributes,
            signer,
        })
    }
}

impl Prepared {
    /// The message that is signed, some 150 bytes, and its digest: a token takes the one or
    /// the other.
    pub fn to_sign(&self) -> (&[u8], Digest) {
        let digest = Digest::of(self.signer.hash(), &self.attributes);
        (&self.attributes, digest)
    }

    /// The question for a time stamp authority, about a signature over [`Prepared::to_sign`].
    ///
    /// # Errors
    ///
    /// [`Refusal::BadSignature`]: that is none.
    pub fn time_stamp(&self, signature: &[u8]) -> Result<Request, Refusal> {
        let signature = self.signer.checked(&self.attributes, signature);
        let signature = signature.ok_or(Refusal::BadSignature)?;
        Request::new(&signature).ok_or(Refusal::Unsound("there are no random numbers"))
    }

    /// The signed document (level B-B).
    ///
    /// # Errors
    ///
    /// [`Refusal::BadSignature`]: that is no signature over [`Prepared::to_sign`];
    /// [`Refusal::Unsound`]: what came of it does not verify.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.complete(signature, None)
    }

    /// The signed document with a time stamp of the signature (level B-T), which
    /// [`Options::time_stamp`] has kept room for.
    ///
    /// # Errors
    ///
    /// As [`Prepared::finish`].
    pub fn finish_stamped(self, signature: &[u8], stamp: &TimeStamp) -> Result<Vec<u8>, Refusal> {
        self.complete(signature, Some(stamp))
    }

    fn complete(mut self, signature: &[u8], stamp: Option<&TimeStamp>) -> Result<Vec<u8>, Refusal> {
        let signature = self.signer.checked(&self.attributes, signature);
        let signature = signature.ok_or(Refusal::BadSignature)?;
        let token = stamp.map(TimeStamp::der);
        let cms = cms::signed_data(&self.attributes, &signature, token, &self.signer)
            .map_err(|_| Refusal::Unsound("the signature cannot be encoded"))?;
        let digits = hex(&cms);
        let room = self.contents.len() - 2;
        if digits.len() > room {
            return Err(Refusal::Unsound(
                "the signature takes more room than there is",
            ));
        }
        let at = self.contents.start + 1;
        self.bytes[at..at + digits.len()].copy_from_slice(digits.as_bytes());
        self.read_again(stamp.is_some())
    }

    /// The whole file, as another reader finds it.
    fn read_again(self, is_stamped: bool) -> Result<Vec<u8>, Refusal> {
        let unsound = |_| Refusal::Unsound("it cannot be read again");
        let file = File::read(self.bytes).map_err(unsound)?;
        let form = Form::read(&file).map_err(unsound)?;
        let signatures = verify::all(&file, &form);
        let newest = signatures.last().filter(|newest| newest.is_whole);
        let sound = newest.and_then(|newest| newest.sound.as_ref().ok());
        let is_ours = sound.is_some_and(|sound| {
            sound.certificate == *self.signer.certificate()
                && sound.names_certificate
                && newest.is_some_and(|it| it.is_stamped() == is_stamped)
        });
        match is_ours {
            true => Ok(file.bytes),
            false => Err(Refusal::Unsound("its signature does not verify")),
        }
    }
}

/// Where a signature goes.
struct Place {
    /// The field that is filled; `None`: a new one.
    field: Option<Field>,
    name: String,
    /// Where it is seen.
    spot: Option<Spot>,
}

/// What is filled in after the signature dictionary was written, counted from its beginning.
struct Gaps {
    range: Range<usize>,
    contents: Range<usize>,
}

/// The signature dictionary (12.8.1, table 255), with room for range and signature.
fn dictionary(
    signer: &Signer,
    options: &Options,
    reference: Option<String>,
    now: Timestamp,
) -> (Vec<u8>, Gaps) {
    /// `[0 a b c]`, each of at most ten digits.
    const RANGE: usize = 40;
    let mut text = String::from(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange ",
    );
    let range = text.len()..text.len() + RANGE;
    text.push_str(&" ".repeat(RANGE));
    text.push_str(" /Contents ");
    let time_stamp = if options.time_stamp {
        timestamp::LIMIT
    } else {
        0
    };
    let digits = 2 * (cms::room(signer) + time_stamp);
    let contents = text.len()..text.len() + digits + 2;
    text.push('<');
    text.push_str(&"0".repeat(digits));
    text.push('>');
    text.push_str(&format!(" /M {}", text::date(now)));
    let name = signer.certificate().subject();
    let said = [
        ("Name", Some(&name)),
        ("Reason", options.reason.as_ref()),
        ("Location", options.location.as_ref()),
    ];
    for (key, said) in said {
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            text.push_str(&format!(" /{key} {}", written(said)));
        }
    }
    if let Some(reference) = reference {
        text.push_str(&format!(" /Reference [{reference}]"));
    }
    text.push_str(" >>");
    (text.into_bytes(), Gaps { range, contents })
}
