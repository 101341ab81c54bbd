//! Requests: as programs make them, and byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::{HASH, Key};

/// Calls a service.
pub struct Client {
    agent: ureq::Agent,
    base: String,
}

/// What it answers.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// As it came.
    pub text: String,
    /// `Null` where it is no JSON.
    pub json: Value,
    pub retry_after: Option<String>,
    /// Content-Type.
    pub kind: Option<String>,
}

impl Reply {
    /// Its `error`.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }

    /// The documented form of a refusal, and nothing else.
    pub fn refused(&self, status: u16, error: &str) {
        assert_eq!((self.status, self.error()), (status, error), "{self:?}");
        let fields = self.json.as_object().unwrap();
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        let reason = error == "SS_SESSION_EXPIRED";
        let reason = reason.then_some("reason");
        assert!(
            names
                .iter()
                .eq(["success", "error", "message"].iter().chain(&reason))
        );
        assert_eq!(self.json["success"], false);
        assert!(!self.json["message"].as_str().unwrap().is_empty());
    }

    pub fn ok(&self) -> &Value {
        assert_eq!(self.status, 200, "{self:?}");
        &self.json
    }
}

impl Client {
    pub fn new(base: String) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // Whoever is refused before the body was read is left without a connection.
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            agent: agent.into(),
            base,
        }
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body).unwrap())
    }

    pub fn get(&self, path: &str) -> Reply {
        read(
            self.agent
                .get(format!("{}{path}", self.base))
                .call()
                .unwrap(),
        )
    }

    pub fn get_with(&self, path: &str, key: &Key) -> Reply {
        let get = self.agent.get(format!("{}{path}", self.base));
        read(
            get.header("x-securesign-api-key", &*key.key)
                .call()
                .unwrap(),
        )
    }

    /// As most portals call: a bearer and JSON.
    pub fn call(&self, path: &str, key: &Key, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", key.key);
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
        ];
        self.post(path, &headers, &body.to_string())
    }

    pub fn validate(&self, key: &Key, origin: &str) -> Reply {
        let body = json!({"origin": origin, "platform": "web"});
        self.call("/v1/auth/validate", key, &body)
    }

    /// Whether the service acknowledged it; it may be gone meanwhile.
    pub fn try_open(&self, key: &Key, request: &str) -> bool {
        let url = format!("{}/v1/auth/session", self.base);
        let post = self
            .agent
            .post(url)
            .header("authorization", format!("Bearer {}", key.key));
        let sent = post
            .header("content-type", "application/json")
            .send(opening(request).to_string());
        sent.is_ok_and(|mut reply| {
            reply.status() == 200 && reply.body_mut().read_to_string().is_ok()
        })
    }

    /// Opens a session for `http://localhost:3000/signed`.
    pub fn open(&self, key: &Key, request: &str) -> Reply {
        self.call("/v1/auth/session", key, &opening(request))
    }
}

fn opening(request: &str) -> Value {
    json!({
        "requestId": request, "documentType": "hash", "hashBase64": HASH,
        "callbackUrl": "http://localhost:3000/signed",
    })
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Reply {
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let (retry_after, kind) = (header("retry-after"), header("content-type"));
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().unwrap();
    Reply {
        status,
        json: serde_json::from_str(&text).unwrap_or_default(),
        text,
        retry_after,
        kind,
    }
}

/// Sends these bytes, and reads until the service closes or 12 s have passed.
pub fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(12)))
        .unwrap();
    // It may have been refused already.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
