//! What is typed into one secret field.

use std::cell::RefCell;
use std::rc::Rc;

use securesign_card::memory::{Locked, OutOfMemory};
use securesign_card::pin::Pin;

/// What the field's widget and the stage share.
pub type Shared = Rc<RefCell<Entry>>;

/// The typed characters, in locked memory from the first key on. Pages are
/// taken when something is typed and overwritten when they are given back.
pub struct Entry {
    held: Option<Locked>,
    max: usize,
}

impl Entry {
    /// Empty, for at most `max` characters.
    pub fn new(max: usize) -> Self {
        Self { held: None, max }
    }

    /// How many characters there are.
    pub fn len(&self) -> usize {
        self.text().chars().count()
    }

    /// Appends one character, if it is one and there is room for it.
    pub fn push(&mut self, c: char) -> Result<(), OutOfMemory> {
        if c.is_control() || self.len() >= self.max {
            return Ok(());
        }
        let held = match &mut self.held {
            Some(held) => held,
            none => none.insert(Locked::new()?),
        };
        let mut bytes = [0; 4];
        let room = securesign_card::memory::CAPACITY - held.bytes().len();
        let coded = c.encode_utf8(&mut bytes).len();
        if coded <= room {
            for &byte in &bytes[..coded] {
                held.push(byte);
            }
        }
        zeroize::Zeroize::zeroize(&mut bytes);
        Ok(())
    }

    /// Takes the last character away.
    pub fn pop(&mut self) -> Result<(), OutOfMemory> {
        let text = self.text();
        let keep = text.char_indices().next_back().map_or(0, |(at, _)| at);
        let mut shorter = Locked::new()?;
        for &byte in &text.as_bytes()[..keep] {
            shorter.push(byte);
        }
        self.held = Some(shorter);
        Ok(())
    }

    /// Overwrites it all.
    pub fn clear(&mut self) {
        self.held = None;
    }

    /// Hands it over and leaves nothing behind.
    pub fn take(&mut self) -> Result<Pin, OutOfMemory> {
        let pin = Pin::copy(self.text().as_bytes());
        self.clear();
        pin
    }

    /// The characters, for whoever draws them because the person wants to see them.
    pub fn text(&self) -> &str {
        let bytes = self.held.as_ref().map_or(&[][..], Locked::bytes);
        // Only whole characters are pushed, so this never falls back.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Entry;

    fn typed(text: &str, max: usize) -> Entry {
        let mut entry = Entry::new(max);
        for c in text.chars() {
            entry.push(c).unwrap();
        }
        entry
    }

    #[test]
    fn it_takes_no_more_than_the_field_allows_and_no_control_characters() {
        let mut entry = typed("12\t34\u{1b}5678", 6);
        assert_eq!(entry.len(), 6);
        assert_eq!(entry.take().unwrap().expose(), b"123456");
    }

    #[test]
    fn backspace_takes_whole_characters_and_stops_at_none() {
        let mut entry = typed("1é", 6);
        entry.pop().unwrap();
        assert_eq!(entry.len(), 1);
        entry.pop().unwrap();
        entry.pop().unwrap();
        assert_eq!(entry.len(), 0);
    }

    #[test]
    fn taking_leaves_nothing_behind() {
        let mut entry = typed("123456", 8);
        assert!(!entry.take().unwrap().is_empty());
        assert!(entry.take().unwrap().is_empty());
    }
}
