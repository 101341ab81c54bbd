//! Browsers that have a desktop entry (freedesktop.org, Desktop Entry
//! Specification 1.5).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::exec::Exec;
use crate::scheme::xdg::{WEB, data_folders, default_for, entry};

/// A browser, and how it is started.
#[derive(Debug)]
pub struct Installed {
    /// Of its desktop entry: `firefox.desktop`.
    pub id: String,
    /// What it runs, without symbolic links; `None` where others run it as well.
    pub program: Option<PathBuf>,
    exec: Exec,
    /// Its instance, where it is a Snap.
    snap: Option<String>,
}

/// What starts programs of all kinds, and so tells nothing of a process.
const GO_BETWEENS: [&str; 16] = [
    "dbus-run-session",
    "env",
    "firejail",
    "flatpak",
    "gio",
    "gtk-launch",
    "ionice",
    "nice",
    "nohup",
    "pkexec",
    "setsid",
    "snap",
    "sudo",
    "timeout",
    "wine",
    "xdg-open",
];

impl Installed {
    /// All there are; the user's own entries hide those of the system.
    pub fn all() -> Vec<Self> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        for folder in data_folders() {
            for (id, file) in entries(&folder.join("applications"), "") {
                if seen.insert(id.clone())
                    && let Ok(text) = fs::read_to_string(&file)
                {
                    all.extend(Self::read(id, &text));
                }
            }
        }
        all
    }

    /// The one with this id, if it is a browser at all.
    pub fn named(id: &str) -> Option<Self> {
        Self::all().into_iter().find(|browser| browser.id == id)
    }

    /// The user's default browser.
    pub fn preferred() -> Option<Self> {
        Self::named(&default_for(WEB)?)
    }

    /// From an entry: a browser that takes addresses and needs no terminal.
    fn read(id: String, text: &str) -> Option<Self> {
        let value = |key| entry::value(text, key);
        let lists =
            |key, wanted| value(key).is_some_and(|list| list.split(';').any(|x| x == wanted));
        let browses = lists("MimeType", WEB) || lists("Categories", "WebBrowser");
        let is = |key| value(key) == Some("true");
        if !browses || is("Hidden") || is("Terminal") || value("Type") != Some("Application") {
            return None;
        }
        let exec = Exec::parse(value("Exec")?)?;
        let snap = value("X-SnapInstanceName").map(str::to_owned);
        let program = exec.program()?;
        let shared = snap.is_some() || value("X-Flatpak").is_some() || is_go_between(&program);
        Some(Self {
            id,
            program: (!shared).then_some(program),
            exec,
            snap,
        })
    }

    /// What opens an address.
    pub fn command(&self, address: &str) -> Command {
        self.exec.command(address)
    }

    /// A folder that it can read, where it cannot read everything of the user's:
    /// Snaps see no hidden folders, and none of the session's.
    pub fn readable(&self) -> Option<PathBuf> {
        let snap = self
            .snap
            .as_ref()
            .filter(|name| !name.contains(['/', '.']))?;
        let home = directories::BaseDirs::new()?;
        let folder = home.home_dir().join("snap").join(snap).join("common");
        folder.is_dir().then_some(folder)
    }

    /// Whether a systemd unit is its own (systemd, "Desktop Environment
    /// Integration", and snapd's scopes).
    pub fn is_unit(&self, unit: &str) -> bool {
        if let Some(snap) = &self.snap {
            let rest = unit.strip_prefix("snap.");
            return rest.and_then(|rest| rest.split('.').next()) == Some(snap);
        }
        let Some((name, kind)) = unit.rsplit_once('.') else {
            return false;
        };
        let Some(name) = name.strip_prefix("app-") else {
            return false;
        };
        let mut parts = name.rsplit('-');
        let application = match kind {
            "service" => parts
                .next()
                .map(|id| id.split_once('@').map_or(id, |(id, _)| id)),
            // The last part is a number.
            _ => parts.nth(1),
        };
        // A dash in an id is escaped in a unit's name.
        let application = application.map(|id| format!("{}.desktop", id.replace(r"\x2d", "-")));
        application.as_ref() == Some(&self.id)
    }
}

fn is_go_between(program: &Path) -> bool {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    GO_BETWEENS.contains(&&*name) || name.starts_with("kde-open")
}

/// Ids and files; a folder's name is a part of the id, with a dash behind it.
fn entries(folder: &Path, prefix: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = item.path();
        let name = format!("{prefix}{}", item.file_name().to_string_lossy());
        if name.ends_with(".desktop") {
            found.push((name, path));
        } else if prefix.is_empty() && path.is_dir() {
            found.extend(entries(&path, &format!("{name}-")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::exec::Exec;
    use super::Installed;

    fn browser(id: &str, snap: Option<&str>) -> Installed {
        Installed {
            id: id.into(),
            program: None,
            exec: Exec::default(),
            snap: snap.map(str::to_owned),
        }
    }

    /// Names as systemd ("Desktop Environment Integration"), Flatpak and snapd
    /// give them.
    #[test]
    fn a_browser_knows_its_units() {
        let esr = browser("firefox-esr.desktop", None);
        let flatpak = browser("org.mozilla.firefox.desktop", None);
        let snap = browser("firefox_firefox.desktop", Some("firefox"));
        for (unit, of) in [
            (r"app-gnome-firefox\x2desr-3451.scope", Some(&esr)),
            (r"app-firefox\x2desr@5e3ab1.service", Some(&esr)),
            (r"app-gnome-firefox\x2desr.service", Some(&esr)),
            ("app-flatpak-org.mozilla.firefox-99.scope", Some(&flatpak)),
            ("snap.firefox.firefox-6b1c.scope", Some(&snap)),
            ("snap.firefox.firefox.6b1c.scope", Some(&snap)),
            ("app-gnome-firefox-3451.scope", None),
            ("app-gnome-org.gnome.Terminal-12.scope", None),
            ("snap.firefox-beta.firefox-1.scope", None),
            ("session-2.scope", None),
            ("app-firefox.scope", None),
            ("", None),
        ] {
            for one in [&esr, &flatpak, &snap] {
                let is = of.is_some_and(|of| of.id == one.id);
                assert_eq!(one.is_unit(unit), is, "{unit} {}", one.id);
            }
        }
    }
}
