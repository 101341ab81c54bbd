//! Why a document is not signed.

use thiserror::Error;

/// Why a document is not signed: what it is, and what to do. No PIN is asked for before it is
/// known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The first bytes are no `%PDF-`, and none follow.
    #[error("This is no PDF.")]
    NotPdf,
    /// Something stands before `%PDF-`: all offsets in the file are shifted, and readers
    /// disagree on what is signed.
    #[error(
        "Something stands before the beginning of the PDF. Print it to a new PDF, and sign that."
    )]
    Junk,
    /// What in it is damaged.
    #[error(
        "The PDF is damaged: {0}. Open it in a PDF program, save it as a new file, and sign that."
    )]
    Damaged(Damage),
    /// Larger than is signed.
    #[error("The document is too large.")]
    TooLarge,
    /// Protected with a password, be it an empty one.
    #[error("The PDF is protected with a password. Save a copy without protection, and sign that.")]
    Encrypted,
    /// A form of the XFA kind, which most readers draw from other data than what is signed.
    #[error(
        "The PDF is an XFA form, which cannot be signed. Print it to a new PDF, and sign that."
    )]
    Xfa,
    /// No page can be reached.
    #[error("The PDF has no page.")]
    NoPage,
    /// There is no page of this number; how many there are.
    #[error("The PDF has no page {0}; it has {1}.")]
    Page(u32, u32),
    /// Its author has certified it and allows no change (ISO 32000-2, 12.8.2.2, P = 1).
    #[error(
        "The author of the PDF allows no further signatures in it. Ask for a copy that may be signed."
    )]
    Certified,
    /// Its author allows filling what is there alone (P = 2 or 3).
    #[error("The author of the PDF allows no new visible signature in it. Sign without one.")]
    CertifiedVisible,
    /// An earlier signature locks what would be added (ISO 32000-2, 12.8.2.4).
    #[error(
        "An earlier signature locks the PDF against further ones. Ask for a copy that may be signed."
    )]
    Locked,
    /// There is no empty signature field of this name.
    #[error("The PDF has no empty signature field {0:?}.")]
    NoField(String),
    /// The field demands what is not known to be kept (seed value, ISO 32000-2, 12.7.5.5).
    #[error("The signature field {0:?} demands a kind of signature that cannot be made here.")]
    Demands(String),
    /// Place or size of the visible signature.
    #[error("The visible signature does not lie on the page, or is smaller than 20 points.")]
    Place,
    /// What stands in the way of drawing it.
    #[error("The visible signature cannot be drawn: {0}.")]
    Stamp(#[from] crate::pdf::StampFault),
    /// What is wrong with an XML document, or with what is asked for.
    #[error("The XML document cannot be signed: {0}.")]
    Xml(crate::xml::Fault),
    /// The signer's certificate is not valid now.
    #[error("The certificate is not valid now.")]
    Outdated,
    /// The signer's certificate is not for signatures.
    #[error("The certificate is not for signing.")]
    Usage,
    /// Its key makes no signature that a document can hold.
    #[error("The key of the certificate cannot sign documents.")]
    Key,
    /// What the token gave is no signature over this document.
    #[error("The token has given a wrong signature.")]
    BadSignature,
    /// The signed document did not pass the check that it gets before it leaves.
    #[error("The signed document did not pass its own check: {0}.")]
    Unsound(&'static str),
}

/// What is damaged in a PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Damage {
    /// All of it, as far as can be told.
    #[error("it cannot be read")]
    Unreadable,
    /// A cross-reference.
    #[error("its cross-references do not lead to its objects")]
    References,
    /// The chain of its updates.
    #[error("its updates do not follow one another")]
    Updates,
    /// An object that is needed, or has to change.
    #[error("an object in it cannot be read")]
    Object,
    /// Its form.
    #[error("its form cannot be read")]
    Form,
}
