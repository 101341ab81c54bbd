//! Certificates that a key issues for itself.

use std::io::Write;
use std::str::FromStr;
use std::time::Duration;

use der::Encode;
use der::asn1::{GeneralizedTime, UtcTime};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use rsa::pkcs1v15;
use sha2::Sha256;
use spki::SubjectPublicKeyInfoRef;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::key::PrivateKey;

/// Last second that UTCTime can name (RFC 5280 §4.1.2.5): 2049-12-31T23:59:59Z.
const LAST_UTC_TIME: u64 = 2_524_607_999;

/// What a self-issued certificate says.
pub(crate) struct Statement<'a> {
    /// Distinguished name, RFC 4514.
    pub subject: &'a str,
    pub serial: u32,
    pub not_before: Duration,
    pub not_after: Duration,
}

/// Issues a certificate for the key with the key itself: keyUsage digitalSignature and
/// nonRepudiation, no CA.
pub(crate) fn issue(key: &PrivateKey, statement: &Statement<'_>) -> Option<Vec<u8>> {
    let name = Name::from_str(statement.subject).ok()?;
    let validity = Validity::new(time(statement.not_before)?, time(statement.not_after)?);
    let spki = key.public_key_der()?;
    let builder = CertificateBuilder::new(
        SelfIssued(name),
        SerialNumber::from(statement.serial),
        validity,
        spki::SubjectPublicKeyInfoOwned::try_from(&spki[..]).ok()?,
    )
    .ok()?;
    let certificate = match key {
        PrivateKey::Rsa(_, key) => {
            let signer = pkcs1v15::SigningKey::<Sha256>::new(key.as_ref().clone());
            builder.build::<_, pkcs1v15::Signature>(&signer)
        }
        PrivateKey::P256(key) => builder.build::<_, p256::ecdsa::DerSignature>(key),
        PrivateKey::P384(key) => builder.build::<_, p384::ecdsa::DerSignature>(key),
        PrivateKey::P521(key) => builder.build::<_, p521::ecdsa::DerSignature>(key),
        PrivateKey::BrainpoolP256(key) => builder.build::<_, bp256::r1::ecdsa::DerSignature>(key),
        PrivateKey::BrainpoolP384(key) => builder.build::<_, bp384::r1::ecdsa::DerSignature>(key),
        PrivateKey::Ed25519(key) => builder.build::<_, ed25519_dalek::Signature>(key),
    };
    certificate.ok()?.to_der().ok()
}

/// As Windows' minidrivers store a certificate: `01 00`, the plain length, a zlib stream.
pub(crate) fn compressed(der: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(der.len()).ok()?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(der).ok()?;
    let stream = encoder.finish().ok()?;
    Some([&[0x01, 0x00][..], &length.to_le_bytes(), &stream].concat())
}

struct SelfIssued(Name);

impl BuilderProfile for SelfIssued {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.0.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation);
        let end_entity = BasicConstraints {
            ca: false,
            path_len_constraint: None,
        };
        let usage = usage.to_extension(tbs.subject(), &[])?;
        let end_entity = end_entity.to_extension(tbs.subject(), &[])?;
        Ok(vec![usage, end_entity])
    }
}

fn time(since_epoch: Duration) -> Option<Time> {
    if since_epoch.as_secs() <= LAST_UTC_TIME {
        UtcTime::from_unix_duration(since_epoch)
            .ok()
            .map(Time::UtcTime)
    } else {
        let time = GeneralizedTime::from_unix_duration(since_epoch).ok()?;
        Some(Time::GeneralTime(time))
    }
}
