//! The Debian package in folders of the tests' own. A test must not change the
//! computer that it runs on; scripts/deb-test does, and then runs the same stories
//! with what dpkg has installed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::run::succeed;

const BUILD: Duration = Duration::from_secs(1200);
const SOON: Duration = Duration::from_secs(60);

/// Set by scripts/deb-test: the package is installed.
const INSTALLED: &str = "SECURESIGN_INSTALLED";

/// Where things are once the package is there.
pub struct Package {
    root: PathBuf,
}

impl Package {
    /// Builds and unpacks it once per test process.
    pub fn there() -> &'static Self {
        static PACKAGE: OnceLock<Package> = OnceLock::new();
        PACKAGE.get_or_init(|| {
            if std::env::var_os(INSTALLED).is_some() {
                let root = PathBuf::from("/");
                return Self { root };
            }
            unpack()
        })
    }

    /// For `PATH`: the package's folder comes first.
    pub fn path(&self) -> OsString {
        let path = std::env::var_os("PATH").expect("a PATH");
        let first = [self.root.join("usr/bin")];
        std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path)))
            .expect("no colon in a folder's name")
    }

    /// For `XDG_DATA_DIRS`.
    pub fn share(&self) -> OsString {
        let folders = [self.root.join("usr/share"), "/usr/share".into()];
        std::env::join_paths(folders).expect("no colon in a folder's name")
    }
}

fn unpack() -> Package {
    let workspace = workspace();
    succeed(
        Command::new(workspace.join("scripts/deb")).arg("tests"),
        BUILD,
    );
    let mut packages = fs::read_dir(workspace.join("target/debian-tests")).expect("a folder");
    let deb = packages.next().expect("a package").expect("a file").path();
    let root = results().join("root");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("a folder");
    succeed(Command::new("dpkg-deb").arg("-x").args([&deb, &root]), SOON);
    // As dpkg has it done when a package brings desktop entries.
    let entries = root.join("usr/share/applications");
    succeed(Command::new("update-desktop-database").arg(entries), SOON);
    Package { root }
}

/// What a person may want to look at after the tests.
pub fn results() -> PathBuf {
    workspace().join("target/desktop")
}

fn workspace() -> &'static Path {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR"));
    ui.parent().expect("the folder of the workspace")
}
