//! Writes the manual pages and the completions of three shells into a folder:
//! `cargo run --release --example manual -- FOLDER`. What `--help` says is the source of
//! what they say of commands and options, so they cannot say anything else; examples and
//! files are in `ui/desktop/man`, and so is the page of the settings. The window's
//! executable, which nobody calls, has a page that says so.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Command;
use clap_complete::Shell;

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("usage: manual FOLDER"));
    };
    let mut command = securesign::command_line().disable_help_subcommand(true);
    fs::create_dir_all(&folder)?;
    clap_mangen::generate_to(command.clone(), &folder)?;
    fs::OpenOptions::new()
        .append(true)
        .open(folder.join("securesign.1"))?
        .write_all(include_bytes!("../desktop/man/securesign.roff"))?;
    fs::write(
        folder.join("securesign-settings.5"),
        include_bytes!("../desktop/man/securesign-settings.5"),
    )?;
    let window = Command::new("securesign-window")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The window of securesign(1), which starts it where one is wanted")
        .disable_help_flag(true)
        .disable_version_flag(true);
    clap_mangen::generate_to(window, &folder)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command, "securesign", &folder)?;
    }
    Ok(())
}
