//! The algorithms that a chain may be signed with, by the libraries of this project: what
//! rustls-webpki asks for, without a TLS library's arithmetic.

use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::traits::PublicKeyParts;
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::{PublicKey, ToSign};
use sha2::{Sha256, Sha384, Sha512};

/// All of them. Nothing with SHA-1, and no RSA key below 2048 bits.
pub static ALL: [&dyn SignatureVerificationAlgorithm; 16] = [
    &RSA_SHA256,
    &RSA_SHA384,
    &RSA_SHA512,
    &PSS_SHA256,
    &PSS_SHA384,
    &PSS_SHA512,
    &P256_SHA256,
    &P256_SHA384,
    &P256_SHA512,
    &P384_SHA256,
    &P384_SHA384,
    &P384_SHA512,
    &P521_SHA256,
    &P521_SHA384,
    &P521_SHA512,
    &ED25519,
];

/// The least that RSA keys must have (CCA India, Interoperability Guidelines; NIST SP 800-131A).
pub const RSA_BITS: usize = 2048;

/// Key, message, signature.
type Check = fn(&[u8], &[u8], &[u8]) -> Option<()>;

struct Algorithm {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    check: Check,
}

impl std::fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Algorithm").finish_non_exhaustive()
    }
}

impl SignatureVerificationAlgorithm for Algorithm {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        (self.check)(public_key, message, signature).ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

const fn rsa(signature: AlgorithmIdentifier, check: Check) -> Algorithm {
    let key = alg_id::RSA_ENCRYPTION;
    Algorithm {
        key,
        signature,
        check,
    }
}

const fn ec(key: AlgorithmIdentifier, signature: AlgorithmIdentifier, check: Check) -> Algorithm {
    Algorithm {
        key,
        signature,
        check,
    }
}

static RSA_SHA256: Algorithm = rsa(alg_id::RSA_PKCS1_SHA256, |key, message, signature| {
    checked(
        PublicKey::Rsa(rsa_key(key)?),
        HashAlgorithm::Sha256,
        message,
        signature,
    )
});
static RSA_SHA384: Algorithm = rsa(alg_id::RSA_PKCS1_SHA384, |key, message, signature| {
    checked(
        PublicKey::Rsa(rsa_key(key)?),
        HashAlgorithm::Sha384,
        message,
        signature,
    )
});
static RSA_SHA512: Algorithm = rsa(alg_id::RSA_PKCS1_SHA512, |key, message, signature| {
    checked(
        PublicKey::Rsa(rsa_key(key)?),
        HashAlgorithm::Sha512,
        message,
        signature,
    )
});
static PSS_SHA256: Algorithm = rsa(alg_id::RSA_PSS_SHA256, |key, message, signature| {
    rsa_key(key)?.pss_verify::<Sha256>(message, signature).ok()
});
static PSS_SHA384: Algorithm = rsa(alg_id::RSA_PSS_SHA384, |key, message, signature| {
    rsa_key(key)?.pss_verify::<Sha384>(message, signature).ok()
});
static PSS_SHA512: Algorithm = rsa(alg_id::RSA_PSS_SHA512, |key, message, signature| {
    rsa_key(key)?.pss_verify::<Sha512>(message, signature).ok()
});

static P256_SHA256: Algorithm = ec(
    alg_id::ECDSA_P256,
    alg_id::ECDSA_SHA256,
    |key, message, signature| checked(p256(key)?, HashAlgorithm::Sha256, message, signature),
);
static P256_SHA384: Algorithm = ec(
    alg_id::ECDSA_P256,
    alg_id::ECDSA_SHA384,
    |key, message, signature| checked(p256(key)?, HashAlgorithm::Sha384, message, signature),
);
static P256_SHA512: Algorithm = ec(
    alg_id::ECDSA_P256,
    alg_id::ECDSA_SHA512,
    |key, message, signature| checked(p256(key)?, HashAlgorithm::Sha512, message, signature),
);
static P384_SHA256: Algorithm = ec(
    alg_id::ECDSA_P384,
    alg_id::ECDSA_SHA256,
    |key, message, signature| checked(p384(key)?, HashAlgorithm::Sha256, message, signature),
);
static P384_SHA384: Algorithm = ec(
    alg_id::ECDSA_P384,
    alg_id::ECDSA_SHA384,
    |key, message, signature| checked(p384(key)?, HashAlgorithm::Sha384, message, signature),
);
static P384_SHA512: Algorithm = ec(
    alg_id::ECDSA_P384,
    alg_id::ECDSA_SHA512,
    |key, message, signature| checked(p384(key)?, HashAlgorithm::Sha512, message, signature),
);
static P521_SHA256: Algorithm = ec(
    alg_id::ECDSA_P521,
    alg_id::ECDSA_SHA256,
    |key, message, signature| checked(p521(key)?, HashAlgorithm::Sha256, message, signature),
);
static P521_SHA384: Algorithm = ec(
    alg_id::ECDSA_P521,
    alg_id::ECDSA_SHA384,
    |key, message, signature| checked(p521(key)?, HashAlgorithm::Sha384, message, signature),
);
static P521_SHA512: Algorithm = ec(
    alg_id::ECDSA_P521,
    alg_id::ECDSA_SHA512,
    |key, message, signature| checked(p521(key)?, HashAlgorithm::Sha512, message, signature),
);
static ED25519: Algorithm = ec(
    alg_id::ED25519,
    alg_id::ED25519,
    |key, message, signature| {
        // It hashes the message by itself.
        checked(ed25519(key)?, HashAlgorithm::Sha512, message, signature)
    },
);

/// As the signatures of portals' results are checked.
fn checked(key: PublicKey, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> Option<()> {
    let digest = Digest::of(hash, message);
    let what = ToSign::Message(&digest, message);
    key.verify(what, signature).then_some(())
}

fn rsa_key(key: &[u8]) -> Option<rsa::PublicKey> {
    let key = rsa::PublicKey::from_pkcs1_der(key).ok()?;
    (key.size() * 8 >= RSA_BITS).then_some(key)
}

fn p256(key: &[u8]) -> Option<PublicKey> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key);
    key.ok().map(PublicKey::P256)
}

fn p384(key: &[u8]) -> Option<PublicKey> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key);
    key.ok().map(PublicKey::P384)
}

fn p521(key: &[u8]) -> Option<PublicKey> {
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(key);
    key.ok().map(PublicKey::P521)
}

fn ed25519(key: &[u8]) -> Option<PublicKey> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?);
    key.ok().map(PublicKey::Ed25519)
}
