//! Whether a result is a signature over what the portal asked to be signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use securesign_card::certificate::Certificate;
use securesign_card::digest::Digest;
use securesign_card::signature::ToSign;
use serde::{Deserialize, Serialize};

use crate::certificate::{About, Standing, Trust, standing, time};
use crate::problem::Problem;

/// The fields of a result that matter here (SecureSign handoff protocol, §3).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signed {
    request_id: String,
    success: bool,
    #[serde(default)]
    signature_base64: String,
    certificate: Option<SignedBy>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedBy {
    certificate_pem: Option<String>,
}

/// What the portal knows itself.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Of its own document; never of what the result says.
    pub digest: &'a Digest,
    /// The id that it gave; `None`: whoever asks compares it, or does not care.
    pub request_id: Option<&'a str>,
    /// The certificate, where the result has none.
    pub certificate_pem: Option<&'a str>,
}

/// What a result is worth.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// There are no problems.
    pub valid: bool,
    /// The signature is the certificate's over the document.
    pub integrity_valid: bool,
    /// It is not.
    pub tampered: bool,
    /// `GOOD`, `REVOKED`, `UNKNOWN` or `NOT_CHECKED`.
    pub revocation_status: &'static str,
    /// Why it does not count.
    pub problems: Vec<Problem>,
    /// The time that the certificate was judged for, UTC.
    pub verified_at: String,
    /// Who signed.
    pub certificate: About,
}

/// A result that holds nothing to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotVerifiable {
    /// There is no certificate in it, nor beside it.
    NoCertificate,
    /// The certificate is not PEM.
    NotPem,
    /// The certificate cannot be read; why.
    Certificate(String),
    /// The signature is not base64.
    Signature,
}

impl NotVerifiable {
    /// A sentence for developers.
    pub fn tell(&self) -> String {
        match self {
            Self::NoCertificate => {
                "The result has no certificate: send it as certificatePem.".into()
            }
            Self::NotPem => "certificatePem is not PEM.".into(),
            Self::Certificate(why) => format!("The certificate cannot be read: {why}."),
            Self::Signature => "signatureBase64 is not base64.".into(),
        }
    }
}

/// Judges a result.
///
/// # Errors
///
/// [`NotVerifiable`]: there is nothing to judge.
pub fn verify(
    result: &Signed,
    asked: &Asked<'_>,
    trust: &Trust,
) -> Result<Verified, NotVerifiable> {
    let inside = result.certificate.as_ref();
    let inside = inside.and_then(|certificate| certificate.certificate_pem.as_deref());
    let pem = asked.certificate_pem.or(inside);
    let certificate = certificate(pem.ok_or(NotVerifiable::NoCertificate)?)?;
    let signature = STANDARD
        .decode(&result.signature_base64)
        .map_err(|_| NotVerifiable::Signature)?;
    let is_whole = result.success && is_signed(&certificate, asked.digest, &signature);
    let Standing {
        revocation,
        problems: of_certificate,
    } = standing(&certificate, trust);
    let mut problems = Vec::new();
    if asked.request_id.is_some_and(|id| id != result.request_id) {
        problems.push(Problem::OtherRequest);
    }
    if !is_whole {
        problems.push(Problem::NoSignature);
    }
    problems.extend(of_certificate);
    Ok(Verified {
        valid: problems.is_empty(),
        integrity_valid: is_whole,
        tampered: !is_whole,
        revocation_status: revocation.as_str(),
        problems,
        verified_at: time(trust.at),
        certificate: About::of(&certificate),
    })
}

/// Whether `signature` is over `digest`, by this certificate's key. RSA: PKCS#1 v1.5; EC: DER.
pub fn is_signed(certificate: &Certificate, digest: &Digest, signature: &[u8]) -> bool {
    certificate.key().verify(ToSign::Digest(digest), signature)
}

/// One certificate in PEM.
///
/// # Errors
///
/// [`NotVerifiable::NotPem`] or [`NotVerifiable::Certificate`].
pub fn certificate(pem: &str) -> Result<Certificate, NotVerifiable> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| NotVerifiable::NotPem)?;
    Certificate::parse(&der).map_err(|error| NotVerifiable::Certificate(error.to_string()))
}
