//! The Exec key of a desktop entry (Desktop Entry Specification 1.5, section 7), as
//! far as a URL from outside may be put into it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is run, word by word, field codes and all. A URL goes to it as data and
/// nothing else.
#[derive(Debug, Default)]
pub struct Exec(Vec<String>);

/// Shells and interpreters, and programs that hand an argument to one: a URL could
/// be a command to them. Behind the letters of a name comes its version or its make.
const EVALUATE: [&str; 79] = [
    "ash",
    "awk",
    "bash",
    "bun",
    "busybox",
    "cmd",
    "csh",
    "dash",
    "deno",
    "doas",
    "ed",
    "elvish",
    "emacs",
    "emacsclient",
    "eval",
    "ex",
    "expect",
    "fish",
    "flock",
    "gawk",
    "gdb",
    "gjs",
    "guile",
    "java",
    "jshell",
    "julia",
    "ksh",
    "lksh",
    "lua",
    "luajit",
    "make",
    "mawk",
    "mksh",
    "mosh",
    "nawk",
    "node",
    "nodejs",
    "nu",
    "nvim",
    "osh",
    "parallel",
    "pdksh",
    "perl",
    "php",
    "pipx",
    "posh",
    "powershell",
    "pwsh",
    "pypy",
    "python",
    "pythonw",
    "rbash",
    "rc",
    "rksh",
    "rlwrap",
    "rsh",
    "ruby",
    "runuser",
    "rzsh",
    "sash",
    "screen",
    "script",
    "sed",
    "sh",
    "ssh",
    "su",
    "sudo",
    "tclsh",
    "tcsh",
    "tmux",
    "toybox",
    "vi",
    "vim",
    "watch",
    "wish",
    "xargs",
    "xonsh",
    "yash",
    "zsh",
];

/// Terminals take one argument for a command line. Most have "term" in their names.
const TERMINALS: [&str; 5] = ["alacritty", "kitty", "konsole", "rxvt", "tilix"];

impl Exec {
    /// `None` where no address can be given, or where it might not stay one.
    pub fn parse(line: &str) -> Option<Self> {
        // An escaped sign stands in no browser's entry.
        let words = shell_words::split(line)
            .ok()
            .filter(|_| !line.contains('\\'))?;
        let takes = words.iter().any(|word| holds_address(word));
        let in_place = words
            .iter()
            .all(|word| !holds_address(word) || takes_address(word));
        (takes && in_place && !words.iter().any(|word| evaluates(word)) && !splits(&words))
            .then_some(Self(words))
    }

    /// What it runs, without symbolic links. Without it the browser is no longer
    /// there. `env NAME=value …` may stand before it.
    pub fn program(&self) -> Option<PathBuf> {
        let is_program = |word: &&String| name(word) != "env" && !word.contains('=');
        find(self.0.iter().find(is_program)?)
    }

    /// What opens an address: each word of the entry is one argument, and so is
    /// the address.
    pub fn command(&self, address: &str) -> Command {
        let mut words = self.0.iter().filter_map(|word| filled(word, address));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    }
}

/// Whether a word, or one in it, is the name of a program that evaluates.
fn evaluates(word: &str) -> bool {
    let parts = word.split(|sign: char| sign.is_whitespace() || "=;&|()'\"`$".contains(sign));
    parts.filter(|part| !part.is_empty()).any(|part| {
        is_evaluating(name(part))
            // By whatever name it is called here.
            || find(part).is_some_and(|file| is_evaluating(name(&file.to_string_lossy())))
    })
}

fn is_evaluating(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let end = name.find(|sign: char| !sign.is_ascii_alphabetic());
    let letters = &name[..end.unwrap_or(name.len())];
    EVALUATE.contains(&letters)
        || name.contains("term")
        || TERMINALS.iter().any(|terminal| name.contains(terminal))
}

/// `env -S` makes a command line of its argument, with variables and all.
fn splits(words: &[String]) -> bool {
    let own = |at: usize| {
        let words = words[at..].windows(2).map(|pair| (&*pair[0], &*pair[1]));
        // Up to the program: options, what they are set to, and variables.
        words
            .take_while(|(before, word)| {
                let value = ["-u", "--unset", "-C", "--chdir", "-a", "--argv0"].contains(before);
                value || word.starts_with('-') || word.contains('=')
            })
            .any(|(_, word)| {
                let short = word.starts_with('-') && !word.starts_with("--");
                short && word.contains('S') || word.starts_with("--s")
            })
    };
    let is_env = |word: &String| name(word) == "env";
    let mut envs = words.iter().enumerate().filter(|(_, word)| is_env(word));
    envs.any(|(at, _)| own(at))
}

fn name(path: &str) -> &str {
    Path::new(path)
        .file_name()
        .and_then(OsStr::to_str)
        .unwrap_or_default()
}

/// Where a program lies.
fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        // A full path stays as it is.
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())?;
    fs::canonicalize(found).ok()
}

fn holds_address(word: &str) -> bool {
    codes(word).any(|code| matches!(code, 'u' | 'U'))
}

/// A word of its own, or all that an option is set to.
fn takes_address(word: &str) -> bool {
    let Some(before) = word.strip_suffix("%u").or(word.strip_suffix("%U")) else {
        return false;
    };
    let option = before
        .strip_prefix("--")
        .and_then(|rest| rest.strip_suffix('='));
    let is_name = |option: &str| {
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !option.is_empty() && option.bytes().all(sign)
    };
    before.is_empty() || option.is_some_and(is_name)
}

/// The letters behind each `%`.
fn codes(word: &str) -> impl Iterator<Item = char> {
    let mut rest = word.chars();
    std::iter::from_fn(move || {
        rest.find(|sign| *sign == '%')?;
        rest.next()
    })
}

/// A word with its field codes filled in; nothing where it only held what does not
/// apply.
fn filled(word: &str, address: &str) -> Option<String> {
    let mut filled = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('%') {
        filled.push_str(before);
        let mut codes = after.chars();
        match codes.next() {
            Some('u' | 'U') => filled.push_str(address),
            Some('%') => filled.push('%'),
            _ => {}
        }
        rest = codes.as_str();
    }
    filled.push_str(rest);
    (word.is_empty() || !filled.is_empty()).then_some(filled)
}

#[cfg(test)]
mod tests {
    use super::{Exec, filled};

    #[test]
    fn r17_field_codes_are_filled_once_and_the_rest_falls_out() {
        let fill = |word| filled(word, "https://a.in/%u%%20");
        for (word, filled) in [
            ("%u", Some("https://a.in/%u%%20")),
            ("--app=%U", Some("--app=https://a.in/%u%%20")),
            ("100%%", Some("100%")),
            ("", Some("")),
            ("%i", None),
            ("%F", None),
            ("@@u", Some("@@u")),
            ("50%", Some("50")),
        ] {
            assert_eq!(fill(word).as_deref(), filled, "{word}");
        }
    }

    #[test]
    fn r17_an_address_is_a_word_of_its_own_or_what_an_option_is_set_to() {
        for line in [
            "surf %u",
            "surf %U",
            "surf --new-tab=%u",
            "surf --a_b=%U --c %u 100%% %i --class=%c",
            "env A=b MOZ_X=1 surf %u",
            "/opt/google/chrome/google-chrome --profile-directory=Default %U",
            "flatpak run --branch=stable --arch=x86_64 --command=firefox \
             --file-forwarding org.mozilla.firefox @@u %u @@",
            "snap run firefox %u",
            "/snap/bin/firefox \"two words\" %u",
            "nice -n 5 surf %u",
            "env A=b chromium --start-maximized -S --safe-mode %U",
            "env BAMF_DESKTOP_FILE_HINT=/var/lib/x/firefox_firefox.desktop /snap/bin/firefox %u",
        ] {
            assert!(Exec::parse(line).is_some(), "{line}");
        }
        for line in [
            "surf",
            "surf 100%%u",
            "surf x%u",
            "surf %ux",
            "surf \"open %u\"",
            "surf 'open(\"%u\")'",
            "surf -e%u",
            "surf -url=%u",
            "surf url=%u",
            "surf --=%u",
            "surf --a=b=%u",
            "surf --a=(%u",
            "surf \"--run x=%u\"",
            "surf %u%u",
            "surf --a=%u%U",
            "surf %u \"%i %u\"",
            "surf \\\\ %u",
            "surf \"%u",
        ] {
            assert!(Exec::parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn r17_what_evaluates_its_arguments_gets_no_address() {
        for program in [
            "sh",
            "/bin/sh",
            "dash",
            "bash",
            "bash5.2",
            "rbash",
            "zsh",
            "ksh93",
            "mksh",
            "fish",
            "tcsh",
            "busybox",
            "busybox sh",
            "busybox-static ash",
            "python",
            "python3",
            "python3.11",
            "/usr/bin/python3-dbg",
            "perl",
            "perl5.36.0",
            "ruby3.1",
            "node",
            "nodejs",
            "php8.2",
            "lua5.4",
            "tclsh8.6",
            "gjs",
            "Bash",
            "bash.exe",
            "cmd.exe",
            "pwsh",
            "xterm",
            "gnome-terminal",
            "x-terminal-emulator",
            "urxvt",
            "konsole",
            "ssh",
            "gawk",
            "xargs",
            "su",
            "sudo",
            "tmux",
        ] {
            for line in [
                "P %u",
                "P -c %u",
                "P -c 'surf \"$0\"' %u",
                "env P -c x %u",
                "env -i A=b P -c x %u",
                "/usr/bin/env -u A P %u",
                "nice -n 19 P %u",
                "sudo -u somebody P %u",
                "sudo nice env P -- %u",
                "timeout 9 P -c surf %u",
                "surf --run=P %u",
                "surf --run 'P -c x' %u",
                "flatpak run --command=P org.example.Surf %u",
                "setsid -w P --app=%u",
            ] {
                let line = line.replace('P', program);
                assert!(Exec::parse(&line).is_none(), "{line}");
            }
        }
        for line in [
            "env -S 'surf -x' %u",
            "env -iS'surf -x' %u",
            "env -vS surf %u",
            "env -u A -S surf %u",
            "env A=b -S${SHELL} %u",
            "env env -Ss''h %u",
            "nice env --split-string=surf %u",
            "env --split surf %u",
        ] {
            assert!(Exec::parse(line).is_none(), "{line}");
        }
    }
}
