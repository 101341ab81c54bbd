//! vpcd's TCP protocol: what every example that serves a card shares.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use securesign_vendors::emulator::Emulator;

/// Messages of one byte control the card; anything longer is a command APDU.
mod control {
    pub const POWER_OFF: u8 = 0;
    pub const POWER_ON: u8 = 1;
    pub const RESET: u8 = 2;
    pub const ATR: u8 = 4;
}

/// Answers until the reader goes.
pub fn serve(card: &mut dyn Emulator, port: u16) -> io::Result<()> {
    let mut reader = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    reader.set_nodelay(true)?;
    loop {
        // The driver waits for the length to be acknowledged before it sends the
        // message, and Linux forgets after each that it was asked to be quick: without
        // this an APDU costs 44 ms. Other systems have no such switch.
        #[cfg(target_os = "linux")]
        rustix::net::sockopt::set_tcp_quickack(&reader, true)?;
        let Some(message) = receive(&mut reader)? else {
            return Ok(());
        };
        match *message {
            [control::POWER_OFF | control::POWER_ON | control::RESET] => card.reset(),
            [control::ATR] => send(&mut reader, &card.atr())?,
            ref command => {
                let response = card.transmit(command);
                send(&mut reader, &response)?;
            }
        }
    }
}

/// `None` when the reader has gone.
fn receive(reader: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    match reader.read_exact(&mut length) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    reader.read_exact(&mut message)?;
    Ok(Some(message))
}

fn send(reader: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    let message = [&length.to_be_bytes()[..], bytes].concat();
    reader.write_all(&message)
}
