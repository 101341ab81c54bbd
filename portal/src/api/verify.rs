//! `POST /v1/verify` and `/v1/certificates/validate`: what a result and its certificate are worth.

use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use jiff::Timestamp;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_verify::{About, Asked, Problem, Signed, Trust, Verified, standing, time};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;

use super::body::Body;
use super::{Answer, Caller, Refusal, Service, Shared};
use crate::limit::Call;
use crate::store::keys::Purpose;

/// The largest body of these calls: a document of 12 MiB in base64.
pub const BODY: usize = 16 * 1024 * 1024;

/// Who may send a large body: a good key, not one that stands in pages, and only so many at a
/// time. Asked before any of it is read.
pub struct Verifier {
    _room: OwnedSemaphorePermit,
}

impl FromRequestParts<Shared> for Verifier {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, service).await?;
        let (key, _) = caller.standing(service, Call::Verify, "").await?;
        if key.purpose == Purpose::Link {
            return Err(Refusal::key_use("This API key is for links alone."));
        }
        let room = service.large.clone().try_acquire_owned();
        let room = room.map_err(|_| Refusal::busy())?;
        Ok(Self { _room: room })
    }
}

/// What certificates are judged by. Authorities that the request does not name are those of the
/// settings.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    authorities_pem: Option<String>,
    intermediates_pem: Option<String>,
    crls_pem: Option<String>,
    check_revocation: Option<bool>,
    /// `2026-06-22T11:00:00Z`; now where it is absent.
    at: Option<String>,
}

/// A result, with the portal's own document or hash.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verify {
    result: Signed,
    /// The id that the portal gave.
    request_id: String,
    document_base64: Option<String>,
    hash_base64: Option<String>,
    hash_algo: Option<String>,
    /// Where the result has none.
    certificate_pem: Option<String>,
    #[serde(flatten)]
    terms: Terms,
}

/// What was found.
#[derive(Serialize)]
pub struct Found {
    success: bool,
    #[serde(flatten)]
    verified: Verified,
}

pub async fn verify(
    State(service): State<Shared>,
    _: Verifier,
    Body(body): Body<Verify>,
) -> Answer<Found> {
    let trust = trust(&service, &body.terms)?;
    let asked = Asked {
        digest: &own_digest(&body)?,
        request_id: Some(&body.request_id),
        certificate_pem: body.certificate_pem.as_deref(),
    };
    let verified = securesign_verify::verify(&body.result, &asked, &trust)
        .map_err(|why| Refusal::request(why.tell()))?;
    Ok(Json(Found {
        success: true,
        verified,
    }))
}

/// A certificate alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validate {
    certificate_pem: String,
    #[serde(flatten)]
    terms: Terms,
}

/// What was found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validated {
    success: bool,
    valid: bool,
    revocation_status: &'static str,
    problems: Vec<Problem>,
    verified_at: String,
    certificate: About,
}

pub async fn validate(
    State(service): State<Shared>,
    _: Verifier,
    Body(body): Body<Validate>,
) -> Answer<Validated> {
    judged(&service, &body.certificate_pem, &body.terms)
}

/// The same as a GET: the certificate in the query, judged by what the settings name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queried {
    certificate_pem: String,
    check_revocation: Option<bool>,
    at: Option<String>,
}

pub async fn validate_query(
    State(service): State<Shared>,
    _: Verifier,
    query: Result<Query<Queried>, axum::extract::rejection::QueryRejection>,
) -> Answer<Validated> {
    let Query(asked) =
        query.map_err(|_| Refusal::request("The query must have certificatePem, once."))?;
    let terms = Terms {
        check_revocation: asked.check_revocation,
        at: asked.at,
        ..Terms::default()
    };
    judged(&service, &asked.certificate_pem, &terms)
}

fn judged(service: &Service, pem: &str, terms: &Terms) -> Answer<Validated> {
    let trust = trust(service, terms)?;
    let certificate = securesign_verify::certificate(pem);
    let certificate = certificate.map_err(|why| Refusal::request(why.tell()))?;
    let standing = standing(&certificate, &trust);
    Ok(Json(Validated {
        success: true,
        valid: standing.problems.is_empty(),
        revocation_status: standing.revocation.as_str(),
        problems: standing.problems,
        verified_at: time(trust.at),
        certificate: About::of(&certificate),
    }))
}

fn trust(service: &Service, terms: &Terms) -> Result<Trust, Refusal> {
    let at = match &terms.at {
        None => Timestamp::now(),
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::request("at must be like 2026-06-22T11:00:00Z."))?,
    };
    let certificates = |pem: &Option<String>, name: &str| match pem {
        None => Ok(Vec::new()),
        Some(pem) => CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Refusal::request(format!("{name} is not PEM."))),
    };
    let mut authorities = certificates(&terms.authorities_pem, "authoritiesPem")?;
    if terms.authorities_pem.is_none() {
        authorities.clone_from(&service.authorities);
    }
    if authorities.is_empty() {
        return Err(Refusal::request(
            "No authority is named: send authoritiesPem, or set authorities.",
        ));
    }
    let crls = terms.crls_pem.as_deref().unwrap_or_default();
    Ok(Trust {
        authorities,
        intermediates: certificates(&terms.intermediates_pem, "intermediatesPem")?,
        crls: CertificateRevocationListDer::pem_slice_iter(crls.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| Refusal::request("crlsPem is not PEM."))?,
        check_revocation: terms.check_revocation.unwrap_or(true),
        at,
    })
}

/// Of what the portal has itself; never of what the result says.
fn own_digest(body: &Verify) -> Result<Digest, Refusal> {
    let algorithm = HashAlgorithm::from_name(body.hash_algo.as_deref().unwrap_or("SHA256"))
        .ok_or_else(|| Refusal::request("hashAlgo must be SHA256, SHA384 or SHA512."))?;
    let wrong = || Refusal::request("Send documentBase64, or hashBase64 with hashAlgo.");
    match (&body.document_base64, &body.hash_base64) {
        (Some(document), None) => {
            let document = base64(document).ok_or_else(wrong)?;
            Ok(Digest::of(algorithm, &document))
        }
        (None, Some(hash)) => base64(hash)
            .and_then(|bytes| Digest::new(algorithm, &bytes))
            .ok_or_else(|| Refusal::request("hashBase64 is no digest of this hashAlgo.")),
        _ => Err(wrong()),
    }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
