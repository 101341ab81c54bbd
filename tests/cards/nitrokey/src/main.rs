//! Nitrokey's PIV and OpenPGP applets, as their firmware runs them, behind a virtual
//! reader.
//!
//! The card is kept in memory: a new process is a new card. PIV: the factory PIN
//! 123456, PUK 12345678 and the management key 0102…08 three times. OpenPGP: PW1
//! 123456, PW3 12345678.

mod backends;
mod card;
mod count;

use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;

use piv_authenticator::Authenticator;
use trussed::virt::{self, StoreConfig};

use backends::{BACKENDS, Backends};
use card::{Applet, Card};
use count::Count;

/// T=1; historical bytes: card capabilities (tag 73: DF by full and partial
/// name; command chaining and extended length), card issuer's data "Nitrokey".
const ATR_EXTENDED: &str = "3B8E018073C001C0584E6974726F6B65791C";

/// The ATR of a Nitrokey 3: it promises neither chaining nor extended length.
const ATR_PLAIN: &str = "3B8F01805D4E6974726F6B657900000000006A";

const USAGE: &str =
    "usage: nitrokey-card PORT [--openpgp | --both] [--count FILE] [--no-extended | --atr HEX]

  PORT           where vpcd waits for a card (on this machine)
  --openpgp      OpenPGP in place of PIV
  --both         PIV and OpenPGP, as on a Nitrokey 3
  --count FILE   keep FILE at: APDUs, bytes to the card, bytes from the card
  --no-extended  an ATR that does not offer extended length
  --atr HEX      this ATR";

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

struct Arguments {
    port: u16,
    piv: bool,
    openpgp: bool,
    atr: Vec<u8>,
    count: Count,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut port = None;
    let mut atr = ATR_EXTENDED.to_owned();
    let mut count = Count::nowhere();
    let (mut piv, mut openpgp) = (true, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--count" => {
                let path = words.next().ok_or(USAGE)?;
                count = Count::in_file(&path).map_err(|error| format!("{path}: {error}"))?;
            }
            "--openpgp" => (piv, openpgp) = (false, true),
            "--both" => openpgp = true,
            "--no-extended" => atr = ATR_PLAIN.to_owned(),
            "--atr" => atr = words.next().ok_or(USAGE)?,
            number => port = Some(number.parse().map_err(|_| USAGE)?),
        }
    }
    Ok(Arguments {
        port: port.ok_or(USAGE)?,
        piv,
        openpgp,
        atr: bytes(&atr).ok_or(USAGE)?,
        count,
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

fn serve(arguments: Arguments) -> Result<(), String> {
    let port = arguments.port;
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| format!("no reader waits at port {port}: {error}"))?;
    let socket = stream.try_clone().map_err(|error| error.to_string())?;
    let mut connection = vpicc::Connection::from(stream);

    virt::with_platform(StoreConfig::ram(), |platform| {
        let clients = [("piv", BACKENDS), ("opcard", BACKENDS)];
        platform.run_clients_with_backends(clients, Backends::new(), |[piv, openpgp]| {
            let piv = Authenticator::new(piv, piv_authenticator::Options::default());
            let openpgp = opcard::Card::new(openpgp, opcard::Options::default());
            let mut applets: Vec<Box<dyn Applet + '_>> = Vec::new();
            if arguments.piv {
                applets.push(Box::new(piv));
            }
            if arguments.openpgp {
                applets.push(Box::new(openpgp));
            }
            let mut card = Card::new(applets, arguments.atr, arguments.count);
            // The reader hangs up when it goes away: that ends the card, too.
            loop {
                // vpcd writes a length and then a message. Between the two it
                // waits for our acknowledgement, which Linux holds back for
                // 40 ms unless asked not to, and forgets that it was asked.
                let _ = rustix::net::sockopt::set_tcp_quickack(&socket, true);
                if connection.poll(&mut card).is_err() {
                    break;
                }
            }
        });
    });
    Ok(())
}
