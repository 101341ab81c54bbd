//! PDF files, which anybody may have made.

use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::digest::HashAlgorithm;
use securesign_documents::pdf::{At, Options, Page, Pdf, Stamp};
use securesign_documents::{Refusal, Signer};

/// Whose signature it would be, at a time when it is valid.
pub(crate) fn signer() -> (Signer, Timestamp) {
    const DER: &[u8] = include_bytes!("../../certificates/cn_printable_ampersand.der");
    let certificate = Certificate::parse(DER).expect("a certificate");
    let now = certificate.validity().0;
    let signer = Signer::new(certificate, &[], HashAlgorithm::Sha256, now);
    (signer.expect("it may sign"), now)
}

/// On the last page, partly outside of it. Without a font it is never drawn; where it would
/// come is found before that.
fn stamp() -> Stamp {
    Stamp {
        page: Page::Last,
        at: At::Point(-5.0, 100.0),
        ..Stamp::default()
    }
}

/// Reads, and prepares a new field and each empty one. No signature that is none gets in.
pub fn run(bytes: &[u8]) {
    let (signer, now) = signer();
    let Ok(pdf) = Pdf::read(bytes.to_vec()) else {
        return;
    };
    assert!(pdf.pages() > 0);
    let _ = pdf.signatures();
    let fields = pdf.empty_fields().take(4).map(|name| Some(name.to_owned()));
    let fields: Vec<Option<String>> = fields.chain([None]).collect();
    let stamps = [None, Some(stamp())];
    for (field, stamp) in fields
        .iter()
        .flat_map(|field| stamps.iter().map(move |it| (field, it)))
    {
        let options = Options {
            field: field.clone(),
            stamp: stamp.clone(),
            time_stamp: stamp.is_some(),
            ..Options::default()
        };
        let Ok(pdf) = Pdf::read(bytes.to_vec()) else {
            panic!("it was read before");
        };
        let told = pdf.check(&options);
        match pdf.prepare(signer.clone(), &options, now) {
            Ok(prepared) => {
                assert_eq!(told, Ok(()));
                assert!(stamp.is_none());
                assert!(prepared.to_sign().0.len() < 512);
                assert_eq!(prepared.finish(&[0x30, 0x00]), Err(Refusal::BadSignature));
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
    }
}
