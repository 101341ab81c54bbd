//! A sample portal, with a service of its own: a page with a document to sign, its digest, the
//! link, and what becomes of it. It shows what a portal has to do, and is no portal: what it knows
//! is gone when it ends.

mod callback;
mod page;
mod request;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use url::Url;

use crate::api::Shared;
use crate::config::Config;
use crate::database::Database;
use crate::server::{self, Failure};
use crate::store::audit::{By, OPERATOR};
use crate::store::keys::{self, Key, New, Purpose};
use crate::store::{origins, tenants};

/// The largest document that is taken.
const DOCUMENT: usize = 8 * 1024 * 1024;

/// How many requests are remembered; older ones make room.
const REMEMBERED: usize = 200;

/// The sample portal, and what it waits for.
pub struct Demo {
    service: Shared,
    public: String,
    api_key: String,
    key: Arc<Key>,
    asked: Mutex<HashMap<String, Asked>>,
    posted: Mutex<HashMap<String, String>>,
}

/// A signature that a visitor was asked for.
#[derive(Clone)]
pub struct Asked {
    /// Whose browser it was.
    visitor: String,
    /// What is signed.
    document: Arc<[u8]>,
    /// The link.
    link: String,
    /// In milliseconds since 1970.
    expires_at: i64,
    /// Counts up, so that the oldest can be found.
    number: usize,
    /// What came back, once it was taken.
    result: Option<Value>,
}

/// Starts it, on this computer alone.
pub async fn run(port: u16) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let listen = SocketAddr::from(([127, 0, 0, 1], port));
    let public = format!("http://localhost:{port}");
    let config = Config {
        public_url: Some(Url::parse(&public)?),
        listen,
        database: folder.path().join("demo.db").to_string_lossy().into_owned(),
        console: false,
        drain_seconds: 1,
        ..Config::default()
    };
    let (api_key, key) = prepare(&config, &public).await?;
    println!("The sample portal: {public}");
    server::serve(config, |service| {
        let demo = Demo {
            service: service.clone(),
            public,
            api_key,
            key,
            asked: Mutex::default(),
            posted: Mutex::default(),
        };
        routes(Arc::new(demo))
    })
    .await
}

/// A tenant, a test key, and this computer as its origin.
async fn prepare(config: &Config, origin: &str) -> Result<(String, Arc<Key>), Failure> {
    const BY: By<'_> = By {
        instance: "demo",
        actor: OPERATOR,
    };
    const RPM: u32 = 1000;
    let database = Database::open(&config.database).await?;
    let tenant = tenants::add(&database, BY, "Sample portal", false).await?;
    origins::add(&database, BY, &tenant, origin, false).await?;
    let new = New {
        tenant: &tenant,
        live: false,
        purpose: Purpose::Any,
        label: "",
        rpm: RPM,
        days: None,
    };
    let made = keys::add(&database, BY, &new).await?;
    database.close().await;
    let key = Key {
        id: made.id,
        tenant,
        live: false,
        purpose: Purpose::Any,
        rpm: RPM,
        require_session: false,
    };
    Ok((made.key.to_string(), Arc::new(key)))
}

fn routes(demo: Arc<Demo>) -> Router<Shared> {
    let file = |kind: &'static str, text: &'static str| {
        get(async move || ([(header::CONTENT_TYPE, kind)], text))
    };
    let large = DefaultBodyLimit::max(DOCUMENT);
    Router::new()
        .route("/", get(request::start))
        .route("/documents", post(request::document).layer(large))
        .route("/texts", post(request::text).layer(large))
        .route("/requests/{id}", get(request::show))
        .route("/requests/{id}/state", get(request::state))
        .route("/requests/{id}/document", get(request::download))
        .route("/signed", get(callback::get).post(callback::post))
        .with_state(demo)
        .route(
            "/demo.css",
            file("text/css", include_str!("../static/demo.css")),
        )
        .route(
            "/demo.js",
            file("text/javascript", include_str!("../static/demo.js")),
        )
        .route(
            "/securesign.js",
            file("text/javascript", include_str!("../static/securesign.js")),
        )
}

impl Demo {
    fn asked(&self) -> MutexGuard<'_, HashMap<String, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The visitor's request of this id.
    fn of_visitor(&self, visitor: Option<&str>, id: &str) -> Option<Asked> {
        let asked = self.asked().get(id).cloned()?;
        (Some(asked.visitor.as_str()) == visitor).then_some(asked)
    }

    fn remember(&self, id: String, mut asked: Asked) {
        let mut all = self.asked();
        asked.number = all
            .values()
            .map(|other| other.number + 1)
            .max()
            .unwrap_or(0);
        if all.len() >= REMEMBERED {
            let oldest = all.iter().min_by_key(|(_, other)| other.number);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                all.remove(&id);
            }
        }
        all.insert(id, asked);
    }
}

/// What every page is sent with: nothing from elsewhere, in no frame, and no address in `Referer`.
fn headers() -> [(HeaderName, HeaderValue); 2] {
    const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                           connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                           base-uri 'none'";
    [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ]
}

/// A page, as it is sent.
fn sent(page: maud::Markup) -> impl IntoResponse {
    (headers(), axum::response::Html(page.into_string()))
}
