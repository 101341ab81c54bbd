//! Serves the ePass2003 emulator to a virtual reader (vpcd's TCP protocol).
//!
//! `epass2003_vpcd PORT MODE [LAYOUT] [HABIT …]`, for example `epass2003_vpcd 35963 aes`
//! or `epass2003_vpcd 35963 fips l2 no-raw`. Modes: aes, des, fips, plain. Layouts:
//! blank (for pkcs15-init), l2 (as Indian authorities hand it out: PIN 12345678, SO PIN
//! rockey). Habits: one-byte-length, no-raw, no-ec, no-reset. The keys come from a fixed
//! seed and are no secret. any-query-code lets OpenSC 0.23 in (FIPS). With EPASS2003_LOG each command's INS and status are printed.

#[path = "vpcd/serve.rs"]
mod vpcd;

use std::env;
use std::error::Error;

use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Container, Epass, Id, Mode};

/// Repeatable keys keep the slow RSA generation out of the way of nobody's secret.
const SEED: &[u8] = b"epass2003_vpcd example";
const HOLDER: &str = "C=IN,O=Personal,CN=Ada Lovelace";
const ADDRESS: &[u8] = b"le-Ada Lovelace's 2nd Capital Signing Key 2025-03-04";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().ok_or("which TCP port?")?.parse::<u16>()?;
    let mode = match arguments.next().as_deref() {
        Some("aes") => Mode::Aes,
        Some("des") => Mode::Des,
        Some("fips") => Mode::Fips,
        Some("plain") => Mode::Plain,
        _ => return Err("which mode: aes, des, fips, plain?".into()),
    };
    let mut arguments = arguments.peekable();
    let vendor = arguments.next_if(|layout| layout == "l2").is_some();
    arguments.next_if(|layout| layout == "blank");
    let mut builder = if vendor {
        Epass::l2(mode)
            .certificate(Container::signing(HOLDER))
            .certificate(Container::encryption(HOLDER))
            .certificate(Container::signing(HOLDER).id(Id::Bytes(ADDRESS.to_vec())))
            .certificate(Container::authority("CN=Emulated Sub CA"))
    } else {
        Epass::blank(mode)
    };
    builder = builder.seed(SEED);
    for habit in arguments {
        builder = match &habit[..] {
            "one-byte-length" => builder.one_byte_length(),
            "no-raw" => builder.refuses_raw_rsa(),
            "no-ec" => builder.without_ec(),
            "any-query-code" => builder.any_query_code(),
            "no-reset" => builder.without_pin_reset(),
            _ => return Err(format!("no such habit: {habit}").into()),
        };
    }
    let card = builder.build()?;
    let mut card = Told {
        card,
        told: env::var_os("EPASS2003_LOG").map(|_| 0),
    };
    vpcd::serve(&mut card, port)?;
    Ok(())
}

/// Prints what was logged since the last command.
struct Told {
    card: Epass,
    told: Option<usize>,
}

impl Emulator for Told {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    #[allow(clippy::print_stdout, reason = "asked for by the variable")]
    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let response = self.card.transmit(command);
        if let Some(told) = &mut self.told {
            for exchange in self.card.log().iter().skip(*told) {
                println!("{:02X} {:04X}", exchange.instruction, exchange.status);
            }
            *told = self.card.log().len();
        }
        response
    }
}
