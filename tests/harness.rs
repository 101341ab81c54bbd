//! Is the ground firm? The daemon, the readers and the cards of the other
//! tests, seen only through the programs of others.

#![cfg(target_os = "linux")]

#[path = "support/instead.rs"]
mod instead;
mod support;

use std::time::Duration;

use instead::Instead;
use securesign_vendors::emulator::Emulator;
use support::nitrokey::{KEYS, Nitrokey, PIN};
use support::pcscd::Daemon;
use support::run::{eventually, run, succeed};
use support::vpcd::VirtualCard;

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_card_that_others_wrote_works_with_tools_that_others_wrote() {
    let daemon = Daemon::start(&["Yubikey Test"]);
    let card = Nitrokey::provisioned(&daemon, 0, &KEYS);
    assert!(listing(&daemon).contains("Yubikey Test 00 00"));

    let name = succeed(
        daemon
            .command("opensc-tool")
            .args(["-r", card.reader(), "-n"]),
        LIMIT,
    );
    assert!(
        name.stdout.contains("Personal Identity Verification"),
        "{name:?}"
    );

    let status = succeed(
        daemon.command("yubico-piv-tool").args(["-a", "status"]),
        LIMIT,
    )
    .stdout;
    for expected in [
        "Slot 9a",
        "RSA2048",
        "Slot 9c",
        "ECCP256",
        "PIN tries left:\t3",
    ] {
        assert!(status.contains(expected), "no {expected} in {status}");
    }

    // The tool signs and checks the signature against the certificate.
    let before = card.count();
    for (slot, _) in KEYS {
        let input = card.certificate(slot);
        let tool = &mut daemon.command("yubico-piv-tool");
        tool.args([
            "-a",
            "verify-pin",
            "-P",
            PIN,
            "-a",
            "test-signature",
            "-s",
            slot,
            "-i",
        ]);
        let signed = succeed(tool.arg(input), LIMIT);
        let words = format!("{}{}", signed.stdout, signed.stderr);
        assert!(words.to_lowercase().contains("successful"), "{words}");
    }
    assert!(card.count().apdus > before.apdus);

    card.remove();
    assert!(eventually(LIMIT, || !has_card(
        &daemon,
        "Yubikey Test 00 00"
    )));
}

#[test]
fn a_wrong_pin_costs_the_foreign_card_one_try_and_a_power_cycle_logs_out() {
    let daemon = Daemon::start(&["Yubikey Test"]);
    let card = Nitrokey::insert(&daemon, 0);
    let wrong = run(
        daemon
            .command("yubico-piv-tool")
            .args(["-a", "verify-pin", "-P", "999999"]),
        LIMIT,
    );
    assert!(!wrong.success, "{wrong:?}");
    let status = succeed(
        daemon.command("yubico-piv-tool").args(["-a", "status"]),
        LIMIT,
    )
    .stdout;
    assert!(status.contains("PIN tries left:\t2"), "{status}");

    // Verified by one program, reset, and asked by another.
    let select = "00:A4:04:00:09:A0:00:00:03:08:00:00:10:00:00";
    let apdus = |list: &[&str]| {
        let mut tool = daemon.command("opensc-tool");
        tool.args(["-r", card.reader()]);
        for apdu in list {
            tool.args(["-s", apdu]);
        }
        succeed(&mut tool, LIMIT).stdout
    };
    let verified = apdus(&[
        select,
        "00:20:00:80:08:31:32:33:34:35:36:FF:FF",
        "00:20:00:80",
    ]);
    assert_eq!(
        verified.matches("SW1=0x90, SW2=0x00").count(),
        3,
        "{verified}"
    );
    succeed(
        daemon
            .command("opensc-tool")
            .args(["-r", card.reader(), "--reset=cold"]),
        LIMIT,
    );
    let asked = apdus(&[select, "00:20:00:80"]);
    assert!(asked.contains("SW1=0x63, SW2=0xC3"), "{asked}");
}

#[test]
fn two_daemons_side_by_side_do_not_see_each_others_cards() {
    let one = Daemon::start(&["One"]);
    let two = Daemon::start(&["Two", "Three"]);
    let card = VirtualCard::insert(two.port(1), echo());
    let three = two.reader(1);
    assert!(
        eventually(LIMIT, || has_card(&two, &three)),
        "{}",
        listing(&two)
    );
    assert!(!has_card(&two, &two.reader(0)));
    assert!(!has_card(&one, &one.reader(0)));
    assert!(!listing(&one).contains("Three"));

    card.remove();
    assert!(eventually(LIMIT, || !has_card(&two, &three)));
}

#[test]
fn an_emulator_in_a_reader_is_counted_and_answers_without_delay() {
    let daemon = Daemon::start(&["One"]);
    let card = VirtualCard::insert(daemon.port(0), echo());
    let before = card.count();
    let sent = send(&daemon, 20);
    assert!(sent.success, "{sent:?}");
    assert_eq!(
        sent.stdout.matches("SW1=0x90, SW2=0x00").count(),
        20,
        "{sent:?}"
    );
    let after = card.count();
    assert!(after.apdus >= before.apdus + 20);
    assert!(after.to_card >= before.to_card + 20 * 8);
    // Delayed acknowledgements would cost 20 × 40 ms.
    assert!(
        sent.took < Duration::from_millis(600),
        "took {:?}",
        sent.took
    );
}

#[test]
fn faults_happen_before_the_apdu_they_are_set_for() {
    let daemon = Daemon::start(&["One"]);
    let reader = daemon.reader(0);
    let card = VirtualCard::insert(daemon.port(0), echo());
    assert!(send(&daemon, 3).success);

    let before = card.count();
    card.reset_before(1);
    assert!(!send(&daemon, 3).success);
    assert_eq!(card.count(), before);
    // The card is back, and works.
    assert!(eventually(LIMIT, || has_card(&daemon, &reader)));
    assert!(eventually(LIMIT, || send(&daemon, 3).success));

    card.remove_before(1);
    assert!(!send(&daemon, 3).success);
    assert!(eventually(LIMIT, || !has_card(&daemon, &reader)));
}

/// Sends the same READ BINARY several times in one connection.
fn send(daemon: &Daemon, times: usize) -> support::run::Finished {
    let mut tool = daemon.command("opensc-tool");
    // No driver: OpenSC would ask the card who it is before it sends anything.
    tool.args(["-c", "default"]);
    for _ in 0..times {
        tool.args(["-s", "00:D6:00:00:03:01:02:03"]);
    }
    run(&mut tool, LIMIT)
}

fn listing(daemon: &Daemon) -> String {
    succeed(daemon.command("opensc-tool").arg("-l"), LIMIT).stdout
}

fn has_card(daemon: &Daemon, reader: &str) -> bool {
    listing(daemon)
        .lines()
        .any(|line| line.contains(reader) && line.contains("Yes"))
}

/// The smallest card there is: it says yes.
fn echo() -> Box<dyn Emulator> {
    let atr = [0x3B, 0x80, 0x01, 0x81];
    Box::new(Instead::of_nothing(&atr, |_| vec![0x90, 0x00]))
}
