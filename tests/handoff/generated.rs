//! The same for links and callbacks that nobody has thought of.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use securesign_app::settings::Settings;
use securesign_handoff::callback::{self, Outcome};
use securesign_handoff::link::{self, Callback};

use super::page::{
    LIVE, PORTAL, Page, TEST, key, opened, outcome, permit, policy, read_back, signed,
};

proptest! {
    #[test]
    fn parsing_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in "\\PC{0,80}",
    ) {
        let _ = link::parse_bytes(&bytes);
        let _ = link::parse(&format!("securesign://sign?{text}"));
        let _ = Callback::parse(&text);
        let _ = Settings::from_toml(&text);
        let _ = callback::decode(&text);
    }

    #[test]
    fn a_mutated_link_never_panics(at: usize, byte: u8, cut in 0usize..400, insert: bool) {
        let mut bytes = Page::good().link().into_bytes();
        let at = at % bytes.len();
        if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
        if let Err(refusal) = link::parse_bytes(&bytes) {
            prop_assert!(refusal.to_string().len() < 1000);
        }
        bytes.truncate(cut);
        let _ = link::parse_bytes(&bytes);
    }

    #[test]
    fn r17_every_permitted_callback_keeps_its_origin(
        host in prop_oneof![
            Just("https://portal.example.gov.in"),
            Just("http://localhost:3000"),
            Just("myapp:"),
            Just("myapp://h"),
            Just("https://uat.example.gov.in:8443"),
        ],
        rest in "[/?#@:&=%.;\\[\\]a-z0-9 \\\\\u{e9}]{0,40}",
        api_key in prop_oneof![Just(LIVE), Just(TEST)],
    ) {
        if let Ok(callback) = Callback::parse(&format!("{host}{rest}"))
            && let Ok(permit) = policy().check(&callback, &key(api_key))
        {
            let built = opened(callback::build(&permit, &outcome(), 30_000));
            let again = built.as_str().replacen("ss_result=", "x=", 1);
            let again = Callback::parse(&again).unwrap();
            prop_assert_eq!(again.origin(), permit.origin());
            prop_assert_eq!(&read_back(&built)["requestId"], "req-1");
        }
    }

    #[test]
    fn r15_what_a_portal_reads_is_what_was_signed(
        signature in prop::collection::vec(any::<u8>(), 1..600),
        name in "\\PC{0,60}",
        query in "([a-z]{1,3}=[a-zA-Z0-9%2F+]{0,9}&?){0,3}",
    ) {
        let mut signed = signed();
        signed.signature = signature.clone();
        signed.certificate.subject_cn = name.clone();
        let permit = permit(&format!("{PORTAL}?{query}"));
        let url = callback::build(&permit, &Outcome::Signed(Box::new(signed)), 30_000);
        let value = read_back(&opened(url));
        let read = STANDARD.decode(value["signatureBase64"].as_str().unwrap()).unwrap();
        prop_assert_eq!(read, signature);
        prop_assert_eq!(value["certificate"]["subjectCN"].as_str().unwrap(), name);
    }
}
