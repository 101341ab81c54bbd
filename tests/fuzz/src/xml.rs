//! XML documents, which anybody may have made.

use securesign_documents::Refusal;
use securesign_documents::xml::{self, Form, Options};

/// The canonical form is its own canonical form, and what can be prepared takes no signature
/// that is none.
pub fn run(bytes: &[u8]) {
    let (signer, now) = super::pdf::signer();
    let canonical = xml::canonical_form(bytes);
    if let Ok(text) = &canonical {
        assert_eq!(xml::canonical_form(text.as_bytes()).as_ref(), Ok(text));
    }
    for (form, xades) in [
        (Form::Enveloped, None),
        (Form::Enveloped, Some(now)),
        (Form::Enveloping, Some(now)),
    ] {
        let options = Options {
            form,
            id: Some("SigFrst".into()),
            reference: None,
            xades,
        };
        if let Ok(prepared) = xml::prepare(bytes, signer.clone(), &options) {
            assert!(canonical.is_ok());
            assert_eq!(prepared.finish(&[0x30, 0x00]), Err(Refusal::BadSignature));
        }
    }
}
