//! `securesign`: sign with the certificate on a USB token, with no vendor driver.

use std::process::ExitCode;

fn main() -> ExitCode {
    securesign::run()
}
