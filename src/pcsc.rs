//! PC/SC readers. The only file that names the `pcsc` crate.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::time::Duration;

use pcsc::{Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};
use zeroize::Zeroize;

use crate::atr::Atr;
use crate::frame::Frame;
use crate::reader::{Presence, Reader, Readers, Watcher};
use crate::transport::{Card, Dialogue, Ending, Transport, TransportError};

/// PC/SC part 10, 2.2: control code that lists a reader's features.
const GET_FEATURE_REQUEST: u32 = 3400;
/// Feature with the TLV properties of the reader.
const FEATURE_TLV_PROPERTIES: u8 = 0x12;
/// Property `dwMaxAPDUDataSize`, little-endian.
const MAX_APDU_DATA_SIZE: u8 = 0x0A;

/// How often a card is asked for that another program holds for itself.
const BUSY_ATTEMPTS: u32 = 8;
/// Most characters of a reader's name that are shown; PC/SC has 128 bytes at most.
const NAME_MAX: usize = 128;
/// Room for names of readers, in bytes.
const NAMES: usize = 2048;
/// Before looking again after a reader was unplugged.
const UNPLUGGED_PAUSE: Duration = Duration::from_millis(500);
const BUSY_PAUSE: Duration = Duration::from_millis(125);

/// The readers of this computer.
#[derive(Default)]
pub struct PcscReaders {
    context: Option<pcsc::Context>,
    /// How often a context was established: a restarted service counts
    /// insertions from the beginning, and no card may be taken for another.
    generation: u32,
    /// What the service calls the readers that were listed last, by the names that are
    /// shown. A name may be any bytes.
    names: HashMap<String, CString>,
}

impl PcscReaders {
    /// Nothing is asked of the service yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls the service; with a new context where it was restarted since.
    /// `SCardIsValidContext` goes on saying yes then, so only a call itself tells.
    fn call<T>(
        &mut self,
        call: impl Fn(&pcsc::Context) -> Result<T, Error>,
    ) -> Result<T, TransportError> {
        if let Some(context) = &self.context {
            match call(context) {
                Err(error) if is_stale(error) => self.context = None,
                other => return other.map_err(describe),
            }
        }
        let context = pcsc::Context::establish(Scope::User).map_err(describe)?;
        self.generation += 1;
        call(self.context.insert(context)).map_err(describe)
    }
}

/// The service that this context belonged to is gone, whatever is there now.
fn is_stale(error: Error) -> bool {
    matches!(
        error,
        Error::NoService | Error::ServiceStopped | Error::InvalidHandle | Error::ServerTooBusy
    )
}

/// What is in which reader. A reader that was unplugged between the two calls leaves
/// nothing to tell.
fn states(context: &pcsc::Context) -> Result<Vec<ReaderState>, Error> {
    let mut states: Vec<ReaderState> = names(context)?
        .into_iter()
        .map(|name| ReaderState::new(name, State::UNAWARE))
        .collect();
    if states.is_empty() {
        return Ok(states);
    }
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(Error::Timeout) => Ok(states),
        Err(Error::UnknownReader | Error::ReaderUnavailable) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

impl Readers for PcscReaders {
    fn list(&mut self) -> Result<Vec<Reader>, TransportError> {
        let states = self.call(states)?;
        self.names.clear();
        let mut readers = Vec::new();
        for state in &states {
            let mut reader = reader(state, self.generation);
            reader.name = distinct(reader.name, &self.names);
            self.names
                .insert(reader.name.clone(), state.name().to_owned());
            readers.push(reader);
        }
        Ok(readers)
    }

    fn connect(&mut self, name: &str, insertion: u64) -> Result<Box<dyn Card>, TransportError> {
        let listed = self.names.get(name).cloned();
        let name = listed.ok_or(TransportError::NoReader)?;
        let (card, context) = self.call(|context| {
            let connect = || context.connect(&name, ShareMode::Shared, Protocols::ANY);
            Ok((patiently(connect)?, context.clone()))
        })?;
        let generation = self.generation;
        let mut connection = Connection(Some(card));
        let card = connection.card()?;
        let atr = Atr::accepted(&answer_to_reset(card).map_err(describe)?);
        let max_data = max_apdu_data(card);
        let still = move || {
            let mut states = [ReaderState::new(name.clone(), State::UNAWARE)];
            let asked = context.get_status_change(Duration::ZERO, &mut states);
            asked.is_ok() && reader(&states[0], generation).insertion == insertion
        };
        Ok(Box::new(PcscCard {
            connection,
            atr,
            max_data,
            still: Box::new(still),
        }))
    }

    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError> {
        // A context of its own: waiting blocks a context for everything else.
        let context = pcsc::Context::establish(Scope::User).map_err(describe)?;
        let seen = states(&context).map_err(describe)?;
        Ok(Box::new(PcscWatcher {
            context,
            states: Vec::new(),
            seen: seen.iter().map(|state| reader(state, 0)).collect(),
        }))
    }
}

struct PcscWatcher {
    context: pcsc::Context,
    states: Vec<ReaderState>,
    /// As last reported, at first as they were when waiting began. A state also
    /// changes when any program connects, ours too; only readers and cards coming and
    /// going are worth a report.
    seen: Vec<Reader>,
}

impl Watcher for PcscWatcher {
    fn wait(&mut self, timeout: Duration) -> Result<bool, TransportError> {
        let names = names(&self.context).map_err(describe)?;
        let plug_and_play = pcsc::PNP_NOTIFICATION();
        self.states.retain(|state| {
            state.name() == plug_and_play || names.iter().any(|n| n.as_c_str() == state.name())
        });
        if self.states.is_empty() {
            let mut state = ReaderState::new(plug_and_play, State::UNAWARE);
            // The pseudo reader reports at once unless told how many there are.
            state.sync_current_state();
            self.states.push(state);
        }
        for name in names {
            if !self
                .states
                .iter()
                .any(|state| state.name() == name.as_c_str())
            {
                self.states.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        let outcome = self.context.get_status_change(timeout, &mut self.states);
        self.states
            .iter_mut()
            .for_each(ReaderState::sync_current_state);
        match outcome {
            Ok(()) => {}
            Err(Error::Timeout | Error::Cancelled) => return Ok(false),
            Err(Error::UnknownReader | Error::ReaderUnavailable) => {
                // Unplugged meanwhile, or a platform without the pseudo reader.
                self.states.clear();
                std::thread::sleep(UNPLUGGED_PAUSE);
                return Ok(true);
            }
            Err(error) => return Err(describe(error)),
        }
        let readers: Vec<Reader> = self
            .states
            .iter()
            .filter(|state| state.name() != plug_and_play)
            .map(|state| reader(state, 0))
            .collect();
        // In any order: a reader that was known before stands behind new ones here.
        let same =
            readers.len() == self.seen.len() && readers.iter().all(|r| self.seen.contains(r));
        self.seen = readers;
        Ok(!same)
    }
}

/// A connection that leaves the card as it is when it ends. The library's own
/// end resets the card, and with it every other program's work; where a reset is
/// due, it is said at the end of the dialogue.
struct Connection(Option<pcsc::Card>);

impl Connection {
    fn card(&mut self) -> Result<&mut pcsc::Card, TransportError> {
        self.0.as_mut().ok_or(TransportError::Removed)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(Err((card, _))) = self
            .0
            .take()
            .map(|card| card.disconnect(Disposition::LeaveCard))
        {
            // It could not be disconnected: the card is gone, and what the
            // library does at its end is without effect.
            drop(card);
        }
    }
}

struct PcscCard {
    connection: Connection,
    atr: Atr,
    max_data: Option<usize>,
    /// Whether it is the card that was listed. Asked inside the transaction: between
    /// listing and connecting somebody can have put another one in.
    still: Box<dyn Fn() -> bool>,
}

impl Card for PcscCard {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn max_data(&self) -> Option<usize> {
        self.max_data
    }

    fn begin(&mut self) -> Result<Box<dyn Dialogue + '_>, TransportError> {
        let mut card = self.connection.card()?;
        let mut attempts = 0;
        let transaction = loop {
            let again = match card.transaction2() {
                Ok(transaction) => break transaction,
                Err((again, Error::ResetCard)) if attempts < BUSY_ATTEMPTS => {
                    // Reset by another program before the dialogue began:
                    // nothing was sent yet, so nothing is lost.
                    again
                        .reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)
                        .map_err(describe)?;
                    again
                }
                Err((again, Error::SharingViolation)) if attempts < BUSY_ATTEMPTS => {
                    std::thread::sleep(BUSY_PAUSE);
                    again
                }
                Err((_, error)) => return Err(describe(error)),
            };
            card = again;
            attempts += 1;
        };
        if !(self.still)() {
            let _ = transaction.end(Disposition::LeaveCard);
            return Err(TransportError::Removed);
        }
        Ok(Box::new(PcscDialogue(Some(transaction))))
    }
}

/// `None`: it was ended.
struct PcscDialogue<'a>(Option<pcsc::Transaction<'a>>);

impl Dialogue for PcscDialogue<'_> {
    fn end(mut self: Box<Self>, ending: Ending) {
        self.finish(match ending {
            Ending::Leave => Disposition::LeaveCard,
            Ending::Reset => Disposition::ResetCard,
        });
    }
}

impl Drop for PcscDialogue<'_> {
    fn drop(&mut self) {
        self.finish(Disposition::ResetCard);
    }
}

impl Transport for PcscDialogue<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let card = self.0.as_ref().ok_or(TransportError::Removed)?;
        // Short commands answer with 258 bytes at most; the larger buffer costs
        // nothing worth measuring and serves extended ones too.
        let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE_EXTENDED];
        let answer = card.transmit(frame.expose(), &mut buffer);
        let answer = answer.map(<[u8]>::to_vec);
        if frame.hides_answer() {
            buffer.zeroize();
        }
        match answer {
            Ok(answer) if answer.len() >= 2 => Ok(answer),
            // Some drivers answer with nothing, or with a general failure, when
            // the card is pulled out: ask what has become of it.
            Ok(_) => Err(fate(card).unwrap_or(TransportError::Mute)),
            Err(error @ (Error::RemovedCard | Error::ResetCard)) => Err(describe(error)),
            Err(error) => Err(fate(card).unwrap_or_else(|| describe(error))),
        }
    }
}

impl PcscDialogue<'_> {
    fn finish(&mut self, disposition: Disposition) {
        if let Some(transaction) = self.0.take() {
            // Where the card is gone there is nothing left to end.
            let _ = transaction.end(disposition);
        }
    }
}

/// Why a card does not answer, where PC/SC knows: removed, or reset.
fn fate(card: &pcsc::Card) -> Option<TransportError> {
    // The service needs a moment to notice.
    for _ in 0..BUSY_ATTEMPTS {
        match card.status2_owned() {
            Ok(_) => std::thread::sleep(BUSY_PAUSE / 2),
            Err(error) => return Some(describe(error)),
        }
    }
    None
}

/// In one call where they fit, which they do where a computer has a dozen.
fn names(context: &pcsc::Context) -> Result<Vec<CString>, Error> {
    let mut buffer = [0; NAMES];
    let names = match context.list_readers(&mut buffer) {
        Ok(names) => Ok(names.map(CStr::to_owned).collect()),
        Err(Error::InsufficientBuffer) => context.list_readers_owned(),
        Err(error) => Err(error),
    };
    match names {
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        other => other,
    }
}

fn reader(state: &ReaderState, generation: u32) -> Reader {
    let event = state.event_state();
    let presence = if event.contains(State::MUTE) {
        Presence::Mute
    } else if event.contains(State::PRESENT) {
        Presence::Card
    } else {
        Presence::Empty
    };
    Reader {
        name: text(state.name()),
        presence,
        insertion: u64::from(generation) << 32 | u64::from(state.event_count()),
    }
}

fn text(name: &CStr) -> String {
    crate::text::clean(&name.to_string_lossy(), NAME_MAX)
}

/// The same name, or with a number where another reader is shown by it already.
fn distinct(name: String, taken: &HashMap<String, CString>) -> String {
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    let free = std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| !taken.contains_key(name));
    free.unwrap_or(name)
}

/// Waits a little for a program that holds the card for itself, then says who
/// it may be.
fn patiently<T>(mut connect: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 1..BUSY_ATTEMPTS {
        match connect() {
            Err(Error::SharingViolation) => std::thread::sleep(BUSY_PAUSE),
            other => return other,
        }
    }
    connect()
}

/// In one call where the reader's names fit.
fn answer_to_reset(card: &pcsc::Card) -> Result<Vec<u8>, Error> {
    let mut names = [0; NAMES];
    let mut atr = [0; pcsc::MAX_ATR_SIZE];
    match card.status2(&mut names, &mut atr) {
        Ok(status) => Ok(status.atr().to_vec()),
        Err(Error::InsufficientBuffer) => Ok(card.status2_owned()?.atr().to_vec()),
        Err(error) => Err(error),
    }
}

/// The reader's limit for the data of an APDU (PC/SC part 10, 2.6.14); `None`
/// where it does not say, or where 0 says "short only".
#[allow(
    clippy::useless_conversion,
    reason = "control codes have 64 bits on Linux, 32 elsewhere"
)]
fn max_apdu_data(card: &pcsc::Card) -> Option<usize> {
    let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
    let features = card
        .control(pcsc::ctl_code(GET_FEATURE_REQUEST.into()), &[], &mut buffer)
        .ok()?;
    // Six bytes each: tag, length 04, control code big-endian.
    let code = features
        .chunks_exact(6)
        .find(|feature| feature[0] == FEATURE_TLV_PROPERTIES)
        .and_then(|feature| feature[2..].try_into().ok())
        .map(u32::from_be_bytes)?;
    let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
    let mut properties = card.control(code.into(), &[], &mut buffer).ok()?;
    while let [tag, len, rest @ ..] = properties {
        let value = rest.get(..usize::from(*len))?;
        if *tag == MAX_APDU_DATA_SIZE {
            let max = value
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            // 0: short commands only.
            return Some(max);
        }
        properties = &rest[value.len()..];
    }
    None
}

/// PC/SC return codes in our words.
fn describe(error: Error) -> TransportError {
    match error {
        Error::NoService | Error::ServiceStopped => TransportError::NoService,
        Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => {
            TransportError::NoReader
        }
        Error::NoSmartcard | Error::RemovedCard | Error::InvalidHandle => TransportError::Removed,
        Error::ResetCard => TransportError::Reset,
        Error::SharingViolation => TransportError::Busy {
            by: crate::holder::suspects(),
        },
        Error::UnresponsiveCard
        | Error::UnpoweredCard
        | Error::CommError
        | Error::CommDataLost
        | Error::InvalidAtr
        | Error::UnsupportedCard => TransportError::Mute,
        Error::NotTransacted => TransportError::NotTransacted,
        Error::SecurityViolation | Error::NoAccess => TransportError::Forbidden,
        other => TransportError::Other(crate::text::reason(&other)),
    }
}
