//! The algorithms that a chain may be signed with, by the libraries of this project: what
//! rustls-webpki asks for, without a TLS library's arithmetic.

use ed25519_dalek::Verifier;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, PublicKey};
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::{Digest, Sha256, Sha384, Sha512};
use signature::hazmat::PrehashVerifier;

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
    pkcs1(
        key,
        Pkcs1v15Sign::new::<Sha256>(),
        &Sha256::digest(message),
        signature,
    )
});
static RSA_SHA384: Algorithm = rsa(alg_id::RSA_PKCS1_SHA384, |key, message, signature| {
    pkcs1(
        key,
        Pkcs1v15Sign::new::<Sha384>(),
        &Sha384::digest(message),
        signature,
    )
});
static RSA_SHA512: Algorithm = rsa(alg_id::RSA_PKCS1_SHA512, |key, message, signature| {
    pkcs1(
        key,
        Pkcs1v15Sign::new::<Sha512>(),
        &Sha512::digest(message),
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
    |key, message, signature| p256(key, &Sha256::digest(message), signature),
);
static P256_SHA384: Algorithm = ec(
    alg_id::ECDSA_P256,
    alg_id::ECDSA_SHA384,
    |key, message, signature| p256(key, &Sha384::digest(message), signature),
);
static P256_SHA512: Algorithm = ec(
    alg_id::ECDSA_P256,
    alg_id::ECDSA_SHA512,
    |key, message, signature| p256(key, &Sha512::digest(message), signature),
);
static P384_SHA256: Algorithm = ec(
    alg_id::ECDSA_P384,
    alg_id::ECDSA_SHA256,
    |key, message, signature| p384(key, &Sha256::digest(message), signature),
);
static P384_SHA384: Algorithm = ec(
    alg_id::ECDSA_P384,
    alg_id::ECDSA_SHA384,
    |key, message, signature| p384(key, &Sha384::digest(message), signature),
);
static P384_SHA512: Algorithm = ec(
    alg_id::ECDSA_P384,
    alg_id::ECDSA_SHA512,
    |key, message, signature| p384(key, &Sha512::digest(message), signature),
);
static P521_SHA256: Algorithm = ec(
    alg_id::ECDSA_P521,
    alg_id::ECDSA_SHA256,
    |key, message, signature| p521(key, &Sha256::digest(message), signature),
);
static P521_SHA384: Algorithm = ec(
    alg_id::ECDSA_P521,
    alg_id::ECDSA_SHA384,
    |key, message, signature| p521(key, &Sha384::digest(message), signature),
);
static P521_SHA512: Algorithm = ec(
    alg_id::ECDSA_P521,
    alg_id::ECDSA_SHA512,
    |key, message, signature| p521(key, &Sha512::digest(message), signature),
);
static ED25519: Algorithm = ec(
    alg_id::ED25519,
    alg_id::ED25519,
    |key, message, signature| {
        let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        key.verify(message, &signature).ok()
    },
);

fn rsa_key(key: &[u8]) -> Option<PublicKey> {
    let key = PublicKey::from_pkcs1_der(key).ok()?;
    (key.size() * 8 >= RSA_BITS).then_some(key)
}

fn pkcs1(key: &[u8], scheme: Pkcs1v15Sign, hash: &[u8], signature: &[u8]) -> Option<()> {
    rsa_key(key)?.verify(scheme, hash, signature).ok()
}

fn p256(key: &[u8], hash: &[u8], signature: &[u8]) -> Option<()> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
    key.verify_prehash(hash, &signature).ok()
}

fn p384(key: &[u8], hash: &[u8], signature: &[u8]) -> Option<()> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
    // The library wants half of the curve's length at least, which each hash has.
    key.verify_prehash(hash, &signature).ok()
}

fn p521(key: &[u8], hash: &[u8], signature: &[u8]) -> Option<()> {
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p521::ecdsa::Signature::from_der(signature).ok()?;
    // The library wants half of the curve's length at least: zeros in front change no number.
    let hash = securesign_card::signature::fit(hash, 64);
    key.verify_prehash(&hash, &signature).ok()
}
