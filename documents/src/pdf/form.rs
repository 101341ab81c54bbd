//! The interactive form of a PDF (ISO 32000-2, 12.7): its signature fields, and what earlier
//! signatures allow.

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::file::File;
use super::text;
use super::update::hex;
use crate::{Damage, Refusal};

/// Most fields that are looked at, and how deep.
const FIELDS: usize = 100_000;
const DEPTH: usize = 32;

/// A signature field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub id: ObjectId,
    /// Fully qualified: names of all levels with points between.
    pub name: String,
    /// The signature dictionary (12.8.1), where it is signed.
    pub signature: Option<Dictionary>,
}

/// What a PDF has of a form.
pub(super) struct Form {
    /// Where it stands; `None`: there is none, or it stands in the catalog.
    pub id: Option<ObjectId>,
    /// Whether there is one at all.
    pub exists: bool,
    /// Whether it is of the XFA kind, which most readers draw from other data than what a
    /// signature is over.
    pub is_xfa: bool,
    /// The names of all root fields.
    pub names: HashSet<String>,
    /// Signature fields, signed or not, in the form's order.
    pub fields: Vec<Field>,
    /// What its author's certification allows (12.8.4): 1, 2 or 3.
    pub certified: Option<i64>,
}

impl Form {
    pub fn read(file: &File) -> Result<Self, Refusal> {
        let (_, catalog) = file.catalog()?;
        let mut form = Self {
            id: catalog.get(b"AcroForm").and_then(Object::as_reference).ok(),
            exists: false,
            is_xfa: false,
            names: HashSet::new(),
            fields: Vec::new(),
            certified: certified(file, catalog),
        };
        let Some(acroform) = file.entry(catalog, b"AcroForm") else {
            form.id = None;
            return Ok(form);
        };
        let damaged = |_| Refusal::Damaged(Damage::Form);
        let acroform = acroform.as_dict().map_err(damaged)?;
        form.exists = true;
        let needs_rendering = file.entry(catalog, b"NeedsRendering");
        if file.entry(acroform, b"XFA").is_some()
            || needs_rendering.is_some_and(|it| it.as_bool().unwrap_or(true))
        {
            form.is_xfa = true;
        }
        if let Some(fields) = file.entry(acroform, b"Fields") {
            form.walk(file, fields.as_array().map_err(damaged)?);
        }
        Ok(form)
    }

    /// All fields below these, without recursion: whoever wrote the file chose the depth.
    fn walk(&mut self, file: &File, roots: &[Object]) {
        let mut seen = HashSet::new();
        let mut open: Vec<(ObjectId, String, bool, usize)> = roots
            .iter()
            .rev()
            .filter_map(|root| Some((root.as_reference().ok()?, String::new(), false, 0)))
            .collect();
        while let Some((id, above, is_signature, depth)) = open.pop() {
            if depth > DEPTH || seen.len() > FIELDS || !seen.insert(id) {
                continue;
            }
            let Ok(field) = file.document.get_dictionary(id) else {
                continue;
            };
            let partial = file.entry(field, b"T").and_then(|name| name.as_str().ok());
            let partial = partial.map(text::decoded);
            let name = match (&partial, above.is_empty()) {
                (Some(partial), true) => partial.clone(),
                (Some(partial), false) => format!("{above}.{partial}"),
                (None, _) => above,
            };
            if depth == 0 {
                self.names.insert(name.clone());
            }
            let kind = file
                .entry(field, b"FT")
                .and_then(|kind| kind.as_name().ok());
            let is_signature = kind.map_or(is_signature, |kind| kind == b"Sig");
            // A kid without a name of its own is a widget of the field above it.
            if is_signature && partial.is_some() {
                self.fields.push(Field {
                    id,
                    name: name.clone(),
                    signature: signature(file, field),
                });
            }
            if let Some(kids) = file
                .entry(field, b"Kids")
                .and_then(|kids| kids.as_array().ok())
            {
                let kids = kids.iter().rev().filter_map(|kid| kid.as_reference().ok());
                open.extend(kids.map(|kid| (kid, name.clone(), is_signature, depth + 1)));
            }
        }
    }

    /// Whether anybody has signed.
    pub fn is_signed(&self) -> bool {
        self.fields.iter().any(|field| field.signature.is_some())
    }

    /// Those that wait for a signature.
    pub fn empty(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.signature.is_none())
    }

    /// A name that no root field has: the wanted number, or the next that is free.
    pub fn free_name(&self, wanted: u32) -> String {
        let mut names = (wanted..=u32::MAX).map(|number| format!("Signature{number}"));
        let free = names.find(|name| !self.names.contains(name));
        free.unwrap_or_default()
    }

    /// Whether certification and earlier signatures allow one in a field of this name.
    /// `adds_visible`: the field is new, and something is seen of it.
    pub fn allows(&self, file: &File, name: &str, adds_visible: bool) -> Result<(), Refusal> {
        match self.certified {
            Some(1) => return Err(Refusal::Certified),
            Some(_) if adds_visible => return Err(Refusal::CertifiedVisible),
            _ => {}
        }
        let signatures = self
            .fields
            .iter()
            .filter_map(|field| field.signature.as_ref());
        for reference in signatures.flat_map(|signature| references(file, signature)) {
            if method(file, reference) == Some(b"FieldMDP")
                && let Some(lock) = parameters(file, reference)
                && locks(file, lock, name)
            {
                return Err(Refusal::Locked);
            }
        }
        Ok(())
    }
}

/// The signature that a field holds; an empty dictionary is none.
fn signature(file: &File, field: &Dictionary) -> Option<Dictionary> {
    let value = file.entry(field, b"V")?.as_dict().ok()?;
    Some(value.clone())
}

/// 12.8.2.2: what the certification of the author allows, 2 where it does not say.
fn certified(file: &File, catalog: &Dictionary) -> Option<i64> {
    let permissions = file.entry(catalog, b"Perms")?.as_dict().ok()?;
    let signature = file.entry(permissions, b"DocMDP")?.as_dict().ok()?;
    let mut levels = references(file, signature)
        .into_iter()
        .filter(|reference| method(file, reference) == Some(b"DocMDP"))
        .map(|reference| {
            let parameters = parameters(file, reference)?;
            file.entry(parameters, b"P")?.as_i64().ok()
        });
    Some(levels.next().flatten().unwrap_or(2))
}

/// Signature reference dictionaries (12.8.1, table 256).
fn references<'a>(file: &'a File, signature: &'a Dictionary) -> Vec<&'a Dictionary> {
    let list = file
        .entry(signature, b"Reference")
        .and_then(|list| list.as_array().ok());
    let resolved = |one: &'a Object| file.document.dereference(one).ok()?.1.as_dict().ok();
    list.into_iter().flatten().filter_map(resolved).collect()
}

fn method<'a>(file: &'a File, reference: &'a Dictionary) -> Option<&'a [u8]> {
    file.entry(reference, b"TransformMethod")?.as_name().ok()
}

fn parameters<'a>(file: &'a File, reference: &'a Dictionary) -> Option<&'a Dictionary> {
    file.entry(reference, b"TransformParams")?.as_dict().ok()
}

/// 12.8.2.4, table 258: whether a lock covers a field of this name; one that is not
/// understood does.
fn locks(file: &File, lock: &Dictionary, name: &str) -> bool {
    // PDF 2.0: it may forbid every change, as a certification does.
    if file
        .entry(lock, b"P")
        .is_some_and(|level| matches!(level.as_i64(), Ok(1)))
    {
        return true;
    }
    let listed = file
        .entry(lock, b"Fields")
        .and_then(|list| list.as_array().ok());
    let listed = listed.into_iter().flatten().any(|one| {
        let one = file.document.dereference(one).ok();
        let one = one
            .and_then(|(_, one)| one.as_str().ok())
            .map(text::decoded);
        one.is_some_and(|one| name == one || name.starts_with(&format!("{one}.")))
    });
    match file
        .entry(lock, b"Action")
        .and_then(|action| action.as_name().ok())
    {
        Some(b"Include") => listed,
        Some(b"Exclude") => !listed,
        _ => true,
    }
}

/// The signature reference that carries a field's lock into its signature (12.8.2.4); `None`:
/// the lock is not understood.
pub(super) fn transform(file: &File, lock: &Dictionary) -> Option<String> {
    let action = file.entry(lock, b"Action")?.as_name().ok()?;
    let action = match action {
        b"All" => "/Action /All",
        b"Include" => "/Action /Include",
        b"Exclude" => "/Action /Exclude",
        _ => return None,
    };
    let mut parameters = format!("/Type /TransformParams {action} /V /1.2");
    if action != "/Action /All" {
        let names = file.entry(lock, b"Fields")?.as_array().ok()?;
        parameters.push_str(" /Fields [");
        for name in names {
            let name = file.document.dereference(name).ok()?.1.as_str().ok()?;
            parameters.push_str(&format!("<{}>", hex(name)));
        }
        parameters.push(']');
    }
    if let Some(level) = file.entry(lock, b"P") {
        parameters.push_str(&format!(" /P {}", level.as_i64().ok()?));
    }
    Some(format!(
        "<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << {parameters} >> >>"
    ))
}
