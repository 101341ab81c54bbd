//! Serves an emulator of a national identity card to a virtual reader (vpcd's TCP protocol).
//!
//! `eid_vpcd PORT PRODUCT`, for example `eid_vpcd 35963 esteid8`. PINs and PUKs are as the
//! product has them, the keys come from a fixed seed and are no secret.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::eid::emulator::{ALL, EidCard};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let name = arguments.next().ok_or("which product?")?;
    let product = ALL.iter().find(|product| product.name == name);
    let product = *product.ok_or("no such product")?;
    let mut card = EidCard::builder(product)
        .seed(b"eid_vpcd example")
        .holder("CN=Ada Lovelace")
        .build()?;
    vpcd::serve(&mut card, port)?;
    Ok(())
}
