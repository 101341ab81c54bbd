//! Starting, stopping, TLS, numbers, and the copy that is kept.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Client, Place, free_port, on_both, until};

#[test]
fn without_a_public_url_it_says_what_is_missing() {
    let place = Place::sqlite();
    let mut program = place.program(&["serve"]);
    let output = program
        .env_remove("SECURESIGN_PORTAL_PUBLIC_URL")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("SECURESIGN_PORTAL_PUBLIC_URL"), "{said}");
}

#[test]
fn all_is_below_the_path_of_the_public_url() {
    let place = Place::sqlite();
    let service = place.serve_with(&[("PUBLIC_URL", "https://sign.example/securesign/")]);
    let client = service.client();
    assert_eq!(client.get("/securesign/health").text, "ok\n");
    client.get("/health").refused(404, "SS_REQUEST_INVALID");
    client
        .get("/securesign/v1/auth/validate")
        .refused(405, "SS_REQUEST_INVALID");
}

#[test]
fn settings_come_from_a_file_too() {
    let place = Place::sqlite();
    let file = place.folder().join("portal.toml");
    std::fs::write(
        &file,
        "public_url = \"https://sign.example\"\nlisten = \"127.0.0.1:0\"\n",
    )
    .unwrap();
    let arguments = ["--config", file.to_str().unwrap(), "tenant", "list"];
    assert!(place.run(&arguments).status.success());
    std::fs::write(&file, "public_uri = \"https://sign.example\"\n").unwrap();
    let output = place.run(&arguments);
    assert!(!output.status.success());
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("public_uri")
    );
}

#[test]
fn sigterm_ends_it_in_a_bounded_time_and_what_was_counted_is_kept() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let mut service = place.serve_with(&[("DRAIN_SECONDS", "2"), ("REQUEST_SECONDS", "60")]);
        for _ in 0..3 {
            service
                .client()
                .validate(&tenant.key, "http://localhost:3000")
                .ok();
        }
        service
            .client()
            .validate(&tenant.key, "https://made.up")
            .refused(403, "SS_DOMAIN_NOT_ALLOWED");
        // One idle connection, and one in the middle of a body.
        let idle = TcpStream::connect(service.address).unwrap();
        let mut half = TcpStream::connect(service.address).unwrap();
        let head = format!(
            "POST /v1/auth/validate HTTP/1.1\r\nHost: x\r\nX-SecureSign-Api-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{",
            tenant.key.key
        );
        half.write_all(head.as_bytes()).unwrap();
        let (took, status) = service.stop();
        assert!(status.success(), "{status:?}: {}", service.log());
        // Bounded: the request alone would have had a minute.
        assert!(took < Duration::from_secs(20), "{took:?}");
        drop((idle, half));
        let usage = place.command(&["usage", &tenant.id]);
        let lines: Vec<Vec<&str>> = usage
            .lines()
            .map(|line| line.split('\t').collect())
            .collect();
        let mut counted: Vec<(&str, &str, i64)> = Vec::new();
        for line in &lines {
            assert_eq!(line[1], tenant.key.id);
            let n: i64 = line[4].parse().unwrap();
            match counted
                .iter_mut()
                .find(|c| (c.0, c.1) == (line[2], line[3]))
            {
                Some(counted) => counted.2 += n,
                None => counted.push((line[2], line[3], n)),
            }
        }
        counted.sort_unstable();
        let refused = ("-", "SS_DOMAIN_NOT_ALLOWED", 1);
        assert_eq!(
            counted,
            [refused, ("http://localhost:3000", "OK", 3)],
            "{usage}"
        );
    });
}

#[test]
fn requests_are_counted_by_route_and_answer() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let address = format!("127.0.0.1:{}", free_port());
    let service = place.serve_with(&[("METRICS_LISTEN", &address)]);
    for _ in 0..3 {
        service
            .client()
            .validate(&tenant.key, "http://localhost:3000")
            .ok();
    }
    service
        .client()
        .validate(&tenant.key, "http://localhost:3001");
    let numbers = Client::new(format!("http://{address}"))
        .get("/metrics")
        .text;
    let line = |code: &str, status: u16| {
        let labels = format!("route=\"/v1/auth/validate\",status=\"{status}\",code=\"{code}\"");
        let line = numbers.lines().find(|line| line.contains(&labels));
        line.unwrap_or_else(|| panic!("{numbers}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(line("OK", 200), "3");
    assert_eq!(line("SS_DOMAIN_NOT_ALLOWED", 403), "1");
    service
        .client()
        .get("/metrics")
        .refused(404, "SS_REQUEST_INVALID");
}

/// OpenSSL makes the certificate, and speaks to the service.
#[test]
fn it_speaks_tls_by_file() {
    let place = Place::sqlite();
    let (key, certificate) = (
        place.folder().join("key.pem"),
        place.folder().join("cert.pem"),
    );
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-days",
            "2",
        ])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let service = place.serve_with(&[
        ("TLS_KEY", key.to_str().unwrap()),
        ("TLS_CERTIFICATE", certificate.to_str().unwrap()),
    ]);
    let mut client = Command::new("openssl")
        .args([
            "s_client",
            "-quiet",
            "-verify_return_error",
            "-verify_hostname",
            "localhost",
        ])
        .args([
            "-servername",
            "localhost",
            "-connect",
            &service.address.to_string(),
            "-CAfile",
        ])
        .arg(&certificate)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut input = client.stdin.take().unwrap();
    input.write_all(request).unwrap();
    let mut answer = String::new();
    client
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut answer)
        .unwrap();
    client.wait().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"),
        "{answer}"
    );
}

/// As the README describes it: copied while the service runs, put in the place of a lost file.
#[test]
fn a_copy_of_sqlite_is_whole_and_can_take_its_place() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let opened = service.client().open(&tenant.key, "r1").ok().clone();
    let copy = place.folder().join("copy.db");
    place.command(&["backup", copy.to_str().unwrap()]);
    // It overwrites nothing.
    assert!(
        !place
            .run(&["backup", copy.to_str().unwrap()])
            .status
            .success()
    );
    drop(service);
    let file = place.file().unwrap();
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    std::fs::rename(&copy, &file).unwrap();
    let service = place.serve();
    assert_eq!(service.client().open(&tenant.key, "r1").ok(), &opened);
}

#[test]
fn a_dump_of_postgresql_can_take_its_place() {
    let place = Place::postgres();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let opened = service.client().open(&tenant.key, "r1").ok().clone();
    let other = Place::postgres();
    let dump = Command::new("pg_dump").arg(place.url()).output().unwrap();
    assert!(dump.status.success(), "{dump:?}");
    let mut restore = Command::new("psql")
        .args(["-v", "ON_ERROR_STOP=1", "-q"])
        .arg(other.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    restore
        .stdin
        .take()
        .unwrap()
        .write_all(&dump.stdout)
        .unwrap();
    assert!(restore.wait().unwrap().success());
    let service = other.serve();
    assert_eq!(service.client().open(&tenant.key, "r1").ok(), &opened);
}

/// As the README says: `verify-full` with the authority's file, or not at all.
#[test]
fn postgresql_is_spoken_to_over_tls_and_believed_for_its_certificate() {
    let server = crate::support::Postgres::start();
    let (url, authority) = server.up_with_tls();
    let place = Place::sqlite();
    let connects = |more: &str| {
        let mut program = place.program(&["tenant", "list"]);
        program.env("SECURESIGN_PORTAL_DATABASE", format!("{url}?{more}"));
        program.output().unwrap().status.success()
    };
    let authority = authority.display();
    assert!(connects(&format!(
        "sslmode=verify-full&sslrootcert={authority}"
    )));
    assert!(!connects("sslmode=verify-full"), "an unknown authority");
    assert!(!connects("sslmode=disable"), "the server wants TLS");
}

#[test]
fn old_sessions_are_removed_a_day_after_their_end() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let mut service = place.serve();
        service.client().open(&tenant.key, "old").ok();
        service.stop();
        place.later(Duration::from_secs(24 * 3600 + 14 * 60));
        // What lives, and what ended less than a day ago, stays; a start cleans at once.
        let mut service = place.serve();
        service.client().open(&tenant.key, "new").ok();
        let listed = place.command(&["sessions", &tenant.id]);
        assert!(listed.contains("old") && listed.contains("new"), "{listed}");
        service.stop();
        place.later(Duration::from_secs(24 * 3600 + 16 * 60));
        let _service = place.serve();
        until("removed", || {
            !place.command(&["sessions", &tenant.id]).contains("old")
        });
        assert!(place.command(&["sessions", &tenant.id]).contains("new"));
    });
}
