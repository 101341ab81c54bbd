//! `POST /v1/auth/validate`: may this key use this origin, and is this link the one that the
//! portal opened a session for?

use axum::Json;
use axum::extract::State;
use securesign_card::digest::HashAlgorithm;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::link::{Wanted, check_document_type};
use super::{Answer, Caller, Refusal, Service, Shared};
use crate::limit::Call;
use crate::store::keys::Key;
use crate::store::origins;
use crate::store::sessions::{self, NotUsed, Shown, Subject};

/// The request. Beside the published `origin` and `platform`, what the link says, where it has a
/// `sessionId`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validate {
    origin: String,
    platform: Option<String>,
    session_id: Option<String>,
    request_id: Option<String>,
    document_type: Option<String>,
    hash_base64: Option<String>,
    hash_algo: Option<String>,
    callback_url: Option<String>,
    claim: Option<String>,
}

/// The answer, as published.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Valid {
    success: bool,
    tenant_id: String,
    allowed: bool,
    rate_limit: RateLimit,
}

#[derive(Serialize)]
struct RateLimit {
    rpm: u32,
}

/// Those that are published.
const PLATFORMS: [&str; 4] = ["web", "mobile_browser", "desktop_software", "desktop_agent"];

/// The longest `sessionId` or `claim`, in bytes.
const WORD: usize = 100;

pub async fn validate(
    State(service): State<Shared>,
    caller: Caller,
    Body(body): Body<Validate>,
) -> Answer<Valid> {
    check_platform(body.platform.as_deref())?;
    check_session(&body)?;
    // What is written in another way than it is registered is not looked for.
    let origin = origins::exact(&body.origin, caller.is_live()).unwrap_or_default();
    let (key, known) = caller.standing(&service, Call::Validate, origin).await?;
    let result = judge(&service, &caller, (&key, known), &body).await;
    let (origin, code) = match &result {
        Ok(()) => (origin, "OK"),
        Err(refusal) if known => (origin, refusal.code()),
        // Anybody can make up origins: they are counted together.
        Err(refusal) => ("", refusal.code()),
    };
    service.usage.count(&key.id, origin, code);
    result?;
    Ok(Json(Valid {
        success: true,
        tenant_id: key.tenant.clone(),
        allowed: true,
        rate_limit: RateLimit { rpm: key.rpm },
    }))
}

/// Absent is as good as published: older portals send none.
pub fn check_platform(platform: Option<&str>) -> Result<(), Refusal> {
    match platform {
        Some(name) if !PLATFORMS.contains(&name) => Err(Refusal::request(
            "platform must be web, mobile_browser, desktop_software or desktop_agent.",
        )),
        _ => Ok(()),
    }
}

/// What belongs to a session is checked without one as well: who sends nonsense hears of it.
fn check_session(body: &Validate) -> Result<(), Refusal> {
    let is_long = |word: &Option<String>| word.as_ref().is_some_and(|word| word.len() > WORD);
    if is_long(&body.session_id) || is_long(&body.claim) {
        return Err(Refusal::request("sessionId or claim is too long."));
    }
    if let Some(name) = &body.hash_algo
        && HashAlgorithm::from_name(name).is_none()
    {
        return Err(Refusal::request(
            "hashAlgo must be SHA256, SHA384 or SHA512.",
        ));
    }
    match body.document_type.as_deref() {
        Some(kind) => check_document_type(kind),
        None => Ok(()),
    }
}

async fn judge(
    service: &Service,
    caller: &Caller,
    (key, known): (&Key, bool),
    body: &Validate,
) -> Result<(), Refusal> {
    if !known {
        return Err(Refusal::domain());
    }
    let Some(id) = &body.session_id else {
        return match key.require_session {
            true => Err(Refusal::altered(
                "This portal signs nothing without a session.",
            )),
            false => Ok(()),
        };
    };
    let wanted = wanted(caller, body)?;
    let request = wanted.checked()?;
    if request.callback.origin().as_str() != body.origin {
        return Err(Refusal::request("callbackUrl does not belong to origin."));
    }
    let shown = Shown {
        id,
        claim: body.claim.as_deref(),
        subject: Subject {
            request_id: request.request_id.as_str(),
            document_type: wanted.document_type,
            digest: request.document.digest(),
            callback_url: wanted.callback_url,
        },
    };
    let taken = sessions::take(&service.database, &service.instance, key, &shown).await;
    taken.map_err(|reason| match reason {
        NotUsed::Unknown => Refusal::session("unknown", "There is no such session."),
        NotUsed::Expired => Refusal::session("expired", "The signing session timed out."),
        NotUsed::Used => Refusal::session("used", "The signing session was used already."),
        NotUsed::Other => Refusal::altered("The session was opened for another request."),
        NotUsed::Database(error) => service.database_refusal(&error),
    })
}

fn wanted<'a>(caller: &'a Caller, body: &'a Validate) -> Result<Wanted<'a>, Refusal> {
    let need = |value: &'a Option<String>| {
        value.as_deref().ok_or_else(|| {
            Refusal::request("With sessionId go requestId, hashBase64 and callbackUrl.")
        })
    };
    Ok(Wanted {
        request_id: need(&body.request_id)?,
        document_type: body.document_type.as_deref().unwrap_or("hash"),
        hash: need(&body.hash_base64)?,
        hash_algo: body.hash_algo.as_deref().unwrap_or("SHA256"),
        callback_url: need(&body.callback_url)?,
        api_key: caller.key(),
    })
}
