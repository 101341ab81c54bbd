//! Who calls: the API key of a request, and the network it comes from.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use zeroize::Zeroizing;

use super::{Refusal, Service, Shared};
use crate::key::{self, KeyHash};
use crate::limit::Call;
use crate::network::ClientNetwork;
use crate::store::keys::{Key, Standing};

/// The other form of the key's header.
const HEADER: &str = "x-securesign-api-key";

/// A well-formed key, of which nobody knows yet whether it is good.
pub struct Caller {
    key: Zeroizing<String>,
    hash: KeyHash,
    live: bool,
    network: ClientNetwork,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Refusal> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.ok_or_else(Refusal::internal)?.0.ip();
        let network = ClientNetwork::of(peer, &parts.headers, &service.config.trusted_proxies);
        let key = presented(&parts.headers)?;
        // A slip is known without a query.
        let live = key::kind(&key).ok_or_else(unknown)?;
        Ok(Self {
            hash: key::hash(&key),
            key,
            live,
            network,
        })
    }
}

impl Caller {
    /// The key itself, for the link that is made of it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// `ss_live_…`.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Whether it is good, and whether this origin is one of its own; counts the call.
    pub async fn standing(
        &self,
        service: &Service,
        call: Call,
        origin: &str,
    ) -> Result<(Arc<Key>, bool), Refusal> {
        let (key, known) = good(service, &self.hash, origin).await?;
        let counted = service
            .limits
            .count(&self.hash, call, self.network, key.rpm);
        counted.map_err(Refusal::rate)?;
        Ok((key, known))
    }
}

/// What is known of a key, where it is good.
pub async fn good(
    service: &Service,
    hash: &KeyHash,
    origin: &str,
) -> Result<(Arc<Key>, bool), Refusal> {
    let standing = service.standings.of(hash, origin).await;
    match standing.map_err(|error| service.database_refusal(&error))? {
        Standing::Good { key, origin } => Ok((key, origin)),
        Standing::Expired => Err(Refusal::key("The API key has expired.")),
        Standing::Revoked => Err(Refusal::key("The API key was revoked.")),
        Standing::Unknown => Err(unknown()),
    }
}

fn unknown() -> Refusal {
    Refusal::key("The API key is invalid.")
}

/// The key of either header. Two that differ are none: a proxy could read one, and this the
/// other.
fn presented(headers: &HeaderMap) -> Result<Zeroizing<String>, Refusal> {
    let mut keys = Vec::new();
    for value in headers.get_all(header::AUTHORIZATION) {
        let text = value.to_str().map_err(|_| unknown())?;
        let bearer = text
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| key.trim());
        keys.push(bearer.ok_or_else(unknown)?);
    }
    for value in headers.get_all(HEADER) {
        keys.push(value.to_str().map_err(|_| unknown())?.trim());
    }
    match keys.split_first() {
        None => Err(Refusal::key(
            "Send the API key as Authorization: Bearer, or as X-SecureSign-Api-Key.",
        )),
        Some((first, others)) if others.iter().all(|other| other == first) => {
            Ok(Zeroizing::new((*first).to_owned()))
        }
        Some(_) => Err(Refusal::key("The request names two different API keys.")),
    }
}
