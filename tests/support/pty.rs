//! A program in a terminal of its own, and a person at it. Python holds the terminal:
//! it is a part of its standard library.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::run::eventually;

const LIMIT: Duration = Duration::from_secs(30);

/// Copies between our pipes and the terminal; says last how the program ended, and
/// whether the terminal has its echo.
const HOLD: &str = r#"
import fcntl, os, select, signal, sys, termios
master, slave = os.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for end in range(3):
        os.dup2(slave, end)
    os.close(master)
    os.close(slave)
    os.execvp(sys.argv[1], sys.argv[1:])
os.write(1, b"%d\n" % child)
status = None
while True:
    ready, _, _ = select.select([0, master] if status is None else [master], [], [], 0.05)
    if master in ready:
        os.write(1, os.read(master, 65536))
    elif status is not None:
        break
    if 0 in ready:
        typed = os.read(0, 65536)
        if not typed:
            os.kill(child, signal.SIGKILL)
        os.write(master, typed)
    if status is None:
        done, raw = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(raw)
echo = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
os.write(1, b"\0%d %d" % (status, echo))
"#;

/// How a program in a terminal ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code, or the signal's number below zero.
    pub code: i32,
    /// The terminal shows what is typed, as before.
    pub echo: bool,
    /// All that was on it.
    pub text: String,
}

/// A program in a terminal.
pub struct Terminal {
    holder: Child,
    keys: Option<ChildStdin>,
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Starts it with its arguments and environment.
    pub fn start(command: &Command) -> Self {
        let mut python = Command::new("python3");
        python.args(["-c", HOLD]).arg(command.get_program());
        python.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => python.env(name, value),
                None => python.env_remove(name),
            };
        }
        let mut holder = python
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let text = Arc::new(Mutex::new(Vec::new()));
        let (heard, mut from) = (text.clone(), holder.stdout.take().unwrap());
        let reader = thread::spawn(move || {
            let mut room = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut room) {
                heard.lock().unwrap().extend(&room[..count]);
            }
        });
        Self {
            keys: holder.stdin.take(),
            holder,
            text,
            reader: Some(reader),
        }
    }

    /// Everything that was on it so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    /// Waits until it has said this so many times.
    pub fn says(&self, what: &str, times: usize) {
        let said = || self.text().matches(what).count() >= times;
        assert!(eventually(LIMIT, said), "{what}: {}", self.text());
        // It shows the question and then reads.
        thread::sleep(Duration::from_millis(150));
    }

    /// Presses keys.
    pub fn types(&mut self, keys: &str) {
        let typed = self.keys.as_mut().unwrap().write_all(keys.as_bytes());
        typed.expect("it reads");
    }

    /// The program's process.
    pub fn id(&self) -> String {
        let there = || self.text().contains('\n');
        assert!(eventually(LIMIT, there), "nothing was started");
        self.text().lines().next().unwrap().trim().to_owned()
    }

    /// Waits until the program has ended.
    pub fn ended(mut self) -> Ended {
        let there = || self.text.lock().unwrap().contains(&0);
        assert!(eventually(LIMIT, there), "it goes on: {}", self.text());
        self.holder.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        let text = self.text();
        let (text, end) = text.split_once('\0').unwrap();
        let (code, echo) = end.split_once(' ').unwrap();
        Ended {
            code: code.parse().unwrap(),
            echo: echo == "1",
            text: text.to_owned(),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Its end of input ends the program.
        self.keys.take();
        let _ = self.holder.wait();
    }
}
