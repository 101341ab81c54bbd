//! Certificates as a card stores them.

use jiff::Timestamp;
use securesign_card::certificate::{self, Certificate};
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::{RSA_MAX, ToSign, emsa_pkcs1_v15};

/// Parses, and reads everything that is shown of it or decided by it.
pub fn run(bytes: &[u8]) {
    let Ok(certificate) = Certificate::parse(bytes) else {
        return;
    };
    assert!(bytes.len() <= certificate::MAX);
    assert!(bytes.starts_with(certificate.der()));
    assert_eq!(
        Certificate::parse(certificate.der()).as_ref(),
        Ok(&certificate)
    );
    for name in [certificate.subject(), certificate.issuer()] {
        assert!(name.chars().count() <= 121, "{name}");
        assert!(!name.contains(char::is_control));
        assert!(!name.trim().is_empty());
    }
    // As a link's certSerial is read: without the zeros in front.
    let serial = securesign_handoff::link::Serial::of(certificate.serial_bytes());
    assert_eq!(certificate.serial(), serial.to_string());
    assert!(certificate.pem().is_some());
    let _ = certificate.expires();
    let _ = (certificate.is_authority(), certificate.policies());
    let _ = certificate.validity();
    let _ = certificate.is_valid_at(Timestamp::UNIX_EPOCH);
    let _ = certificate.may_sign();
    verifies_nothing(&certificate);
}

/// The key is the card's word too: whatever it is, it can be asked, and takes no
/// signature of a length that no such key makes.
fn verifies_nothing(certificate: &Certificate) {
    let key = certificate.key();
    assert!(key.display().len() < 40);
    for algorithm in HashAlgorithm::ALL {
        let digest = Digest::of(algorithm, b"document");
        let _ = key.signature_algorithm(algorithm);
        assert!(key.standard(ToSign::Digest(&digest), &[0x01; 64]).is_none());
        assert!(!key.verify(ToSign::Digest(&digest), &[]));
        assert!(!key.verify(ToSign::Message(&digest, b"document"), &[0x30, 0x00]));
        if let Some(len) = key.rsa_len() {
            assert!(len <= RSA_MAX, "{len}");
            let _ = emsa_pkcs1_v15(&digest, len);
            let _ = key.verify(ToSign::Digest(&digest), &vec![0x01; len]);
        }
    }
}
