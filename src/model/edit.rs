//! What a change does to one server or to what is outside them, as data: the same for a file that is spliced and
//! rows that are updated.

use crate::json::{Json, Object};

use super::SettingsKey;

/// One effect of a change. `config` is as it will be stored: secrets already sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Creates the server or replaces its configuration.
    Put {
        /// Which server.
        key: SettingsKey,
        /// Its whole new configuration.
        config: Object,
    },
    /// Removes the server; does nothing if it does not exist.
    Remove {
        /// Which server.
        key: SettingsKey,
    },
    /// Gives the server another name, in its place; its value's bytes stay.
    Rename {
        /// The name that it has.
        from: SettingsKey,
        /// The name that it gets; no server has it.
        to: SettingsKey,
    },
    /// Sets a member of the document outside the servers. In `agent_settings` the servers and `schema_version`
    /// stay what they are, whatever the value has in their place: they are not for this edit to change.
    Outside {
        /// Which member of the root: one that [`Outside::can_hold`](super::Outside::can_hold).
        member: String,
        /// Its new value.
        value: Json,
    },
    /// Replaces encrypted values outside the servers by others of the same secrets (a rotation of keys).
    Reseal {
        /// Each old token with its new one.
        tokens: Vec<(Box<str>, Box<str>)>,
    },
}
