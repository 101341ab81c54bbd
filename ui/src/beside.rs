//! The other executables of this program. They lie beside this one: `securesign-window`
//! alone loads what draws a window, `securesign-helper` alone has network code.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
#[cfg(feature = "window")]
use std::process::Stdio;

#[cfg(feature = "window")]
use securesign_app::language::Language;
#[cfg(feature = "window")]
use securesign_card::text;

#[cfg(feature = "window")]
use crate::harden;

/// What draws windows.
#[cfg(feature = "window")]
pub const WINDOW: &str = "securesign-window";
/// What asks the authentication service.
pub const HELPER: &str = "securesign-helper";

/// Where one of them is: where this program really lies, never where `PATH` leads. The
/// error is where it should be.
pub fn path(name: &str) -> Result<PathBuf, PathBuf> {
    let own = env::current_exe().unwrap_or_default();
    // Not every system tells where a link to this program leads. On Windows the whole path
    // would come in a form that the registry and other programs do not take.
    let own = match fs::canonicalize(&own) {
        Ok(whole) if !cfg!(windows) => whole,
        _ => own,
    };
    let path = own.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX));
    let file = fs::symlink_metadata(&path).is_ok_and(|about| about.is_file());
    if path.is_absolute() && file {
        Ok(path)
    } else {
        Err(path)
    }
}

/// What starts one of them that shows nothing: on Windows no console opens for it.
pub fn quiet(path: PathBuf) -> Command {
    #[cfg_attr(not(windows), allow(unused_mut, reason = "nothing would open"))]
    let mut command = Command::new(path);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
    command
}

/// Of the flags with which Windows makes a process.
#[cfg(windows)]
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// Has the window's carry out this program's command line in its place. Returns where that cannot
/// be, or where the system cannot replace one program by another.
#[cfg(feature = "window")]
pub fn take_over(language: Language) -> Result<u8, String> {
    let path = path(WINDOW).map_err(|missing| {
        let file = ("file", text::path(&missing).into());
        language.say_with("window-missing", [file])
    })?;
    let mut command = Command::new(&path);
    command.args(env::args_os().skip(1));
    harden::replace(&mut command).map_err(|error| {
        let file = ("file", text::path(&path).into());
        let reason = ("reason", text::reason(&error).into());
        language.say_with("window-unstarted", [file, reason])
    })
}

/// What the window's says for `doctor`, in words or as JSON, and whether all is well there.
#[cfg(feature = "window")]
pub fn doctor(path: PathBuf, json: bool) -> Result<(String, bool), String> {
    let output = Command::new(path)
        .arg("doctor")
        .args(json.then_some("--json"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| text::reason(&error))?;
    match output.status.code() {
        Some(code @ (0 | 1)) => Ok((lossy(&output.stdout), code == 0)),
        // The system's word on a library that is missing, for instance.
        _ => Err(text::reason(&lossy(&output.stderr))),
    }
}

#[cfg(feature = "window")]
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
