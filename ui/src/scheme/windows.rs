//! Windows: keys below `HKEY_CURRENT_USER\Software\Classes`, so no
//! administrator is needed and no other user is touched.

use std::io;

use securesign_card::text;
use winreg::RegKey;
use winreg::enums::{HKEY_CLASSES_ROOT, HKEY_CURRENT_USER};

use super::{Owner, Sandbox, windows_command};

const CLASS: &str = r"Software\Classes\securesign";
const COMMAND: &str = r"Software\Classes\securesign\shell\open\command";
const MERGED: &str = r"securesign\shell\open\command";
/// What the user has picked when Windows asked; it wins over the class.
const CHOICE: &str =
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\securesign\UserChoice";
const OWN: &str = r"Software\SecureSign";
const FORMER: &str = "FormerCommand";

/// Who opens the links, by the registry.
pub fn owner() -> Owner {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    if let Some(choice) = text(&user, CHOICE, "ProgId").filter(|id| id != "securesign") {
        return Owner::Other(text::clean(&choice, 80));
    }
    // The merged view begins with the user's own classes; wine's does not.
    let everybody = || text(&RegKey::predef(HKEY_CLASSES_ROOT), MERGED, "");
    match text(&user, COMMAND, "").or_else(everybody) {
        None => Owner::Nobody,
        Some(command) if own_command().is_ok_and(|own| own == command) => Owner::Ours,
        Some(command) if is_copy(&command) => Owner::Copy(text::clean(&command, 300)),
        Some(command) => Owner::Other(text::clean(&command, 300)),
    }
}

/// Writes the class. A command that was there before is kept, to be given back.
pub fn register() -> Result<(), String> {
    let own = own_command()?;
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let write = || -> io::Result<()> {
        if let Some(former) = text(&user, COMMAND, "").filter(|former| !is_copy(former)) {
            user.create_subkey(OWN)?.0.set_value(FORMER, &former)?;
        }
        let (class, _) = user.create_subkey(CLASS)?;
        class.set_value("", &"URL:SecureSign")?;
        class.set_value("URL Protocol", &"")?;
        user.create_subkey(COMMAND)?.0.set_value("", &own)
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
        match user.delete_subkey_all(OWN) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    };
    write().map_err(|error| failed(&error))
}

/// There are none here.
pub fn sandbox() -> Option<Sandbox> {
    None
}

/// What this program wrote from another place, too.
fn is_copy(command: &str) -> bool {
    command.contains("securesign.exe\" open ")
}

fn own_command() -> Result<String, String> {
    Ok(windows_command(&super::program()?.display().to_string()))
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
