//! Memory for secrets: a page of its own, locked against swapping, kept out of
//! core dumps where the system allows, overwritten before it is given back.
//!
//! Beside one call in `ui/src/guard/windows.rs` this is all the `unsafe` code of the
//! workspace: the operating system hands out pages as pointers, and there is no other way
//! to reach them.
#![allow(unsafe_code)]

use std::fmt;

use zeroize::Zeroize;

/// Room for one secret. A page is taken for each, because locking works on
/// whole pages and unlocking one secret must not unlock its neighbour.
pub const CAPACITY: usize = 256;

/// A fixed buffer of [`CAPACITY`] bytes in a locked page. It never grows, so no
/// copy is left behind by a reallocation; it has no `Clone` and no `Debug`.
pub struct Locked {
    // Fields drop in this order: the lock goes before the page it holds.
    guard: Option<region::LockGuard>,
    page: region::Allocation,
    len: usize,
}

/// The system gave no memory for a secret.
#[derive(Debug)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gives no memory for a secret")
    }
}

impl std::error::Error for OutOfMemory {}

impl Locked {
    /// An empty buffer. Where the limit of lockable memory (RLIMIT_MEMLOCK) is
    /// used up the page stays unlocked: signing without swap protection serves
    /// the user better than refusing to sign. [`Locked::is_locked`] tells.
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`]: the system gives no page.
    pub fn new() -> Result<Self, OutOfMemory> {
        let page =
            region::alloc(CAPACITY, region::Protection::READ_WRITE).map_err(|_| OutOfMemory)?;
        let guard = region::lock(page.as_ptr::<u8>(), page.len()).ok();
        exclude_from_dumps(&page);
        Ok(Self {
            guard,
            page,
            len: 0,
        })
    }

    /// Whether the page cannot be swapped to disk.
    pub fn is_locked(&self) -> bool {
        self.guard.is_some()
    }

    /// The secret.
    pub fn bytes(&self) -> &[u8] {
        &self.room()[..self.len]
    }

    /// Appends one byte; false when the buffer is full.
    pub fn push(&mut self, byte: u8) -> bool {
        let at = self.len;
        match self.room_mut().get_mut(at) {
            Some(place) => {
                *place = byte;
                self.len += 1;
                true
            }
            None => false,
        }
    }

    fn room(&self) -> &[u8] {
        // SAFETY: the page is readable, zero-filled by the system, at least
        // CAPACITY bytes long and lives as long as `self`.
        unsafe { std::slice::from_raw_parts(self.page.as_ptr::<u8>(), CAPACITY) }
    }

    fn room_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, writable, and borrowed mutably through `self`.
        unsafe { std::slice::from_raw_parts_mut(self.page.as_mut_ptr::<u8>(), CAPACITY) }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.room_mut().zeroize();
    }
}

// SAFETY: the page is owned by this value alone and is not tied to a thread.
unsafe impl Send for Locked {}
// SAFETY: `&Locked` only reads.
unsafe impl Sync for Locked {}

#[cfg(target_os = "linux")]
fn exclude_from_dumps(page: &region::Allocation) {
    // SAFETY: the range is exactly the allocation; DONTDUMP changes no content.
    let advice = unsafe {
        rustix::mm::madvise(
            page.as_ptr::<u8>().cast_mut().cast(),
            page.len(),
            rustix::mm::Advice::LinuxDontDump,
        )
    };
    // Core dumps are switched off for the whole program as well; this is the
    // second bolt, and an old kernel without it is no reason to refuse.
    let _ = advice;
}

#[cfg(not(target_os = "linux"))]
fn exclude_from_dumps(_page: &region::Allocation) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_was_pushed_and_refuses_more_than_it_can() {
        let mut secret = Locked::new().unwrap();
        assert!(secret.push(b'1') && secret.push(b'2'));
        assert_eq!(secret.bytes(), b"12");
        for _ in 2..CAPACITY {
            assert!(secret.push(0));
        }
        assert!(!secret.push(0));
        assert_eq!(secret.bytes().len(), CAPACITY);
    }
}
