//! What came into a PDF after a signature: both revisions are walked side by side from the
//! catalog, and each difference is judged by where it is. What nothing leads to is not looked
//! at, since no reader does.

use std::collections::{HashMap, HashSet};
use std::fmt;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::file::File;

/// What came after a signature, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Nothing that a reader sees: what proves signatures, or describes the file.
    Proof,
    /// Further signatures, or fields that were filled in.
    Filled,
    /// Notes on the pages.
    Annotated,
    /// Anything else: the document may say something else than what was signed.
    Other,
}

/// In English, for programs.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proof => "proof",
            Self::Filled => "signatures or fields",
            Self::Annotated => "notes",
            Self::Other => "other",
        })
    }
}

/// Most pairs of objects that are compared, and how far up a tree is gone.
const PAIRS: usize = 4_000_000;
const DEPTH: usize = 64;

/// What an object is taken for, which tells what in it may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Catalog,
    Form,
    /// The form's fields, or the kids of one.
    Fields,
    Field,
    /// A field that is signed.
    Signed,
    Page,
    Annotations,
    /// Each difference in it means that much.
    Inside(Change),
}

const FIXED: Kind = Kind::Inside(Change::Other);

/// What came into it after its first `covers` bytes; [`Change::Other`], where that cannot be
/// told.
pub(super) fn after(file: &File, covers: usize) -> Change {
    let compared = || {
        let old = File::read(file.bytes.get(..covers)?.to_vec()).ok()?;
        let root = |id| Object::Reference(id);
        let (before, now) = (old.catalog().ok()?.0, file.catalog().ok()?.0);
        let walk = Walk {
            old: &old.document,
            new: &file.document,
            kinds: kinds(&old.document),
            worst: Change::Proof,
            seen: HashSet::new(),
            open: vec![(root(before), root(now), Kind::Catalog)],
        };
        walk.finish()
    };
    compared().unwrap_or(Change::Other)
}

/// Pages and fields of a document, which are that wherever they are come from.
fn kinds(document: &Document) -> HashMap<ObjectId, Kind> {
    let mut kinds = HashMap::new();
    for page in document.page_iter() {
        kinds.insert(page, Kind::Page);
        let Ok(page) = document.get_dictionary(page) else {
            continue;
        };
        let list = page.get_deref(b"Annots", document);
        let list = list.and_then(Object::as_array).ok().into_iter().flatten();
        for id in list.filter_map(|one| one.as_reference().ok()) {
            let mut next = Some(id).filter(|id| {
                let widget = document.get_dictionary(*id);
                let kind = widget.and_then(|it| it.get_deref(b"Subtype", document));
                kind.and_then(Object::as_name)
                    .is_ok_and(|kind| kind == b"Widget")
            });
            for _ in 0..DEPTH {
                let Some(field) = next else { break };
                let dictionary = document.get_dictionary(field).ok();
                let is_signed = dictionary.is_some_and(|it| is_signed(document, it));
                kinds.insert(field, if is_signed { Kind::Signed } else { Kind::Field });
                next = dictionary.and_then(|it| it.get(b"Parent").ok()?.as_reference().ok());
            }
        }
    }
    kinds
}

fn is_signed(document: &Document, field: &Dictionary) -> bool {
    let kind = field.get_deref(b"FT", document).and_then(Object::as_name);
    let value = field.get_deref(b"V", document);
    kind.is_ok_and(|kind| kind == b"Sig") && value.is_ok_and(|value| !value.is_null())
}

struct Walk<'a> {
    old: &'a Document,
    new: &'a Document,
    kinds: HashMap<ObjectId, Kind>,
    worst: Change,
    seen: HashSet<(ObjectId, ObjectId, Kind)>,
    open: Vec<(Object, Object, Kind)>,
}

impl Walk<'_> {
    /// Without recursion: whoever wrote the file chose the depth.
    fn finish(mut self) -> Option<Change> {
        let mut left = PAIRS;
        while let Some((old, new, kind)) = self.open.pop() {
            if self.worst == Change::Other {
                break;
            }
            left = left.checked_sub(1)?;
            self.compare(&old, &new, kind);
        }
        Some(self.worst)
    }

    fn found(&mut self, change: Change) {
        self.worst = self.worst.max(change);
    }

    fn compare(&mut self, old: &Object, new: &Object, kind: Kind) {
        let mut kind = kind;
        if let (Object::Reference(old), Object::Reference(new)) = (old, new) {
            kind = match (kind, self.kinds.get(old)) {
                (Kind::Catalog | Kind::Form, _) | (_, None) => kind,
                (_, Some(known)) => *known,
            };
            if !self.seen.insert((*old, *new, kind)) {
                return;
            }
        }
        let (earlier, later) = (self.old, self.new);
        let (Some(before), Some(now)) = (resolved(earlier, old), resolved(later, new)) else {
            return self.found(Change::Other);
        };
        match (before, now) {
            (Object::Dictionary(before), Object::Dictionary(now)) => {
                if kind == Kind::Field && is_signed(self.old, before) {
                    kind = Kind::Signed;
                }
                self.dictionaries(before, now, kind);
            }
            (Object::Array(before), Object::Array(now)) => self.arrays(before, now, kind),
            (Object::Stream(before), Object::Stream(now)) => {
                if before.content != now.content {
                    return self.found(weight(kind));
                }
                self.dictionaries(&before.dict, &now.dict, kind);
            }
            (before, now) if before == now => {}
            _ => self.found(weight(kind)),
        }
    }

    fn dictionaries(&mut self, before: &Dictionary, now: &Dictionary, kind: Kind) {
        let keys: HashSet<&Vec<u8>> = before.iter().chain(now.iter()).map(|it| it.0).collect();
        for key in keys {
            let there = |dictionary: &Dictionary| {
                let value = dictionary.get(key).ok()?;
                (!value.is_null()).then(|| value.clone())
            };
            let rule = rule(kind, key);
            match (there(before), there(now)) {
                (None, None) => {}
                (Some(old), Some(new)) => self.open.push((old, new, rule)),
                (None, Some(new)) => match rule {
                    Kind::Form => {
                        let none = Object::Dictionary(Dictionary::new());
                        self.open.push((none, new, rule));
                    }
                    Kind::Annotations | Kind::Fields => {
                        self.open.push((Object::Array(Vec::new()), new, rule));
                    }
                    rule => self.found(weight(rule)),
                },
                (Some(_), None) => self.found(weight(rule)),
            }
        }
    }

    fn arrays(&mut self, before: &[Object], now: &[Object], kind: Kind) {
        let one = match kind {
            Kind::Fields => Kind::Field,
            Kind::Annotations => Kind::Inside(Change::Annotated),
            kind => kind,
        };
        if !matches!(kind, Kind::Fields | Kind::Annotations) {
            if before.len() != now.len() {
                return self.found(weight(kind));
            }
            let pairs = before.iter().zip(now);
            let pairs = pairs.map(|(old, new)| (old.clone(), new.clone(), one));
            return self.open.extend(pairs);
        }
        // Each that was there still is, in its order; what is new stands between or behind.
        let mut rest = now.iter();
        for old in before {
            if !rest.by_ref().any(|new| new == old) {
                return self.found(Change::Other);
            }
            self.open.push((old.clone(), old.clone(), one));
        }
        let old: HashSet<ObjectId> = before
            .iter()
            .filter_map(|it| it.as_reference().ok())
            .collect();
        for new in now {
            let is_old = match new.as_reference() {
                Ok(id) => old.contains(&id),
                Err(_) => before.contains(new),
            };
            if !is_old {
                let change = self.added(new, kind);
                self.found(change);
            }
        }
    }

    /// What a new field or annotation means.
    fn added(&self, new: &Object, kind: Kind) -> Change {
        let found = resolved(self.new, new).and_then(|it| it.as_dict().ok());
        let Some(found) = found else {
            return Change::Other;
        };
        let value = found.get_deref(b"FT", self.new);
        let is_signature = value.and_then(Object::as_name).is_ok_and(|it| it == b"Sig");
        match (kind, is_signature) {
            (_, true) => Change::Filled,
            (Kind::Annotations, false) => Change::Annotated,
            (_, false) => Change::Other,
        }
    }
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

/// What a difference in it means.
fn weight(kind: Kind) -> Change {
    match kind {
        Kind::Inside(change) => change,
        _ => Change::Other,
    }
}

/// What the value of an entry is.
fn rule(kind: Kind, key: &[u8]) -> Kind {
    match (kind, key) {
        (Kind::Catalog, b"AcroForm") => Kind::Form,
        (Kind::Catalog, b"DSS" | b"Extensions" | b"Metadata") => Kind::Inside(Change::Proof),
        (Kind::Form, b"Fields") | (Kind::Field, b"Kids") => Kind::Fields,
        (Kind::Form, b"SigFlags" | b"NeedAppearances") => Kind::Inside(Change::Proof),
        (Kind::Page, b"Annots") => Kind::Annotations,
        // What a field says, and how that looks.
        (Kind::Field, b"V" | b"AP" | b"AS" | b"M" | b"I") => Kind::Inside(Change::Filled),
        (Kind::Inside(change), _) => Kind::Inside(change),
        _ => FIXED,
    }
}
