//! A document that is signed itself, as it came: what was found in it, and the signature that
//! goes into it. It is read once: what was looked at is what is signed.

mod options;

use std::fmt;

use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::digest::Digest;
use securesign_documents::cms::read::Fault;
use securesign_documents::pdf::{self, Pdf};
use securesign_documents::{Refusal, Signer, xml};
use securesign_handoff::link::Embedded;

/// A document that can be signed, and how it is to be.
pub struct Original {
    bytes: Vec<u8>,
    digest: Digest,
    how: How,
    found: Found,
}

enum How {
    Pdf(pdf::Options),
    Xml(xml::Options),
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
    /// Why it is signed, in the words of whoever asks.
    pub reason: Option<String>,
    /// Where, likewise.
    pub location: Option<String>,
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
        let options = options::pdf(&embedded.options)?;
        let pdf = Pdf::read(embedded.bytes.clone())?;
        pdf.check(&options)?;
        let earlier = pdf.signatures();
        let faults = earlier.iter().filter_map(|one| one.sound.as_ref().err());
        let found = Found {
            size: embedded.bytes.len(),
            pages: Some(pdf.pages()),
            earlier: earlier.len(),
            fault: faults.min().copied(),
            reason: options.reason.clone(),
            location: options.location.clone(),
        };
        Ok(Self {
            bytes: embedded.bytes,
            digest: embedded.digest,
            how: How::Pdf(options),
            found,
        })
    }

    /// The XML document of a link.
    ///
    /// # Errors
    ///
    /// [`Unsignable`], as [`Original::pdf`].
    pub fn xml(embedded: Embedded) -> Result<Self, Unsignable> {
        let options = options::xml(&embedded.options)?;
        xml::check(&embedded.bytes, &options)?;
        let found = Found {
            size: embedded.bytes.len(),
            ..Found::default()
        };
        Ok(Self {
            bytes: embedded.bytes,
            digest: embedded.digest,
            how: How::Xml(options),
            found,
        })
    }

    /// The digest of the document as it came.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What is said of it before it is signed.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// Everything but the signature, by the holder of that certificate.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: that certificate cannot sign it.
    pub fn prepare(&self, certificate: Certificate, now: Timestamp) -> Result<Prepared, Refusal> {
        let signer = Signer::new(certificate, &[], self.digest.algorithm(), now)?;
        Ok(match &self.how {
            How::Pdf(options) => {
                let pdf = Pdf::read(self.bytes.clone())?;
                Prepared::Pdf(Box::new(pdf.prepare(signer, options, now)?))
            }
            How::Xml(options) => {
                Prepared::Xml(Box::new(xml::prepare(&self.bytes, signer, options)?))
            }
        })
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
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}
