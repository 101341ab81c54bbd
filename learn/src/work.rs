//! How much is done for one recording, however many conversations are in it. One that needs more
//! is refused: what is searched less would be shown all the same.

use crate::Refused;

/// Bytes of all that was read: no card has as many. A file read at one far place counts whole.
const READ: usize = 8 << 20;

/// Bytes that are unpacked, and what each attempt counts: what stands in front of a certificate
/// or a stream stands anywhere.
const UNPACKED: usize = 64 << 20;
const ATTEMPT: usize = 0x0400;

/// Checks of signatures of ECDSA, and recoveries of blocks of RSA: each takes up to a
/// millisecond.
const CHECKS: usize = 8_000;

/// What may still be done.
pub struct Work {
    read: usize,
    unpacked: usize,
    checks: usize,
}

impl Work {
    /// Nothing has been done yet.
    pub fn new() -> Self {
        Self {
            read: READ,
            unpacked: UNPACKED,
            checks: CHECKS,
        }
    }

    /// So many bytes were read.
    ///
    /// # Errors
    ///
    /// [`Refused::TooMuch`].
    pub fn read(&mut self, len: usize) -> Result<(), Refused> {
        spend(&mut self.read, len)
    }

    /// Something was tried to be a certificate, and unpacked to so many bytes.
    ///
    /// # Errors
    ///
    /// [`Refused::TooMuch`].
    pub fn unpacked(&mut self, len: usize) -> Result<(), Refused> {
        spend(&mut self.unpacked, ATTEMPT + len)
    }

    /// Something is checked to be a signature.
    ///
    /// # Errors
    ///
    /// [`Refused::TooMuch`].
    pub fn check(&mut self) -> Result<(), Refused> {
        spend(&mut self.checks, 1)
    }
}

fn spend(left: &mut usize, cost: usize) -> Result<(), Refused> {
    *left = left.checked_sub(cost).ok_or(Refused::TooMuch)?;
    Ok(())
}
