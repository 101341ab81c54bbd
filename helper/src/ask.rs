//! One call to the authentication service.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::ApiKey;
use securesign_handoff::service::{Answer, Base, Question, SessionFault, Trouble};
use serde_json::{Value, json};
use ureq::http::{Response, StatusCode};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Error};
use zeroize::Zeroizing;

/// How long a connection may take, and all of it.
const CONNECT: Duration = Duration::from_secs(5);
const ALL: Duration = Duration::from_secs(10);

/// Largest answer in bytes: the published one has a hundred.
const BODY: u64 = 64 * 1024;
/// Largest head of an answer in bytes.
const HEAD: usize = 16 * 1024;

/// `POST auth/validate`.
pub fn ask(question: &Question) -> Answer {
    let key = ApiKey::parse(Zeroizing::new(question.key.clone()));
    let (Some(base), Ok(key)) = (Base::parse(&question.service), key) else {
        return unreachable(Trouble::Answer);
    };
    if base.is_plain() && !key.is_test() {
        return unreachable(Trouble::Certificate);
    }
    let bearer = Zeroizing::new(format!("Bearer {}", key.expose()));
    let mut body = json!({ "origin": question.origin, "platform": "desktop_software" });
    if let (Some(shown), Value::Object(body)) = (&question.session, &mut body)
        && let Ok(Value::Object(shown)) = serde_json::to_value(shown)
    {
        body.extend(shown);
    }
    let answer = agent(base.is_plain(), base.is_plain())
        .post(base.call("auth/validate"))
        .header("Authorization", &*bearer)
        .header("Content-Type", "application/json")
        .send(body.to_string());
    match answer {
        Ok(mut answer) => judge(&mut answer, question.session.is_some()),
        Err(error) => unreachable(trouble(&error)),
    }
}

/// Follows nothing and waits for nobody long. `is_plain`: http; `is_near`: on this computer.
pub fn agent(is_plain: bool, is_near: bool) -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .https_only(!is_plain)
        // A redirect is handed out as the answer that it is.
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(ALL))
        .max_response_header_size(HEAD)
        .user_agent(concat!("securesign/", env!("CARGO_PKG_VERSION")));
    // Offices need the proxy of the environment; this computer needs none.
    let config = match is_near {
        true => config.proxy(None),
        false => config,
    };
    config.build().into()
}

/// The status alone allows and refuses nothing: a proxy, too, says 403. `session`: one was shown.
fn judge(answer: &mut Response<Body>, session: bool) -> Answer {
    let status = answer.status();
    if status.is_redirection() {
        return unreachable(Trouble::Redirect);
    }
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        let after = answer.headers().get("Retry-After");
        let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
        return match status {
            StatusCode::TOO_MANY_REQUESTS => Answer::Limited { after },
            _ => Answer::Busy { after },
        };
    }
    let text = match answer.body_mut().with_config().limit(BODY).read_to_vec() {
        Ok(text) => text,
        Err(error) => return unreachable(trouble(&error)),
    };
    let Ok(said) = serde_json::from_slice::<Value>(&text) else {
        return unreachable(Trouble::Answer);
    };
    let is = |name: &str, value: bool| said[name].as_bool() == Some(value);
    match status {
        StatusCode::OK if is("success", true) && is("allowed", true) => Answer::Allowed {
            tenant: said["tenantId"].as_str().unwrap_or_default().to_owned(),
            rate: said["rateLimit"]["rpm"]
                .as_u64()
                .and_then(|rate| rate.try_into().ok())
                .unwrap_or_default(),
        },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if is("success", false) => {
            refused(said["error"].as_str().unwrap_or_default(), session)
        }
        StatusCode::GONE if session && is("success", false) => over(&said),
        _ => unreachable(Trouble::Answer),
    }
}

fn refused(code: &str, session: bool) -> Answer {
    match ErrorCode::named(code) {
        Some(ErrorCode::RequestInvalid) => Answer::Session {
            fault: match session {
                true => SessionFault::Altered,
                false => SessionFault::Absent,
            },
        },
        Some(ErrorCode::ApiKeyInvalid | ErrorCode::DomainNotAllowed) => Answer::Refused {
            code: code.to_owned(),
        },
        _ => unreachable(Trouble::Answer),
    }
}

/// A session that is over; `reason` is ours, and another service may give none.
fn over(said: &Value) -> Answer {
    if said["error"].as_str().and_then(ErrorCode::named) != Some(ErrorCode::SessionExpired) {
        return unreachable(Trouble::Answer);
    }
    Answer::Session {
        fault: match said["reason"].as_str() {
            Some("expired") => SessionFault::Expired,
            Some("used") => SessionFault::Used,
            _ => SessionFault::Over,
        },
    }
}

fn unreachable(trouble: Trouble) -> Answer {
    Answer::Unreachable { trouble }
}

/// Why there is no answer.
pub fn trouble(error: &Error) -> Trouble {
    match error {
        Error::Timeout(_) => Trouble::Time,
        Error::HostNotFound | Error::ConnectionFailed | Error::InvalidProxyUrl => {
            Trouble::Connection
        }
        Error::Tls(_) | Error::Rustls(_) => Trouble::Certificate,
        Error::Io(error) if is_tls(error) => Trouble::Certificate,
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => Trouble::Time,
        Error::Io(_) => Trouble::Connection,
        Error::RedirectFailed | Error::TooManyRedirects => Trouble::Redirect,
        _ => Trouble::Answer,
    }
}

/// rustls hands its errors out inside those of the connection.
fn is_tls(error: &io::Error) -> bool {
    let inner = error.get_ref();
    inner.is_some_and(|it| {
        it.is::<rustls::Error>() || it.source().is_some_and(|it| it.is::<rustls::Error>())
    })
}
