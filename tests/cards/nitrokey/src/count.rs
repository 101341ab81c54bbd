//! What passed between host and card, kept in a file that others can read.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Exchanges and bytes since the card was inserted.
pub struct Count {
    file: Option<File>,
    apdus: u64,
    to_card: u64,
    from_card: u64,
}

impl Count {
    pub fn nowhere() -> Self {
        Self {
            file: None,
            apdus: 0,
            to_card: 0,
            from_card: 0,
        }
    }

    pub fn in_file(path: &str) -> io::Result<Self> {
        let count = Self {
            file: Some(File::create(path)?),
            ..Self::nowhere()
        };
        count.write()?;
        Ok(count)
    }

    /// Counts one exchange. Call before the response leaves, so that whoever
    /// has the response also finds it counted.
    pub fn add(&mut self, command: &[u8], response: &[u8]) -> io::Result<()> {
        self.apdus += 1;
        self.to_card += command.len() as u64;
        self.from_card += response.len() as u64;
        self.write()
    }

    /// The numbers only grow, so one write in place never leaves a mixed line.
    fn write(&self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let line = format!(
            "{:10} {:10} {:10}\n",
            self.apdus, self.to_card, self.from_card
        );
        file.write_all_at(line.as_bytes(), 0)
    }
}
