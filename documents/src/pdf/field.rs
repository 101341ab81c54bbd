//! The objects that name a signature: its field, the page, the form and the catalog, each with
//! one entry put in (ISO 32000-2, 12.7).

use lopdf::ObjectId;

use super::Pdf;
use super::file::{Raw, appended};
use super::form::{self, Field};
use super::stamp::Spot;
use super::text::written;
use crate::{Damage, Refusal};

/// A value that is not an array, where one has to be.
const NO_ARRAY: Refusal = Refusal::Damaged(Damage::Form);
/// A value that is not a dictionary that can be changed.
const NO_DICTIONARY: Refusal = Refusal::Damaged(Damage::Object);

/// What is seen of a signature.
pub(super) struct Seen {
    pub spot: Spot,
    /// The form that draws it.
    pub form: ObjectId,
    /// The same in words.
    pub told: String,
}

impl Pdf {
    /// The field with its signature.
    pub(super) fn filled(
        &self,
        field: &Field,
        signature: ObjectId,
        seen: Option<Seen>,
    ) -> Result<Vec<(ObjectId, Vec<u8>)>, Refusal> {
        let raw = self.file.raw(field.id)?;
        let mut changed = raw.with(b"V", &reference(signature)).ok_or(NO_DICTIONARY)?;
        let mut objects = Vec::new();
        if let Some(seen) = seen {
            let appearance = appearance(seen.form);
            let widget = self.widget(field);
            if widget == field.id {
                changed = changed.with(b"AP", &appearance).ok_or(NO_DICTIONARY)?;
            } else {
                let widget = self.file.raw(widget)?.with(b"AP", &appearance);
                objects.push(own(widget.ok_or(NO_DICTIONARY)?));
            }
        }
        objects.push(own(changed));
        objects.extend(self.form_with(None)?);
        Ok(objects)
    }

    /// A new field, which is its own widget (12.7.4.5), and all that has to name it.
    pub(super) fn added(
        &self,
        name: &str,
        signature: ObjectId,
        seen: Option<Seen>,
        number: &mut dyn FnMut() -> ObjectId,
    ) -> Result<Vec<(ObjectId, Vec<u8>)>, Refusal> {
        let (page, look) = match &seen {
            None => (self.file.page(1)?, "/Rect [0 0 0 0]".to_owned()),
            Some(seen) => {
                let appearance = String::from_utf8_lossy(&appearance(seen.form)).into_owned();
                let (rect, told) = (&seen.spot.rect, written(&seen.told));
                let look = format!("/Rect {rect} /AP {appearance} /TU {told}");
                (seen.spot.page, look)
            }
        };
        let widget = number();
        // Print and Locked (12.5.3).
        let field = format!(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T {} /V {} 0 R /P {} {} R /F 132 {look} >>",
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

    /// What is seen of a field: itself, or its first widget.
    pub(super) fn widget(&self, field: &Field) -> ObjectId {
        let first = || {
            let dictionary = self.file.document.get_dictionary(field.id).ok()?;
            let kids = self.file.entry(dictionary, b"Kids")?.as_array().ok()?;
            kids.first()?.as_reference().ok()
        };
        first().unwrap_or(field.id)
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
    pub(super) fn lock(&self, field: &Field) -> Result<Option<String>, Refusal> {
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
}

/// `/AP` with a form as the normal appearance (12.5.5).
fn appearance(form: ObjectId) -> Vec<u8> {
    [b"<< /N ", &*reference(form), b" >>"].concat()
}

fn reference((number, generation): ObjectId) -> Vec<u8> {
    format!("{number} {generation} R").into_bytes()
}

fn own(raw: Raw) -> (ObjectId, Vec<u8>) {
    (raw.id, raw.bytes.into_owned())
}
