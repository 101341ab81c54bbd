//! What a portal asks for, checked by the parser of the desktop software itself: the link that
//! is given out is one that will be understood.

use securesign_handoff::link::{CALLBACK_LIMIT, Request, parse};
use url::form_urlencoded;

use super::Refusal;

/// The parameters of a link, as they were sent.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// `requestId`.
    pub request_id: &'a str,
    /// `hash`, `pdf` or `xml`.
    pub document_type: &'a str,
    /// `hashBase64`.
    pub hash: &'a str,
    /// `hashAlgo`.
    pub hash_algo: &'a str,
    /// `callbackUrl`.
    pub callback_url: &'a str,
    /// `apiKey`.
    pub api_key: &'a str,
}

/// One of those that are published.
pub fn check_document_type(kind: &str) -> Result<(), Refusal> {
    match kind {
        "hash" | "pdf" | "xml" => Ok(()),
        _ => Err(Refusal::request("documentType must be hash, pdf or xml.")),
    }
}

impl Wanted<'_> {
    /// What it asks for, or why that cannot be.
    pub fn checked(&self) -> Result<Request, Refusal> {
        check_document_type(self.document_type)?;
        if self.callback_url.len() > CALLBACK_LIMIT {
            return Err(Refusal::request("callbackUrl is too long."));
        }
        // The document of a PDF or XML request is added by the portal; its digest is bound here.
        let hash = Self {
            document_type: "hash",
            ..*self
        };
        parse(&hash.link(None)).map_err(|refusal| {
            let why = refusal.to_string();
            let why = why.trim_end_matches('.');
            Refusal::request(format!("The desktop software would refuse this: {why}."))
        })
    }

    /// The link.
    pub fn link(&self, session_id: Option<&str>) -> String {
        const START: &str = "securesign://sign?";
        let mut query = form_urlencoded::Serializer::for_suffix(START.to_owned(), START.len());
        query
            .append_pair("requestId", self.request_id)
            .append_pair("hashBase64", self.hash)
            .append_pair("hashAlgo", self.hash_algo)
            .append_pair("documentType", self.document_type)
            .append_pair("callbackUrl", self.callback_url)
            .append_pair("apiKey", self.api_key);
        if let Some(id) = session_id {
            query.append_pair("sessionId", id);
        }
        query.finish()
    }
}
