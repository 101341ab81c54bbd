//! Serves the IDPrime emulator to a virtual reader (vpcd's TCP protocol).
//!
//! `idprime_vpcd PORT PRODUCT [CONTAINER=KIND …] [raw=CONTAINER] [exchange=CONTAINER]
//! [also=REFERENCE]`, for example `idprime_vpcd 35963 idprime940 0=rsa2048 1=rsa2048`. PIN
//! 123456, PUK 000000. The keys come from a fixed seed and are no secret; `also` is where
//! OpenSC 0.23 begins to count them.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::idprime::emulator::{ALL, Builder, IdPrimeCard};

const SEED: &[u8] = b"idprime_vpcd example";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which product?")?;
    let product = ALL.iter().find(|product| product.name == name);
    let product = *product.ok_or("no such product")?;

    let mut builder = IdPrimeCard::builder(product).seed(SEED);
    for argument in arguments {
        builder = add(builder, &argument)?;
    }
    let mut card = builder.build()?;
    vpcd::serve(&mut card, port)?;
    Ok(())
}

fn add(builder: Builder, argument: &str) -> Result<Builder, Box<dyn Error>> {
    let (left, right) = argument.split_once('=').ok_or("CONTAINER=KIND")?;
    match left {
        "raw" => return Ok(builder.raw(right.parse()?)),
        "also" => return Ok(builder.also_counted_from(u8::from_str_radix(right, 16)?)),
        "exchange" => return Ok(builder.exchange(right.parse()?)),
        _ => {}
    }
    let kind = match right {
        "rsa1024" => KeyKind::Rsa1024,
        "rsa2048" => KeyKind::Rsa2048,
        "rsa3072" => KeyKind::Rsa3072,
        "rsa4096" => KeyKind::Rsa4096,
        "p256" => KeyKind::P256,
        "p384" => KeyKind::P384,
        "p521" => KeyKind::P521,
        _ => return Err("no such key kind".into()),
    };
    Ok(builder.key(left.parse()?, kind))
}
