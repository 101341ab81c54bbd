//! XML signatures (W3C, XML Signature Syntax and Processing 1.1): enveloped, enveloping and
//! detached, with exclusive canonical XML without comments, and the certificate in KeyInfo, as
//! the Digital Signature (End entity) Rules, 2015, of India want them.

mod canonical;
mod characters;
mod plan;
mod verify;
mod xades;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::tlv;
use thiserror::Error;

use self::canonical::{Apex, Canonical, canonical};
use self::plan::Plan;
use crate::{Refusal, Signer};

pub use self::verify::{Signature, Sound, signatures};

/// Why an XML document is not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Not well-formed, with or without namespaces.
    #[error("it is not well-formed")]
    IllFormed,
    /// A document type, with which readers may find something else in it.
    #[error("it has a document type")]
    Doctype,
    /// Not UTF-8.
    #[error("it is not in UTF-8")]
    Encoding,
    /// XML 1.1.
    #[error("it is not XML 1.0")]
    Version,
    /// More than a hundred elements in one another.
    #[error("its elements are nested too deeply")]
    Deep,
    /// No element, or several, have the Id that is referred to.
    #[error("not exactly one element has the Id that is referred to")]
    Reference,
    /// It cannot be the Id of the signature, or is one already.
    #[error("the Id of the signature is no name, or is in it already")]
    Id,
}

/// Where the signature stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// In the document, as the last child of its root.
    #[default]
    Enveloped,
    /// Around the document.
    Enveloping,
    /// In a file of its own.
    Detached,
}

/// How an XML document is signed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the signature stands.
    pub form: Form,
    /// Its `Id`.
    pub id: Option<String>,
    /// What it refers to: `#Id` of an element in the document, for an enveloped one; the
    /// address of the document, for a detached one. `None`: the whole document.
    pub reference: Option<String>,
    /// XAdES-BES, with this as the time of signing; `None`: a plain XML signature.
    pub xades: Option<Timestamp>,
}

/// An XML document that lacks nothing but the signature.
pub struct Prepared {
    signer: Signer,
    /// SignedInfo in canonical form.
    info: String,
    /// What stands before and after the value of the signature.
    before: Vec<u8>,
    after: Vec<u8>,
    /// What it refers to, and its digest.
    target: Target,
    digested: Digest,
    /// Where in `after` the signed properties begin, and their digest.
    properties: Option<(usize, Digest)>,
}

/// Where another reader looks for what is referred to.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// Below this apex, without the Signature whose tag begins there.
    Enveloped(Apex, usize),
    /// So many bytes before the end.
    Object(usize),
    /// Elsewhere.
    File,
}

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Of the object in an enveloping signature.
const OBJECT: &str = "object";
const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Makes everything but the signature.
///
/// # Errors
///
/// [`Refusal`]: it cannot be signed like that.
pub fn prepare(bytes: &[u8], signer: Signer, options: &Options) -> Result<Prepared, Refusal> {
    let text = decoded(bytes)?;
    let whole = checked(text, options)?;
    let plan = Plan::new(&whole, signer, options)?;
    let apex = referred(&whole, options)?;
    let uri = options.reference.as_deref().unwrap_or_default();
    match options.form {
        Form::Enveloped => enveloped(bytes, text, &whole, plan, (uri, apex)),
        Form::Enveloping => enveloping(text, &whole, plan),
        Form::Detached => Ok(detached(bytes, plan, uri)),
    }
}

/// Whether it can be signed like that, as far as that is known without a certificate.
///
/// # Errors
///
/// [`Refusal`], as [`prepare`].
pub fn check(bytes: &[u8], options: &Options) -> Result<(), Refusal> {
    let text = decoded(bytes)?;
    let whole = checked(text, options)?;
    referred(&whole, options)?;
    Ok(())
}

/// What the signature refers to, where that goes together with its form.
fn referred(whole: &Canonical, options: &Options) -> Result<Apex, Fault> {
    let uri = options.reference.as_deref().unwrap_or_default();
    match (options.form, uri.strip_prefix('#')) {
        (Form::Enveloped, None) if uri.is_empty() => Ok(Apex::Document),
        (Form::Enveloped, Some(id)) => Ok(Apex::At(the_only(&whole.ids, id)?)),
        (Form::Enveloping, _) if options.reference.is_none() && !has_id(whole, OBJECT) => {
            Ok(Apex::Document)
        }
        (Form::Detached, None) if !uri.is_empty() => Ok(Apex::Document),
        _ => Err(Fault::Reference),
    }
}

/// The whole document, with which the Id that the signature is to have goes together.
fn checked(text: &str, options: &Options) -> Result<Canonical, Fault> {
    let whole = canonical(text, Apex::Document, None)?;
    match &options.id {
        Some(id) if !characters::is_name(id) || has_id(&whole, id) || id == OBJECT => {
            Err(Fault::Id)
        }
        _ => Ok(whole),
    }
}

fn has_id(whole: &Canonical, id: &str) -> bool {
    whole.ids.iter().any(|(other, _)| other == id)
}

/// Whether a document is to be read as XML, by its beginning.
pub fn is_likely(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

/// The whole document as a signature is over it: exclusive canonical XML without comments.
///
/// # Errors
///
/// [`Refusal::Xml`]: it cannot be signed.
pub fn canonical_form(bytes: &[u8]) -> Result<String, Refusal> {
    Ok(canonical(decoded(bytes)?, Apex::Document, None)?.text)
}

/// Without its byte order mark. An encoding that ASCII is a part of is UTF-8 where nothing
/// else stands in the document.
fn decoded(bytes: &[u8]) -> Result<&str, Refusal> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::Encoding)?;
    let declaration = text
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"));
    let Some((declaration, _)) = declaration else {
        return Ok(text);
    };
    let value = |key: &str| {
        let (_, rest) = declaration.split_once(key)?;
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next()
    };
    if value("version") != Some("1.0") {
        return Err(Fault::Version.into());
    }
    let encoding = value("encoding").unwrap_or("UTF-8").to_ascii_lowercase();
    let holds_ascii = ["iso-8859-", "windows-125", "us-ascii"];
    let is_ascii = text.is_ascii() && holds_ascii.iter().any(|it| encoding.starts_with(it));
    match encoding == "utf-8" || is_ascii {
        true => Ok(text),
        false => Err(Fault::Encoding.into()),
    }
}

fn enveloped(
    bytes: &[u8],
    text: &str,
    whole: &Canonical,
    plan: Plan,
    (uri, apex): (&str, Apex),
) -> Result<Prepared, Refusal> {
    let hash = plan.signer.hash();
    let digested = match apex {
        Apex::Document => Digest::of(hash, whole.text.as_bytes()),
        Apex::At(_) => Digest::of(hash, canonical(text, apex, None)?.text.as_bytes()),
    };
    let info = plan.signed_info(uri, &[ENVELOPED, EXCLUSIVE], &digested);
    let offset = bytes.len() - text.len();
    let root = &whole.root;
    let (at, rest) = (offset + root.inner_end, offset + root.inner_end);
    let mut before = bytes[..at].to_vec();
    let mut after = Vec::new();
    if root.is_empty {
        before.push(b'>');
        after.extend_from_slice(format!("</{}>", root.name).as_bytes());
        after.extend_from_slice(&bytes[rest + 2..]);
    } else {
        after.extend_from_slice(&bytes[rest..]);
    }
    let target = Target::Enveloped(apex, before.len() - offset);
    Ok(plan.around([before, after], "", info, target, digested))
}

/// The root with its content becomes the object; what stands beside it is left out.
fn enveloping(text: &str, whole: &Canonical, plan: Plan) -> Result<Prepared, Refusal> {
    let payload = &text[whole.root.start..whole.root.end];
    let object = format!("<ds:Object Id=\"{OBJECT}\">{payload}</ds:Object>");
    let alone = object.replacen(" Id", &format!(" xmlns:ds=\"{DSIG}\" Id"), 1);
    let digested = canonical(&alone, Apex::Document, None)?;
    let digested = Digest::of(plan.signer.hash(), digested.text.as_bytes());
    let info = plan.signed_info(&format!("#{OBJECT}"), &[EXCLUSIVE], &digested);
    let properties = plan.properties.as_ref();
    let behind = properties.map_or(0, |it| it.object.len()) + "</ds:Signature>".len();
    let target = Target::Object(object.len() + behind);
    Ok(plan.around(Default::default(), &object, info, target, digested))
}

fn detached(bytes: &[u8], plan: Plan, uri: &str) -> Prepared {
    let digested = Digest::of(plan.signer.hash(), bytes);
    let info = plan.signed_info(uri, &[], &digested);
    plan.around(Default::default(), "", info, Target::File, digested)
}

/// Algorithm of a digest (RFC 6931, 2.1).
fn digest_method(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        HashAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        HashAlgorithm::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
    }
}

/// Algorithm of a signature with PKCS#1 v1.5 or ECDSA (RFC 6931, 2.3).
fn signature_method(is_rsa: bool, hash: HashAlgorithm) -> String {
    let kind = if is_rsa { "rsa" } else { "ecdsa" };
    let bits = hash.size() * 8;
    format!("http://www.w3.org/2001/04/xmldsig-more#{kind}-sha{bits}")
}

/// Where the only element stands that has this Id.
fn the_only(ids: &[(String, usize)], id: &str) -> Result<usize, Fault> {
    let mut found = ids.iter().filter(|(other, _)| other == id);
    match (found.next(), found.next()) {
        (Some((_, at)), None) => Ok(*at),
        _ => Err(Fault::Reference),
    }
}

impl Prepared {
    /// The message that is signed, SignedInfo in canonical form, and its digest.
    pub fn to_sign(&self) -> (&[u8], Digest) {
        let message = self.info.as_bytes();
        (message, Digest::of(self.signer.hash(), message))
    }

    /// The signed document; of a detached signature, that alone.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadSignature`]: that is no signature over [`Prepared::to_sign`];
    /// [`Refusal::Unsound`]: what came of it does not verify.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, Refusal> {
        let message = self.info.as_bytes();
        let signature = self.signer.checked(message, signature);
        let signature = signature.ok_or(Refusal::BadSignature)?;
        let value = match self.signer.certificate().key().curve_len() {
            Some(len) => halves(&signature, len).ok_or(Refusal::BadSignature)?,
            None => signature,
        };
        let start = self.before.len();
        let value = STANDARD.encode(value).into_bytes();
        let close = start + value.len();
        let signed = [self.before, value, self.after].concat();
        let text = decoded(&signed)?;
        let info = signed_info_at(text, start + text.len() - signed.len());
        let info = info.ok_or(Refusal::Unsound("it has no SignedInfo"))?;
        if canonical(text, Apex::At(info), None)?.text != self.info {
            return Err(Refusal::Unsound("its SignedInfo is read otherwise"));
        }
        let hash = self.signer.hash();
        if let Some((at, digested)) = &self.properties {
            let at = close + at + text.len() - signed.len();
            let found = canonical(text, Apex::At(at), None)?;
            if Digest::of(hash, found.text.as_bytes()) != *digested {
                return Err(Refusal::Unsound("its properties are read otherwise"));
            }
        }
        let found = match self.target {
            Target::Enveloped(apex, signature) => canonical(text, apex, Some(signature))?,
            Target::Object(tail) => canonical(text, Apex::At(text.len() - tail), None)?,
            Target::File => return Ok(signed),
        };
        match Digest::of(hash, found.text.as_bytes()) == self.digested {
            true => Ok(signed),
            false => Err(Refusal::Unsound("what it refers to is read otherwise")),
        }
    }
}

/// Where the tag of SignedInfo begins, which ends before `end`.
fn signed_info_at(text: &str, end: usize) -> Option<usize> {
    const TAG: &str = "SignedInfo>";
    let close = text.get(..end)?.rfind(TAG)?;
    let open = text[..close].rfind(TAG)?;
    text[..open].rfind('<')
}

/// r and s, each as long as the curve (RFC 4050, 3.3), of an Ecdsa-Sig-Value.
fn halves(signature: &[u8], len: usize) -> Option<Vec<u8>> {
    let numbers = tlv::expect(signature, 0x30).ok()?;
    let (r, rest) = tlv::first(numbers).ok()?;
    let (s, _) = tlv::first(rest).ok()?;
    let mut halves = Vec::with_capacity(2 * len);
    for number in [r.value, s.value] {
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        halves.extend(std::iter::repeat_n(0, len.checked_sub(number.len())?));
        halves.extend_from_slice(number);
    }
    Some(halves)
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Xml(fault)
    }
}
