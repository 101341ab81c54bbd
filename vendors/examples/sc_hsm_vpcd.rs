//! Serves the SmartCard-HSM emulator to a virtual reader (vpcd's TCP protocol).
//!
//! `sc_hsm_vpcd PORT PRODUCT [blank] [ID=KIND …]`, for example
//! `sc_hsm_vpcd 35963 nitrokeyhsm 1=rsa2048 2=p256`. PIN 648219, SO-PIN 3537363231383830.
//! The keys come from a fixed seed and are no secret.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::sc_hsm::emulator::{ALL, Builder, ScHsmCard};

const SEED: &[u8] = b"sc_hsm_vpcd example";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which product?")?;
    let product = ALL.iter().find(|product| product.name == name);
    let product = *product.ok_or("no such product")?;

    let mut builder = ScHsmCard::builder(product).seed(SEED);
    for argument in arguments {
        builder = add(builder, &argument)?;
    }
    let mut card = builder.build()?;
    vpcd::serve(&mut card, port)?;
    Ok(())
}

fn add(builder: Builder, argument: &str) -> Result<Builder, Box<dyn Error>> {
    if argument == "blank" {
        return Ok(builder.blank());
    }
    let (id, kind) = argument.split_once('=').ok_or("ID=KIND")?;
    let kind = match kind {
        "rsa1024" => KeyKind::Rsa1024,
        "rsa2048" => KeyKind::Rsa2048,
        "rsa3072" => KeyKind::Rsa3072,
        "rsa4096" => KeyKind::Rsa4096,
        "p256" => KeyKind::P256,
        "p384" => KeyKind::P384,
        "p521" => KeyKind::P521,
        "brainpoolp256" => KeyKind::BrainpoolP256,
        "brainpoolp384" => KeyKind::BrainpoolP384,
        _ => return Err("no such key kind".into()),
    };
    Ok(builder.key(id.parse()?, kind))
}
