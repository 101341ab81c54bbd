//! The settings file: TOML, with every unknown key refused by name, since a
//! misspelt one would silently allow or forbid.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use toml_edit::{DocumentMut, Item};
use url::Url;

use securesign_card::text;
use securesign_handoff::link::is_never_a_callback;
use securesign_handoff::policy::{List, Policy, Portal, app_origin, web_origin};
use securesign_handoff::service::Base;

use crate::language::Language;
use crate::words::Explain;

mod change;

pub use change::Change;

/// What the administrator or the user allows.
///
/// ```toml
/// [[portal]]
/// origin = "https://portal.example.gov.in"   # or an app: "myapp:"
/// key = "sha256:…"          # SHA-256 of the API key, in hex
/// name = "Example portal"   # optional
/// test = true               # optional: the key is an ss_test_ key
///
/// service = "https://…/v1"  # optional, at the top: asked about portals that are not here
///
/// [callback]
/// schemes = ["myapp"]       # apps that may receive results of every portal here
///
/// [session]
/// idle_minutes = 15         # 0 = never keep the PIN
///
/// [window]
/// language = "system"       # or "en", "hi"
/// theme = "system"          # or "light", "dark"
/// scale = 150               # per cent, 100 to 200; none: the system's
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// In the order of the file.
    pub portals: Vec<Portal>,
    /// The portals stand in one list, `portal = […]`, to which TOML lets no table be
    /// added.
    pub inline: bool,
    /// Lower case, without the colon.
    pub schemes: Vec<String>,
    /// The service that is asked about portals that are not listed; `None`: none is.
    pub service: Option<Base>,
    /// How long a PIN is kept without use; zero: never kept.
    pub idle: Duration,
    /// How the window looks and speaks.
    pub window: Appearance,
}

/// How the window looks and speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// What is spoken.
    pub language: Tongue,
    /// Colours.
    pub theme: Theme,
    /// Size in per cent, [`SCALES`]; `None`: as the system has it.
    pub scale: Option<u16>,
}

/// The least and the greatest size of the window, in per cent.
pub const SCALES: std::ops::RangeInclusive<u16> = 100..=200;

/// A language to be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Tongue {
    /// The system's, where it is one of these; else English.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English.
    #[serde(rename = "en")]
    English,
    /// Hindi.
    #[serde(rename = "hi")]
    Hindi,
}

impl Tongue {
    /// What that is where the system speaks `system`.
    pub fn language(self, system: Language) -> Language {
        match self {
            Self::System => system,
            Self::English => Language::English,
            Self::Hindi => Language::Hindi,
        }
    }
}

/// Colours to be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop has it, where it tells; else light.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Default for Settings {
    /// Nothing listed, and a PIN kept for 15 minutes (SecureSign handoff
    /// protocol, §5).
    fn default() -> Self {
        Self {
            portals: Vec::new(),
            inline: false,
            schemes: Vec::new(),
            service: None,
            idle: minutes(IDLE_MINUTES),
            window: Appearance::default(),
        }
    }
}

impl Settings {
    /// From the text of the file; an empty text gives the default.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let file: File = toml::from_str(text).map_err(|error| SettingsError {
            line: error.span().map(|span| line(text, span.start)),
            fault: Fault::Syntax(bounded(error.message())),
        })?;
        let mut settings = Settings::default();
        let form = text.parse::<DocumentMut>();
        settings.inline = form.is_ok_and(|form| form.get("portal").is_some_and(Item::is_value));
        for entry in file.portal {
            settings.portals.push(portal(text, entry)?);
        }
        for scheme in file.callback.schemes {
            settings.schemes.push(app_scheme(text, &scheme)?);
        }
        if let Some(service) = &file.service {
            settings.service = Some(base(text, service)?);
        }
        if let Some(idle) = file.session.idle_minutes {
            settings.idle = match *idle.get_ref() {
                value @ 0..=MOST_IDLE_MINUTES => minutes(value),
                value => {
                    return Err(SettingsError {
                        line: Some(line(text, idle.span().start)),
                        fault: Fault::Idle(value),
                    });
                }
            };
        }
        settings.window.language = file.window.language.unwrap_or_default();
        settings.window.theme = file.window.theme.unwrap_or_default();
        if let Some(scale) = file.window.scale {
            if !SCALES.contains(scale.get_ref()) {
                return Err(SettingsError {
                    line: Some(line(text, scale.span().start)),
                    fault: Fault::Scale(*scale.get_ref()),
                });
            }
            settings.window.scale = Some(scale.into_inner());
        }
        Ok(settings)
    }

    /// Whom they allow; `file` is where they stand.
    pub fn policy(&self, file: impl Into<String>) -> Policy {
        let list = List {
            file: file.into(),
            inline: self.inline,
        };
        Policy {
            portals: self.portals.clone(),
            schemes: self.schemes.clone(),
            list,
            service: self.service.clone(),
            approvals: Vec::new(),
        }
    }
}

/// What is wrong with the settings file. Nobody is allowed anything until it is
/// put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    line: Option<usize>,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// In the words of the TOML parser.
    Syntax(String),
    Idle(u64),
    Scale(u16),
    Origin(String),
    /// Not repeated: it may be the key itself.
    Key,
    Scheme(String),
    Service(String),
    /// As a whole: what stands there cannot be changed by us.
    Form,
}

impl SettingsError {
    /// Counted from 1.
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

impl Explain for SettingsError {
    fn what(&self, language: Language) -> String {
        let found = |text: &str| [("found", text.to_owned().into())];
        let what = match &self.fault {
            // The parser ends with no full stop.
            Fault::Syntax(what) => {
                language.say_with("settings-syntax", [("what", what.as_str().into())])
            }
            Fault::Idle(value) => language.say_with("settings-idle", [("value", (*value).into())]),
            Fault::Scale(value) => {
                language.say_with("settings-scale", [("value", (*value).into())])
            }
            Fault::Form => language.say("settings-form"),
            Fault::Origin(text) => language.say_with("settings-origin", found(text)),
            Fault::Key => language.say("settings-key"),
            Fault::Scheme(text) => language.say_with("settings-scheme", found(text)),
            Fault::Service(text) => language.say_with("settings-service", found(text)),
        };
        let what = ("what", what.into());
        match self.line {
            Some(line) => language.say_with("settings-line", [("line", line.into()), what]),
            None => language.say_with("settings", [what]),
        }
    }

    fn advice(&self, language: Language) -> String {
        match &self.fault {
            Fault::Syntax(_) => language.say("settings-syntax-advice"),
            Fault::Idle(_) => {
                language.say_with("settings-idle-advice", [("most", MOST_IDLE_MINUTES.into())])
            }
            Fault::Scale(_) => language.say_with(
                "settings-scale-advice",
                [
                    ("least", (*SCALES.start()).into()),
                    ("most", (*SCALES.end()).into()),
                ],
            ),
            Fault::Form => language.say("settings-form-advice"),
            Fault::Origin(_) => language.say("settings-origin-advice"),
            Fault::Key => language.say("settings-key-advice"),
            Fault::Scheme(_) => language.say("settings-scheme-advice"),
            Fault::Service(_) => language.say("settings-service-advice"),
        }
    }
}

/// In English, for logs.
impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tell(Language::English))
    }
}

impl std::error::Error for SettingsError {}

const IDLE_MINUTES: u64 = 15;
const MOST_IDLE_MINUTES: u64 = 24 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    service: Option<Spanned<String>>,
    #[serde(default)]
    portal: Vec<PortalEntry>,
    #[serde(default)]
    callback: CallbackEntry,
    #[serde(default)]
    session: SessionEntry,
    #[serde(default)]
    window: WindowEntry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortalEntry {
    origin: Spanned<String>,
    key: Spanned<String>,
    name: Option<String>,
    #[serde(default)]
    test: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbackEntry {
    #[serde(default)]
    schemes: Vec<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionEntry {
    idle_minutes: Option<Spanned<u64>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowEntry {
    language: Option<Tongue>,
    theme: Option<Theme>,
    scale: Option<Spanned<u16>>,
}

fn portal(text: &str, entry: PortalEntry) -> Result<Portal, SettingsError> {
    let origin = entry.origin.get_ref();
    let origin = web_origin(origin, entry.test).or_else(|| app_origin(origin));
    let origin = origin.ok_or_else(|| SettingsError {
        line: Some(line(text, entry.origin.span().start)),
        fault: Fault::Origin(bounded(entry.origin.get_ref())),
    })?;
    let fingerprint = fingerprint(entry.key.get_ref()).ok_or_else(|| SettingsError {
        line: Some(line(text, entry.key.span().start)),
        fault: Fault::Key,
    })?;
    Ok(Portal {
        origin,
        fingerprint,
        name: entry.name.as_deref().map(bounded),
        test: entry.test,
    })
}

fn base(text: &str, entry: &Spanned<String>) -> Result<Base, SettingsError> {
    Base::parse(entry.get_ref()).ok_or_else(|| SettingsError {
        line: Some(line(text, entry.span().start)),
        fault: Fault::Service(bounded(entry.get_ref())),
    })
}

fn fingerprint(text: &str) -> Option<String> {
    let hex = text.strip_prefix("sha256:")?;
    let fits = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| hex.to_ascii_lowercase())
}

fn app_scheme(text: &str, entry: &Spanned<String>) -> Result<String, SettingsError> {
    let scheme = entry.get_ref().to_ascii_lowercase();
    // The parser that reads callbacks says what a scheme is.
    let parses = Url::parse(&format!("{scheme}:x")).is_ok_and(|url| url.scheme() == scheme);
    if parses && !is_never_a_callback(&scheme) {
        return Ok(scheme);
    }
    Err(SettingsError {
        line: Some(line(text, entry.span().start)),
        fault: Fault::Scheme(bounded(&scheme)),
    })
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count()
}

/// One line of at most 200 characters.
fn bounded(line: &str) -> String {
    let line: Vec<&str> = line.lines().map(str::trim).collect();
    text::clean(&line.join(" "), 199)
}
