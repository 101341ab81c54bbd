//! What is told of a signature, whatever kind of document it stands in.

use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::digest::HashAlgorithm;
use securesign_documents::cms::read::Fault;
use securesign_documents::pdf::{self, Change};
use securesign_documents::trust::{self, Doubt};
use securesign_documents::{Refusal, timestamp, xml};

/// A signature.
pub struct Judged {
    /// Its field in a PDF, its Id in XML.
    pub name: String,
    pub signer: Result<Signer, Fault>,
    /// The word of a time stamp authority.
    pub stamp: Option<Result<Stamp, timestamp::Fault>>,
    /// The time that the signer's own clock told.
    pub claimed: Option<String>,
    pub reason: Option<String>,
    pub location: Option<String>,
    /// How many bytes from the beginning it is over; of a PDF.
    pub covers: Option<usize>,
    /// Whether it is over everything.
    pub is_whole: bool,
    /// What came after it.
    pub change: Option<Change>,
}

/// Whose it is.
pub struct Signer {
    pub certificate: Certificate,
    pub hash: HashAlgorithm,
    /// The trusted authority that it leads to, or why it leads to none.
    pub trust: Result<Certificate, Doubt>,
}

/// When it was there already.
pub struct Stamp {
    pub time: Timestamp,
    pub authority: Certificate,
    pub trust: Result<Certificate, Doubt>,
}

/// Of a PDF.
pub fn of_pdf(bytes: Vec<u8>, trusted: &[Certificate]) -> Result<Vec<Judged>, Refusal> {
    let signatures = pdf::signatures_and_changes(bytes)?;
    Ok(signatures
        .into_iter()
        .map(|(one, change)| one_of_pdf(one, change, trusted))
        .collect())
}

fn one_of_pdf(one: pdf::Signature, change: Option<Change>, trusted: &[Certificate]) -> Judged {
    let stamp = one.time_stamp.map(|stamp| {
        stamp.map(|stamp| Stamp {
            time: stamp.time,
            trust: root(&stamp.authority, &stamp.others, trusted, stamp.time),
            authority: stamp.authority,
        })
    });
    let sure = stamp.as_ref().and_then(|stamp| stamp.as_ref().ok());
    let sure = sure.filter(|stamp| stamp.trust.is_ok());
    let at = sure.map_or_else(Timestamp::now, |stamp| stamp.time);
    let signer = one.sound.map(|sound| Signer {
        trust: root(&sound.certificate, &sound.others, trusted, at),
        certificate: sound.certificate,
        hash: sound.hash,
    });
    Judged {
        name: one.field,
        signer,
        stamp,
        claimed: one.time,
        reason: one.reason,
        location: one.location,
        covers: Some(one.covers),
        is_whole: one.is_whole,
        change,
    }
}

/// Of an XML document.
pub fn of_xml(bytes: &[u8], trusted: &[Certificate]) -> Result<Vec<Judged>, Refusal> {
    let now = Timestamp::now();
    let each = xml::signatures(bytes)?.into_iter().map(|one| Judged {
        name: one.id.unwrap_or_default(),
        signer: one.sound.map(|sound| Signer {
            trust: root(&sound.certificate, &sound.others, trusted, now),
            certificate: sound.certificate,
            hash: sound.hash,
        }),
        stamp: None,
        claimed: one.time,
        reason: None,
        location: None,
        covers: None,
        is_whole: one.is_whole,
        change: None,
    });
    Ok(each.collect())
}

/// The trusted end of its chain.
fn root(
    certificate: &Certificate,
    others: &[Certificate],
    trusted: &[Certificate],
    at: Timestamp,
) -> Result<Certificate, Doubt> {
    let mut path = trust::path(certificate, others, trusted, at)?;
    path.pop().ok_or(Doubt::NoPath)
}

impl Judged {
    /// The document may say something else than what was signed.
    pub fn is_changed(&self) -> bool {
        self.change > Some(Change::Filled)
    }

    /// Sound, and nothing came after it that nobody expects.
    pub fn is_sound(&self) -> bool {
        self.signer.is_ok() && !self.is_changed()
    }

    pub fn is_trusted(&self) -> bool {
        self.signer
            .as_ref()
            .is_ok_and(|signer| signer.trust.is_ok())
    }
}
