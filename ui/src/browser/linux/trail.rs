//! The processes that led to this one.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};

use super::Installed;

/// More than any chain of launchers has.
const DEPTH: usize = 16;

/// This process and those above it, the nearest first.
#[derive(Clone, Debug)]
pub struct Trail(Vec<Process>);

#[derive(Clone, Debug, Default)]
struct Process {
    /// What it runs, and the script where that is an interpreter.
    programs: Vec<PathBuf>,
    /// The systemd unit it is in. Some launchers leave their children to the
    /// system, but not to another unit.
    unit: String,
}

impl Trail {
    /// As it is now. What cannot be read is left out.
    pub fn here() -> Self {
        let unit = unit(Path::new("/proc/self"));
        let mut trail = vec![Process {
            unit,
            ..Process::default()
        }];
        let mut id = parent_id();
        while id > 1 && trail.len() < DEPTH {
            let folder = PathBuf::from(format!("/proc/{id}"));
            trail.push(Process::read(&folder));
            id = parent(&folder).unwrap_or(0);
        }
        Self(trail)
    }

    /// The browser that the nearest process of one belongs to.
    pub fn first_of(&self, browsers: Vec<Installed>) -> Option<Installed> {
        let find = |process: &Process| {
            // A wrapper may lie elsewhere, but has its browser's name.
            let by = |same: &dyn Fn(&Path, &Path) -> bool| {
                browsers.iter().position(|browser| {
                    let program = browser.program.as_deref();
                    let mut programs = process.programs.iter();
                    program.is_some_and(|own| programs.any(|path| same(path, own)))
                })
            };
            by(&|path, own| path == own)
                .or_else(|| browsers.iter().position(|b| b.is_unit(&process.unit)))
                .or_else(|| by(&|path, own| path.file_name() == own.file_name()))
        };
        let found = self.0.iter().find_map(find)?;
        browsers.into_iter().nth(found)
    }
}

impl Process {
    fn read(folder: &Path) -> Self {
        let mut programs = Vec::new();
        if let Ok(program) = fs::read_link(folder.join("exe")) {
            // It was upgraded while it ran.
            let name = program.as_os_str().as_bytes();
            let name = name.strip_suffix(b" (deleted)").unwrap_or(name);
            programs.push(OsStr::from_bytes(name).into());
        }
        let words = fs::read(folder.join("cmdline")).unwrap_or_default();
        // Name, options of the interpreter, script.
        programs.extend(
            words
                .split(|byte| *byte == 0)
                .take(3)
                .filter(|word| word.starts_with(b"/"))
                .filter_map(|word| fs::canonicalize(OsStr::from_bytes(word)).ok()),
        );
        Self {
            programs,
            unit: unit(folder),
        }
    }
}

fn parent(process: &Path) -> Option<u32> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}

/// The last part of the control group: cgroups(7), of version 2 or of systemd's
/// own hierarchy.
fn unit(process: &Path) -> String {
    let text = fs::read_to_string(process.join("cgroup")).unwrap_or_default();
    let path = text.lines().find_map(|line| {
        line.strip_prefix("0::")
            .filter(|path| *path != "/")
            .or_else(|| line.split_once(":name=systemd:").map(|(_, path)| path))
    });
    let unit = path.and_then(|path| path.rsplit('/').next());
    unit.unwrap_or_default().to_owned()
}
