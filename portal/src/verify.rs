//! Whether a result is a signature over what the portal asked to be signed, by a certificate that
//! was good at that time. Nothing in a result is believed: not its hash, not its time.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use securesign_card::certificate::Certificate;
use securesign_card::digest::Digest;
use securesign_card::signature::{PublicKey, ToSign};
use webpki::{
    ALL_VERIFICATION_ALGS, BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error,
    ExpirationPolicy, ExtendedKeyUsageValidator, KeyPurposeIdIter, KeyUsage,
    RequiredEkuNotFoundContext, RevocationCheckDepth, RevocationOptionsBuilder,
    UnknownStatusPolicy, anchor_from_trusted_cert,
};

/// The least that RSA keys must have (CCA India, Interoperability Guidelines; NIST SP 800-131A).
const RSA_BITS: usize = 2048;

/// What certificates are judged by.
pub struct Trust {
    /// Whose certificates are trusted: roots, or better the issuing authorities themselves.
    pub authorities: Vec<CertificateDer<'static>>,
    /// What may stand between.
    pub intermediates: Vec<CertificateDer<'static>>,
    /// Revocation lists.
    pub crls: Vec<CertificateRevocationListDer<'static>>,
    /// Whether a certificate that no list tells of is refused.
    pub check_revocation: bool,
    /// When it must have been good.
    pub at: Timestamp,
}

/// What lists say of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A list that is current does not name it.
    Good,
    /// It is revoked.
    Revoked,
    /// No list tells.
    Unknown,
    /// Nobody asked.
    NotChecked,
}

impl Revocation {
    /// As an answer has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "GOOD",
            Self::Revoked => "REVOKED",
            Self::Unknown => "UNKNOWN",
            Self::NotChecked => "NOT_CHECKED",
        }
    }
}

/// Of a certificate, at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What lists say.
    pub revocation: Revocation,
    /// Why it is not good; empty where it is.
    pub problems: Vec<&'static str>,
}

/// Whether `signature` is over `digest`, by this certificate's key. RSA: PKCS#1 v1.5; EC: DER.
pub fn is_signed(certificate: &Certificate, digest: &Digest, signature: &[u8]) -> bool {
    certificate.key().verify(ToSign::Digest(digest), signature)
}

/// Whether a certificate may sign documents, and who vouches for it.
pub fn standing(certificate: &Certificate, trust: &Trust) -> Standing {
    let mut problems = own_problems(certificate);
    let der = CertificateDer::from(certificate.der());
    let (chain, revocation) = match EndEntityCert::try_from(&der) {
        Ok(end) => chain(&end, trust),
        Err(error) => (Some(explain(&error)), Revocation::Unknown),
    };
    problems.extend(chain);
    if trust.check_revocation && revocation == Revocation::Unknown && chain.is_none() {
        problems.push("no revocation list tells of the certificate");
    }
    Standing {
        revocation,
        problems,
    }
}

/// What rustls-webpki does not look at.
fn own_problems(certificate: &Certificate) -> Vec<&'static str> {
    let mut problems = Vec::new();
    if !certificate.may_sign() {
        problems.push("the certificate is not meant for signatures (key usage)");
    }
    if certificate.is_authority() {
        problems.push("the certificate is an authority's own");
    }
    let bits = certificate.key().rsa_len().map(|bytes| bytes * 8);
    if bits.is_some_and(|bits| bits < RSA_BITS) {
        problems.push("the RSA key has less than 2048 bits");
    }
    if matches!(certificate.key(), PublicKey::RsaPss(_)) {
        problems.push("the key is for RSASSA-PSS, which results have no name for");
    }
    problems
}

/// Why no chain leads to an authority, and what the lists say.
fn chain(end: &EndEntityCert<'_>, trust: &Trust) -> (Option<&'static str>, Revocation) {
    let path = |crls: &[CertRevocationList<'_>]| verify_path(end, trust, crls);
    let unrevoked = path(&[]);
    if !trust.check_revocation {
        return (unrevoked.err().map(|e| explain(&e)), Revocation::NotChecked);
    }
    let mut lists = Vec::new();
    for crl in &trust.crls {
        match BorrowedCertRevocationList::from_der(crl) {
            Ok(list) => lists.push(CertRevocationList::from(list)),
            Err(error) => return (Some(explain(&error)), Revocation::Unknown),
        }
    }
    match (unrevoked, path(&lists)) {
        (Err(error), _) => (Some(explain(&error)), Revocation::Unknown),
        (Ok(()), _) if lists.is_empty() => (None, Revocation::Unknown),
        (Ok(()), Ok(())) => (None, Revocation::Good),
        (Ok(()), Err(Error::CertRevoked)) => {
            (Some("the certificate is revoked"), Revocation::Revoked)
        }
        (Ok(()), Err(Error::UnknownRevocationStatus)) => (None, Revocation::Unknown),
        (Ok(()), Err(error)) => (Some(explain(&error)), Revocation::Unknown),
    }
}

fn verify_path(
    end: &EndEntityCert<'_>,
    trust: &Trust,
    crls: &[CertRevocationList<'_>],
) -> Result<(), Error> {
    let mut anchors = Vec::new();
    for authority in &trust.authorities {
        anchors.push(anchor_from_trusted_cert(authority)?);
    }
    let seconds = u64::try_from(trust.at.as_second()).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let lists: Vec<&CertRevocationList<'_>> = crls.iter().collect();
    let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
        options
            .with_depth(RevocationCheckDepth::EndEntity)
            .with_status_policy(UnknownStatusPolicy::Deny)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build()
    });
    let path = end.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &trust.intermediates,
        time,
        Documents,
        revocation,
        None,
    );
    path.map(drop)
}

/// Certificates of people say many things here, or nothing. One that is for servers, programs,
/// time stamps or OCSP alone signs no documents.
struct Documents;

impl ExtendedKeyUsageValidator for Documents {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        /// RFC 5280, 4.2.1.12: id-kp is 1.3.6.1.5.5.7.3; serverAuth 1, codeSigning 3,
        /// timeStamping 8, OCSPSigning 9.
        const OTHERS: [[u8; 8]; 4] = [
            [0x2B, 6, 1, 5, 5, 7, 3, 1],
            [0x2B, 6, 1, 5, 5, 7, 3, 3],
            [0x2B, 6, 1, 5, 5, 7, 3, 8],
            [0x2B, 6, 1, 5, 5, 7, 3, 9],
        ];
        let others = OTHERS.each_ref().map(|oid| webpki::KeyPurposeId::new(oid));
        let mut some = false;
        for purpose in purposes {
            if !others.contains(&purpose?) {
                return Ok(());
            }
            some = true;
        }
        if some {
            Err(Error::RequiredEkuNotFoundContext(
                RequiredEkuNotFoundContext {
                    required: KeyUsage::client_auth(),
                    present: Vec::new(),
                },
            ))
        } else {
            Ok(())
        }
    }
}

/// In words; what is not told apart here is a certificate or list that cannot be read.
fn explain(error: &Error) -> &'static str {
    match error {
        Error::CertExpired { .. } => "a certificate of the chain had expired",
        Error::CertNotValidYet { .. } => "a certificate of the chain was not valid yet",
        Error::CertRevoked => "the certificate is revoked",
        Error::CrlExpired { .. } => "the revocation list is out of date",
        Error::UnknownIssuer => "no named authority issued the certificate",
        Error::RequiredEkuNotFoundContext(_) => {
            "the certificate is not meant for documents (extended key usage)"
        }
        Error::InvalidCrlSignatureForPublicKey
        | Error::IssuerNotCrlSigner
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
            "the revocation list is not its authority's"
        }
        Error::CaUsedAsEndEntity => "the certificate is an authority's own",
        Error::UnsupportedCriticalExtension => {
            "the certificate has a critical extension that is not known here"
        }
        Error::InvalidSignatureForPublicKey => "a signature in the chain is wrong",
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "the chain uses an algorithm that is not accepted"
        }
        _ => "a certificate or revocation list cannot be read",
    }
}
