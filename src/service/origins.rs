//! Where servers lead, as far as that identifies them for what is remembered of where they came from (DESIGN §15). It
//! does not know what is remembered.

use crate::json::Fault;
use crate::model::Kind;
use crate::model::config::Config;
use crate::projection::member_digest;
use crate::state::{Destination, Present, StateKey};

/// Identifies where servers lead.
pub(super) struct Destinations(StateKey);

impl Destinations {
    pub(super) fn new(key: StateKey) -> Self {
        Self(key)
    }

    /// Where this configuration leads: to a URL, or to a command. None where no key opens that, or there is neither.
    pub(super) fn of(&self, config: &Config) -> Option<Destination> {
        let member = match config.kind() {
            Kind::Remote => "url",
            Kind::Stdio => "command",
            Kind::Unknown => return None,
        };
        let text = config.text(member)?;
        Some(Destination(member_digest(self.0.expose(), &format!("/{member}"), text)))
    }

    /// What a document has of a server that is there.
    pub(super) fn at(&self, config: Option<&Config>) -> Present {
        config.and_then(|config| self.of(config)).map_or(Present::Unreadable, Present::At)
    }

    /// The same of a server as a decision sees it.
    pub(super) fn at_state(&self, config: &Result<Config, Fault>) -> Present {
        self.at(config.as_ref().ok())
    }
}
