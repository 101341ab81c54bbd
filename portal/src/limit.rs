//! How often a client may call.
//!
//! API keys are public: each link carries one. A count for each key alone would let anybody use
//! up a portal's allowance, so it is counted for each key and client network, and what is over
//! it is "busy", never "refused". Counts are kept in memory, by each service for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use moka::sync::Cache;

use crate::network::ClientNetwork;

const WINDOW: Duration = Duration::from_secs(60);

/// What one key may do from all networks together: far above what any portal needs, and there
/// so that one of them cannot take the service from the others.
const CEILING: u32 = 200;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `/auth/validate`, by desktops.
    Validate,
    /// `/auth/session` and `/sign/hash`, by portals.
    Session,
    /// `/verify` and `/certificates/validate`, by portals.
    Verify,
    /// Links into the console, by whoever has one.
    Login,
}

type Counted = (u64, Call, Option<ClientNetwork>);

struct Window {
    since: Instant,
    count: AtomicU32,
}

/// Counts of the last minute.
pub struct Limits {
    windows: Cache<Counted, Arc<Window>>,
}

impl Limits {
    /// Bounded: what is pushed out is counted anew, which only forgives.
    pub fn new() -> Self {
        let windows = Cache::builder().max_capacity(200_000).time_to_live(WINDOW);
        Self {
            windows: windows.build(),
        }
    }

    /// Counts one more call.
    ///
    /// # Errors
    ///
    /// The seconds after which it may be tried again.
    pub fn count(
        &self,
        key: &[u8; 32],
        call: Call,
        network: ClientNetwork,
        rpm: u32,
    ) -> Result<(), u32> {
        // Eight bytes of a hash: two keys that share them share their counts.
        let key = u64::from_be_bytes([
            key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7],
        ]);
        self.one(&(key, call, Some(network)), rpm)?;
        self.one(&(key, call, None), rpm.saturating_mul(CEILING))
    }

    fn one(&self, counted: &Counted, most: u32) -> Result<(), u32> {
        let window = self.windows.get_with(*counted, || {
            Arc::new(Window {
                since: Instant::now(),
                count: AtomicU32::new(0),
            })
        });
        if window.count.fetch_add(1, Ordering::Relaxed) < most {
            return Ok(());
        }
        let left = WINDOW.saturating_sub(window.since.elapsed());
        Err(u32::try_from(left.as_secs()).unwrap_or(60) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    #[test]
    fn one_network_does_not_use_up_what_another_has() {
        let limits = Limits::new();
        let network = |text: &str| ClientNetwork::of(text.parse().unwrap(), &HeaderMap::new(), &[]);
        let [here, beside, there] = ["203.0.113.1", "203.0.113.2", "198.51.100.1"].map(network);
        for _ in 0..3 {
            assert_eq!(limits.count(&[1; 32], Call::Validate, here, 3), Ok(()));
        }
        let wait = limits
            .count(&[1; 32], Call::Validate, beside, 3)
            .unwrap_err();
        assert!((1..=61).contains(&wait), "{wait}");
        assert_eq!(limits.count(&[1; 32], Call::Validate, there, 3), Ok(()));
        assert_eq!(limits.count(&[1; 32], Call::Session, here, 3), Ok(()));
        assert_eq!(limits.count(&[2; 32], Call::Validate, here, 3), Ok(()));
    }
}
