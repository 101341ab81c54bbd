//! The desktop software in the terminal, with links that this service opened: what it signs, and
//! that each refusal is said in words of its own and reaches no portal.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::support::{Client, HASH, Key, Place, Service, Tenant, until};

/// Built by scripts/portal-test where it is not there.
fn program() -> PathBuf {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/securesign");
    let named = std::env::var_os("SECURESIGN_DESKTOP").map(PathBuf::from);
    let program = named.unwrap_or_else(|| own.into());
    assert!(
        program.exists(),
        "{} is to be built first",
        program.display()
    );
    program
}

/// A person's computer, whose settings name this service and no portal.
struct Desktop(TempDir);

struct Done {
    code: Option<i32>,
    /// The address that the browser would open.
    callback: String,
    said: String,
}

impl Desktop {
    fn new(service: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("XDG_CONFIG_HOME/securesign");
        std::fs::create_dir_all(&folder).unwrap();
        let settings = format!("service = \"{service}\"\n");
        std::fs::write(folder.join("settings.toml"), settings).unwrap();
        Self(home)
    }

    fn sign(&self, link: &str) -> Done {
        self.sign_with(link, "123456")
    }

    /// With the token made of software.
    fn sign_with(&self, link: &str, pin: &str) -> Done {
        let home = self.0.path();
        std::fs::write(home.join("pin"), format!("{pin}\n")).unwrap();
        let mut command = Command::new(program());
        command
            .args(["--reader", "demo", "sign", link, "--print", "--pin-file"])
            .arg(home.join("pin"))
            .env("HOME", home)
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null());
        for folder in ["CONFIG", "DATA", "CACHE", "STATE"] {
            let name = format!("XDG_{folder}_HOME");
            command.env(&name, home.join(&name));
        }
        let output = command.output().unwrap();
        Done {
            code: output.status.code(),
            callback: String::from_utf8(output.stdout).unwrap(),
            said: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Done {
    /// What the portal gets.
    fn result(&self) -> Value {
        let url = Url::parse(self.callback.trim()).unwrap();
        assert!(self.callback.starts_with("http://localhost:3000/signed?"));
        let mut pairs = url.query_pairs();
        let packed = pairs.find(|(name, _)| name == "ss_result").unwrap().1;
        serde_json::from_slice(&STANDARD.decode(packed.as_bytes()).unwrap()).unwrap()
    }

    fn signed(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.said);
        let result = self.result();
        assert_eq!(result["success"], true);
        result
    }

    fn refused(&self, code: &str, words: &str) {
        assert_eq!(self.code, Some(2), "{}", self.said);
        assert_eq!(self.callback, "", "nothing goes to a portal");
        let said = self.said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&format!("Code {code} ")), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

struct Portal {
    place: Place,
    tenant: Tenant,
    service: Service,
}

impl Portal {
    /// Which lets nothing be signed without a session.
    fn new() -> Self {
        let place = Place::sqlite();
        let tenant = place.tenant(&[]);
        place.command(&["tenant", "require-session", &tenant.id, "true"]);
        let service = place.serve();
        Self {
            place,
            tenant,
            service,
        }
    }

    fn client(&self) -> Client {
        self.service.client()
    }

    fn link(&self, request: &str) -> String {
        link(&self.client(), &self.tenant.key, request)
    }

    fn desktop(&self) -> Desktop {
        Desktop::new(&format!("http://{}/v1", self.service.address))
    }
}

fn link(client: &Client, key: &Key, request: &str) -> String {
    let opened = client.open(key, request);
    opened.ok()["deepLink"].as_str().unwrap().to_owned()
}

#[test]
fn a_link_of_the_service_is_signed_once_and_the_service_verifies_it() {
    let portal = Portal::new();
    let link = portal.link("r1");
    let desktop = portal.desktop();
    // Who gives up may come again: the session is still this desktop's.
    let wrong = desktop.sign_with(&link, "654321");
    assert_eq!(wrong.code, Some(1), "{}", wrong.said);
    assert_eq!(wrong.result()["error"], "SS_PIN_INVALID");
    let elsewhere = portal.desktop();
    elsewhere
        .sign(&link)
        .refused("SS_SESSION_EXPIRED", "was opened before");
    let result = desktop.sign(&link).signed();
    let verify = json!({
        "result": result, "requestId": "r1", "hashBase64": HASH, "checkRevocation": false,
        "authoritiesPem": result["certificate"]["certificatePem"],
    });
    let client = portal.client();
    let word = client.call("/v1/verify", &portal.tenant.key, &verify);
    assert_eq!(word.ok()["integrityValid"], true, "{word:?}");
    let mut other = verify;
    other["requestId"] = "r2".into();
    let word = client.call("/v1/verify", &portal.tenant.key, &other);
    assert_eq!(
        word.ok()["problems"][0],
        "the result answers another request"
    );
    elsewhere
        .sign(&link)
        .refused("SS_SESSION_EXPIRED", "was opened before");
    // Here it is known that it was signed, and the portal is told.
    assert_eq!(desktop.sign(&link).code, Some(1));
}

#[test]
fn an_altered_link_is_refused_and_leaves_the_session_as_it_is() {
    let portal = Portal::new();
    let link = portal.link("r1");
    let desktop = portal.desktop();
    let replaced = |old: &str, new: &str| {
        let altered = link.replace(old, new);
        assert_ne!(altered, link);
        altered
    };
    for (altered, code, words) in [
        (
            replaced("hashBase64=4", "hashBase64=5"),
            "SS_REQUEST_INVALID",
            "it was altered on its way",
        ),
        (
            replaced("requestId=r1", "requestId=r2"),
            "SS_REQUEST_INVALID",
            "it was altered on its way",
        ),
        (
            replaced("%2Fsigned", "%2Fother"),
            "SS_REQUEST_INVALID",
            "it was altered on its way",
        ),
        (
            replaced("localhost", "127.0.0.1"),
            "SS_DOMAIN_NOT_ALLOWED",
            "does not allow",
        ),
        (
            replaced("sessionId=sess_", "sessionId=sess_x"),
            "SS_SESSION_EXPIRED",
            "no such signing request",
        ),
    ] {
        desktop.sign(&altered).refused(code, words);
    }
    desktop.sign(&link).signed();
}

#[test]
fn a_session_that_is_over_and_a_key_that_was_revoked_are_told_apart() {
    let portal = Portal::new();
    let (first, second) = (portal.link("r1"), portal.link("r2"));
    let desktop = portal.desktop();
    portal.place.later(Duration::from_secs(16 * 60));
    desktop
        .sign(&first)
        .refused("SS_SESSION_EXPIRED", "is over");
    portal
        .place
        .command(&["key", "revoke", &portal.tenant.key.id, "--last"]);
    let client = portal.client();
    until("it is revoked", || {
        let answer = client.validate(&portal.tenant.key, "http://localhost:3000");
        answer.status == 401
    });
    desktop
        .sign(&second)
        .refused("SS_API_KEY_INVALID", "no longer accepts it");
}

#[test]
fn a_service_that_is_busy_slow_or_gone_is_none_that_refuses() {
    let mut portal = Portal::new();
    let key = portal
        .place
        .key(&portal.tenant.id, &["--test", "--rpm", "1"]);
    let client = portal.client();
    let limited = link(&client, &key, "r1");
    let good = portal.link("r2");
    client.validate(&key, "http://localhost:3000");
    let desktop = portal.desktop();
    desktop
        .sign(&limited)
        .refused("SS_RATE_LIMITED", "too often from your network");
    portal.service.kill();
    desktop
        .sign(&good)
        .refused("SS_SERVICE_UNREACHABLE", "there is no connection");
    // Connections are taken by the system, and nobody answers.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let desktop = Desktop::new(&format!("http://{}/v1", deaf.local_addr().unwrap()));
    desktop
        .sign(&good)
        .refused("SS_SERVICE_UNREACHABLE", "it took too long");
}
