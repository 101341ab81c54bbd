//! What goes into the vendor's layout: a certificate, and most often its keys.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::emulator::key::KeyKind;

/// 2025-01-01T00:00:00Z.
const NOT_BEFORE: Duration = Duration::from_secs(1_735_689_600);
/// 2044-12-31T00:00:00Z.
const NOT_AFTER: Duration = Duration::from_secs(2_366_755_200);
/// Of a certificate as it is found on tokens.
const USUAL_SIZE: usize = 1600;

/// What a certificate says it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// digitalSignature and nonRepudiation.
    Signing,
    /// keyEncipherment alone.
    Encryption,
    /// keyCertSign and cRLSign, and CA in the basic constraints.
    Authority,
    /// No keyUsage.
    Unstated,
}

/// CKA_ID of the objects of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id {
    /// SHA-1 of the modulus, 20 bytes.
    Hash,
    /// These, of any length.
    Bytes(Vec<u8>),
    /// None: certificate and key are matched by the modulus.
    Missing,
}

/// A certificate with its keys, for [`super::Builder::certificate`].
#[derive(Clone)]
pub struct Container {
    pub(super) subject: String,
    pub(super) label: String,
    pub(super) issuer: String,
    pub(super) usage: Usage,
    pub(super) id: Id,
    pub(super) kind: KeyKind,
    pub(super) keeps_key: bool,
    pub(super) protected: bool,
    pub(super) size: usize,
    pub(super) validity: (Duration, Duration),
    pub(super) foreign: Option<Vec<u8>>,
    pub(super) pkcs8: Option<Zeroizing<Vec<u8>>>,
}

impl Container {
    /// A signing certificate with its key. The subject is a name after RFC 4514.
    pub fn signing(subject: &str) -> Self {
        Self::new(subject, Usage::Signing)
    }

    /// An encryption certificate with its key.
    pub fn encryption(subject: &str) -> Self {
        Self::new(subject, Usage::Encryption)
    }

    /// A certificate of an authority, without a key on the token.
    pub fn authority(subject: &str) -> Self {
        Self::new(subject, Usage::Authority).without_key()
    }

    /// A finished certificate, DER; with [`Container::pkcs8`] the key belonging to it.
    pub fn finished(der: &[u8]) -> Self {
        Self {
            foreign: Some(der.to_vec()),
            ..Self::new("CN=finished", Usage::Unstated).without_key()
        }
    }

    /// The RSA key (PKCS#8, DER) in place of a generated one.
    pub fn pkcs8(mut self, der: &[u8]) -> Self {
        self.pkcs8 = Some(Zeroizing::new(der.to_vec()));
        self.keeps_key = true;
        self
    }

    /// What the certificate is for.
    pub fn usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// The identifier that pairs the objects.
    pub fn id(mut self, id: Id) -> Self {
        self.id = id;
        self
    }

    /// The label of the objects; "le-" and a number else.
    pub fn label(mut self, label: &str) -> Self {
        self.label = label.to_owned();
        self
    }

    /// The issuer's name, RFC 4514.
    pub fn issuer(mut self, name: &str) -> Self {
        self.issuer = name.to_owned();
        self
    }

    /// RSA-1024 in place of RSA-2048.
    pub fn rsa1024(mut self) -> Self {
        self.kind = KeyKind::Rsa1024;
        self
    }

    /// The certificate alone: no `pubk`, no `prvk`, no key.
    pub fn without_key(mut self) -> Self {
        self.keeps_key = false;
        self
    }

    /// The `prvk` file tells neither modulus nor handle.
    pub fn protected(mut self) -> Self {
        self.protected = true;
        self
    }

    /// The certificate is filled up to this many bytes (about 1600 else).
    pub fn size(mut self, bytes: usize) -> Self {
        self.size = bytes;
        self
    }

    /// Validity since 1970-01-01T00:00:00Z.
    pub fn validity(mut self, not_before: Duration, not_after: Duration) -> Self {
        self.validity = (not_before, not_after);
        self
    }

    fn new(subject: &str, usage: Usage) -> Self {
        Self {
            subject: subject.to_owned(),
            label: String::new(),
            issuer: "C=IN,O=Emulated CA,CN=Emulated Sub CA for Individual DSC 2022".to_owned(),
            usage,
            id: Id::Hash,
            kind: KeyKind::Rsa2048,
            keeps_key: true,
            protected: false,
            size: USUAL_SIZE,
            validity: (NOT_BEFORE, NOT_AFTER),
            foreign: None,
            pkcs8: None,
        }
    }
}
