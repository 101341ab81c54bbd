//! The settings: one TOML file, and the environment over it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};
use url::Url;

/// `SECURESIGN_PORTAL_LISTEN` is `listen` of the file, and so on for every setting.
const PREFIX: &str = "SECURESIGN_PORTAL_";

/// Names with that prefix that are no settings.
pub const CONFIG_FILE: &str = "SECURESIGN_PORTAL_CONFIG";

/// What may be set. Nothing here is guessed from what a client sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where clients reach the service, its path included. The one setting without a default.
    pub public_url: Option<Url>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// A file for SQLite, or `postgres://…`.
    pub database: String,
    /// Whose `X-Forwarded-For` is believed: addresses and networks.
    pub trusted_proxies: Vec<Network>,
    /// Certificate chain (PEM), where the service itself speaks TLS.
    pub tls_certificate: Option<PathBuf>,
    /// Its key (PEM).
    pub tls_key: Option<PathBuf>,
    /// Where Prometheus reads `/metrics`; nowhere by default.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether operators have pages, at `/console`.
    pub console: bool,
    /// Certificates (PEM) of the authorities that `/v1/verify` trusts.
    pub authorities: Option<PathBuf>,
    /// Apps that take universal links on Apple's systems: `TEAMID.bundle.id`.
    pub apple_app_ids: Vec<String>,
    /// How long a signing session lives.
    pub session_minutes: u32,
    /// How long a request may take, its body included.
    pub request_seconds: u32,
    /// How long open requests may go on after SIGTERM.
    pub drain_seconds: u32,
    /// Requests at the same time; more are told to come again.
    pub concurrent_requests: usize,
    /// Connections at the same time; more are closed at once.
    pub open_connections: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787),
            database: default_database(),
            trusted_proxies: Vec::new(),
            tls_certificate: None,
            tls_key: None,
            metrics_listen: None,
            console: true,
            authorities: None,
            apple_app_ids: Vec::new(),
            session_minutes: 15,
            request_seconds: 10,
            drain_seconds: 10,
            concurrent_requests: 1024,
            open_connections: 4096,
        }
    }
}

/// In the folder that systemd gives to a service (`StateDirectory=`), else in this one.
fn default_database() -> String {
    let folder = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
    let file = folder.unwrap_or_default().join("securesign-portal.db");
    file.to_string_lossy().into_owned()
}

/// `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether this address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| text.parse::<IpNet>());
        network
            .map(Self)
            .map_err(|_| format!("{text} is no address and no network"))
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// It, or the environment, says what cannot be.
    #[error("{0}")]
    Value(String),
}

impl Config {
    /// From the file, if there is one, and the environment.
    pub fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError::File(path.into(), error))?
                .parse::<Table>()
                .map_err(|error| ConfigError::Value(format!("{}: {error}", path.display())))?,
            None => Table::new(),
        };
        for (name, text) in environment {
            if name == CONFIG_FILE {
                continue;
            }
            if let Some(setting) = name.strip_prefix(PREFIX) {
                table.insert(setting.to_lowercase(), value(&text));
            }
        }
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::Value(error.message().to_owned()))?;
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let wrong = |text: &str| Err(ConfigError::Value(text.to_owned()));
        if let Some(url) = &self.public_url {
            if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                return wrong("public_url must begin with https:// or http://");
            }
            if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
                return wrong("public_url is a scheme, a host and perhaps a path, nothing more");
            }
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return wrong("tls_certificate and tls_key go together");
        }
        if !(1..=24 * 60).contains(&self.session_minutes) {
            return wrong("session_minutes must be 1 to 1440");
        }
        let bounds = [self.concurrent_requests, self.open_connections];
        if self.request_seconds == 0 || bounds.contains(&0) {
            return wrong(
                "request_seconds, concurrent_requests and open_connections must not be 0",
            );
        }
        Ok(self)
    }

    /// The path of the public URL, without a slash at its end: a proxy hands it on as it is.
    pub fn path(&self) -> String {
        let path = self.public_url.as_ref().map_or("", |url| url.path());
        path.trim_end_matches('/').to_owned()
    }

    /// The public URL without a slash at its end.
    pub fn public(&self) -> Result<String, ConfigError> {
        let url = self.public_url.as_ref().ok_or_else(|| {
            ConfigError::Value(
                "public_url is not set: say where clients reach this service, in the file or as \
                 SECURESIGN_PORTAL_PUBLIC_URL"
                    .into(),
            )
        })?;
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }
}

/// As TOML where it is TOML (`8`, `["10.0.0.1"]`), else as the text that it is.
fn value(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>();
    let value = parsed.ok().and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Config::read(None, pairs)
    }

    #[test]
    fn the_environment_sets_texts_numbers_and_lists() {
        let config = read(&[
            ("SECURESIGN_PORTAL_PUBLIC_URL", "https://sign.example/base/"),
            ("SECURESIGN_PORTAL_SESSION_MINUTES", "5"),
            (
                "SECURESIGN_PORTAL_TRUSTED_PROXIES",
                "[\"10.0.0.0/8\", \"::1\"]",
            ),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(config.public().unwrap(), "https://sign.example/base");
        assert_eq!(config.session_minutes, 5);
        assert!(config.trusted_proxies[0].contains("10.1.2.3".parse().unwrap()));
        assert!(!config.trusted_proxies[0].contains("11.1.2.3".parse().unwrap()));
        assert!(config.trusted_proxies[1].contains("::1".parse().unwrap()));
    }

    #[test]
    fn what_nobody_reads_and_what_cannot_be_is_refused() {
        for (name, value) in [
            ("SECURESIGN_PORTAL_PUBLIC_URI", "https://sign.example"),
            ("SECURESIGN_PORTAL_PUBLIC_URL", "ftp://sign.example"),
            ("SECURESIGN_PORTAL_PUBLIC_URL", "https://sign.example?x"),
            ("SECURESIGN_PORTAL_TLS_KEY", "/key.pem"),
            ("SECURESIGN_PORTAL_SESSION_MINUTES", "0"),
            ("SECURESIGN_PORTAL_TRUSTED_PROXIES", "[\"10.0.0.0/99\"]"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
        assert!(read(&[]).unwrap().public().is_err());
    }
}
