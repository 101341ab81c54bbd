//! What a recording holds, whatever it was made with.

use zeroize::Zeroizing;

/// Most cards that are told apart in one recording.
pub const CONVERSATIONS: usize = 32;

/// Most events that are kept of one recording. A whole signature takes a few hundred.
pub const EVENTS: usize = 50_000;

/// Longest command or answer: the extended form of ISO 7816-4, 5.1, with its lengths.
pub const LONGEST: usize = 0x1_0000 + 10;

/// What a recording was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The log of libpcscspy, as it writes it.
    Spy,
    /// The same as `pcsc-spy` prints it.
    Printed,
    /// The log of `pcscd --apdu`.
    Daemon,
    /// A capture of the USB traffic.
    Usb,
}

/// A recording, read.
pub struct Recording {
    /// What made it.
    pub source: Source,
    /// One for each reader in which there was something, in the order of their first words.
    pub conversations: Vec<Conversation>,
    /// Something at its end, or beyond what is kept, was left out.
    pub cut: bool,
    events: usize,
}

/// What was said with the cards of one reader, in its order.
#[derive(Default)]
pub struct Conversation {
    /// The reader's name, or its place on the bus.
    pub reader: String,
    /// In order.
    pub events: Vec<Event>,
}

/// One thing that happened.
pub enum Event {
    /// The answer to reset, each time that it changes or the card was reset.
    Reset(Vec<u8>),
    /// A command and what came back.
    Exchange(Exchange),
    /// The reader took a PIN at its own keys. The command it was told to send with it.
    KeyPad(Zeroizing<Vec<u8>>),
}

/// A command, and its answer. Either may hold a PIN.
pub struct Exchange {
    /// As it went to the card.
    pub command: Zeroizing<Vec<u8>>,
    /// What came back.
    pub answer: Answer,
}

/// What came back.
pub enum Answer {
    /// Data and status word.
    Bytes(Zeroizing<Vec<u8>>),
    /// The reader had none to give: the card was gone, or silent.
    Failed,
    /// It is not in the recording.
    Lost,
}

impl Recording {
    /// An empty one.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            conversations: Vec::new(),
            cut: false,
            events: 0,
        }
    }

    /// Adds what happened in a reader, as far as there is room.
    pub fn push(&mut self, reader: &str, event: Event) {
        let at = self.conversations.iter().position(|c| c.reader == reader);
        let at = match at {
            Some(at) => at,
            None if self.conversations.len() < CONVERSATIONS => {
                self.conversations.push(Conversation {
                    reader: reader.to_owned(),
                    events: Vec::new(),
                });
                self.conversations.len() - 1
            }
            None => {
                self.cut = true;
                return;
            }
        };
        let too_long = match &event {
            Event::Exchange(exchange) => exchange.command.len() > LONGEST,
            Event::Reset(_) | Event::KeyPad(_) => false,
        };
        if self.events == EVENTS || too_long {
            self.cut = true;
            return;
        }
        let conversation = &mut self.conversations[at];
        if let Event::Reset(atr) = &event
            && matches!(conversation.events.last(), Some(Event::Reset(last)) if last == atr)
        {
            return;
        }
        self.events += 1;
        conversation.events.push(event);
    }

    /// Adds a command and its answer.
    pub fn exchange(&mut self, reader: &str, command: &[u8], answer: Answer) {
        let command = Zeroizing::new(command.to_vec());
        self.push(reader, Event::Exchange(Exchange { command, answer }));
    }

    /// Adds that a PIN was typed at the reader's own keys, and the command that it was for.
    pub fn key_pad(&mut self, reader: &str, command: &[u8]) {
        self.push(reader, Event::KeyPad(Zeroizing::new(command.to_vec())));
    }

    /// Without the readers in which nobody was spoken to.
    pub fn spoken(mut self) -> Self {
        self.conversations.retain(|c| !c.is_silent());
        self
    }

    /// Commands in it.
    pub fn commands(&self) -> usize {
        let exchanges = |c: &Conversation| {
            let events = c.events.iter();
            events.filter(|e| matches!(e, Event::Exchange(_))).count()
        };
        self.conversations.iter().map(exchanges).sum()
    }
}

impl Conversation {
    /// The latest answer to reset.
    pub fn atr(&self) -> Option<&[u8]> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Reset(atr) => Some(&atr[..]),
            Event::Exchange(_) | Event::KeyPad(_) => None,
        })
    }

    /// Whether a card was spoken to.
    fn is_silent(&self) -> bool {
        let mut events = self.events.iter();
        events.all(|event| matches!(event, Event::Reset(_)))
    }
}

impl Answer {
    /// What a call gave back that ended well (`done`), or did not.
    pub fn of(done: bool, bytes: &[u8]) -> Self {
        match (done, bytes.is_empty()) {
            (true, false) => Self::bytes(bytes),
            (true, true) => Self::Lost,
            (false, _) => Self::Failed,
        }
    }

    /// What came back, cut to what an answer can be.
    pub fn bytes(bytes: &[u8]) -> Self {
        let kept = &bytes[..bytes.len().min(LONGEST)];
        Self::Bytes(Zeroizing::new(kept.to_vec()))
    }
}
