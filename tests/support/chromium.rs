//! A real browser in a home of its own, on a display that nobody sees, with a
//! window manager. Nothing of it outlives the value, and no file outside of its
//! home is written.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::package::Package;
use crate::support::display::Display;
use crate::support::local::{KEY, allow};
use crate::support::run::{Scratch, eventually};

const SOON: Duration = Duration::from_secs(30);

/// In name spaces of its own, so that all of it ends with the process that holds
/// them. Its settings, too, are the same for all browsers of a computer: folders of
/// the test's own are laid over them.
const LAUNCH: &str = r#"
mount --bind "$1/etc/chromium" /etc/chromium
mount --bind "$1/etc/chromium.d" /etc/chromium.d
exec chromium "$2"
"#;

/// How it is started, by us and by whoever opens a web page.
const FLAGS: &str = "--no-sandbox --disable-gpu --disable-quic --no-first-run \
    --no-default-browser-check --disable-background-networking --disable-component-update \
    --disable-sync --disable-default-apps --disable-extensions --password-store=basic";

/// Whether the browser asks before it opens a link in another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// As every browser does.
    Asked,
    /// An administrator trusts this origin.
    Silenced,
}

/// The browser, with a page.
pub struct Chromium {
    process: Child,
    manager: Child,
    pub display: Display,
    home: Scratch,
}

impl Chromium {
    /// Whether this computer should have one: Ubuntu's is a Snap, which does not
    /// see the folders of a test.
    pub fn is_expected() -> bool {
        let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
        Path::new("/etc/chromium").exists() || system.lines().any(|line| line == "ID=debian")
    }

    /// Opens the browser at a page. Programs that it starts get `environment`.
    pub fn open(
        origin: &str,
        question: Question,
        package: &Package,
        environment: &[(&str, &Path)],
    ) -> Self {
        let home = Scratch::new("browser");
        let display = Display::new();
        let dress = |program: &str| {
            let mut command = Command::new(program);
            command
                .env("HOME", home.path())
                .env("DISPLAY", &display.name)
                .env("PATH", package.path())
                .env("XDG_DATA_DIRS", package.share())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .envs(environment.iter().copied());
            for (name, folder) in FOLDERS {
                command.env(name, home.path().join(folder));
            }
            for name in [
                "WAYLAND_DISPLAY",
                "DBUS_SESSION_BUS_ADDRESS",
                "XDG_CURRENT_DESKTOP",
            ] {
                command.env_remove(name);
            }
            command
        };
        furnish(home.path(), origin, question);
        // Whoever builds this portal has listed it.
        allow(&home.path().join("config"), (origin, KEY));
        let manager = dress("openbox")
            .arg("--sm-disable")
            .spawn()
            .expect("openbox; scripts/install-deps --tests installs it");
        let log = File::create(home.path().join("log")).expect("a file");
        let process = dress("unshare")
            .args(["--map-root-user", "--mount", "--pid", "--mount-proc"])
            .args(["--fork", "--kill-child", "sh", "-ec", LAUNCH, "sh"])
            .arg(home.path())
            .arg(origin)
            .stderr(log)
            .spawn()
            .expect("unshare");
        Self {
            process,
            manager,
            display,
            home,
        }
    }

    /// What the browser complained of, and what it started.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }

    /// How many browsers there are: one, whoever opens whatever page.
    pub fn browsers(&self) -> usize {
        let profile = self.home.path().join("profile");
        let profile = format!("--user-data-dir={}", profile.display());
        let command_lines = fs::read_dir("/proc")
            .expect("the processes")
            .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("cmdline")).ok());
        command_lines
            .filter(|line| {
                let mut words = line.split('\0');
                // Its helpers have a type.
                words.clone().any(|word| word == profile)
                    && !words.any(|word| word.starts_with("--type="))
            })
            .count()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        for process in [&mut self.process, &mut self.manager] {
            let _ = process.kill();
            let _ = process.wait();
        }
        // The browser's helpers die a moment later, and write until then.
        eventually(SOON, || fs::remove_dir_all(self.home.path()).is_ok());
    }
}

const FOLDERS: [(&str, &str); 5] = [
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_RUNTIME_DIR", "run"),
];

/// The home of somebody whose browser this is.
fn furnish(home: &Path, origin: &str, question: Question) {
    let write = |name: &str, text: &str| {
        let file = home.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, text).expect("a file");
    };
    write(
        "config/mimeapps.list",
        "[Default Applications]\nx-scheme-handler/http=chromium.desktop\n\
         x-scheme-handler/https=chromium.desktop\n",
    );
    let profile = home.join("profile");
    write(
        "etc/chromium.d/flags",
        &format!(
            "export CHROMIUM_FLAGS=\"{FLAGS} --user-data-dir={}\"\n",
            profile.display()
        ),
    );
    fs::create_dir(home.join("etc/chromium")).expect("a folder");
    if question == Question::Silenced {
        let trusted = json!([{ "protocol": "securesign", "allowed_origins": [origin] }]);
        let policy = json!({ "AutoLaunchProtocolsFromOrigins": trusted });
        write(
            "etc/chromium/policies/managed/portal.json",
            &policy.to_string(),
        );
    }
    let run = home.join("run");
    fs::create_dir(&run).expect("a folder");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).expect("a right");
}
