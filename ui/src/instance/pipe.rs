//! The pipe of the instance: of this user in this session of Windows alone.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::sleep;
use std::time::{Duration, Instant};

use interprocess::ConnectWaitMode;
use interprocess::os::windows::named_pipe::pipe_mode::Bytes;
use interprocess::os::windows::named_pipe::{DuplexPipeStream, PipeListener, PipeListenerOptions};
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use widestring::U16CString;

use super::folder::Folder;
use super::process::Process;
use super::{Answer, CALLS_MAX, WIRE, Wanted, wire};

type Stream = DuplexPipeStream<Bytes>;
type Listener = PipeListener<Bytes, Bytes>;

/// This process is the one that others hand their links to.
pub struct Instance {
    listener: Option<Listener>,
    closing: Arc<AtomicBool>,
    _lock: File,
}

/// Another start calls.
pub struct Call {
    wanted: Wanted,
    stream: Stream,
    /// The first byte of the answer has gone.
    begun: Cell<bool>,
    _place: Arc<()>,
}

impl Call {
    /// What it hands over.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Whether it has not given up meanwhile and opened a window of its own: it takes the
    /// first byte of the answer, which is the same for all.
    pub fn waits(&self) -> bool {
        let mut stream = &self.stream;
        let takes = self.begun.get() || stream.write_all(&wire::BEGINNING).is_ok();
        self.begun.set(takes);
        takes
    }

    /// Tells it. A call that is dropped without an answer is tried again.
    pub fn answer(self, answer: Answer) {
        let mut stream = &self.stream;
        let mut whole = Vec::new();
        let sent = if self.begun.get() {
            wire::BEGINNING.len()
        } else {
            0
        };
        let told = wire::answer(&mut whole, Some(answer))
            .and_then(|()| stream.write_all(whole.get(sent..).unwrap_or_default()));
        if let Err(error) = told {
            tracing::debug!("another start did not wait for its answer: {error}");
        }
    }
}

impl Instance {
    /// From now on, as the holder of the folder's lock.
    pub fn begin(_folder: Folder, lock: File) -> io::Result<Self> {
        let me = Process::this()?;
        // Nobody but this user opens it; the owner is named, for what an administrator
        // makes is else the group's.
        let descriptor = format!("O:{sid}D:P(A;;GA;;;{sid})", sid = me.user);
        let descriptor = U16CString::from_str(descriptor).map_err(io::Error::other)?;
        let listener = PipeListenerOptions::new()
            .path(name(&me))
            .security_descriptor(Some(SecurityDescriptor::deserialize(&descriptor)?))
            .create_duplex()?;
        Ok(Self {
            listener: Some(listener),
            closing: Arc::default(),
            _lock: lock,
        })
    }

    /// Passes calls on from now on. Those that came before have waited.
    pub fn listen(&mut self, take: impl Fn(Call) + Send + Sync + 'static) {
        let Some(listener) = self.listener.take() else {
            return;
        };
        let closing = self.closing.clone();
        let take = Arc::new(take);
        std::thread::spawn(move || {
            let at_once = Arc::new(());
            while !closing.load(Ordering::SeqCst) {
                let Ok(stream) = listener.accept() else {
                    sleep(Duration::from_millis(20));
                    continue;
                };
                let too_many = Arc::strong_count(&at_once) > CALLS_MAX;
                if too_many || closing.load(Ordering::SeqCst) || !is_ours(&stream) {
                    continue;
                }
                let (take, place) = (take.clone(), at_once.clone());
                // A thread for each, so that nobody waits for a slow one.
                let served = std::thread::Builder::new().spawn(move || match hear(stream, place) {
                    Ok(call) => take(call),
                    Err(error) => tracing::debug!("another start is not heard: {error}"),
                });
                if let Err(error) = served {
                    tracing::debug!("another start is hung up on: {error}");
                }
            }
        });
    }
}

impl Drop for Instance {
    /// The next start shall be the instance at once, while this one still waits for
    /// the browser and the card.
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // Whoever waits for a call hears that by one.
        if let Ok(me) = Process::this() {
            let _ = connect(&me, Duration::ZERO);
        }
    }
}

/// Pipes know no time limits: who calls and says nothing keeps one of the places, and
/// only a program of this user can.
fn hear(stream: Stream, place: Arc<()>) -> io::Result<Call> {
    let wanted = match wire::hear(&mut &stream) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            wire::answer(&mut &stream, None)?;
            return Err(error);
        }
        heard => heard?,
    };
    Ok(Call {
        wanted,
        stream,
        begun: Cell::new(false),
        _place: place,
    })
}

/// Calls the instance, which may take until then.
pub fn hand_over(_folder: &Folder, wanted: &Wanted, until: Instant) -> io::Result<Answer> {
    let me = Process::this()?;
    let stream = connect(&me, WIRE)?;
    // It could be one that only has its name: that hears nothing.
    if !is_ours(&stream) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let wanted = wanted.clone();
    let (sender, answer) = channel();
    // Pipes know no time limits.
    std::thread::spawn(move || {
        let called = wire::call(&mut &stream, &wanted);
        let _ = sender.send(called.and_then(|()| wire::answered(&mut &stream)));
    });
    let left = until.saturating_duration_since(Instant::now());
    answer
        .recv_timeout(left)
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn connect(me: &Process, time: Duration) -> io::Result<Stream> {
    Stream::connect_by_path_with_wait_mode(name(me).as_path(), ConnectWaitMode::Timeout(time))
}

/// One for each user, and for each of their sessions.
fn name(me: &Process) -> PathBuf {
    format!(r"\\.\pipe\securesign-{}-{}", me.user, me.session).into()
}

/// At the other end is a process of this user, in this session.
fn is_ours(stream: &Stream) -> bool {
    let other = stream.peer_process_id().and_then(Process::of);
    matches!((other, Process::this()), (Ok(other), Ok(me)) if other == me)
}
