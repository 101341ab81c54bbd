//! Whether a certificate may sign documents, and who vouches for it, at a time.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use securesign_card::certificate::Certificate;
use securesign_card::signature::PublicKey;
use serde::Serialize;
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error, ExpirationPolicy,
    ExtendedKeyUsageValidator, KeyPurposeIdIter, KeyUsage, RequiredEkuNotFoundContext,
    RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy, anchor_from_trusted_cert,
};

use crate::algorithms::{self, RSA_BITS};
use crate::problem::Problem;

/// What certificates are judged by.
#[derive(Clone, Debug)]
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
    pub problems: Vec<Problem>,
}

/// What a certificate says, as the published service writes it, in part.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// RFC 4514.
    pub subject: String,
    /// Its common name, or what stands in its place.
    pub subject_common_name: String,
    /// RFC 4514.
    pub issuer: String,
    /// As of the subject.
    #[serde(rename = "issuerCN")]
    pub issuer_cn: String,
    /// Upper-case hex.
    pub serial_number: String,
    /// UTC, `2026-06-22T11:00:00Z`.
    pub valid_from: String,
    /// The same.
    pub valid_to: String,
    /// Names of RFC 5280, 4.2.1.3.
    pub key_usage: Vec<&'static str>,
    /// OIDs.
    pub policies: Vec<String>,
    /// `RSA 2048`, `ECDSA P-256`.
    pub public_key: String,
}

impl About {
    /// Of this one.
    pub fn of(certificate: &Certificate) -> Self {
        let (from, to) = certificate.validity();
        let usage = certificate.usage();
        let policies = certificate.policies();
        Self {
            subject: certificate.subject_name().to_owned(),
            subject_common_name: certificate.subject(),
            issuer: certificate.issuer_name().to_owned(),
            issuer_cn: certificate.issuer(),
            serial_number: certificate.serial(),
            valid_from: time(from),
            valid_to: time(to),
            key_usage: usage.map(|usage| usage.names()).unwrap_or_default(),
            policies: policies.iter().map(ToString::to_string).collect(),
            public_key: certificate.key().display(),
        }
    }
}

/// UTC, `2026-06-22T11:00:00Z`.
pub fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether a certificate may sign documents, and who vouches for it.
pub fn standing(certificate: &Certificate, trust: &Trust) -> Standing {
    let mut problems = own_problems(certificate);
    if trust.authorities.is_empty() {
        problems.push(Problem::NoAuthority);
        let revocation = match trust.check_revocation {
            true => Revocation::Unknown,
            false => Revocation::NotChecked,
        };
        return Standing {
            revocation,
            problems,
        };
    }
    let der = CertificateDer::from(certificate.der());
    let (chain, revocation) = match EndEntityCert::try_from(&der) {
        Ok(end) => chain(&end, trust),
        Err(error) => (Some(explain(&error)), Revocation::Unknown),
    };
    problems.extend(chain);
    if trust.check_revocation && revocation == Revocation::Unknown && chain.is_none() {
        problems.push(Problem::NoList);
    }
    Standing {
        revocation,
        problems,
    }
}

/// What rustls-webpki does not look at.
fn own_problems(certificate: &Certificate) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !certificate.may_sign() {
        problems.push(Problem::KeyUsage);
    }
    if certificate.is_authority() {
        problems.push(Problem::Authority);
    }
    let bits = certificate.key().rsa_len().map(|bytes| bytes * 8);
    if bits.is_some_and(|bits| bits < RSA_BITS) {
        problems.push(Problem::ShortKey);
    }
    if matches!(certificate.key(), PublicKey::RsaPss(_)) {
        problems.push(Problem::PssKey);
    }
    problems
}

/// Why no chain leads to an authority, and what the lists say.
fn chain(end: &EndEntityCert<'_>, trust: &Trust) -> (Option<Problem>, Revocation) {
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
    if let Err(error) = unrevoked {
        return (Some(explain(&error)), Revocation::Unknown);
    }
    if lists.is_empty() {
        return (None, Revocation::Unknown);
    }
    match path(&lists) {
        Ok(()) => (None, Revocation::Good),
        Err(Error::CertRevoked) => (Some(Problem::Revoked), Revocation::Revoked),
        Err(Error::UnknownRevocationStatus) => (None, Revocation::Unknown),
        Err(error) => (Some(explain(&error)), Revocation::Unknown),
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
        &algorithms::ALL,
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

/// What is not told apart here is a certificate or list that cannot be read.
fn explain(error: &Error) -> Problem {
    match error {
        Error::CertExpired { .. } => Problem::Expired,
        Error::CertNotValidYet { .. } => Problem::NotYetValid,
        Error::CertRevoked => Problem::Revoked,
        Error::CrlExpired { .. } => Problem::OldList,
        Error::UnknownIssuer => Problem::UnknownIssuer,
        Error::RequiredEkuNotFoundContext(_) => Problem::ExtendedKeyUsage,
        Error::InvalidCrlSignatureForPublicKey
        | Error::IssuerNotCrlSigner
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => Problem::ForeignList,
        Error::CaUsedAsEndEntity => Problem::Authority,
        Error::UnsupportedCriticalExtension => Problem::CriticalExtension,
        Error::InvalidSignatureForPublicKey => Problem::ChainSignature,
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Problem::Algorithm,
        _ => Problem::Unreadable,
    }
}
