//! What goes wrong at any step.

use crate::bench::Bench;
use securesign_app::worker::{Look, TokenState};
use securesign_card::error::CardError;
use securesign_card::error::Fault;
use securesign_card::profile::Search;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::Fault as ReaderFault;
use securesign_vendors::epass2003::emulator::{Disturbance, Mode};

use super::token::{PIN, WRONG, token, watched};

/// One job from a cold start: read, then sign with this PIN.
fn journey(bench: &Bench, pin: &str) -> Result<(), CardError> {
    let view = bench.look(Look::Signing(Search::default())).remove(0);
    let info = match view.state {
        TokenState::Ready(info) => info,
        TokenState::Failed(error) => return Err(error),
        TokenState::Empty => return Err(CardError::Changed),
        other => panic!("{other:?}"),
    };
    let credential = info.found.credentials.first();
    let credential = credential.ok_or(CardError::Changed)?;
    bench.sign(&view.id, credential, Some(pin)).map(drop)
}

/// How many protected commands a journey takes without mishaps: all but GET DATA
/// and the mutual authentication.
fn length(mode: Mode) -> usize {
    let (bench, _) = watched(token(mode));
    bench.count(|| journey(&bench, PIN).unwrap()).1 - 3
}

#[test]
fn secure_messaging_faults_at_every_step_are_typed_errors_and_cost_no_second_try() {
    for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
        let steps = length(mode);
        for disturbance in [
            Disturbance::WrongMac,
            Disturbance::Truncated,
            Disturbance::Replayed,
            Disturbance::SessionLost(0x6985),
            Disturbance::SessionLost(0x6988),
            Disturbance::OtherProcess,
        ] {
            let mut failures = 0;
            for step in 1..=steps {
                let name = format!("{mode:?}, {disturbance:?} at {step}");
                // A right PIN: at most an error, and no try is lost for good.
                let (bench, card) = watched(token(mode));
                card.card().disturb(step, disturbance);
                match journey(&bench, PIN) {
                    Ok(()) => {}
                    Err(CardError::SecureMessaging { fault, .. }) => {
                        failures += 1;
                        if let Disturbance::SessionLost(_) = disturbance {
                            assert_eq!(fault, Fault::Lost, "{name}");
                        }
                    }
                    // Answers are not protected in a way that is confirmed there.
                    Err(error) if mode == Mode::Fips => {
                        println!("{name}: {error}");
                        failures += 1;
                    }
                    Err(error) => panic!("{name}: {error}"),
                }
                // The next attempt finds the token usable.
                journey(&bench, PIN).unwrap_or_else(|error| panic!("{name}, again: {error}"));
                assert_eq!(card.card().pin_tries(), 10, "{name}");

                // A wrong one: one try, whatever happens around it.
                let (bench, card) = watched(token(mode));
                card.card().disturb(step, disturbance);
                journey(&bench, WRONG).unwrap_err();
                assert!(card.card().pin_tries() >= 9, "{name}");
            }
            println!("{mode:?}, {disturbance:?}: {failures} of {steps} steps end in an error");
        }
    }
}

#[test]
fn a_token_removed_at_any_step_loses_nothing() {
    let steps = length(Mode::Aes);
    for after in 0..steps {
        let (bench, card) = watched(token(Mode::Aes));
        let error = TransportError::Removed;
        bench.reader.fault(ReaderFault { after, error });
        let error = journey(&bench, PIN).unwrap_err();
        assert!(
            matches!(error, CardError::Transport(_) | CardError::Changed),
            "{after}: {error}"
        );
        assert_eq!(card.card().pin_tries(), 10);
    }
}
