//! Serves the GIDS emulator to a virtual reader (vpcd's TCP protocol).
//!
//! `gids_vpcd PORT PRODUCT [blank] [puk=PUK] [CONTAINER=KIND …] [raw=CONTAINER]
//! [signature=CONTAINER]`, for example `gids_vpcd 35963 gidsapplet 0=rsa2048`. PIN 123456,
//! the administrator's key is zeros. The keys come from a fixed seed and are no secret.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::gids::emulator::{ALL, Builder, GidsCard};

const SEED: &[u8] = b"gids_vpcd example";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which product?")?;
    let product = ALL.iter().find(|product| product.name == name);
    let product = *product.ok_or("no such product")?;

    let mut builder = GidsCard::builder(product).seed(SEED);
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
    let (left, right) = argument.split_once('=').ok_or("CONTAINER=KIND")?;
    match left {
        "puk" => return Ok(builder.puk(right)),
        "raw" => return Ok(builder.raw(right.parse()?)),
        "signature" => return Ok(builder.signature(right.parse()?)),
        _ => {}
    }
    let kind = match right {
        "rsa1024" => KeyKind::Rsa1024,
        "rsa2048" => KeyKind::Rsa2048,
        "rsa3072" => KeyKind::Rsa3072,
        "rsa4096" => KeyKind::Rsa4096,
        _ => return Err("no such key kind".into()),
    };
    Ok(builder.key(left.parse()?, kind))
}
