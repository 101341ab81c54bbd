//! A `winscard.dll` of the tests, for wine has none that works: one reader, whose card
//! connects over loopback by vpcd's protocol (`vendors/examples/*_vpcd.rs`). It lies in the
//! folder of the program that is tested.
//!
//! Environment: `WINSCARD_PORT`, where the card connects; `WINSCARD_FAULT`, a file that
//! holds a fault, or does not exist. `stopped` and `shared` last while the file is there;
//! `reset`, `pulled` and `strange` strike the next command that is transmitted, once.
//!
//! Written by Microsoft's description of the functions: the codes below are those that the
//! real library gives, none of them is one that only pcsclite has.

#![allow(non_snake_case, clippy::missing_safety_doc)]

mod reader;

use std::ffi::{CStr, c_char, c_void};
use std::time::{Duration, Instant};
use std::{ptr, slice};

use reader::{Fault, Reader};

pub const SUCCESS: i32 = 0;
pub const INVALID_HANDLE: i32 = 0x8010_0003_u32 as i32;
const INVALID_PARAMETER: i32 = 0x8010_0004_u32 as i32;
const INSUFFICIENT_BUFFER: i32 = 0x8010_0008_u32 as i32;
const UNKNOWN_READER: i32 = 0x8010_0009_u32 as i32;
const TIMEOUT: i32 = 0x8010_000A_u32 as i32;
const SHARING_VIOLATION: i32 = 0x8010_000B_u32 as i32;
const NO_SMARTCARD: i32 = 0x8010_000C_u32 as i32;
const NO_SERVICE: i32 = 0x8010_001D_u32 as i32;
const SERVICE_STOPPED: i32 = 0x8010_001E_u32 as i32;
const UNSUPPORTED_FEATURE: i32 = 0x8010_0022_u32 as i32;
const RESET_CARD: i32 = 0x8010_0068_u32 as i32;
const REMOVED_CARD: i32 = 0x8010_0069_u32 as i32;
/// ERROR_BROKEN_PIPE, which a Remote Desktop session that has gone leaves behind: a code of
/// Windows, outside those of PC/SC.
const BROKEN_PIPE: i32 = 0x6D;

const STATE_UNAWARE: u32 = 0;
const STATE_CHANGED: u32 = 0x02;
const STATE_UNKNOWN: u32 = 0x04;
const STATE_EMPTY: u32 = 0x10;
const STATE_PRESENT: u32 = 0x20;
const T1: u32 = 2;
/// SCARD_SPECIFIC, as Windows numbers it.
const SPECIFIC: u32 = 6;
const RESET: u32 = 1;
const UNPOWER: u32 = 2;

const NAME: &CStr = c"SecureSign Test Reader 0";
const PSEUDO: &CStr = c"\\\\?PnP?\\Notification";

#[repr(C)]
pub struct Pci {
    protocol: u32,
    length: u32,
}

#[unsafe(no_mangle)]
pub static g_rgSCardT0Pci: Pci = Pci {
    protocol: 1,
    length: 8,
};
#[unsafe(no_mangle)]
pub static g_rgSCardT1Pci: Pci = Pci {
    protocol: 2,
    length: 8,
};
#[unsafe(no_mangle)]
pub static g_rgSCardRawPci: Pci = Pci {
    protocol: 0x1_0000,
    length: 8,
};

#[repr(C)]
pub struct ReaderState {
    name: *const c_char,
    user: *mut c_void,
    current: u32,
    event: u32,
    length: u32,
    atr: [u8; 36],
}

/// What every function on an open context or card answers first.
fn service() -> Result<(), i32> {
    match Fault::now() {
        Some(Fault::Stopped) => Err(SERVICE_STOPPED),
        _ => Ok(()),
    }
}

fn code(outcome: Result<(), i32>) -> i32 {
    outcome.err().unwrap_or(SUCCESS)
}

#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardEstablishContext(
    _scope: u32,
    _one: *const c_void,
    _two: *const c_void,
    context: *mut usize,
) -> i32 {
    if service().is_err() {
        return NO_SERVICE;
    }
    Reader::get().expect_card();
    unsafe { *context = 1 };
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardReleaseContext(_context: usize) -> i32 {
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardIsValidContext(_context: usize) -> i32 {
    code(service())
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardCancel(_context: usize) -> i32 {
    Reader::get().cancel();
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardListReadersA(
    _context: usize,
    _groups: *const c_char,
    readers: *mut c_char,
    length: *mut u32,
) -> i32 {
    let list = [NAME.to_bytes_with_nul(), &[0]].concat();
    code(service().and_then(|()| unsafe { give(&list, readers.cast(), length) }))
}

/// Into a caller's buffer, whose length is told back. No buffer: the length alone.
unsafe fn give(bytes: &[u8], to: *mut u8, length: *mut u32) -> Result<(), i32> {
    if length.is_null() {
        return Ok(());
    }
    let room = unsafe { *length } as usize;
    unsafe { *length = bytes.len() as u32 };
    if to.is_null() {
        return Ok(());
    }
    if room < bytes.len() {
        return Err(INSUFFICIENT_BUFFER);
    }
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardConnectA(
    _context: usize,
    reader: *const c_char,
    _mode: u32,
    _protocols: u32,
    card: *mut usize,
    protocol: *mut u32,
) -> i32 {
    code(service().and_then(|()| {
        if unsafe { CStr::from_ptr(reader) } != NAME {
            return Err(UNKNOWN_READER);
        }
        if Fault::now() == Some(Fault::Shared) {
            return Err(SHARING_VIOLATION);
        }
        let handle = Reader::get().connect().ok_or(NO_SMARTCARD)?;
        unsafe { (*card, *protocol) = (handle, T1) };
        Ok(())
    }))
}

#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardReconnect(
    card: usize,
    _mode: u32,
    _protocols: u32,
    _how: u32,
    protocol: *mut u32,
) -> i32 {
    code(service().and_then(|()| {
        Reader::get().reconnect(card)?;
        unsafe { *protocol = T1 };
        Ok(())
    }))
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardDisconnect(card: usize, disposition: u32) -> i32 {
    code(service().and_then(|()| Reader::get().end(card, disposes(disposition))))
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardBeginTransaction(card: usize) -> i32 {
    code(service().and_then(|()| Reader::get().usable(card)))
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardEndTransaction(card: usize, disposition: u32) -> i32 {
    code(service().and_then(|()| Reader::get().end(card, disposes(disposition))))
}

fn disposes(disposition: u32) -> bool {
    disposition == RESET || disposition == UNPOWER
}

#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardStatusA(
    card: usize,
    name: *mut c_char,
    name_length: *mut u32,
    state: *mut u32,
    protocol: *mut u32,
    atr: *mut u8,
    atr_length: *mut u32,
) -> i32 {
    code(service().and_then(|()| {
        Reader::get().usable(card)?;
        let name_and_end = [NAME.to_bytes_with_nul(), &[0]].concat();
        unsafe {
            give(&name_and_end, name.cast(), name_length)?;
            give(&Reader::get().atr(), atr, atr_length)?;
            for (to, value) in [(state, SPECIFIC), (protocol, T1)] {
                if !to.is_null() {
                    *to = value;
                }
            }
        }
        Ok(())
    }))
}

/// Waits until a state is another one than the caller knows, like the real one.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardGetStatusChangeA(
    _context: usize,
    timeout: u32,
    states: *mut ReaderState,
    count: u32,
) -> i32 {
    if states.is_null() {
        return INVALID_PARAMETER;
    }
    let states = unsafe { slice::from_raw_parts_mut(states, count as usize) };
    let start = Instant::now();
    let wait = Duration::from_millis(timeout.into());
    let cancelled = Reader::get().cancelled();
    loop {
        if service().is_err() {
            return SERVICE_STOPPED;
        }
        let mut changed = false;
        for state in states.iter_mut() {
            changed |= unsafe { look(state) };
        }
        if changed {
            return SUCCESS;
        }
        // The code of a cancelled call, SCARD_E_CANCELLED.
        if Reader::get().cancelled() != cancelled {
            return 0x8010_0002_u32 as i32;
        }
        if start.elapsed() >= wait {
            return TIMEOUT;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Fills in one state; whether it is news.
unsafe fn look(state: &mut ReaderState) -> bool {
    let name = unsafe { CStr::from_ptr(state.name) };
    // The upper half counts the events.
    let now = if name == NAME {
        let (events, atr) = Reader::get().seen();
        state.length = atr.len() as u32;
        state.atr = [0; 36];
        state.atr[..atr.len()].copy_from_slice(&atr);
        let here = if atr.is_empty() {
            STATE_EMPTY
        } else {
            STATE_PRESENT
        };
        here | events << 16
    } else if name == PSEUDO {
        // There is one reader, always.
        1 << 16
    } else {
        STATE_UNKNOWN
    };
    let news = state.current == STATE_UNAWARE || (state.current & !STATE_CHANGED) != now;
    state.event = if news { now | STATE_CHANGED } else { now };
    news
}

#[unsafe(no_mangle)]
pub unsafe extern "system" fn SCardTransmit(
    card: usize,
    _send: *const Pci,
    command: *const u8,
    length: u32,
    _receive: *mut Pci,
    answer: *mut u8,
    room: *mut u32,
) -> i32 {
    code(service().and_then(|()| {
        Reader::get().usable(card)?;
        match Fault::once() {
            Some(Fault::Reset) => {
                Reader::get().end(card, true)?;
                return Err(RESET_CARD);
            }
            Some(Fault::Pulled) => {
                Reader::get().pull();
                return Err(REMOVED_CARD);
            }
            Some(Fault::Strange) => return Err(BROKEN_PIPE),
            _ => {}
        }
        let command = unsafe { slice::from_raw_parts(command, length as usize) };
        let response = Reader::get().transmit(command).ok_or(REMOVED_CARD)?;
        unsafe { give(&response, answer, room) }
    }))
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardControl(
    _card: usize,
    _control: u32,
    _send: *const u8,
    _length: u32,
    _answer: *mut u8,
    _room: u32,
    _answered: *mut u32,
) -> i32 {
    UNSUPPORTED_FEATURE
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardGetAttrib(
    _card: usize,
    _id: u32,
    _to: *mut u8,
    _room: *mut u32,
) -> i32 {
    UNSUPPORTED_FEATURE
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardSetAttrib(_card: usize, _id: u32, _value: *const u8, _len: u32) -> i32 {
    UNSUPPORTED_FEATURE
}

#[unsafe(no_mangle)]
pub extern "system" fn SCardFreeMemory(_context: usize, _memory: *const c_void) -> i32 {
    SUCCESS
}
