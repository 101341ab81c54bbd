//! The reader and the card in it.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use super::{INVALID_HANDLE, REMOVED_CARD, RESET_CARD};

/// What is wrong with the reader, by the file that `WINSCARD_FAULT` names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service is stopped.
    Stopped,
    /// Another program has the card for itself.
    Shared,
    /// Another program resets the card.
    Reset,
    /// The card is pulled out.
    Pulled,
    /// A code that is none of PC/SC's.
    Strange,
}

impl Fault {
    pub fn now() -> Option<Self> {
        let text = fs::read_to_string(env::var_os("WINSCARD_FAULT")?).ok()?;
        Some(match text.trim() {
            "stopped" => Self::Stopped,
            "shared" => Self::Shared,
            "reset" => Self::Reset,
            "pulled" => Self::Pulled,
            "strange" => Self::Strange,
            _ => return None,
        })
    }

    /// One that strikes once: it is over with that.
    pub fn once() -> Option<Self> {
        let fault = Self::now()?;
        let lasts = matches!(fault, Self::Stopped | Self::Shared);
        if !lasts {
            let _ = fs::remove_file(env::var_os("WINSCARD_FAULT")?);
        }
        (!lasts).then_some(fault)
    }
}

/// Messages of one byte control the card.
mod control {
    pub const POWER_ON: u8 = 1;
    pub const RESET: u8 = 2;
    pub const ATR: u8 = 4;
}

#[derive(Default)]
struct State {
    card: Option<TcpStream>,
    atr: Vec<u8>,
    /// How often a card came or went.
    events: u32,
    /// How often the card was reset.
    resets: u32,
    /// What each connection knows: the card, by the events, and its resets.
    handles: HashMap<usize, (u32, u32)>,
    last: usize,
    cancelled: u32,
}

pub struct Reader(Mutex<State>);

impl Reader {
    pub fn get() -> &'static Self {
        static READER: std::sync::LazyLock<Reader> =
            std::sync::LazyLock::new(|| Reader(Mutex::default()));
        static LISTENS: Once = Once::new();
        LISTENS.call_once(|| {
            std::thread::spawn(|| READER.serve());
        });
        &READER
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes cards in, one after the other. A further process has an empty reader.
    fn serve(&self) {
        let port = env::var("WINSCARD_PORT")
            .ok()
            .and_then(|port| port.parse().ok());
        let Some(listener) =
            port.and_then(|port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        else {
            return;
        };
        for mut card in listener.incoming().flatten() {
            let _ = card.set_nodelay(true);
            let powered = send(&mut card, &[control::POWER_ON])
                .and_then(|()| send(&mut card, &[control::ATR]))
                .and_then(|()| receive(&mut card));
            let Ok(atr) = powered else { continue };
            let watched = card.try_clone();
            let mut state = self.lock();
            (state.card, state.atr) = (Some(card), atr);
            state.events += 1;
            drop(state);
            if let Ok(watched) = watched {
                self.until_gone(&watched);
            }
        }
    }

    /// A card that hangs up is one that was pulled out.
    fn until_gone(&self, watched: &TcpStream) {
        loop {
            std::thread::sleep(Duration::from_millis(50));
            let mut state = self.lock();
            if state.card.is_none() {
                return;
            }
            // No answer is under way, for the state is locked.
            let _ = watched.set_nonblocking(true);
            let gone = matches!(watched.peek(&mut [0]), Ok(0));
            let _ = watched.set_nonblocking(false);
            if gone {
                return state.remove();
            }
        }
    }

    /// Gives a card that is about to connect the time to do so: what is plugged in is there
    /// before a program starts.
    pub fn expect_card(&self) {
        let until = Instant::now() + Duration::from_secs(3);
        while env::var_os("WINSCARD_PORT").is_some()
            && self.lock().events == 0
            && Instant::now() < until
        {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn seen(&self) -> (u32, Vec<u8>) {
        let state = self.lock();
        (state.events, state.atr.clone())
    }

    pub fn atr(&self) -> Vec<u8> {
        self.lock().atr.clone()
    }

    pub fn cancel(&self) {
        self.lock().cancelled += 1;
    }

    pub fn cancelled(&self) -> u32 {
        self.lock().cancelled
    }

    pub fn connect(&self) -> Option<usize> {
        let mut state = self.lock();
        state.card.as_ref()?;
        state.last += 1;
        let (handle, known) = (state.last, (state.events, state.resets));
        state.handles.insert(handle, known);
        Some(handle)
    }

    /// The card of a connection is still there, and nobody has reset it.
    pub fn usable(&self, handle: usize) -> Result<(), i32> {
        let state = self.lock();
        match state.handles.get(&handle) {
            None => Err(INVALID_HANDLE),
            Some((events, _)) if *events != state.events => Err(REMOVED_CARD),
            Some((_, resets)) if *resets != state.resets => Err(RESET_CARD),
            Some(_) => Ok(()),
        }
    }

    pub fn reconnect(&self, handle: usize) -> Result<(), i32> {
        let mut state = self.lock();
        let now = (state.events, state.resets);
        match state.handles.get_mut(&handle) {
            None => Err(INVALID_HANDLE),
            Some((events, _)) if *events != now.0 => Err(REMOVED_CARD),
            Some(known) => {
                *known = now;
                Ok(())
            }
        }
    }

    /// The end of a transaction or connection; other connections hear of a reset.
    pub fn end(&self, handle: usize, reset: bool) -> Result<(), i32> {
        self.usable(handle)?;
        let mut state = self.lock();
        if reset {
            if let Some(card) = &mut state.card {
                let _ = send(card, &[control::RESET]);
            }
            state.resets += 1;
            let now = (state.events, state.resets);
            state.handles.insert(handle, now);
        }
        Ok(())
    }

    pub fn pull(&self) {
        self.lock().remove();
    }

    /// `None`: the card is gone.
    pub fn transmit(&self, command: &[u8]) -> Option<Vec<u8>> {
        let mut state = self.lock();
        let card = state.card.as_mut()?;
        match send(card, command).and_then(|()| receive(card)) {
            Ok(answer) => Some(answer),
            Err(_) => {
                state.remove();
                None
            }
        }
    }
}

impl State {
    fn remove(&mut self) {
        self.card = None;
        self.atr.clear();
        self.events += 1;
    }
}

fn send(card: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    card.write_all(&[&length.to_be_bytes()[..], message].concat())
}

fn receive(card: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    card.read_exact(&mut length)?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    card.read_exact(&mut message)?;
    Ok(message)
}
