//! Linux and its like: a desktop entry, and a line in the user's mimeapps.list
//! (freedesktop.org, "Association between MIME types and applications" 1.0.1).

mod defaults;
pub mod entry;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use securesign_card::text;

use super::{Owner, Sandbox};
use crate::store::own::{self, Absent};
use crate::store::shared::write_whole;

/// The desktop entries, as packages install them: link handler and menu.
const HANDLER: &str = include_str!("../../desktop/securesign.desktop");
const MENU: &str = include_str!("../../desktop/securesign-token.desktop");
const ICON: &[u8] = include_bytes!("../../desktop/icons/securesign.svg");

/// In the folder of our data.
const FORMER: &str = "former-handler";
const HANDLER_ID: &str = "securesign.desktop";
const MENU_ID: &str = "securesign-token.desktop";
const SCHEME: &str = "x-scheme-handler/securesign";
/// What a browser opens.
pub const WEB: &str = "x-scheme-handler/https";

/// Who opens the links, by `xdg-mime`, as browsers ask it.
pub fn owner() -> Owner {
    let Some(id) = default_for(SCHEME) else {
        return Owner::Unknown;
    };
    if id.is_empty() {
        return Owner::Nobody;
    }
    let Some(file) = data_file(&entry::paths(&id)) else {
        return Owner::Other(text::clean(&id, 80));
    };
    let text = fs::read_to_string(&file).unwrap_or_default();
    if id != HANDLER_ID {
        return Owner::Other(match entry::value(&text, "Name") {
            Some(name) => format!("{} ({})", text::clean(name, 80), text::clean(&id, 80)),
            None => text::clean(&id, 80),
        });
    }
    let own = super::program().and_then(|program| entry::naming(HANDLER, &program));
    if text == HANDLER || own.is_ok_and(|own| own == text) {
        Owner::Ours
    } else {
        Owner::Copy(text::path(&file))
    }
}

/// Writes entries and icon, then makes them the default. The default that was
/// named before is kept, to be given back.
pub fn register() -> Result<(), String> {
    let places = Places::find()?;
    let program = super::program()?;
    let handler = entry::naming(HANDLER, &program)?;
    let menu = entry::naming(MENU, &program)?;
    let text = read(&places.defaults)?;
    write(&places.icon, ICON)?;
    write(&places.menu, menu.as_bytes())?;
    write(&places.handler, handler.as_bytes())?;
    match defaults::named(&text, SCHEME) {
        Some(named) if is_ours(named) => {}
        Some(named) => own::data(Absent::Make)
            .and_then(|folder| folder.replace(FORMER, named.as_bytes()))
            .map_err(|error| failed(&places.former, "written", &error))?,
        None => remove(&places.former)?,
    }
    let changed = defaults::with(&text, SCHEME, Some(HANDLER_ID));
    write(&places.defaults, changed.as_bytes())?;
    places.refresh();
    Ok(())
}

/// Gives the default back first, so that it never names what is gone.
pub fn unregister() -> Result<(), String> {
    let places = Places::find()?;
    let text = read(&places.defaults)?;
    if defaults::named(&text, SCHEME).is_some_and(is_ours) {
        let former = read(&places.former)?;
        let former = (!former.is_empty()).then_some(former.as_str());
        let changed = defaults::with(&text, SCHEME, former);
        write(&places.defaults, changed.as_bytes())?;
    }
    for file in [&places.former, &places.handler, &places.menu, &places.icon] {
        remove(file)?;
    }
    places.refresh();
    Ok(())
}

/// The default browser, if it is a Snap or a Flatpak.
pub fn sandbox() -> Option<Sandbox> {
    let id = default_for(WEB).filter(|id| !id.is_empty())?;
    let file = data_file(&entry::paths(&id))?;
    let text = fs::read_to_string(&file).ok()?;
    let lies_in = |folder: &str| file.to_string_lossy().contains(folder);
    let service = |name: &str| data_file(&[format!("dbus-1/services/{name}.service")]).is_some();
    let portal = service("org.freedesktop.portal.Desktop");
    let browser = entry::value(&text, "Name").unwrap_or(&id).to_owned();
    if entry::value(&text, "X-Flatpak").is_some() || lies_in("/flatpak/exports/") {
        Some(Sandbox {
            browser,
            kind: "Flatpak",
            portal,
        })
    } else if entry::value(&text, "X-SnapInstanceName").is_some() || lies_in("/snapd/") {
        Some(Sandbox {
            browser,
            kind: "Snap",
            // snapd brings a service of its own.
            portal: portal || service("io.snapcraft.Launcher"),
        })
    } else {
        None
    }
}

/// The user's files that are written.
struct Places {
    handler: PathBuf,
    menu: PathBuf,
    icon: PathBuf,
    defaults: PathBuf,
    /// The value that the scheme had in `defaults` before.
    former: PathBuf,
}

impl Places {
    fn find() -> Result<Self, String> {
        let folders = directories::BaseDirs::new()
            .ok_or("This user has no home folder. Sign in as yourself, then try again.")?;
        let data = folders.data_dir();
        Ok(Self {
            handler: data.join("applications").join(HANDLER_ID),
            menu: data.join("applications").join(MENU_ID),
            icon: data.join("icons/hicolor/scalable/apps/securesign.svg"),
            defaults: folders.config_dir().join("mimeapps.list"),
            former: data.join("securesign").join(FORMER),
        })
    }

    /// Desktops that read the cache find the entry by it; without the tool they
    /// still find it by mimeapps.list.
    fn refresh(&self) {
        let Some(applications) = self.handler.parent().filter(|folder| folder.is_dir()) else {
            return;
        };
        let _ = Command::new("update-desktop-database")
            .arg("-q")
            .arg(applications)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

fn is_ours(named: &str) -> bool {
    named.split(';').next() == Some(HANDLER_ID)
}

/// The desktop entry that opens a type; empty if none does. `None` where it
/// cannot be asked.
pub fn default_for(kind: &str) -> Option<String> {
    let output = Command::new("xdg-mime")
        .args(["query", "default", kind])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of the files in the data folders.
fn data_file(names: &[String]) -> Option<PathBuf> {
    data_folders()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
}

/// The folders that programs put their data into: the user's, then the system's.
pub fn data_folders() -> impl Iterator<Item = PathBuf> {
    let own = directories::BaseDirs::new().map(|folders| folders.data_dir().to_owned());
    let shared = std::env::var_os("XDG_DATA_DIRS")
        .filter(|folders| !folders.is_empty())
        .unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let shared: Vec<PathBuf> = std::env::split_paths(&shared).collect();
    own.into_iter().chain(shared)
}

fn read(file: &Path) -> Result<String, String> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(failed(file, "read", &error)),
    }
}

/// Through a symbolic link into the file that is meant.
fn write(file: &Path, content: &[u8]) -> Result<(), String> {
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    write_whole(&file, content).map_err(|error| failed(&file, "written", &error))
}

fn remove(file: &Path) -> Result<(), String> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(file, "removed", &error)),
        _ => Ok(()),
    }
}

fn failed(file: &Path, what: &str, error: &std::io::Error) -> String {
    format!(
        "{} cannot be {what}: {}. Check its rights, then try again.",
        text::path(file),
        text::reason(error)
    )
}
