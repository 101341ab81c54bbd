//! XAdES-BES (ETSI EN 319 132-1, 5.2): when it was signed, and with which certificate, both
//! signed as well.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_card::digest::Digest;

use super::canonical::{Apex, canonical};
use super::{Fault, digest_method};
use crate::Signer;

/// Its name space.
pub(super) const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
/// Of the reference to SignedProperties.
pub(super) const TYPE: &str = "http://uri.etsi.org/01903#SignedProperties";

/// Properties of a signature.
pub(super) struct Properties {
    /// The Object that holds them.
    pub object: String,
    /// Where in it the tag of SignedProperties begins.
    pub at: usize,
    /// Their Id.
    pub id: String,
    /// Of their canonical form.
    pub digested: Digest,
}

impl Properties {
    /// Of a signature with that Id, where `declared` declares the prefix `ds`.
    pub fn new(
        ds: &str,
        declared: &str,
        signer: &Signer,
        signature: &str,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let id = format!("{signature}-properties");
        let time = now.strftime("%Y-%m-%dT%H:%M:%SZ");
        let hash = signer.hash();
        let certificate = Digest::of(hash, signer.certificate().der());
        let certificate = STANDARD.encode(certificate.bytes());
        let method = digest_method(hash);
        let head = format!(
            "<{ds}Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" \
             Target=\"#{signature}\">"
        );
        let signed = format!(
            "<xades:SignedProperties Id=\"{id}\"><xades:SignedSignatureProperties>\
             <xades:SigningTime>{time}</xades:SigningTime><xades:SigningCertificateV2>\
             <xades:Cert><xades:CertDigest><{ds}DigestMethod Algorithm=\"{method}\">\
             </{ds}DigestMethod><{ds}DigestValue>{certificate}</{ds}DigestValue>\
             </xades:CertDigest></xades:Cert></xades:SigningCertificateV2>\
             </xades:SignedSignatureProperties></xades:SignedProperties>"
        );
        let object = format!("{head}{signed}</xades:QualifyingProperties></{ds}Object>");
        // As it stands in the Signature, which declares the other name space.
        let alone = object.replacen("Object>", &format!("Object{declared}>"), 1);
        let at = head.len() + declared.len();
        let form = canonical(&alone, Apex::At(at), None)?;
        Ok(Self {
            at: head.len(),
            object,
            id,
            digested: Digest::of(hash, form.text.as_bytes()),
        })
    }
}
