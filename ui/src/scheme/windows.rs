//! Windows: keys below `HKEY_CURRENT_USER\Software\Classes`, so no
//! administrator is needed and no other user is touched.

use std::io;

use securesign_card::text;
use winreg::RegKey;
use winreg::enums::{HKEY_CLASSES_ROOT, HKEY_CURRENT_USER, KEY_SET_VALUE};

use super::{Owner, Sandbox, windows_command};
#[cfg(feature = "window")]
use crate::beside;

const CLASS: &str = r"Software\Classes\securesign";
const COMMAND: &str = r"Software\Classes\securesign\shell\open\command";
/// The same under the name that the settings of Windows know it by.
const LISTED: &str = r"Software\Classes\SecureSign.Url";
const LISTED_COMMAND: &str = r"Software\Classes\SecureSign.Url\shell\open\command";
/// What the user has picked when Windows asked; it wins over the class.
const CHOICE: &str =
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\securesign\UserChoice";
const OWN: &str = r"Software\SecureSign";
const FORMER: &str = "FormerCommand";
/// What the program can open, for "Default apps" in the settings of Windows.
const CAPABILITIES: &str = r"Software\SecureSign\Capabilities";
const REGISTERED: &str = r"Software\RegisteredApplications";
const NAME: &str = "SecureSign";

/// Who opens the links, by the registry.
pub fn owner() -> Owner {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let class = text(&user, CHOICE, "ProgId").unwrap_or_else(|| "securesign".to_owned());
    let command = format!(r"{class}\shell\open\command");
    // The merged view begins with the user's own classes; wine's does not.
    let own = text(&user, &format!(r"Software\Classes\{command}"), "");
    let everybody = || text(&RegKey::predef(HKEY_CLASSES_ROOT), &command, "");
    match own.or_else(everybody) {
        None if class == "securesign" => Owner::Nobody,
        // A program from the Store has no command.
        None => Owner::Other(text::clean(&class, 80)),
        Some(command) if own_command().is_ok_and(|own| own == command) => Owner::Ours,
        Some(command) if is_copy(&command) => Owner::Copy(text::clean(&command, 300)),
        Some(command) => Owner::Other(text::clean(&command, 300)),
    }
}

/// Writes the classes. A command that was there before is kept, to be given back.
pub fn register() -> Result<(), String> {
    let own = own_command()?;
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let write = || -> io::Result<()> {
        if let Some(former) = text(&user, COMMAND, "").filter(|former| !is_copy(former)) {
            user.create_subkey(OWN)?.0.set_value(FORMER, &former)?;
        }
        for class in [CLASS, LISTED] {
            let (class, _) = user.create_subkey(class)?;
            class.set_value("", &"URL:SecureSign")?;
            class.set_value("URL Protocol", &"")?;
        }
        for command in [COMMAND, LISTED_COMMAND] {
            user.create_subkey(command)?.0.set_value("", &own)?;
        }
        let (capabilities, _) = user.create_subkey(CAPABILITIES)?;
        capabilities.set_value("ApplicationName", &NAME)?;
        capabilities.set_value("ApplicationDescription", &"Signs with your USB token")?;
        let (schemes, _) = capabilities.create_subkey("URLAssociations")?;
        schemes.set_value("securesign", &"SecureSign.Url")?;
        let (registered, _) = user.create_subkey(REGISTERED)?;
        registered.set_value(NAME, &CAPABILITIES)
    };
    write().map_err(|error| failed(&error))
}

/// Gives the scheme back, if it is this program's.
pub fn unregister() -> Result<(), String> {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let write = || -> io::Result<()> {
        if text(&user, COMMAND, "").is_some_and(|command| is_copy(&command)) {
            match text(&user, OWN, FORMER) {
                Some(former) => user.create_subkey(COMMAND)?.0.set_value("", &former)?,
                None => user.delete_subkey_all(CLASS)?,
            }
        }
        if let Ok(registered) = user.open_subkey_with_flags(REGISTERED, KEY_SET_VALUE) {
            there(registered.delete_value(NAME))?;
        }
        there(user.delete_subkey_all(LISTED))?;
        there(user.delete_subkey_all(OWN))
    };
    write().map_err(|error| failed(&error))
}

/// What is not there needs no removal.
fn there(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// There are none here.
pub fn sandbox() -> Option<Sandbox> {
    None
}

/// What this program wrote from another place, too.
fn is_copy(command: &str) -> bool {
    ["securesign.exe", "securesign-window.exe"]
        .iter()
        .any(|program| command.contains(&format!("{program}\" open ")))
}

/// That of the window's executable, where it is there: a console would open for the other.
fn own_command() -> Result<String, String> {
    #[cfg(feature = "window")]
    let program = beside::path(beside::WINDOW).or_else(|_| super::program());
    #[cfg(not(feature = "window"))]
    let program = super::program();
    Ok(windows_command(&program?.display().to_string()))
}

fn text(root: &RegKey, key: &str, name: &str) -> Option<String> {
    root.open_subkey(key).ok()?.get_value(name).ok()
}

fn failed(error: &io::Error) -> String {
    format!(
        "The registry cannot be changed: {}. Ask who manages this computer.",
        text::reason(&error)
    )
}
