//! Windows: the default browser by its own command, which the registry has. No shell sees
//! the address, and it may be longer than what the shell's own function takes (about 2,083
//! characters; that of wine 8 crashes at half of it).

use std::os::windows::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use winreg::RegKey;
use winreg::enums::{HKEY_CLASSES_ROOT, HKEY_CURRENT_USER};

/// What the user has picked for web pages.
const CHOICE: &str =
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice";

/// The browser that a link came from: this system does not tell.
#[derive(Clone, Default)]
pub struct Caller {}

impl Caller {
    /// Nothing is looked for.
    pub fn find() -> Self {
        Self {}
    }

    /// What another start found.
    pub fn from_id(_id: &str) -> Self {
        Self {}
    }

    /// What to tell another start.
    #[cfg(feature = "window")]
    pub fn id(&self) -> Option<String> {
        None
    }

    /// The default one.
    pub(super) fn browser(&self) -> Option<Installed> {
        Installed::preferred()
    }
}

/// A browser, by its command.
#[derive(Debug, PartialEq, Eq)]
pub struct Installed {
    program: PathBuf,
    /// What follows the program, `%1` where the address belongs.
    line: String,
}

impl Installed {
    /// What opens web pages. `None` where that is no program with a command of its own, as
    /// with browsers that came from the Store.
    pub fn preferred() -> Option<Self> {
        let text = |root, key: &str, name| -> Option<String> {
            let key = RegKey::predef(root).open_subkey(key).ok()?;
            key.get_value(name).ok()
        };
        let class = text(HKEY_CURRENT_USER, CHOICE, "ProgId");
        let class = class.unwrap_or_else(|| "https".to_owned());
        let command = format!(r"{class}\shell\open\command");
        let command = text(HKEY_CLASSES_ROOT, &command, "")?;
        Self::of(&command).filter(|browser| browser.program.is_file())
    }

    fn of(command: &str) -> Option<Self> {
        let command = command.trim_start();
        let (program, line) = match command.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => command.split_once(' ')?,
        };
        let program = PathBuf::from(program);
        // What runs anything else is a shell.
        let runs = program
            .extension()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("exe"));
        let line = line.trim_start().to_owned();
        (runs && program.is_absolute() && line.contains("%1")).then_some(Self { program, line })
    }

    /// What could end the one argument that the address is goes percent-encoded.
    pub fn command(&self, address: &str) -> Command {
        let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\');
        let mut whole = String::new();
        for c in address.chars() {
            if ends(c) {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    whole.push_str(&format!("%{byte:02X}"));
                }
            } else {
                whole.push(c);
            }
        }
        let mut command = Command::new(&self.program);
        command.raw_arg(self.line.replacen("%1", &whole, 1));
        command
    }

    /// It reads files everywhere.
    pub fn readable(&self) -> Option<PathBuf> {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;

    fn installed(command: &str) -> Option<(String, String)> {
        let browser = Installed::of(command)?;
        Some((browser.program.to_str()?.to_owned(), browser.line))
    }

    #[test]
    fn a_command_is_a_program_and_what_follows_it() {
        let chrome = r#""C:\Program Files\Google\chrome.exe" --single-argument %1"#;
        assert_eq!(
            installed(chrome).unwrap(),
            (
                r"C:\Program Files\Google\chrome.exe".into(),
                "--single-argument %1".into()
            )
        );
        assert_eq!(
            installed(r#"C:\firefox.EXE -osint -url "%1""#).unwrap(),
            (r"C:\firefox.EXE".into(), r#"-osint -url "%1""#.into())
        );
        for other in [
            "",
            r#""C:\chrome.exe"#,
            r#""C:\chrome.exe" --no-address"#,
            r#""C:\browser.cmd" "%1""#,
            r#"chrome.exe "%1""#,
            r"C:\chrome.exe",
        ] {
            assert_eq!(installed(other), None, "{other}");
        }
    }

    #[test]
    fn r03_an_address_stays_one_argument() {
        let browser = Installed::of(r#""C:\x.exe" -url "%1""#).unwrap();
        let line = |address| format!("{:?}", browser.command(address));
        assert_eq!(
            line("https://a.example/?b=c&d=%22"),
            r#""C:\x.exe" -url "https://a.example/?b=c&d=%22""#
        );
        assert_eq!(
            line("https://a.example/\" \\\n\u{a0}"),
            r#""C:\x.exe" -url "https://a.example/%22%20%5C%0A%C2%A0""#
        );
    }
}
