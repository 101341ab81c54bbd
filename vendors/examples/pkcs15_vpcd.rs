//! Serves the emulator of PKCS#15 cards to a virtual reader (vpcd's TCP protocol).
//!
//! `pkcs15_vpcd PORT DIALECT [KIND …] [layout=NAME …]`, for example `pkcs15_vpcd 35963 myeid
//! rsa2048 p256`. Without keys the card is blank, as it comes from the maker. PIN 123456.
//! The keys come from a fixed seed and are no secret.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::pkcs15::emulator::{ALL, Layout, Object, Pkcs15Card};

const SEED: &[u8] = b"pkcs15_vpcd example";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which dialect?")?;
    let dialect = ALL.iter().find(|dialect| dialect.name == name);
    let dialect = *dialect.ok_or("no such dialect")?;

    let mut layout = Layout::default();
    let mut builder = Pkcs15Card::builder(dialect).seed(SEED);
    for argument in arguments {
        match argument.split_once('=') {
            Some(("layout", name)) => add(&mut layout, name)?,
            _ => builder = builder.object(Object::signing("CN=Ada Lovelace", kind(&argument)?)),
        }
    }
    let mut card = builder.layout(layout).build()?;
    vpcd::serve(&mut card, port)?;
    Ok(())
}

fn kind(name: &str) -> Result<KeyKind, Box<dyn Error>> {
    Ok(match name {
        "rsa1024" => KeyKind::Rsa1024,
        "rsa2048" => KeyKind::Rsa2048,
        "rsa3072" => KeyKind::Rsa3072,
        "rsa4096" => KeyKind::Rsa4096,
        "p256" => KeyKind::P256,
        "p384" => KeyKind::P384,
        "p521" => KeyKind::P521,
        _ => return Err("no such key kind".into()),
    })
}

fn add(layout: &mut Layout, name: &str) -> Result<(), Box<dyn Error>> {
    match name {
        "filler" => layout.filler = Some(0xFF),
        "no-dir" => layout.no_dir = true,
        "nameless" => layout.nameless = true,
        "short-paths" => layout.short_paths = true,
        "sliced" => layout.sliced = true,
        "negative" => layout.negative_references = true,
        "unused-bits" => layout.unused_bits_zero = true,
        "none" => {}
        _ => return Err("no such layout".into()),
    }
    Ok(())
}
