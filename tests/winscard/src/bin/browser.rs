//! A browser of the tests: writes down what it is started with, a line each time, into the
//! file that `BROWSER_LOG` names.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let file = env::var_os("BROWSER_LOG").ok_or("BROWSER_LOG names no file")?;
    let mut log = OpenOptions::new().append(true).create(true).open(file)?;
    writeln!(log, "{}", arguments.join("\t"))?;
    Ok(())
}
