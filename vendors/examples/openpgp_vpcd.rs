//! Serves the OpenPGP card emulator to a virtual reader (vpcd's TCP protocol).
//!
//! `openpgp_vpcd PORT PRODUCT [KEY=KIND …] [code=RESET-CODE] [kdf=COUNT]`, for example
//! `openpgp_vpcd 35963 opcard sig=rsa2048 aut=p256`. PW1 123456, PW3 12345678. The keys
//! come from a fixed seed and are no secret.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::openpgp::emulator::{ALL, Builder, KeySlot, OpenPgpCard};

const SEED: &[u8] = b"openpgp_vpcd example";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which product?")?;
    let product = ALL.iter().find(|product| product.name == name);
    let product = *product.ok_or("no such product")?;

    let mut builder = OpenPgpCard::builder(product).seed(SEED);
    for argument in arguments {
        builder = add(builder, &argument)?;
    }
    let mut card = builder.build()?;
    vpcd::serve(&mut card, port)?;
    Ok(())
}

fn add(builder: Builder, argument: &str) -> Result<Builder, Box<dyn Error>> {
    let (left, right) = argument.split_once('=').ok_or("KEY=KIND")?;
    let slot = match left {
        "code" => return Ok(builder.reset_code(right)),
        "kdf" => return Ok(builder.kdf(right.parse()?, false)),
        "sig" => KeySlot::Signature,
        "dec" => KeySlot::Decryption,
        "aut" => KeySlot::Authentication,
        _ => return Err("no such key".into()),
    };
    let kind = match right {
        "rsa2048" => KeyKind::Rsa2048,
        "rsa3072" => KeyKind::Rsa3072,
        "rsa4096" => KeyKind::Rsa4096,
        "p256" => KeyKind::P256,
        "p384" => KeyKind::P384,
        "p521" => KeyKind::P521,
        "ed25519" => KeyKind::Ed25519,
        _ => return Err("no such key kind".into()),
    };
    Ok(builder.key(slot, kind))
}
