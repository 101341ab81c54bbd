//! Firefox in a home of its own, as Debian has it: another browser than Chromium, and
//! another way from a link to a program. Nothing of it outlives the value, and no file
//! outside of its home is written.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::package::Package;
use crate::support::display::Display;
use crate::support::local::{KEY, allow};
use crate::support::run::{Scratch, eventually};

const SOON: Duration = Duration::from_secs(30);

const PROGRAM: &str = "/usr/lib/firefox-esr/firefox-esr";

/// In name spaces of its own, so that all of it ends with the process that holds
/// them: it leaves what it starts to the system. A second start finds the first one
/// over the session's bus.
const LAUNCH: &str = "exec dbus-run-session -- \"$@\"";

/// What a new profile would show or ask first, and what it would ask others.
const PREFERENCES: [(&str, &str); 13] = [
    ("app.normandy.enabled", "false"),
    ("app.update.enabled", "false"),
    ("browser.aboutwelcome.enabled", "false"),
    ("browser.safebrowsing.malware.enabled", "false"),
    ("browser.safebrowsing.phishing.enabled", "false"),
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.startup.homepage_override.mstone", "\"ignore\""),
    ("browser.startup.page", "0"),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("network.captive-portal-service.enabled", "false"),
    ("network.connectivity-service.enabled", "false"),
    ("termsofuse.bypassNotification", "true"),
    ("trailhead.firstrun.didSeeAboutWelcome", "true"),
];

const FOLDERS: [(&str, &str); 5] = [
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_RUNTIME_DIR", "run"),
];

/// The browser, with a page.
pub struct Firefox {
    process: Child,
    manager: Child,
    pub display: Display,
    home: Scratch,
}

impl Firefox {
    /// Whether this computer should have one: only Debian has this package.
    pub fn is_expected() -> bool {
        let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
        Path::new(PROGRAM).exists() || system.lines().any(|line| line == "ID=debian")
    }

    /// Opens the browser at a page. Programs that it starts get `environment`.
    pub fn open(origin: &str, package: &Package, environment: &[(&str, &Path)]) -> Self {
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
        furnish(home.path());
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
            .args([PROGRAM, "--profile"])
            .arg(home.path().join("profile"))
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
        let profile = self.home.path().join("profile").display().to_string();
        let command_lines = fs::read_dir("/proc")
            .expect("the processes")
            .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("cmdline")).ok());
        command_lines
            .filter(|line| {
                let words: Vec<&str> = line.split('\0').collect();
                words.starts_with(&[PROGRAM, "--profile", &profile])
            })
            .count()
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        for process in [&mut self.process, &mut self.manager] {
            let _ = process.kill();
            let _ = process.wait();
        }
        // The browser's helpers die a moment later, and write until then.
        eventually(SOON, || fs::remove_dir_all(self.home.path()).is_ok());
    }
}

/// The home of somebody whose default browser this is: nothing else tells a program
/// that this browser has started which one it was.
fn furnish(home: &Path) {
    let write = |name: &str, text: &str| {
        let file = home.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, text).expect("a file");
    };
    write(
        "config/mimeapps.list",
        "[Default Applications]\nx-scheme-handler/http=firefox-esr.desktop\n\
         x-scheme-handler/https=firefox-esr.desktop\n",
    );
    let profile = home.join("profile");
    write(
        "data/applications/firefox-esr.desktop",
        &format!(
            "[Desktop Entry]\nType=Application\nName=Firefox\n\
             Exec={PROGRAM} --profile {} %u\n\
             MimeType=text/html;x-scheme-handler/http;x-scheme-handler/https;\n",
            profile.display()
        ),
    );
    let preferences: String = PREFERENCES
        .iter()
        .map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"))
        .collect();
    write("profile/user.js", &preferences);
    let run = home.join("run");
    fs::create_dir(&run).expect("a folder");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).expect("a right");
}
