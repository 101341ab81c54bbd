//! Files of this program: the settings in the platform's configuration folder,
//! and the origins seen before.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use securesign_app::flow::{Order, Refused};
use securesign_app::language::Language;
use securesign_app::settings::{Change, Settings};
use securesign_app::words::Explain;
use securesign_card::text;
use securesign_handoff::policy::Policy;

use crate::own::{self, Absent};

/// Where things are; `None` on a system without a home folder.
pub fn folders() -> Option<directories::ProjectDirs> {
    directories::ProjectDirs::from("", "", "securesign")
}

/// The settings file, whether it exists or not.
pub fn path() -> PathBuf {
    folders().map_or_else(
        || PathBuf::from("settings.toml"),
        |folders| folders.config_dir().join("settings.toml"),
    )
}

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
    let policy = settings.policy(text::path(&path));
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

/// Origins that a signature was made for on this computer, one a line.
pub struct Seen {
    origins: Vec<String>,
}

/// More lines than anybody's portals; the oldest go first.
const SEEN_MAX: usize = 1000;
const SEEN: &str = "seen-origins";

impl Seen {
    /// Reads the list; without one every origin is new.
    pub fn load() -> Self {
        let mut text = String::new();
        let read = own::data(Absent::Leave)
            .and_then(|folder| folder.read(SEEN))
            .and_then(|mut file| file.read_to_string(&mut text));
        if let Err(error) = read {
            tracing::debug!("{SEEN} is not read: {error}");
        }
        Self {
            origins: text.lines().map(str::to_owned).collect(),
        }
    }

    /// Whether an origin is on it.
    pub fn contains(&self, origin: &str) -> bool {
        self.origins.iter().any(|seen| seen == origin)
    }

    /// Adds an origin. A list that cannot be written only means that the origin
    /// is called new again.
    pub fn remember(&mut self, origin: &str) {
        if self.contains(origin) {
            return;
        }
        self.origins.push(origin.to_owned());
        let surplus = self.origins.len().saturating_sub(SEEN_MAX);
        self.origins.drain(..surplus);
        let text = self.origins.join("\n") + "\n";
        let written =
            own::data(Absent::Make).and_then(|folder| folder.replace(SEEN, text.as_bytes()));
        if let Err(error) = written {
            tracing::debug!("{SEEN} cannot be written: {error}");
        }
    }
}

/// Writes a file that other programs read, so that it is never half there: a new one
/// beside it takes its place, with the rights of the old one. What is ours alone is
/// written by [`own`].
#[cfg(all(unix, not(target_os = "macos")))]
pub fn write_whole(file: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = file.with_file_name(name);
    // Never through a link that somebody has put there.
    let _ = fs::remove_file(&new);
    let written = fs::File::create_new(&new).and_then(|mut handle| {
        handle.write_all(content)?;
        if let Ok(old) = fs::metadata(file) {
            handle.set_permissions(old.permissions())?;
        }
        handle.sync_all()
    });
    written
        .and_then(|()| fs::rename(&new, file))
        .inspect_err(|_| {
            let _ = fs::remove_file(&new);
        })
}
