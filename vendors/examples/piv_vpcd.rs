//! Serves the PIV emulator to a virtual reader (vpcd's TCP protocol).
//!
//! `piv_vpcd PORT PERSONALITY [SLOT=KEY …] [gzip=SLOT]`, for example
//! `piv_vpcd 35963 nist 9a=rsa2048 9c=p256 9d=p384`. PIN 123456, PUK 12345678. The keys
//! come from a fixed seed and are no secret.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::piv::emulator::{ALL, Builder, KeyKind, PivCard, Slot};

/// Repeatable keys keep the slow RSA generation out of the way of nobody's secret.
const SEED: &[u8] = b"piv_vpcd example";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which personality?")?;
    let personality = ALL.iter().find(|p| p.name == name);
    let personality = *personality.ok_or("no such personality")?;

    let mut builder = PivCard::builder(personality).seed(SEED);
    for argument in arguments {
        builder = add(builder, &argument)?;
    }
    let mut card = builder.build()?;
    vpcd::serve(&mut card, port)?;
    Ok(())
}

fn add(builder: Builder, argument: &str) -> Result<Builder, Box<dyn Error>> {
    let (left, right) = argument.split_once('=').ok_or("SLOT=KEY or gzip=SLOT")?;
    if left == "gzip" {
        return Ok(builder.gzip_certificate(slot(right)?));
    }
    let slot = slot(left)?;
    let kind = match right {
        "rsa1024" => KeyKind::Rsa1024,
        "rsa2048" => KeyKind::Rsa2048,
        "rsa3072" => KeyKind::Rsa3072,
        "rsa4096" => KeyKind::Rsa4096,
        "p256" => KeyKind::P256,
        "p384" => KeyKind::P384,
        "ed25519" => KeyKind::Ed25519,
        _ => return Err("no such key kind".into()),
    };
    let subject = format!("CN=Slot {:02X}", slot.reference());
    Ok(builder.subject(slot, &subject).key(slot, kind))
}

fn slot(text: &str) -> Result<Slot, Box<dyn Error>> {
    let reference = u8::from_str_radix(text, 16)?;
    Ok(Slot::from_reference(reference).ok_or("no such slot")?)
}
