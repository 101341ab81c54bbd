//! The result and the way back to the portal, by URL or by form: SecureSign
//! handoff protocol, §3.

mod json;

use std::fmt;

use crate::code::ErrorCode;

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use securesign_card::digest::Digest;

use crate::link::{CallbackKind, Origin, RequestId, Serial, decode_base64};
use crate::policy::Permit;

/// How a request ended. There is no field that could take a key, a PIN, a PUK
/// or an APDU, and messages are fixed sentences of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was signed.
    Signed(Box<Signed>),
    /// It was not.
    Failed(Failed),
}

/// A signature and what is needed to verify it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Of the request that is answered.
    pub request_id: RequestId,
    /// RSA: the raw PKCS#1 v1.5 signature. EC: a DER `Ecdsa-Sig-Value`.
    pub signature: Vec<u8>,
    /// The signed document, where the document itself was to be signed. The signature is then
    /// over what its format has signed, not over `digest`.
    pub document: Option<Product>,
    /// How it was made.
    pub scheme: Scheme,
    /// Of the document as it came, so that the portal can check what was signed.
    pub digest: Digest,
    /// The certificate used.
    pub certificate: Certificate,
    /// When, by this computer's clock.
    pub signed_at: Timestamp,
    /// What is known of the token; left out where a URL would grow too long.
    pub token: Option<Token>,
}

/// A signed document, as the portal gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// All of it.
    Whole(Vec<u8>),
    /// What was appended to the original, which the portal has.
    Appended {
        /// What stands behind it.
        bytes: Vec<u8>,
        /// Length of the original in bytes.
        length: usize,
    },
}

/// What kind of key signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `SHA256withRSA`: PKCS#1 v1.5.
    Rsa,
    /// `SHA256withECDSA`.
    Ecdsa,
}

/// Of the certificate used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Common name of the subject.
    pub subject_cn: String,
    /// Printed as upper-case hex.
    pub serial: Serial,
    /// `notAfter`; printed as a UTC date.
    pub valid_to: Timestamp,
    /// Whole, as PEM; the first thing left out where a URL would grow too long.
    pub pem: Option<String>,
}

/// What is known of a token; empty texts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// Who made the card.
    pub manufacturer: String,
    /// What it is sold as.
    pub product_name: String,
    /// The card's own number.
    pub serial_number: String,
    /// Who sells it.
    pub vendor_name: String,
}

/// Why it was not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Of the request that is answered.
    pub request_id: RequestId,
    /// What happened.
    pub code: ErrorCode,
    /// A fixed sentence: what a card, a page or a person wrote cannot get in.
    pub message: &'static str,
    /// PIN tries left, with `SS_PIN_INVALID`.
    pub remaining_attempts: Option<u8>,
}

impl Failed {
    /// With the code's own sentence.
    pub fn new(request_id: RequestId, code: ErrorCode) -> Self {
        Self {
            request_id,
            code,
            message: code.sentence(),
            remaining_attempts: None,
        }
    }
}

/// Longest URL, in bytes, that this platform opens without cutting it.
pub fn platform_limit() -> usize {
    if cfg!(windows) { 2_046 } else { 30_000 }
}

/// How a result goes back. Only [`build`] makes one that counts, and only to the
/// permitted address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The callback URL with `ss_result` in its query, ready to be opened.
    Get(Url),
    /// Too long for that: a form, to be sent by a page that the browser opens.
    Post(Form),
}

/// A form POST with the one field `ss_result`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    to: Url,
    ss_result: String,
}

impl Answer {
    /// As one URL of whatever length, for readers that have no limit.
    pub fn url(&self) -> String {
        match self {
            Answer::Get(url) => url.to_string(),
            Answer::Post(form) => joined(&form.to, &form.ss_result),
        }
    }
}

impl Form {
    /// The permitted callback: the form's action.
    pub fn to(&self) -> &Url {
        &self.to
    }

    /// Base64 of the whole result: the field's value, not percent-encoded.
    pub fn ss_result(&self) -> &str {
        &self.ss_result
    }
}

/// The permitted callback with the result. Portals read a URL, so it is one where
/// it can be: optional extras are left out, last added first, until it fits into
/// `limit` bytes. What does not fit even so goes by POST, and there nothing has
/// to be left out. Apps cannot be posted to.
pub fn build(permit: &Permit, outcome: &Outcome, limit: usize) -> Result<Answer, CallbackError> {
    if let Outcome::Failed(failed) = outcome
        && !failed.code.goes_to_callback()
    {
        return Err(CallbackError::ScreenOnly { code: failed.code });
    }
    let mut to = permit.callback().url().clone();
    to.set_fragment(None);
    let mut length = 0;
    for extras in [Extras::All, Extras::NoPem, Extras::NoPemNoToken] {
        let text = joined(&to, &encoded(outcome, extras));
        length = text.len();
        if length <= limit {
            return verified(permit, &text).map(Answer::Get);
        }
    }
    if permit.callback().kind() == CallbackKind::App {
        return Err(CallbackError::TooLong { length, limit });
    }
    Ok(Answer::Post(Form {
        to: verified(permit, to.as_str())?,
        ss_result: encoded(outcome, Extras::All),
    }))
}

/// Reads an `ss_result` back, as a portal would, for a demonstration: at most
/// 4 MiB of base64. `None` where it is not base64 of JSON.
pub fn decode(ss_result: &str) -> Option<Value> {
    const LIMIT: usize = 4 * 1024 * 1024;
    if ss_result.len() > LIMIT {
        return None;
    }
    serde_json::from_slice(&decode_base64(ss_result)?).ok()
}

/// Why there is no way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackError {
    /// An app's URL, too long even without the extras.
    TooLong {
        /// Bytes it would have.
        length: usize,
        /// Bytes it may have.
        limit: usize,
    },
    /// Parsed again, the URL belonged to another origin. Nothing may be opened.
    OriginChanged {
        /// The permitted one.
        permitted: Origin,
    },
    /// The code is for the screen; a portal is never told.
    ScreenOnly {
        /// Which one.
        code: ErrorCode,
    },
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, limit } => {
                write!(
                    f,
                    "the answer would be {length} bytes long, more than {limit}"
                )
            }
            Self::OriginChanged { permitted } => {
                write!(f, "the answer would not go to {permitted}")
            }
            Self::ScreenOnly { code } => write!(f, "a portal is never told {}", code.as_str()),
        }
    }
}

impl std::error::Error for CallbackError {}

#[derive(Clone, Copy, PartialEq)]
enum Extras {
    All,
    NoPem,
    NoPemNoToken,
}

/// The JSON, in the order of the protocol's table, extras after it.
fn result(outcome: &Outcome, extras: Extras) -> Value {
    let mut fields = Map::new();
    match outcome {
        Outcome::Signed(signed) => {
            put(&mut fields, "requestId", signed.request_id.as_str());
            fields.insert("success".into(), true.into());
            put(
                &mut fields,
                "signatureBase64",
                STANDARD.encode(&signed.signature),
            );
            let certificate = certificate(&signed.certificate, extras);
            fields.insert("certificate".into(), certificate);
            let seconds = signed.signed_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            put(&mut fields, "signedAt", seconds);
            let algorithm = signed.digest.algorithm().name();
            let key = match signed.scheme {
                Scheme::Rsa => "RSA",
                Scheme::Ecdsa => "ECDSA",
            };
            put(
                &mut fields,
                "signatureAlgorithm",
                format!("{algorithm}with{key}"),
            );
            put(
                &mut fields,
                "hashBase64",
                STANDARD.encode(signed.digest.bytes()),
            );
            put(&mut fields, "hashAlgo", algorithm);
            if let Some(product) = &signed.document {
                put_product(&mut fields, product, &signed.digest);
            }
            if let Some(token) = &signed.token
                && extras != Extras::NoPemNoToken
            {
                fields.insert("token".into(), token_fields(token));
            }
        }
        Outcome::Failed(failed) => {
            put(&mut fields, "requestId", failed.request_id.as_str());
            fields.insert("success".into(), false.into());
            put(&mut fields, "error", failed.code.as_str());
            put(&mut fields, "message", failed.message);
            if let Some(left) = failed.remaining_attempts {
                fields.insert("remainingAttempts".into(), left.into());
            }
        }
    }
    Value::Object(fields)
}

fn certificate(certificate: &Certificate, extras: Extras) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "subjectCN", certificate.subject_cn.as_str());
    put(&mut fields, "serialNumber", certificate.serial.to_string());
    let date = securesign_card::certificate::day(certificate.valid_to);
    put(&mut fields, "validTo", date);
    if let Some(pem) = &certificate.pem
        && extras == Extras::All
    {
        put(&mut fields, "certificatePem", pem.as_str());
    }
    Value::Object(fields)
}

fn token_fields(token: &Token) -> Value {
    let mut fields = Map::new();
    for (name, text) in [
        ("manufacturer", &token.manufacturer),
        ("productName", &token.product_name),
        ("serialNumber", &token.serial_number),
        ("vendorName", &token.vendor_name),
    ] {
        if !text.is_empty() {
            put(&mut fields, name, text.as_str());
        }
    }
    Value::Object(fields)
}

fn put_product(fields: &mut Map<String, Value>, product: &Product, digest: &Digest) {
    match product {
        Product::Whole(bytes) => put(fields, "signedDocumentBase64", STANDARD.encode(bytes)),
        Product::Appended { bytes, length } => {
            put(fields, "appendedBase64", STANDARD.encode(bytes));
            fields.insert("documentLength".into(), (*length).into());
            put(fields, "documentHash", STANDARD.encode(digest.bytes()));
        }
    }
}

fn put(fields: &mut Map<String, Value>, name: &str, text: impl Into<String>) {
    fields.insert(name.into(), Value::String(text.into()));
}

fn encoded(outcome: &Outcome, extras: Extras) -> String {
    STANDARD.encode(json::ascii(&result(outcome, extras)))
}

/// The portal's own query stays byte for byte: `query_pairs_mut` would encode it
/// anew, and a portal may have signed it.
fn joined(to: &Url, ss_result: &str) -> String {
    let join = match to.query() {
        None => "?",
        Some(query) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let escaped: String = form_urlencoded::byte_serialize(ss_result.as_bytes()).collect();
    format!("{to}{join}ss_result={escaped}")
}

/// Parsed again, as the browser will: it must still be the permitted address.
fn verified(permit: &Permit, text: &str) -> Result<Url, CallbackError> {
    let permitted = permit.callback().url();
    let refused = || CallbackError::OriginChanged {
        permitted: permit.origin().clone(),
    };
    let url = Url::parse(text).map_err(|_| refused())?;
    let same = Origin::of(&url) == *permit.origin()
        && url.host_str() == permitted.host_str()
        && url.port() == permitted.port()
        && url.path() == permitted.path()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    if same { Ok(url) } else { Err(refused()) }
}
