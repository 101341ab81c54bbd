//! The settings in the platform's configuration folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use securesign_app::flow::{Denied, Order, Refused};
use securesign_app::language::Language;
use securesign_app::settings::{Change, Settings};
use securesign_app::words::Explain;
use securesign_card::text;
use securesign_handoff::policy::Policy;

use super::folders::folders;
use super::own;
use super::seen::Seen;
use super::used;
use crate::service;

/// The folder with certificates of authorities that this person trusts, whether it exists or
/// not.
pub fn authorities() -> PathBuf {
    path().with_file_name("authorities")
}

/// The settings file, whether it exists or not.
pub fn path() -> PathBuf {
    folders().map_or_else(
        |_| PathBuf::from("settings.toml"),
        |folders| folders.config_dir().join("settings.toml"),
    )
}

/// The settings file, for whoever is about to write into it: made where it is not there yet.
pub fn to_be_edited() -> io::Result<PathBuf> {
    let path = path();
    if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        own::write(&path, EMPTY)?;
    }
    Ok(path)
}

/// What stands in a file that somebody has opened to write the first line.
const EMPTY: &[u8] = b"# What can be set here: securesign-settings(5), or README.md.\n";

/// Reads the settings. No file is the same as an empty one; a file that is not
/// understood is an error, because guessing who may call would be worse.
pub fn load(language: Language) -> Result<(Settings, Policy), String> {
    let path = path();
    let settings = Settings::from_toml(&text(&path, language)?).map_err(|error| {
        let file = text::path(&path).into();
        let reason = error.tell(language).into();
        language.say_with(
            "settings-not-understood",
            [("file", file), ("reason", reason)],
        )
    })?;
    let mut policy = settings.policy(text::path(&path));
    policy.approvals = service::approvals();
    Ok((settings, policy))
}

/// Makes one change in the file, which may have been written by hand meanwhile,
/// and gives what it says then.
pub fn change(change: &Change, language: Language) -> Result<Settings, String> {
    let path = path();
    let old = text(&path, language)?;
    let (new, settings) = change
        .apply(&old)
        .map_err(|error| format!("{}: {}", text::path(&path), error.tell(language)))?;
    if new != old {
        own::write(&own::meant(&path), new.as_bytes())
            .map_err(|error| format!("{}: {}.", text::path(&path), own::tell(&error, language)))?;
    }
    Ok(settings)
}

fn text(path: &Path, language: Language) -> Result<String, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => {
            let file = text::path(path).into();
            let reason = text::reason(&error).into();
            Err(language.say_with("settings-unreadable", [("file", file), ("reason", reason)]))
        }
    }
}

/// A link that comes while the program runs, judged by the settings as they are now.
/// `demo`: as in [`Order::accept`].
pub fn accept(link: &[u8], demo: bool, seen: &Seen, language: Language) -> Result<Order, Refused> {
    let (_, policy) = load(language).map_err(Refused::unjudged)?;
    Order::accept(link, &policy, demo, &|origin| seen.contains(origin))
}

/// A request whose portal was not allowed before, judged by the settings as they are now.
/// Last of all checks: from now on its id is used.
pub fn again(denied: Denied, seen: &Seen, language: Language) -> Result<Order, Refused> {
    let (_, policy) = load(language).map_err(Refused::unjudged)?;
    denied
        .again(&policy, &|origin| seen.contains(origin))?
        .claimed(&|origin, id| used::claim(origin, id, language))
}
