//! Certificates as Indian authorities issue them, india-dsc-tokens §4.

use std::str::FromStr;

use der::Encode;
use der::asn1::{Ia5String, ObjectIdentifier, OctetString, UtcTime};
use p256::ecdsa::{DerSignature, SigningKey};
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::certpolicy::{CertificatePolicies, PolicyInformation};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::container::{Container, Usage};
use crate::emulator::key::PrivateKey;

/// CCA India, class 3.
const CLASS_3: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.356.100.2.3");
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12");
const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const FILE_SYSTEM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.4");
/// A comment, which fills a certificate up to its size.
const COMMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.113730.1.13");

/// Issues a certificate for the key with the authority's key.
pub(super) fn issue(
    container: &Container,
    key: &PrivateKey,
    authority: &SigningKey,
    serial: u32,
) -> Option<Vec<u8>> {
    let bare = filled(container, key, authority, serial, 0)?;
    let Some(missing) = container.size.checked_sub(bare.len()) else {
        return Some(bare);
    };
    filled(container, key, authority, serial, missing)
}

fn filled(
    container: &Container,
    key: &PrivateKey,
    authority: &SigningKey,
    serial: u32,
    filler: usize,
) -> Option<Vec<u8>> {
    let (from, to) = container.validity;
    let time = |t| UtcTime::from_unix_duration(t).ok().map(Time::UtcTime);
    let spki = SubjectPublicKeyInfoOwned::try_from(&key.public_key_der()?[..]).ok()?;
    let profile = Issued {
        subject: Name::from_str(&container.subject).ok()?,
        issuer: Name::from_str(&container.issuer).ok()?,
        usage: container.usage,
        filler,
    };
    let serial = SerialNumber::from(serial);
    let validity = Validity::new(time(from)?, time(to)?);
    let builder = CertificateBuilder::new(profile, serial, validity, spki).ok()?;
    let certificate = builder.build::<_, DerSignature>(authority).ok()?;
    certificate.to_der().ok()
}

struct Issued {
    subject: Name,
    issuer: Name,
    usage: Usage,
    filler: usize,
}

impl BuilderProfile for Issued {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let usages = match self.usage {
            Usage::Signing => Some(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation),
            Usage::Encryption => Some(KeyUsages::KeyEncipherment.into()),
            Usage::Authority => Some(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            Usage::Unstated => None,
        };
        let extended = match self.usage {
            Usage::Signing => vec![DOCUMENT_SIGNING, CLIENT_AUTHENTICATION],
            Usage::Encryption => vec![FILE_SYSTEM],
            Usage::Authority | Usage::Unstated => Vec::new(),
        };
        let constraints = BasicConstraints {
            ca: self.usage == Usage::Authority,
            path_len_constraint: None,
        };
        let policies = CertificatePolicies(vec![PolicyInformation {
            policy_identifier: CLASS_3,
            policy_qualifiers: None,
        }]);
        let subject = tbs.subject();
        let mut extensions = vec![
            constraints.to_extension(subject, &[])?,
            policies.to_extension(subject, &[])?,
        ];
        if let Some(usages) = usages {
            extensions.push(KeyUsage(usages).to_extension(subject, &[])?);
        }
        if !extended.is_empty() {
            extensions.push(ExtendedKeyUsage(extended).to_extension(subject, &[])?);
        }
        if self.filler > 0 {
            // The frame of the extension is about 30 bytes, longer lengths included.
            let text = "x".repeat(self.filler.saturating_sub(30));
            let comment = Ia5String::new(&text)?.to_der()?;
            extensions.push(Extension {
                extn_id: COMMENT,
                critical: false,
                extn_value: OctetString::new(comment)?,
            });
        }
        Ok(extensions)
    }
}
