//! Starts the service, and talks to it.

mod browser;
mod chromium;
mod http;
mod postgres;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub use browser::{Browser, Page};
pub use chromium::Chromium;
pub use http::{Client, Reply, raw};
pub use postgres::Postgres;

/// SHA-256 of nothing, as a portal writes it.
pub const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// Runs a test on SQLite, and again on PostgreSQL.
pub fn on_both(test: impl Fn(&Place)) {
    eprintln!("on SQLite");
    test(&Place::sqlite());
    eprintln!("on PostgreSQL");
    test(&Place::postgres());
}

/// A database, and the program to be run on it.
pub struct Place {
    folder: TempDir,
    database: String,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a b.db").to_str().unwrap().to_owned();
        Self { folder, database }
    }

    pub fn postgres() -> Self {
        Self::of(Postgres::shared())
    }

    /// A new database of this server.
    pub fn of(server: &Postgres) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: server.new_database(),
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database of PostgreSQL.
    pub fn url(&self) -> &str {
        &self.database
    }

    /// The file of SQLite.
    pub fn file(&self) -> Option<PathBuf> {
        let path = PathBuf::from(&self.database);
        path.is_absolute().then_some(path)
    }

    /// The program, with this database and its settings.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_securesign-portal"));
        command
            .args(arguments)
            .env("SECURESIGN_PORTAL_DATABASE", &self.database)
            .env("SECURESIGN_PORTAL_PUBLIC_URL", "http://localhost:8787")
            .env("SECURESIGN_PORTAL_LISTEN", "127.0.0.1:0")
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// What a command prints, which succeeds.
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A tenant with a test key and `http://localhost:3000`.
    pub fn tenant(&self, more: &[&str]) -> Tenant {
        let add = [&["tenant", "add", "Acme"], more].concat();
        let id = self.command(&add).trim().to_owned();
        self.command(&["origin", "add", &id, "http://localhost:3000", "--test"]);
        let key = self.key(&id, &["--test"]);
        Tenant { id, key }
    }

    pub fn key(&self, tenant: &str, more: &[&str]) -> Key {
        Key::printed(&self.command(&[&["key", "add", tenant], more].concat()))
    }

    /// Starts the service.
    pub fn serve(&self) -> Service {
        self.serve_with(&[])
    }

    /// … with other settings.
    pub fn serve_with(&self, settings: &[(&str, &str)]) -> Service {
        let mut command = self.program(&["serve"]);
        for (name, value) in settings {
            command.env(format!("SECURESIGN_PORTAL_{name}"), value);
        }
        Service::start(command)
    }

    /// Starts the sample portal.
    pub fn demo(&self, port: u16) -> Service {
        let mut command = Command::new(env!("CARGO_BIN_EXE_securesign-portal"));
        command.args(["demo", "--port", &port.to_string()]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .current_dir(self.folder());
        Service::start(command)
    }

    /// Does something to the database behind the service's back.
    pub fn sql(&self, statement: &str) {
        let output = match self.file() {
            Some(file) => Command::new("python3")
                .arg("-c")
                .arg("import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])")
                .arg(file)
                .arg(statement)
                .output(),
            None => Command::new("psql")
                .args(["-v", "ON_ERROR_STOP=1", "-qc", statement])
                .arg(&self.database)
                .output(),
        };
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Sets the database's clock forward.
    pub fn later(&self, time: Duration) {
        let now = match self.file() {
            Some(_) => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            None => "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
        };
        let replace = match self.file() {
            Some(_) => "DROP VIEW clock; CREATE VIEW",
            None => "CREATE OR REPLACE VIEW",
        };
        let ahead = time.as_millis();
        self.sql(&format!("{replace} clock AS SELECT {now} + {ahead} AS now"));
    }
}

pub struct Tenant {
    pub id: String,
    pub key: Key,
}

#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub key: String,
}

impl Key {
    pub fn printed(text: &str) -> Self {
        let line = |name: &str| {
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
            value
                .unwrap_or_else(|| panic!("no {name} in {text}"))
                .to_owned()
        };
        Self {
            id: line("id"),
            key: line("key"),
        }
    }
}

/// A running service. Its log is kept.
pub struct Service {
    child: Child,
    pub address: SocketAddr,
    log: std::sync::Arc<std::sync::Mutex<String>>,
    /// Reads the log, to its end.
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Service {
    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("ended: {log}"))
                .unwrap();
            log.push_str(&line);
            log.push('\n');
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["message"] == "serving" {
                break event["listen"].as_str().unwrap().parse().unwrap();
            }
        };
        let log = std::sync::Arc::new(std::sync::Mutex::new(log));
        let written = log.clone();
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self {
            child,
            address,
            log,
            reader: Some(reader),
        }
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn client(&self) -> Client {
        Client::new(format!("http://{}", self.address))
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// SIGTERM; how long it took to end, and how it ended.
    pub fn stop(&mut self) -> (Duration, std::process::ExitStatus) {
        let start = Instant::now();
        let status = Command::new("kill").arg(self.pid()).status().unwrap();
        assert!(status.success());
        let status = self.child.wait().unwrap();
        let took = start.elapsed();
        // What it wrote last may not have been read yet.
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        (took, status)
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until it is so, 20 s at most.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
