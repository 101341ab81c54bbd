//! macOS: the application bundle says which links it opens, and Launch Services
//! is told of the bundle. See desktop/macos for the bundle.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Owner, Sandbox};

const LSREGISTER: &str = "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister";

/// Launch Services tell it to programs with a window system only.
pub fn owner() -> Owner {
    Owner::Unknown
}

/// Makes Launch Services read the bundle.
pub fn register() -> Result<(), String> {
    launch_services("-f")
}

/// Makes Launch Services forget the bundle; the next one with the scheme gets it.
pub fn unregister() -> Result<(), String> {
    launch_services("-u")
}

/// There are none here.
pub fn sandbox() -> Option<Sandbox> {
    None
}

fn launch_services(option: &str) -> Result<(), String> {
    let done = Command::new(LSREGISTER)
        .arg(option)
        .arg(bundle()?)
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if done {
        Ok(())
    } else {
        Err(
            "Launch Services did not take it. Move SecureSign to Applications and open it once."
                .into(),
        )
    }
}

/// The bundle that this program lies in.
fn bundle() -> Result<PathBuf, String> {
    super::program()?
        .ancestors()
        .find(|folder| folder.extension().is_some_and(|end| end == "app"))
        .map(PathBuf::from)
        .ok_or_else(|| {
            "Links need the application bundle. Make it with scripts/bundle-macos, and use the program in it.".into()
        })
}
