//! PDF signatures as PAdES has them (ETSI EN 319 142-1, level B-B): an update that is appended
//! to the file, of which not one byte changes.

mod file;
mod form;
mod lexer;
mod text;
mod update;
mod verify;

use std::ops::Range;

use jiff::Timestamp;
use lopdf::ObjectId;
use securesign_card::digest::Digest;

use self::file::{File, Raw, appended};
use self::form::{Field, Form};
use self::text::written;
use self::update::{Base, Update, hex};
use crate::cms::{self, read};
use crate::{Damage, Refusal, Signer};

pub use self::file::LIMIT;
pub use self::verify::{Signature, signatures};

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
}

/// A PDF that lacks nothing but the signature.
pub struct Prepared {
    bytes: Vec<u8>,
    /// Where the hexadecimal string with its brackets stands that the signature goes into.
    contents: Range<usize>,
    attributes: Vec<u8>,
    signer: Signer,
}

/// A value that is not an array, where one has to be.
const NO_ARRAY: Refusal = Refusal::Damaged(Damage::Form);
/// A value that is not a dictionary that can be changed.
const NO_DICTIONARY: Refusal = Refusal::Damaged(Damage::Object);

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
        let (field, name) = self.place(options)?;
        let mut numbers = self.file.size..u32::MAX;
        let mut number = || (numbers.next().unwrap_or(u32::MAX), 0);
        let signature = number();
        let mut objects = match &field {
            Some(field) => self.filled(field, signature)?,
            None => self.added(&name, signature, &mut number)?,
        };
        let lock = field.as_ref().map(|field| self.lock(field)).transpose()?;
        let (value, gaps) = dictionary(&signer, options, lock.flatten(), now);
        objects.push((signature, value));
        self.append(objects, signature, &gaps, signer)
    }

    /// Whether it can be signed like that, as far as that is known without a certificate.
    ///
    /// # Errors
    ///
    /// [`Refusal`], as [`Pdf::prepare`].
    pub fn check(&self, options: &Options) -> Result<(), Refusal> {
        let (field, _) = self.place(options)?;
        field.map_or(Ok(()), |field| self.lock(&field).map(|_| ()))
    }

    /// The field that is filled, `None`: a new one, and its name.
    fn place(&self, options: &Options) -> Result<(Option<Field>, String), Refusal> {
        let field = match &options.field {
            Some(name) => Some(self.empty_field(name)?),
            None => None,
        };
        let name = match &field {
            Some(field) => field.name.clone(),
            None => self.form.free_name(options.index.unwrap_or(1)),
        };
        self.form.allows(&self.file, &name, false)?;
        Ok((field, name))
    }

    fn empty_field(&self, name: &str) -> Result<Field, Refusal> {
        let mut empty = self.form.empty();
        let field = empty.find(|field| field.name == name);
        field.cloned().ok_or_else(|| Refusal::NoField(name.into()))
    }

    /// The field with its signature.
    fn filled(
        &self,
        field: &Field,
        signature: ObjectId,
    ) -> Result<Vec<(ObjectId, Vec<u8>)>, Refusal> {
        let raw = self.file.raw(field.id)?;
        let field = raw.with(b"V", &reference(signature)).ok_or(NO_DICTIONARY)?;
        let mut objects = vec![(field.id, field.bytes.into_owned())];
        objects.extend(self.form_with(None)?);
        Ok(objects)
    }

    /// A new field, which is its own widget (12.7.4.5), and all that has to name it.
    fn added(
        &self,
        name: &str,
        signature: ObjectId,
        number: &mut dyn FnMut() -> ObjectId,
    ) -> Result<Vec<(ObjectId, Vec<u8>)>, Refusal> {
        let page = self.file.page(1)?;
        let widget = number();
        let field = format!(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T {} /V {} 0 R /P {} {} R /F 132 \
             /Rect [0 0 0 0] >>",
            written(name),
            signature.0,
            page.0,
            page.1
        );
        let mut objects = vec![(widget, field.into_bytes())];
        let annotated = self.listed(self.file.raw(page)?, b"Annots", &reference(widget))?;
        objects.extend(annotated.map(own));
        if self.form.exists {
            objects.extend(self.form_with(Some(widget))?);
        } else {
            let form = number();
            let fields = [b"<< /Fields [", &*reference(widget), b"] /SigFlags 3 >>"].concat();
            objects.push((form, fields));
            let catalog = self.file.raw(self.file.catalog()?.0)?;
            let catalog = catalog.with(b"AcroForm", &reference(form));
            objects.push(own(catalog.ok_or(NO_DICTIONARY)?));
        }
        Ok(objects)
    }

    /// A dictionary with one more element in the array of that entry: the object that has to
    /// change for it, the array alone where that is an object of its own.
    fn listed<'a>(
        &'a self,
        raw: Raw<'a>,
        key: &[u8],
        element: &[u8],
    ) -> Result<[Raw<'a>; 1], Refusal> {
        let dictionary = self.file.document.get_dictionary(raw.id);
        let value = dictionary.ok().and_then(|it| it.get(key).ok());
        if let Some(id) = value.and_then(|value| value.as_reference().ok())
            && self
                .file
                .document
                .get_object(id)
                .is_ok_and(|it| it.as_array().is_ok())
        {
            let array = self.file.raw(id)?;
            let bytes = appended(&array.bytes, element).ok_or(NO_ARRAY)?.into();
            return Ok([Raw { id, bytes }]);
        }
        let array = match raw.get(key) {
            Some(array) if array.starts_with(b"[") => appended(array, element).ok_or(NO_ARRAY)?,
            Some(b"null") | None => [b"[", element, b"]"].concat(),
            Some(_) => return Err(NO_ARRAY),
        };
        Ok([raw.with(key, &array).ok_or(NO_DICTIONARY)?])
    }

    /// The form with one more field, the flags of one that holds signatures (12.7.3), and no
    /// wish that readers draw the fields anew: Acrobat would leave out the signature's.
    fn form_with(&self, widget: Option<ObjectId>) -> Result<Vec<(ObjectId, Vec<u8>)>, Refusal> {
        let catalog = self.file.catalog()?.0;
        let mut objects = Vec::new();
        let holder = self.file.raw(self.form.id.unwrap_or(catalog))?;
        let mut form = match self.form.id {
            Some(_) => holder,
            None => Raw {
                id: catalog,
                bytes: holder
                    .get(b"AcroForm")
                    .ok_or(NO_DICTIONARY)?
                    .to_vec()
                    .into(),
            },
        };
        let before = form.bytes.clone();
        if let Some(widget) = widget {
            let [changed] = self.fields_with(&form, widget)?;
            if changed.id == form.id {
                form = changed;
            } else {
                objects.push(own(changed));
            }
        }
        if form.get(b"SigFlags") != Some(b"3") {
            form = form.with(b"SigFlags", b"3").ok_or(NO_DICTIONARY)?;
        }
        if form.get(b"NeedAppearances") == Some(b"true") && !self.form.is_signed() {
            form = form
                .with(b"NeedAppearances", b"false")
                .ok_or(NO_DICTIONARY)?;
        }
        if form.bytes != before {
            objects.push(match self.form.id {
                Some(_) => own(form),
                None => {
                    let catalog = self.file.raw(catalog)?;
                    own(catalog
                        .with(b"AcroForm", &form.bytes)
                        .ok_or(NO_DICTIONARY)?)
                }
            });
        }
        Ok(objects)
    }

    /// As [`Pdf::listed`], of a form that may stand in the catalog.
    fn fields_with<'a>(
        &'a self,
        form: &Raw<'a>,
        widget: ObjectId,
    ) -> Result<[Raw<'a>; 1], Refusal> {
        let catalog = self.file.catalog()?.1;
        let dictionary = self.file.entry(catalog, b"AcroForm");
        let fields = dictionary.and_then(|form| form.as_dict().ok()?.get(b"Fields").ok());
        let element = reference(widget);
        if let Some(id) = fields.and_then(|fields| fields.as_reference().ok()) {
            let array = self.file.raw(id)?;
            let bytes = appended(&array.bytes, &element).ok_or(NO_ARRAY)?.into();
            return Ok([Raw { id, bytes }]);
        }
        let array = match form.get(b"Fields") {
            Some(array) => appended(array, &element).ok_or(NO_ARRAY)?,
            None => [b"[", &*element, b"]"].concat(),
        };
        Ok([form.with(b"Fields", &array).ok_or(NO_DICTIONARY)?])
    }

    /// `/Reference` for a field that locks others when it is signed (12.7.5.5, table 236).
    fn lock(&self, field: &Field) -> Result<Option<String>, Refusal> {
        let dictionary = self
            .file
            .document
            .get_dictionary(field.id)
            .map_err(|_| NO_DICTIONARY)?;
        if let Some(wishes) = self.file.entry(dictionary, b"SV") {
            let flags = wishes
                .as_dict()
                .ok()
                .and_then(|it| self.file.entry(it, b"Ff"));
            if flags.is_some_and(|flags| !matches!(flags.as_i64(), Ok(0))) {
                return Err(Refusal::Demands(field.name.clone()));
            }
        }
        let Some(lock) = self.file.entry(dictionary, b"Lock") else {
            return Ok(None);
        };
        let lock = lock.as_dict().map_err(|_| NO_DICTIONARY)?;
        form::transform(&self.file, lock)
            .map(Some)
            .ok_or(NO_DICTIONARY)
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

    /// The signed document.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadSignature`]: that is no signature over [`Prepared::to_sign`];
    /// [`Refusal::Unsound`]: what came of it does not verify.
    pub fn finish(mut self, signature: &[u8]) -> Result<Vec<u8>, Refusal> {
        let signature = self.signer.checked(&self.attributes, signature);
        let signature = signature.ok_or(Refusal::BadSignature)?;
        let cms = cms::signed_data(&self.attributes, &signature, &self.signer)
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
        self.read_again()
    }

    /// The whole file, as another reader finds it.
    fn read_again(self) -> Result<Vec<u8>, Refusal> {
        let unsound = |_| Refusal::Unsound("it cannot be read again");
        let file = File::read(self.bytes).map_err(unsound)?;
        let form = Form::read(&file).map_err(unsound)?;
        let signatures = verify::all(&file, &form);
        let newest = signatures.last().filter(|newest| newest.is_whole);
        let sound = newest.and_then(|newest| newest.sound.as_ref().ok());
        let is_ours = sound.is_some_and(|sound| {
            sound.certificate == *self.signer.certificate() && sound.names_certificate
        });
        match is_ours {
            true => Ok(file.bytes),
            false => Err(Refusal::Unsound("its signature does not verify")),
        }
    }
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
    let digits = 2 * cms::room(signer);
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

fn reference((number, generation): ObjectId) -> Vec<u8> {
    format!("{number} {generation} R").into_bytes()
}

fn own(raw: Raw) -> (ObjectId, Vec<u8>) {
    (raw.id, raw.bytes.into_owned())
}
