//! A PostgreSQL server of Debian's package in a folder of its own, as an ordinary user, on a
//! private socket. It ends when the test program does, however that ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

pub struct Postgres {
    folder: TempDir,
    count: AtomicU32,
    /// Stops the server when its input ends.
    _guard: Child,
}

impl Postgres {
    /// One for all tests that do it no harm.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// One of its own.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .unwrap();
        let path = folder.path();
        if is_root() {
            // It does not run as root.
            run(Command::new("chown").arg("nobody").arg(path));
        }
        run(user(
            path,
            "initdb",
            &["--no-sync", "-A", "trust", "-U", "portal", "-D"],
        )
        .arg(path.join("data")));
        // Text, so that nothing has to be killed by name: the shell outlives this program by as
        // long as the server takes to stop.
        let stop = user(path, "pg_ctl", &["stop", "-m", "immediate", "-D", "data"]);
        let words: Vec<_> = std::iter::once(stop.get_program())
            .chain(stop.get_args())
            .collect();
        let words: Vec<String> = words
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        let guard = Command::new("setsid")
            .args([
                "sh",
                "-c",
                "trap '' INT TERM HUP; read -r _; \"$@\"; rm -rf \"$0\"",
            ])
            .arg(path)
            .args(words)
            .current_dir(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            folder,
            count: AtomicU32::new(0),
            _guard: guard,
        };
        server.up();
        server
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it, and waits until it answers. What is killed here is no machine: it need not
    /// write through to the disk.
    pub fn up(&self) {
        self.up_with("-c listen_addresses=");
    }

    fn up_with(&self, more: &str) {
        let socket = format!(
            "-k {} -c fsync=off -c max_connections=200 {more}",
            self.path().display()
        );
        let mut start = user(
            self.path(),
            "pg_ctl",
            &["start", "-w", "-l", "log", "-D", "data", "-o"],
        );
        run(start.arg(socket));
    }

    /// Starts it again, on this computer's network, for who speaks TLS alone: the URL of its
    /// database, without what says how far the server is believed, and the authority's certificate.
    pub fn up_with_tls(&self) -> (String, PathBuf) {
        let path = self.path();
        let openssl = |arguments: &[&str]| {
            let mut command = Command::new("openssl");
            run(command
                .args(arguments)
                .current_dir(path)
                .stderr(Stdio::null()));
        };
        let new = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
        let authority = [
            "req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
        ];
        openssl(&[&authority[..], &new].concat());
        let server = [
            "req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "key.pem",
        ];
        let name = ["-out", "cert.pem", "-subj", "/CN=localhost", "-addext"];
        let for_name = [
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=CA:false",
        ];
        openssl(&[&server[..], &name, &for_name, &new].concat());
        let rules = "local all all trust\nhostssl all all localhost trust\n";
        std::fs::write(path.join("data/pg_hba.conf"), rules).unwrap();
        if is_root() {
            for file in ["key.pem", "data/pg_hba.conf"] {
                run(Command::new("chown").arg("nobody").arg(path.join(file)));
            }
        }
        let port = super::free_port();
        self.down();
        self.up_with(&format!(
            "-c listen_addresses=localhost -c port={port} -c ssl=on \
             -c ssl_cert_file={0}/cert.pem -c ssl_key_file={0}/key.pem",
            path.display()
        ));
        let url = format!("postgres://portal@localhost:{port}/postgres");
        (url, path.join("ca.pem"))
    }

    /// Stops it as if it had been killed.
    pub fn down(&self) {
        run(&mut user(
            self.path(),
            "pg_ctl",
            &["stop", "-w", "-m", "immediate", "-D", "data"],
        ));
    }

    /// The URL of a new, empty database.
    pub fn new_database(&self) -> String {
        let name = format!("t{}", self.count.fetch_add(1, Ordering::Relaxed));
        let made = format!("CREATE DATABASE {name}");
        run(Command::new("psql")
            .args(["-qc", &made])
            .arg(self.url("postgres")));
        self.url(&name)
    }

    fn url(&self, name: &str) -> String {
        format!(
            "postgres:///{name}?host={}&user=portal",
            self.path().display()
        )
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// A program of the server, as an ordinary user, in this folder.
fn user(folder: &Path, program: &str, arguments: &[&str]) -> Command {
    let program = programs().join(program);
    let mut command = match is_root() {
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]);
            command.arg(program);
            command
        }
        false => Command::new(program),
    };
    command
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8");
    command
}

/// Debian's folder of the newest version; they are not in `PATH`.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let folders = versions.map(|version| version.unwrap().path().join("bin"));
    let newest = folders
        .filter(|folder| folder.join("initdb").exists())
        .max();
    newest.expect("PostgreSQL: scripts/portal-test installs it (Debian's package postgresql)")
}

fn run(command: &mut Command) {
    // The server keeps what it is given: a pipe would never end.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(
        status.as_ref().is_ok_and(|status| status.success()),
        "{command:?}: {status:?}"
    );
}
