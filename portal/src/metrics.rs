//! Numbers for Prometheus. Labels are bounded: routes and codes of ours, no key, no client.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Of a request that was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// As it stands in the router; `other` where there is none.
    pub route: String,
    /// The status.
    pub status: u16,
    /// `OK`, or what `error` says.
    pub code: &'static str,
}

/// All numbers.
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    seconds: Histogram,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("securesign_portal");
        let answered = Family::<Answered, Counter>::default();
        let help = "Requests that were answered";
        registry.register("requests", help, answered.clone());
        let seconds = Histogram::new([0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0]);
        let help = "How long an answer took";
        registry.register("request_seconds", help, seconds.clone());
        Self {
            registry,
            answered,
            seconds,
        }
    }

    /// Counts an answer.
    pub fn count(&self, answered: &Answered, seconds: f64) {
        self.answered.get_or_create(answered).inc();
        self.seconds.observe(seconds);
    }

    /// As Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
