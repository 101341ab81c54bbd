//! Icon, version and manifest of the executables for Windows. Other systems have none in
//! their executables.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=desktop/windows");
    // Of the system that is built for, not of this one.
    if env::var_os("CARGO_CFG_WINDOWS").is_none() {
        return Ok(());
    }
    let mut resource = winresource::WindowsResource::new();
    resource
        .set("ProductName", "SecureSign")
        .set("FileDescription", "SecureSign")
        .set("LegalCopyright", "SecureSign Desktop maintainers")
        .set_icon("desktop/windows/securesign.ico")
        .set_manifest_file("desktop/windows/securesign.manifest")
        .compile()?;
    Ok(())
}
