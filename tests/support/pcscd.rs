//! A PC/SC daemon of one test's own: own socket, own readers. On the default
//! socket other programs would touch the card between two of our commands.

use std::fmt::Write as _;
use std::fs;
use std::io::PipeWriter;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use super::run::{Scratch, eventually};

/// The driver of vsmartcard, wherever the distribution puts it.
const DRIVERS: [&str; 3] = [
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
];

const MISSING: &str = "install pcscd and vsmartcard-vpcd (scripts/install-deps --tests)";

/// The daemon takes its listening socket as fd 3, as systemd would pass it, and
/// wants to see its own process number. The second line ends it when we die
/// without a farewell: then the pipe at fd 4 closes.
const LAUNCH: &str = r#"
exec 3<&0 4<&1 0</dev/null 1>"$1/log" 2>&1
( exec 3<&-; read -r _ <&4; kill -KILL $$ ) &
exec 4<&-
export LISTEN_FDS=1 LISTEN_PID=$$ PCSCLITE_HP_DROPDIR="$1/no-usb-drivers"
exec pcscd --foreground -c "$1/readers" $2
"#;

/// A running daemon. It ends with the value, also when a test panics.
pub struct Daemon {
    child: Child,
    alive: Option<PipeWriter>,
    readers: Vec<(String, u16)>,
    scratch: Scratch,
    option: &'static str,
}

impl Daemon {
    /// Starts a daemon with these readers, all empty.
    pub fn start(readers: &[&str]) -> Self {
        Self::start_with(readers, "")
    }

    /// The same, and it writes every command and answer into its log.
    pub fn logging_commands(readers: &[&str]) -> Self {
        Self::start_with(readers, "--apdu")
    }

    fn start_with(readers: &[&str], option: &'static str) -> Self {
        let driver = driver();
        let scratch = Scratch::new("pcscd");
        let dir = scratch.path();
        let readers: Vec<_> = readers
            .iter()
            .map(|name| ((*name).to_owned(), ports()))
            .collect();
        fs::create_dir(dir.join("no-usb-drivers")).expect("a directory");
        fs::create_dir(dir.join("readers")).expect("a directory");
        fs::write(dir.join("readers/vpcd"), configure(dir, driver, &readers)).expect("a file");

        let (child, alive) = launch(dir, option);
        let mut daemon = Self {
            child,
            alive: Some(alive),
            readers,
            scratch,
            option,
        };
        daemon.wait_until_ready();
        daemon
    }

    /// Ends and starts anew, as an update of the system does. Readers are the same; the
    /// cards have to be put in again.
    pub fn restart(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.alive.take());
        fs::remove_file(self.socket()).expect("its socket");
        let (child, alive) = launch(self.scratch.path(), self.option);
        self.child = child;
        self.alive = Some(alive);
        self.wait_until_ready();
    }

    /// What clients are to find in `PCSCLITE_CSOCK_NAME`.
    pub fn socket(&self) -> PathBuf {
        self.scratch.path().join("socket")
    }

    /// A program that will talk to this daemon.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("PCSCLITE_CSOCK_NAME", self.socket());
        command
    }

    /// Where the driver waits for a card for this reader.
    pub fn port(&self, reader: usize) -> u16 {
        self.readers[reader].1
    }

    /// The reader's name as PC/SC tells it. (Each entry has a second slot,
    /// "… 01", that stays empty.)
    pub fn reader(&self, reader: usize) -> String {
        let name = &self.readers[reader].0;
        let earlier = self.readers[..reader]
            .iter()
            .filter(|(other, _)| other == name)
            .count();
        format!("{name} {earlier:02X} 00")
    }

    /// What the daemon wrote.
    pub fn log(&self) -> String {
        fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default()
    }

    fn wait_until_ready(&mut self) {
        let ports: Vec<u16> = self.readers.iter().map(|(_, port)| *port).collect();
        let ready = eventually(Duration::from_secs(10), || {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("pcscd ended ({status}); {MISSING}\n{}", self.log());
            }
            ports.iter().all(|port| listens(*port) && listens(port + 1))
        });
        assert!(
            ready,
            "the virtual readers did not come up; {MISSING}\n{}",
            self.log()
        );
    }
}

fn launch(dir: &Path, option: &str) -> (Child, PipeWriter) {
    let listener = UnixListener::bind(dir.join("socket")).expect("a socket");
    let (dead, alive) = std::io::pipe().expect("a pipe");
    let child = Command::new("sh")
        .args(["-c", LAUNCH, "sh"])
        .arg(dir)
        .arg(option)
        .stdin(OwnedFd::from(listener))
        .stdout(Stdio::from(dead))
        .spawn()
        .expect("sh starts");
    (child, alive)
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It holds nothing worth saving, and a polite end takes two seconds.
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.alive.take());
    }
}

fn driver() -> &'static Path {
    DRIVERS
        .iter()
        .map(Path::new)
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("no virtual reader driver here; {MISSING}"))
}

/// Each reader loads a copy of the driver: it keeps its state in globals.
fn configure(dir: &Path, driver: &Path, readers: &[(String, u16)]) -> String {
    let mut text = String::new();
    for (number, (name, port)) in readers.iter().enumerate() {
        let copy = dir.join(format!("libifdvpcd-{number}.so"));
        fs::copy(driver, &copy).expect("a copy of the driver");
        let _ = writeln!(
            text,
            "FRIENDLYNAME \"{name}\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {}\nCHANNELID 0x{port:04X}\n",
            copy.display()
        );
    }
    text
}

/// Two neighbouring free ports (each entry serves two slots), below the range
/// from which the system picks ports for others.
fn ports() -> u16 {
    const FIRST: u16 = 20_000;
    const PAIRS: u16 = 6_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() % u32::from(PAIRS)) as u16;
    for _ in 0..PAIRS {
        // Test binaries run side by side: a stride keeps their tries apart.
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + 2 * (start.wrapping_mul(37).wrapping_add(step) % PAIRS);
        let free = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        if free(port) && free(port + 1) {
            return port;
        }
    }
    panic!("no two free ports");
}

/// Looks without connecting: the driver would take a connection for a card.
fn listens(port: u16) -> bool {
    const LISTEN: &str = "0A";
    fs::read_to_string("/proc/net/tcp").is_ok_and(|table| {
        table.lines().any(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let local = fields.next().unwrap_or_default();
            local.ends_with(&format!(":{port:04X}")) && fields.nth(1) == Some(LISTEN)
        })
    })
}
