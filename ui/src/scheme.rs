//! Who opens `securesign://` links on this computer, and how this program comes
//! to do so. The browser goes on asking before it opens a link: nothing here
//! touches a browser's settings.

#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;
#[cfg(all(unix, not(target_os = "macos")))]
pub mod xdg;

#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;
#[cfg(all(unix, not(target_os = "macos")))]
use xdg as system;

use securesign_app::language::Language;

pub use system::{owner, sandbox};

/// Who opens the links. Not every system knows every answer.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
#[derive(Debug, PartialEq, Eq)]
pub enum Owner {
    /// This program.
    Ours,
    /// Another copy of this program, or what an older one left: where it says so.
    Copy(String),
    /// Another program, by its name.
    Other(String),
    /// No program.
    Nobody,
    /// The system cannot be asked.
    Unknown,
}

/// A default browser that is kept apart from the other programs.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
pub struct Sandbox {
    /// The browser's name.
    pub browser: String,
    /// `Snap` or `Flatpak`.
    pub kind: &'static str,
    /// Whether there is a service that carries links out of it.
    pub portal: bool,
}

/// Takes the scheme for the present user; what to tell, or why it failed.
pub fn register(language: Language) -> Result<String, String> {
    let before = owner();
    system::register()?;
    let program = |name: String| [("program", name.into())];
    match (owner(), before) {
        (Owner::Other(name), _) => Err(language.say_with("register-still-other", program(name))),
        (_, Owner::Other(name)) => Ok(language.say_with("register-done-other", program(name))),
        _ => Ok(language.say("register-done")),
    }
}

/// Gives the scheme back; what to tell, or why it failed.
pub fn unregister(language: Language) -> Result<String, String> {
    system::unregister()?;
    Ok(match owner() {
        Owner::Other(name) => language.say_with("unregister-other", [("program", name.into())]),
        Owner::Nobody => language.say("unregister-nobody"),
        Owner::Unknown => language.say("unregister-done"),
        Owner::Ours | Owner::Copy(_) => language.say("unregister-system"),
    })
}

/// Where this program lies, for the system to start it.
fn program() -> Result<std::path::PathBuf, String> {
    std::env::current_exe()
        .ok()
        .filter(|path| path.is_file())
        .ok_or_else(|| {
            "Where this program lies cannot be told. Install it anew, then try again.".into()
        })
}

/// What Windows starts. The link stays one argument by its quotes; after `--`
/// nothing is an option, whatever the link may hold.
#[cfg(any(windows, test))]
fn windows_command(program: &str) -> String {
    format!(r#""{program}" open -- "%1""#)
}

#[cfg(test)]
mod tests {
    #[test]
    fn r01_windows_gets_program_and_link_in_quotes_and_no_option_after_them() {
        assert_eq!(
            super::windows_command(r"C:\Program Files\SecureSign\securesign.exe"),
            r#""C:\Program Files\SecureSign\securesign.exe" open -- "%1""#
        );
    }
}
