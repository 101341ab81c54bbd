//! An emulator in a virtual reader: the card's end of vpcd's protocol, and the
//! faults that a hand at the reader causes.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::ops::Sub;
use std::os::linux::net::TcpStreamExt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use securesign_vendors::emulator::Emulator;

use super::run::eventually;

/// A card that the test goes on looking at while it is in the reader.
pub type Shared = Arc<Mutex<dyn Emulator>>;

/// The daemon looks for cards a few times a second: out for this long is seen.
const OUT: Duration = Duration::from_millis(900);

/// Exchanges since the card was inserted, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub apdus: u64,
    pub to_card: u64,
    pub from_card: u64,
}

impl Sub for Count {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            apdus: self.apdus - before.apdus,
            to_card: self.to_card - before.to_card,
            from_card: self.from_card - before.from_card,
        }
    }
}

/// A card in a reader. It is removed with the value.
pub struct VirtualCard {
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone, Copy)]
enum Fault {
    Reset,
    Remove,
}

#[derive(Default)]
struct State {
    count: Count,
    fault: Option<(u64, Fault)>,
    stream: Option<TcpStream>,
    seen: bool,
    removed: bool,
}

impl VirtualCard {
    /// Puts the card in, and returns when the daemon has asked for its ATR.
    pub fn insert(port: u16, card: Box<dyn Emulator>) -> Self {
        Self::insert_shared(port, Arc::new(Mutex::new(card)))
    }

    /// The same for a card that the test keeps a handle to.
    pub fn insert_shared(port: u16, card: Shared) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let server = Arc::clone(&state);
        let thread = thread::spawn(move || serve(port, &card, &server));
        let inserted = Self {
            state,
            thread: Some(thread),
        };
        let seen = eventually(Duration::from_secs(10), || lock(&inserted.state).seen);
        assert!(seen, "no daemon took the card at port {port}");
        inserted
    }

    pub fn count(&self) -> Count {
        lock(&self.state).count
    }

    /// Before the `nth` APDU from now (1 is the next) the card loses its power
    /// and comes back: that APDU is not answered, and the client sees a card
    /// that was taken out and put in again.
    pub fn reset_before(&self, nth: u64) {
        self.arm(nth, Fault::Reset);
    }

    /// Before the `nth` APDU from now (1 is the next) the card is taken out.
    pub fn remove_before(&self, nth: u64) {
        self.arm(nth, Fault::Remove);
    }

    /// Takes the card out.
    pub fn remove(self) {}

    fn arm(&self, nth: u64, fault: Fault) {
        let mut state = lock(&self.state);
        state.fault = Some((state.count.apdus + nth, fault));
    }
}

impl Drop for VirtualCard {
    fn drop(&mut self) {
        {
            let mut state = lock(&self.state);
            state.removed = true;
            if let Some(stream) = state.stream.take() {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the emulator panicked");
        }
    }
}

/// One round per stay in the reader.
fn serve(port: u16, card: &Shared, state: &Mutex<State>) {
    loop {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a reader at the port");
        {
            let mut state = lock(state);
            if state.removed {
                return;
            }
            state.stream = Some(stream.try_clone().expect("a second handle"));
        }
        lock(card).reset();
        let fault = stay(stream, card, state);
        lock(state).stream = None;
        match fault {
            // A message cut off is the daemon's end or our own removal.
            Err(_) | Ok(Fault::Remove) => return,
            Ok(Fault::Reset) => thread::sleep(OUT),
        }
    }
}

/// Answers until the connection ends or a fault is due.
fn stay(mut stream: TcpStream, card: &Shared, state: &Mutex<State>) -> io::Result<Fault> {
    loop {
        // The driver writes a length and then a message, and waits between the
        // two for an acknowledgement that Linux holds back for 40 ms unless
        // asked not to. It forgets that it was asked.
        stream.set_quickack(true)?;
        let message = receive(&mut stream)?;
        match message[..] {
            // Power off, power on, warm reset.
            [0..=2] => lock(card).reset(),
            [4] => {
                let atr = lock(card).atr();
                send(&mut stream, &atr)?;
                lock(state).seen = true;
            }
            _ => {
                if let Some(fault) = due(state) {
                    return Ok(fault);
                }
                let response = lock(card).transmit(&message);
                count(state, &message, &response);
                send(&mut stream, &response)?;
            }
        }
    }
}

fn due(state: &Mutex<State>) -> Option<Fault> {
    let mut state = lock(state);
    let next = state.count.apdus + 1;
    state
        .fault
        .take_if(|(at, _)| *at == next)
        .map(|(_, fault)| fault)
}

/// Before the response leaves, so that whoever has it also finds it counted.
fn count(state: &Mutex<State>, command: &[u8], response: &[u8]) {
    let count = &mut lock(state).count;
    count.apdus += 1;
    count.to_card += command.len() as u64;
    count.from_card += response.len() as u64;
}

fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message)?;
    Ok(message)
}

fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], message].concat())
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
