//! A document that is signed itself, as it came: what was found in it, and the signature that
//! goes into it. It is read once: what was looked at is what is signed.

mod options;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::digest::Digest;
use securesign_documents::cms::read::Fault;
use securesign_documents::pdf::{self, Pdf};
use securesign_documents::{Refusal, Signer, xml};
use securesign_handoff::callback::Product;
use securesign_handoff::link::Embedded;

/// A document that is to be signed, and how. Where the link brings its digest alone, a person
/// gives it.
pub struct Original {
    digest: Digest,
    how: How,
    /// It came with the link.
    came: bool,
    content: Option<Content>,
}

enum How {
    Pdf(Box<pdf::Options>),
    Xml(xml::Options),
}

struct Content {
    bytes: Arc<[u8]>,
    found: Found,
}

/// What a document is, and what a link asks to have written into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Length in bytes.
    pub size: usize,
    /// How many pages a PDF has; `None`: it is XML.
    pub pages: Option<u32>,
    /// How many signatures it has.
    pub earlier: usize,
    /// The worst that is wrong with one of them.
    pub fault: Option<Fault>,
}

/// Why the document of a link is not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsignable {
    /// This parameter asks for what cannot be made here.
    NotYet(&'static str),
    /// This parameter says nothing that is known.
    Value(&'static str),
    /// The document itself, or what is asked for does not fit it.
    Document(Refusal),
}

/// A document that lacks nothing but the signature.
pub enum Prepared {
    /// A PDF.
    Pdf(Box<pdf::Prepared>),
    /// An XML document.
    Xml(Box<xml::Prepared>),
}

impl Original {
    /// The PDF of a link.
    ///
    /// # Errors
    ///
    /// [`Unsignable`]: no certificate could sign it as it is asked for.
    pub fn pdf(embedded: Embedded) -> Result<Self, Unsignable> {
        let how = How::Pdf(Box::new(options::pdf(&embedded.options)?));
        Self::new(how, embedded)
    }

    /// The XML document of a link.
    ///
    /// # Errors
    ///
    /// [`Unsignable`], as [`Original::pdf`].
    pub fn xml(embedded: Embedded) -> Result<Self, Unsignable> {
        let how = How::Xml(options::xml(&embedded.options)?);
        Self::new(how, embedded)
    }

    fn new(how: How, embedded: Embedded) -> Result<Self, Unsignable> {
        let mut original = Self {
            digest: embedded.digest,
            how,
            came: embedded.bytes.is_some(),
            content: None,
        };
        if let Some(bytes) = embedded.bytes {
            original.give(bytes.into())?;
        }
        Ok(original)
    }

    /// The document itself, which has this digest.
    ///
    /// # Errors
    ///
    /// [`Unsignable`], as [`Original::pdf`].
    pub fn give(&mut self, bytes: Arc<[u8]>) -> Result<(), Unsignable> {
        self.content = None;
        let found = self.how.found(&bytes)?;
        self.content = Some(Content { bytes, found });
        Ok(())
    }

    /// Something else was given in its place.
    pub fn withdraw(&mut self) {
        if !self.came {
            self.content = None;
        }
    }

    /// The digest of the document as it was before.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What is said of it before it is signed; `None`: a person has yet to give it.
    pub fn found(&self) -> Option<&Found> {
        self.content.as_ref().map(|content| &content.found)
    }

    /// It came with the link, and was not given by a person.
    pub fn came(&self) -> bool {
        self.came
    }

    /// It is a PDF, and no XML document.
    pub fn is_pdf(&self) -> bool {
        matches!(self.how, How::Pdf(_))
    }

    /// What the link asks to have written into it: why it is signed, and where.
    pub fn said(&self) -> [Option<&str>; 2] {
        match &self.how {
            How::Pdf(options) => [options.reason.as_deref(), options.location.as_deref()],
            How::Xml(_) => [None, None],
        }
    }

    /// Everything but the signature, by the holder of that certificate; `None`: a person has
    /// yet to give the document.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: that certificate cannot sign it.
    pub fn prepare(
        &self,
        certificate: Certificate,
        now: Timestamp,
    ) -> Result<Option<Prepared>, Refusal> {
        let Some(Content { bytes, .. }) = &self.content else {
            return Ok(None);
        };
        let signer = Signer::new(certificate, &[], self.digest.algorithm(), now)?;
        Ok(Some(match &self.how {
            How::Pdf(options) => {
                let pdf = Pdf::read(bytes.to_vec())?;
                Prepared::Pdf(Box::new(pdf.prepare(signer, options, now)?))
            }
            How::Xml(options) => Prepared::Xml(Box::new(xml::prepare(bytes, signer, options)?)),
        }))
    }

    /// What the portal gets of the signed document. Of a PDF that it has, what was appended.
    pub fn product(&self, signed: Vec<u8>) -> Product {
        match &self.content {
            Some(Content { bytes, .. }) if self.is_pdf() && !self.came => Product::Appended {
                length: bytes.len(),
                bytes: signed.get(bytes.len()..).unwrap_or_default().to_vec(),
            },
            _ => Product::Whole(signed),
        }
    }
}

impl How {
    fn found(&self, bytes: &[u8]) -> Result<Found, Unsignable> {
        match self {
            Self::Pdf(options) => {
                let pdf = Pdf::read(bytes.to_vec())?;
                pdf.check(options)?;
                let earlier = pdf.signatures();
                let faults = earlier.iter().filter_map(|one| one.sound.as_ref().err());
                Ok(Found {
                    size: bytes.len(),
                    pages: Some(pdf.pages()),
                    earlier: earlier.len(),
                    fault: faults.min().copied(),
                })
            }
            Self::Xml(options) => {
                xml::check(bytes, options)?;
                Ok(Found {
                    size: bytes.len(),
                    ..Found::default()
                })
            }
        }
    }
}

impl Prepared {
    /// The message that the token signs, and its digest.
    pub fn to_sign(&self) -> (&[u8], Digest) {
        match self {
            Self::Pdf(pdf) => pdf.to_sign(),
            Self::Xml(xml) => xml.to_sign(),
        }
    }

    /// The signed document, which was read again and verified.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: that is no signature over [`Prepared::to_sign`], or what came of it does
    /// not verify.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::Pdf(pdf) => pdf.finish(signature),
            Self::Xml(xml) => xml.finish(signature),
        }
    }
}

impl From<Refusal> for Unsignable {
    fn from(refusal: Refusal) -> Self {
        Self::Document(refusal)
    }
}

/// The document is the user's business: only what was found is shown.
impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Original")
            .field("found", &self.found())
            .finish_non_exhaustive()
    }
}
