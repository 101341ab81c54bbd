//! What breaks: the service, its database, and two starts at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{Place, Postgres, on_both, until};

/// A session that was acknowledged is there after the service was killed.
#[test]
fn nothing_that_was_acknowledged_is_lost_by_a_kill() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let key = place.key(&tenant.id, &["--test", "--rpm", "100000"]);
        let mut acknowledged = 0;
        for round in 0..3 {
            let mut service = place.serve();
            let (killed, opened) = (AtomicBool::new(false), AtomicUsize::new(0));
            let requests: Vec<String> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|thread| {
                        let client = service.client();
                        let (key, killed, opened) = (&key, &killed, &opened);
                        scope.spawn(move || {
                            let mut good = Vec::new();
                            for n in 0..100_000 {
                                if killed.load(Ordering::Relaxed) {
                                    break;
                                }
                                let request = format!("k{round}-{thread}-{n}");
                                if client.try_open(key, &request) {
                                    opened.fetch_add(1, Ordering::Relaxed);
                                    good.push(request);
                                }
                            }
                            good
                        })
                    })
                    .collect();
                until("some are acknowledged", || {
                    opened.load(Ordering::Relaxed) > 0
                });
                std::thread::sleep(Duration::from_millis(400));
                service.kill();
                killed.store(true, Ordering::Relaxed);
                threads
                    .into_iter()
                    .flat_map(|thread| thread.join().unwrap())
                    .collect()
            });
            assert!(!requests.is_empty());
            acknowledged += requests.len();
            // The same one is answered, and nothing new is opened.
            let service = place.serve();
            let before = place.command(&["audit", &tenant.id, "--lines", "1000000"]);
            for request in &requests {
                service.client().open(&key, request).ok();
            }
            let after = place.command(&["audit", &tenant.id, "--lines", "1000000"]);
            let opened = |text: &str| text.matches("session.open").count();
            assert_eq!(opened(&before), opened(&after), "round {round}");
        }
        eprintln!("{acknowledged} acknowledged");
    });
}

/// A command opens and closes the same file; what the service wrote before and after must stay,
/// and be seen by both.
#[test]
fn a_command_beside_the_service_takes_nothing_from_it() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let mut service = place.serve();
        for n in 0..3 {
            service.client().open(&tenant.key, &format!("r{n}")).ok();
            let listed = place.command(&["sessions", &tenant.id]);
            assert_eq!(listed.lines().count(), n + 1, "{listed}");
            let key = place.key(&tenant.id, &["--test"]);
            service
                .client()
                .validate(&key, "http://localhost:3000")
                .ok();
        }
        service.kill();
        assert_eq!(place.command(&["sessions", &tenant.id]).lines().count(), 3);
    });
}

#[test]
fn two_starts_on_a_new_database_make_its_tables_once() {
    for _ in 0..4 {
        on_both(|place| {
            let starts: Vec<_> = (0..3)
                .map(|_| place.program(&["migrate"]).spawn().unwrap())
                .collect();
            for mut start in starts {
                assert!(start.wait().unwrap().success());
            }
            place.tenant(&[]);
        });
    }
}

#[test]
fn a_database_that_went_and_came_back_needs_no_restart() {
    let server = Postgres::start();
    let place = Place::of(&server);
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let client = service.client();
    client.open(&tenant.key, "r1").ok();
    server.down();
    let gone = client.open(&tenant.key, "r2");
    gone.refused(503, "SS_SERVICE_UNREACHABLE");
    assert!(gone.retry_after.is_some());
    client.get("/ready").refused(503, "SS_SERVICE_UNREACHABLE");
    assert_eq!(client.get("/health").text, "ok\n");
    server.up();
    until("ready again", || client.get("/ready").status == 200);
    client.open(&tenant.key, "r2").ok();
    client.validate(&tenant.key, "http://localhost:3000").ok();
}

/// What was the primary before a failover can only be read. Its connections are not kept.
#[test]
fn a_primary_that_became_read_only_is_noticed_and_left() {
    let place = Place::of(Postgres::shared());
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let client = service.client();
    client.open(&tenant.key, "r1").ok();
    // For new connections; those that are open are ended, so that new ones are made.
    place.sql(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
         current_database()); END $$; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    until("the new connections are read-only", || {
        client.open(&tenant.key, "r2").status == 503
            && service.log().contains("read-only transaction")
    });
    client.get("/ready").refused(503, "SS_SERVICE_UNREACHABLE");
    place.sql(
        "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET \
         default_transaction_read_only', current_database()); END $$; COMMIT",
    );
    until("ready again", || client.get("/ready").status == 200);
    client.open(&tenant.key, "r2").ok();
}

/// Another program that holds SQLite's lock delays a write, and stops no reader.
#[test]
fn a_locked_database_is_busy_and_can_still_be_read() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let client = service.client();
    let mut holder = std::process::Command::new("python3")
        .arg("-c")
        .arg(
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None); \
             c.execute('BEGIN IMMEDIATE'); print('held',flush=True); sys.stdin.read()",
        )
        .arg(place.file().unwrap())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut held = [0; 5];
    std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut held).unwrap();
    client.validate(&tenant.key, "http://localhost:3000").ok();
    let busy = client.open(&tenant.key, "r1");
    busy.refused(503, "SS_SERVICE_UNREACHABLE");
    assert!(busy.retry_after.is_some());
    drop(holder.stdin.take());
    holder.wait().unwrap();
    client.open(&tenant.key, "r1").ok();
}
