//! `POST /v1/auth/session` and `POST /v1/sign/hash`: a portal opens a session, and gets the link.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use securesign_handoff::link::{ApiKey, Request};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::body::Body;
use super::caller::good;
use super::link::Wanted;
use super::validate::check_platform;
use super::{Answer, Caller, Refusal, Service, Shared};
use crate::key;
use crate::limit::Call;
use crate::store::keys::{Key, Purpose};
use crate::store::sessions::{self, NotOpened, Session, Subject};

/// The request, as published; `hashAlgo` is SHA256 where it is absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    request_id: String,
    document_type: String,
    hash_base64: String,
    hash_algo: Option<String>,
    callback_url: String,
    /// Ours: the key that the link carries, where the calling key is for servers alone.
    link_api_key: Option<String>,
}

/// The answer, as published: it has no `success`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    session_id: String,
    expires_at: String,
    deep_link: String,
}

pub async fn open(
    State(service): State<Shared>,
    caller: Caller,
    Body(body): Body<Open>,
) -> Answer<Opened> {
    let wanted = Wanted {
        request_id: &body.request_id,
        document_type: &body.document_type,
        hash: &body.hash_base64,
        hash_algo: body.hash_algo.as_deref().unwrap_or("SHA256"),
        callback_url: &body.callback_url,
        api_key: body.link_api_key.as_deref().unwrap_or(caller.key()),
    };
    let session = opened(&service, &caller, &wanted).await?;
    Ok(Json(Opened {
        deep_link: wanted.link(Some(&session.id)),
        expires_at: time(session.expires_at),
        session_id: session.id,
    }))
}

/// The request, as published.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignHash {
    hash_base64: String,
    hash_algo: String,
    platform: Option<String>,
    callback_url: String,
    link_api_key: Option<String>,
}

/// The answer, as published.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToSign {
    success: bool,
    request_id: String,
    deep_link: String,
    expires_at: String,
}

pub async fn sign_hash(
    State(service): State<Shared>,
    caller: Caller,
    Body(body): Body<SignHash>,
) -> Answer<ToSign> {
    check_platform(body.platform.as_deref())?;
    let request_id = uuid::Uuid::new_v4().to_string();
    let wanted = Wanted {
        request_id: &request_id,
        document_type: "hash",
        hash: &body.hash_base64,
        hash_algo: &body.hash_algo,
        callback_url: &body.callback_url,
        api_key: body.link_api_key.as_deref().unwrap_or(caller.key()),
    };
    let session = opened(&service, &caller, &wanted).await?;
    Ok(Json(ToSign {
        success: true,
        deep_link: wanted.link(Some(&session.id)),
        expires_at: time(session.expires_at),
        request_id,
    }))
}

async fn opened(
    service: &Service,
    caller: &Caller,
    wanted: &Wanted<'_>,
) -> Result<Session, Refusal> {
    // The key first: what is wrong with a request is nobody's business who has none.
    let request = wanted.checked();
    let origin = match &request {
        Ok(request) => request.callback.origin().as_str(),
        Err(_) => "",
    };
    let (key, known) = caller.standing(service, Call::Session, origin).await?;
    if key.purpose == Purpose::Link {
        return Err(Refusal::key_use("This API key is for links alone."));
    }
    let request = request?;
    if !known {
        return Err(Refusal::domain());
    }
    check_link_key(service, &key, wanted.api_key, &request).await?;
    let subject = subject(wanted, &request);
    open_checked(service, (caller.key(), &key), &subject).await
}

/// For a portal in this very program, whose key and callback are its own.
pub async fn open_session(
    service: &Service,
    (api_key, key): (&str, &Key),
    wanted: &Wanted<'_>,
) -> Result<Session, Refusal> {
    let request = wanted.checked()?;
    let subject = subject(wanted, &request);
    open_checked(service, (api_key, key), &subject).await
}

fn subject<'a>(wanted: &Wanted<'a>, request: &'a Request) -> Subject<'a> {
    Subject {
        request_id: request.request_id.as_str(),
        document_type: wanted.document_type,
        digest: request.document.digest(),
        callback_url: wanted.callback_url,
    }
}

async fn open_checked(
    service: &Service,
    (api_key, key): (&str, &Key),
    subject: &Subject<'_>,
) -> Result<Session, Refusal> {
    let session = sessions::open(
        &service.database,
        &service.instance,
        (api_key, key),
        subject,
        service.config.session_minutes,
    )
    .await;
    session.map_err(|reason| match reason {
        NotOpened::Taken => Refusal::taken(
            "This requestId was used for something else, with another key, or was signed already.",
        ),
        NotOpened::Database(error) => service.database_refusal(&error),
    })
}

/// The key that the link carries is one that everybody may see, and of the same portal.
async fn check_link_key(
    service: &Service,
    key: &Key,
    link_key: &str,
    request: &Request,
) -> Result<(), Refusal> {
    const SERVER: &str = "This API key is for servers alone: name another one of yours as \
                          linkApiKey, for the link.";
    const OTHER: &str = "linkApiKey is no valid key of yours for this origin.";
    let link_key =
        ApiKey::parse(Zeroizing::new(link_key.to_owned())).map_err(|_| Refusal::key_use(OTHER))?;
    let origin = request.callback.origin().as_str();
    let (link, known) = good(service, &key::hash(link_key.expose()), origin)
        .await
        .map_err(|refusal| match refusal.code() {
            super::refusal::KEY_INVALID => Refusal::key_use(OTHER),
            _ => refusal,
        })?;
    if link.purpose == Purpose::Server {
        return Err(Refusal::key_use(SERVER));
    }
    let own = known && link.tenant == key.tenant && link.live == key.live;
    own.then_some(()).ok_or_else(|| Refusal::key_use(OTHER))
}

/// `2026-06-22T11:00:00Z`, rounded down: the session lives no shorter than it says.
fn time(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
