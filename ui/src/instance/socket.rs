//! The socket of the instance.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use interprocess::ConnectWaitMode;
use interprocess::local_socket::traits::{Listener as _, StreamCommon as _};
use interprocess::local_socket::{
    ConnectOptions, GenericFilePath, Listener, ListenerOptions, Stream, prelude::*,
};
use rustix::process::geteuid;

use super::folder::Folder;
use super::{Answer, CALLS_MAX, WIRE, Wanted, wire};

/// This process is the one that others hand their links to.
pub struct Instance {
    folder: Folder,
    listener: Option<Listener>,
    closing: Arc<AtomicBool>,
    _lock: File,
}

/// Another start calls.
pub struct Call {
    wanted: Wanted,
    stream: Stream,
    _place: Arc<()>,
}

impl Call {
    /// What it hands over.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Whether it has not given up meanwhile and opened a window of its own.
    pub fn waits(&self) -> bool {
        // It says no more until it is answered: there is something to read only
        // when it has hung up.
        let mut stream = &self.stream;
        let quiet = stream
            .set_nonblocking(true)
            .and_then(|()| stream.read(&mut [0]));
        let quiet = quiet.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        quiet && stream.set_nonblocking(false).is_ok()
    }

    /// Tells it. A call that is dropped without an answer is tried again.
    pub fn answer(self, answer: Answer) {
        let mut timed = Timed::new(&self.stream, WIRE);
        if let Err(error) = wire::answer(&mut timed, Some(answer)) {
            tracing::debug!("another start did not wait for its answer: {error}");
        }
    }
}

impl Instance {
    /// From now on, as the holder of the folder's lock.
    pub fn begin(folder: Folder, lock: File) -> io::Result<Self> {
        // Whoever made it is gone, or it would hold the lock.
        match folder.remove_socket() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = folder.socket();
        let name = socket.as_path().to_fs_name::<GenericFilePath>()?;
        let listener = ListenerOptions::new()
            .name(name)
            .reclaim_name(false)
            .create_sync()?;
        Ok(Self {
            folder,
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
                    // No descriptors left, most likely: no reason to spin.
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
        let _ = self.folder.remove_socket();
    }
}

fn hear(stream: Stream, place: Arc<()>) -> io::Result<Call> {
    let wanted = match wire::hear(&mut Timed::new(&stream, WIRE)) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            wire::answer(&mut Timed::new(&stream, WIRE), None)?;
            return Err(error);
        }
        heard => heard?,
    };
    Ok(Call {
        wanted,
        stream,
        _place: place,
    })
}

/// Calls the instance, which may take until then.
pub fn hand_over(folder: &Folder, wanted: &Wanted, until: Instant) -> io::Result<Answer> {
    let socket = folder.socket();
    let stream = ConnectOptions::new()
        .name(socket.as_path().to_fs_name::<GenericFilePath>()?)
        .wait_mode(ConnectWaitMode::Timeout(WIRE))
        .connect_sync()?;
    if !is_ours(&stream) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let left = until.saturating_duration_since(Instant::now());
    let mut timed = Timed::new(&stream, left);
    wire::call(&mut timed, wanted)?;
    wire::answered(&mut timed)
}

/// At the other end is a process of this user.
fn is_ours(stream: &Stream) -> bool {
    let user = stream.peer_creds().ok().and_then(|peer| peer.euid());
    user == Some(geteuid().as_raw())
}

/// A stream for so long altogether, however slowly the other end goes.
struct Timed<'a> {
    stream: &'a Stream,
    until: Instant,
}

impl<'a> Timed<'a> {
    fn new(stream: &'a Stream, time: Duration) -> Self {
        let until = Instant::now() + time;
        Self { stream, until }
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(Some(left))
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_recv_timeout(self.left()?)?;
        let mut stream = self.stream;
        stream.read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_send_timeout(self.left()?)?;
        let mut stream = self.stream;
        stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
