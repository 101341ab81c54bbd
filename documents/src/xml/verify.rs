//! The XML signatures of a document, whoever made them: those over exclusive canonical XML
//! without comments. Each is checked over the octets that its SignedInfo stands for there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use securesign_card::certificate::Certificate;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::ToSign;

use super::canonical::{Apex, Canonical, canonical};
use super::characters::{attribute, reference};
use super::{
    DSIG, ENVELOPED, EXCLUSIVE, Fault as Form, decoded, digest_method, signature_method, the_only,
    xades,
};
use crate::Refusal;
use crate::cms::read::Fault;

/// Most signatures, references of one, and certificates in one.
const SIGNATURES: usize = 50;
const MOST: usize = 32;
/// Most name spaces that one element may declare.
const DECLARATIONS: usize = 100_000;

/// A signature in an XML document.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its `Id`.
    pub id: Option<String>,
    /// Whose it is, and what else it brings along. Whether that is to be trusted is not told.
    pub sound: Result<Sound, Fault>,
    /// The time that the signer's computer told, where it is signed (XAdES).
    pub time: Option<String>,
    /// Whether it is over the whole document; else over the elements that it names.
    pub is_whole: bool,
}

/// A signature that is over what it stands in.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Whose it is.
    pub certificate: Certificate,
    /// Further certificates that it brings along.
    pub others: Vec<Certificate>,
    /// Hash algorithm of the signature.
    pub hash: HashAlgorithm,
}

/// All signatures of an XML document, in its order.
///
/// # Errors
///
/// [`Refusal::Xml`]: it is none, or none that can be read.
pub fn signatures(bytes: &[u8]) -> Result<Vec<Signature>, Refusal> {
    let text = decoded(bytes)?;
    let whole = canonical(text, Apex::Document, None)?;
    let found = read(text).ok_or(Form::IllFormed)?;
    Ok(found
        .into_iter()
        .map(|one| one.judge(text, &whole))
        .collect())
}

/// What stands in a Signature.
#[derive(Default)]
struct Parts {
    start: usize,
    id: Option<String>,
    info: Option<usize>,
    canonicalization: String,
    method: String,
    references: Vec<Reference>,
    value: String,
    certificates: Vec<String>,
    /// Where SignedProperties stand, and the time in them.
    properties: Option<usize>,
    time: String,
    /// Something in it has a meaning that is not known.
    is_strange: bool,
}

#[derive(Default)]
struct Reference {
    uri: Option<String>,
    transforms: Vec<String>,
    method: String,
    digest: String,
}

/// The paths that are read, below a Signature.
const INFO: &[&str] = &["SignedInfo"];
const VALUE: &[&str] = &["SignatureValue"];
const CERTIFICATE: &[&str] = &["KeyInfo", "X509Data", "X509Certificate"];
const DIGEST: &[&str] = &["SignedInfo", "Reference", "DigestValue"];
const PROPERTIES: &[&str] = &["Object", "QualifyingProperties", "SignedProperties"];
const TIME: &[&str] = &[
    "Object",
    "QualifyingProperties",
    "SignedProperties",
    "SignedSignatureProperties",
    "SigningTime",
];

/// All signatures that do not stand in one another. `None`: too many.
fn read(text: &str) -> Option<Vec<Parts>> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let names = reader.resolver_mut();
    names.set_max_declarations_per_element(DECLARATIONS);
    let mut found: Vec<Parts> = Vec::new();
    // Below the Signature that is being read.
    let mut path: Vec<String> = Vec::new();
    let mut inside = false;
    loop {
        let at = usize::try_from(reader.buffer_position()).ok()?;
        let (namespace, event) = reader.read_resolved_event().ok()?;
        let is_ours = |space: &str| matches!(namespace, ResolveResult::Bound(it) if it.into_inner() == space.as_bytes());
        match event {
            Event::Start(tag) => {
                let local = std::str::from_utf8(tag.local_name().into_inner())
                    .ok()?
                    .to_owned();
                let is_dsig = is_ours(DSIG);
                if inside {
                    let is_known = is_dsig || is_ours(xades::XADES);
                    // Of any other name space, it has none of the names that are read.
                    path.push(if is_known { local } else { format!("?{local}") });
                    let one = found.last_mut()?;
                    one.open(&path, &tag, at)?;
                } else if is_dsig && local == "Signature" {
                    (found.len() < SIGNATURES).then_some(())?;
                    inside = true;
                    found.push(Parts {
                        start: at,
                        id: value(&tag, "Id"),
                        ..Parts::default()
                    });
                }
            }
            Event::End(_) if inside => inside = path.pop().is_some(),
            Event::Text(text) if inside => {
                found
                    .last_mut()?
                    .text(&path, std::str::from_utf8(&text).ok()?);
            }
            Event::GeneralRef(name) if inside => {
                let letter = reference(std::str::from_utf8(&name).ok()?).ok()?;
                found
                    .last_mut()?
                    .text(&path, letter.encode_utf8(&mut [0; 4]));
            }
            Event::Eof => return Some(found),
            _ => {}
        }
    }
}

/// The value of an attribute.
fn value(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    attribute(std::str::from_utf8(&found.value).ok()?).ok()
}

impl Parts {
    fn open(&mut self, path: &[String], tag: &BytesStart<'_>, at: usize) -> Option<()> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let algorithm = || value(tag, "Algorithm").unwrap_or_default();
        let is_twice = match &path[..] {
            INFO => self.info.replace(at).is_some(),
            PROPERTIES => self.properties.replace(at).is_some(),
            ["SignedInfo", "CanonicalizationMethod"] => {
                !std::mem::replace(&mut self.canonicalization, algorithm()).is_empty()
            }
            ["SignedInfo", "SignatureMethod"] => {
                !std::mem::replace(&mut self.method, algorithm()).is_empty()
            }
            ["SignedInfo", "Reference"] => {
                self.references.push(Reference {
                    uri: value(tag, "URI"),
                    ..Reference::default()
                });
                self.references.len() > MOST
            }
            ["SignedInfo", "Reference", "Transforms", "Transform"] => {
                let reference = self.references.last_mut()?;
                reference.transforms.push(algorithm());
                reference.transforms.len() > MOST
            }
            ["SignedInfo", "Reference", "DigestMethod"] => {
                let method = &mut self.references.last_mut()?.method;
                !std::mem::replace(method, algorithm()).is_empty()
            }
            CERTIFICATE => {
                self.certificates.push(String::new());
                self.certificates.len() > MOST
            }
            ["SignatureValue"] => !self.value.is_empty(),
            ["SignedInfo", "Reference", "DigestValue"] => {
                !self.references.last()?.digest.is_empty()
            }
            ["SignedInfo", "Reference", "Transforms"] | ["KeyInfo", ..] | ["Object", ..] => false,
            // Lists of prefixes, XPath, lengths of a truncated MAC: each has a meaning.
            _ => true,
        };
        self.is_strange |= is_twice;
        Some(())
    }

    fn text(&mut self, path: &[String], text: &str) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let to = match &path[..] {
            VALUE => Some(&mut self.value),
            DIGEST => self.references.last_mut().map(|it| &mut it.digest),
            CERTIFICATE => self.certificates.last_mut(),
            TIME => Some(&mut self.time),
            _ => None,
        };
        if let Some(to) = to {
            to.extend(text.chars().filter(|it| !it.is_ascii_whitespace()));
        }
    }

    fn judge(self, text: &str, whole: &Canonical) -> Signature {
        let covered = self.covered(text, whole);
        let sound = match &covered {
            Err(fault) => Err(*fault),
            Ok(_) => self.sound(text),
        };
        // A wrong signature is told before what has no digest: only then was anything signed.
        let covered = covered.unwrap_or_default();
        let is_root = |at: &usize| *at == whole.root.start;
        let has_time = self.properties.is_some_and(|at| covered.contains(&at));
        let time = (has_time && sound.is_ok() && !self.time.is_empty())
            .then(|| securesign_card::text::clean(&self.time, 60));
        Signature {
            id: self.id,
            sound,
            time,
            is_whole: covered.iter().any(is_root),
        }
    }

    /// Where the elements begin that it is over; the root, where that is the whole document.
    fn covered(&self, text: &str, whole: &Canonical) -> Result<Vec<usize>, Fault> {
        if self.is_strange || self.canonicalization != EXCLUSIVE || self.references.is_empty() {
            return Err(Fault::Unreadable);
        }
        self.references
            .iter()
            .map(|one| one.covered(self.start, text, whole))
            .collect()
    }

    fn sound(&self, text: &str) -> Result<Sound, Fault> {
        let info = self.info.ok_or(Fault::Unreadable)?;
        let info = canonical(text, Apex::At(info), None).map_err(|_| Fault::Unreadable)?;
        let (is_rsa, hash) = method(&self.method).ok_or(Fault::Unreadable)?;
        let value = STANDARD
            .decode(&self.value)
            .map_err(|_| Fault::Unreadable)?;
        let message = info.text.as_bytes();
        let digest = Digest::of(hash, message);
        let what = ToSign::Message(&digest, message);
        let der = self
            .certificates
            .iter()
            .filter_map(|it| STANDARD.decode(it).ok());
        let mut all: Vec<Certificate> = der.filter_map(|it| Certificate::parse(&it).ok()).collect();
        if all.is_empty() {
            return Err(Fault::NoCertificate);
        }
        let signs = |one: &Certificate| {
            let key = one.key();
            key.rsa_len().is_some() == is_rsa && key.standard(what, &value).is_some()
        };
        let at = all.iter().position(signs).ok_or(Fault::Wrong)?;
        let certificate = all.remove(at);
        Ok(Sound {
            certificate,
            others: all,
            hash,
        })
    }
}

impl Reference {
    /// Where the element begins that it is over, where its digest is that one's.
    fn covered(&self, signature: usize, text: &str, whole: &Canonical) -> Result<usize, Fault> {
        let uri = self.uri.as_deref().ok_or(Fault::Unreadable)?;
        let known = [ENVELOPED, EXCLUSIVE];
        let is_known = self
            .transforms
            .iter()
            .all(|it| known.contains(&it.as_str()));
        let is_exclusive = self.transforms.iter().any(|it| it == EXCLUSIVE);
        if !is_known || !is_exclusive {
            return Err(Fault::Unreadable);
        }
        let (at, apex) = match uri.strip_prefix('#') {
            None if uri.is_empty() => (whole.root.start, Apex::Document),
            // Another file.
            None => return Err(Fault::Unreadable),
            Some(id) => {
                let at = the_only(&whole.ids, id).map_err(|_| Fault::Unreadable)?;
                (at, Apex::At(at))
            }
        };
        let is_enveloped = self.transforms.iter().any(|it| it == ENVELOPED);
        let skip = is_enveloped.then_some(signature);
        let found = canonical(text, apex, skip).map_err(|_| Fault::Unreadable)?;
        let mut hashes = HashAlgorithm::ALL.into_iter();
        let hash = hashes.find(|hash| digest_method(*hash) == self.method);
        let digest = Digest::of(hash.ok_or(Fault::Unreadable)?, found.text.as_bytes());
        match STANDARD.encode(digest.bytes()) == self.digest {
            true => Ok(at),
            false => Err(Fault::Changed),
        }
    }
}

/// Whether it is RSA's, and its hash (RFC 6931).
fn method(algorithm: &str) -> Option<(bool, HashAlgorithm)> {
    let kinds = HashAlgorithm::ALL.into_iter();
    let mut kinds = kinds.flat_map(|hash| [(true, hash), (false, hash)]);
    kinds.find(|(is_rsa, hash)| signature_method(*is_rsa, *hash) == algorithm)
}
