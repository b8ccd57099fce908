//! What a listener serves: the whole API, or the metrics alone, without a key.

use actix_web::web::ServiceConfig;

use super::{metrics, routes};

/// What a listener serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Everything.
    Api,
    /// `/metrics` and nothing else, for anyone who reaches the listener.
    Metrics,
}

impl Surface {
    /// Puts it into an actix application.
    pub(super) fn configure(self, config: &mut ServiceConfig) {
        match self {
            Self::Api => routes::configure(config),
            Self::Metrics => metrics::configure(config),
        }
    }
}
