//! What a portal's page writes, and what a test needs to judge it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::settings::Settings;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_handoff::callback::{
    self, Answer, CallbackError, Certificate, Failed, Outcome, Scheme, Signed, Token,
};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::{self, ApiKey, Callback, LinkError, RequestId, Serial};
use securesign_handoff::policy::{Denial, Permit, Policy};
use url::form_urlencoded;

pub const LIVE: &str = "ss_live_abcdef1234567890";

pub const TEST: &str = "ss_test_abcdef1234567890";

pub const PORTAL: &str = "https://portal.example.gov.in/esign/callback";

pub const FILE: &str = "settings.toml";

/// A good link, of which a test changes one thing.
#[derive(Clone)]
pub struct Page(pub Vec<(String, String)>);

impl Page {
    pub fn good() -> Self {
        let digest = STANDARD.encode([0xFB; 32]);
        let fields = [
            ("requestId", "9b2f7c1e-4d5a-4c3b-8f6e-1a2b3c4d5e6f"),
            ("hashBase64", digest.as_str()),
            ("hashAlgo", "SHA256"),
            ("documentType", "hash"),
            ("callbackUrl", PORTAL),
            ("apiKey", LIVE),
        ];
        Self(fields.map(|(n, v)| (n.into(), v.into())).to_vec())
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some(field) => field.1 = value.into(),
            None => self.0.push((name.into(), value.into())),
        }
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(n, _)| n != name);
        self
    }

    /// Moves a parameter to the end, where a cut would hit it.
    pub fn last(self, name: &str) -> Self {
        let value = self.0.iter().find(|(n, _)| n == name).unwrap().1.clone();
        self.without(name).with(name, &value)
    }

    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.0.iter())
            .finish()
    }

    pub fn link(&self) -> String {
        format!("securesign://sign?{}", self.query())
    }

    pub fn error(&self) -> LinkError {
        error(&self.link())
    }
}

pub fn error(link: &str) -> LinkError {
    link::parse(link).unwrap_err().error
}

pub fn key(text: &str) -> ApiKey {
    ApiKey::parse(text.to_owned().into()).unwrap()
}

pub fn policy() -> Policy {
    let (live, test) = (key(LIVE).fingerprint(), key(TEST).fingerprint());
    let text = format!(
        "[[portal]]\norigin = \"https://Portal.Example.gov.in\"\nkey = \"sha256:{live}\"\n\
         [[portal]]\norigin = \"https://uat.example.gov.in:8443\"\nkey = \"sha256:{test}\"\ntest = true\n\
         [[portal]]\norigin = \"https://shop.example.in\"\nkey = \"sha256:{test}\"\n\
         [callback]\nschemes = [\"myapp\"]\n"
    );
    Settings::from_toml(&text).unwrap().policy(FILE)
}

pub fn check(url: &str, api_key: &str) -> Result<Permit, Denial> {
    policy().check(&Callback::parse(url).unwrap(), &key(api_key))
}

pub fn permit(url: &str) -> Permit {
    check(url, LIVE).unwrap()
}

pub fn signed() -> Signed {
    Signed {
        request_id: RequestId::parse("req-1").unwrap(),
        signature: vec![0xFB; 256],
        document: None,
        scheme: Scheme::Rsa,
        digest: Digest::new(HashAlgorithm::Sha256, &[0xFF; 32]).unwrap(),
        certificate: Certificate {
            subject_cn: "अनीता \"A\" Sharma".into(),
            serial: Serial::parse("0a:bc:0d").unwrap(),
            valid_to: "2027-03-31T18:29:59Z".parse().unwrap(),
            pem: Some("-----BEGIN CERTIFICATE-----\n".to_owned() + &"A".repeat(1600)),
        },
        signed_at: "2026-06-22T10:31:05.789Z".parse().unwrap(),
        token: Some(Token {
            manufacturer: "Acme".into(),
            product_name: "Token 1".into(),
            serial_number: "0042".into(),
            vendor_name: String::new(),
        }),
    }
}

pub fn outcome() -> Outcome {
    Outcome::Signed(Box::new(signed()))
}

pub fn failed(code: ErrorCode) -> Failed {
    Failed::new(signed().request_id, code)
}

/// The URL of an answer that is one.
pub fn opened(answer: Result<Answer, CallbackError>) -> url::Url {
    match answer {
        Ok(Answer::Get(url)) => url,
        other => panic!("{other:?}"),
    }
}

/// As `URLSearchParams.get` (the first) and PHP's `$_GET` (the last) read it.
pub fn read_back(url: &url::Url) -> serde_json::Value {
    let named = |(name, _): &(_, _)| *name == "ss_result";
    let first = url.query_pairs().find(named).unwrap().1;
    let last = form_urlencoded::parse(url.query().unwrap().as_bytes())
        .filter(named)
        .last();
    assert_eq!(first, last.unwrap().1);
    let json = STANDARD.decode(first.as_bytes()).unwrap();
    assert!(json.is_ascii(), "JSON.parse(atob()) would garble it");
    let value = serde_json::from_slice(&json).unwrap();
    assert_eq!(callback::decode(&first), Some(value));
    callback::decode(&first).unwrap()
}
