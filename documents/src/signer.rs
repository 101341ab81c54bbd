//! Who signs: a certificate with those above it, and the hash algorithm.

use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::ToSign;

use crate::Refusal;

/// A certificate that may sign now, and what goes into the document with it.
#[derive(Clone, Debug)]
pub struct Signer {
    certificate: Certificate,
    chain: Vec<Certificate>,
    hash: HashAlgorithm,
}

impl Signer {
    /// `chain`: the certificates above it that are at hand, in any order; each goes into the
    /// document once.
    ///
    /// # Errors
    ///
    /// [`Refusal::Outdated`] and [`Refusal::Usage`]: it may not sign at that time, or at all;
    /// [`Refusal::Key`]: its key signs nothing that a document could hold.
    pub fn new(
        certificate: Certificate,
        chain: &[Certificate],
        hash: HashAlgorithm,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if !certificate.is_valid_at(now) {
            return Err(Refusal::Outdated);
        }
        if !certificate.may_sign() {
            return Err(Refusal::Usage);
        }
        if certificate.key().signature_algorithm(hash).is_none() {
            return Err(Refusal::Key);
        }
        let mut all: Vec<Certificate> = Vec::new();
        for one in chain {
            if *one != certificate && !all.contains(one) {
                all.push(one.clone());
            }
        }
        Ok(Self {
            certificate,
            chain: all,
            hash,
        })
    }

    /// Whose signature it is.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The hash algorithm of document and signature.
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// All certificates that go into the document, the signer's first.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.certificate).chain(&self.chain)
    }

    /// What a card gave for `message`, in the form that documents hold; `None`: it is no
    /// signature over it.
    pub(crate) fn checked(&self, message: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
        let digest = Digest::of(self.hash, message);
        let what = ToSign::Message(&digest, message);
        self.certificate.key().standard(what, signature)
    }
}
