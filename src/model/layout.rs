//! What the document's versions mean for the servers in it: which dialect, what is encrypted, whether
//! they may be written. Found by `document`, used by everyone; it knows no text.

use std::fmt;

use crate::json::Object;

use super::{SettingsKey, is_server_value};

/// Which members a server may have (DESIGN §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Unknown members are kept.
    Open,
    /// The reader refuses the whole file for one unknown member, so nobody may write one.
    Closed,
}

/// Which secret leaves are encrypted in the document: what the reader of its layout opens (DESIGN §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Our own documents, without `agent_settings.schema_version`: every masked string but URLs.
    EverySecret,
    /// Schema versions 1 to 4: string values of `env` and `headers`.
    EnvAndHeaders,
    /// From schema version 5 on: the list of `contracts/openhands.md` §4.
    Listed,
}

/// Whether servers may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// They may.
    Writable,
    /// They may be read only: the document is newer or stranger than this build knows.
    ReadOnly(ReadOnlyReason),
    /// The agent variant of this document has no MCP servers (DESIGN §2, variants).
    NoCollection,
}

/// Why a document may not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnlyReason {
    /// The root's `schema_version` is above 6.
    SchemaVersion,
    /// `agent_settings.schema_version` is above 9.
    AgentSchemaVersion,
    /// `agent_settings.agent_kind` is none that this build knows.
    AgentKind,
}

impl fmt::Display for ReadOnlyReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SchemaVersion => "its `schema_version` is newer than this build knows",
            Self::AgentSchemaVersion => "its `agent_settings.schema_version` is newer than this build knows",
            Self::AgentKind => "its `agent_settings.agent_kind` is none that this build knows",
        })
    }
}

/// What a document's versions mean for the servers in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Which members a server may have.
    pub dialect: Dialect,
    /// What is encrypted.
    pub sealing: Sealing,
    /// Whether servers may be written.
    pub access: Access,
    /// Whether `agent_settings.schema_version` is there and not null: then the document is OpenHands',
    /// and a key that it does not have would cost it its secrets.
    pub has_schema_version: bool,
}

impl Layout {
    /// Whether the document can hold this server under this name. A flat map can't hold every `mcpServers`:
    /// below schema version 5 its reader would take it for the map of servers, from 5 on it must be a server
    /// for a map that is not wrapped (DESIGN §5, rows 7 and 11). A write that breaks this would cost all the
    /// other servers.
    pub fn can_hold(&self, key: &SettingsKey, config: Option<&Object>) -> bool {
        match (self.dialect, self.sealing) {
            _ if key.as_str() != "mcpServers" => true,
            (Dialect::Open, _) => true,
            (Dialect::Closed, Sealing::Listed) => config.is_some_and(is_server_value),
            (Dialect::Closed, Sealing::EverySecret | Sealing::EnvAndHeaders) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_the_member_that_is_too_new() {
        for (reason, member) in [
            (ReadOnlyReason::SchemaVersion, "its `schema_version` "),
            (ReadOnlyReason::AgentSchemaVersion, "its `agent_settings.schema_version` "),
            (ReadOnlyReason::AgentKind, "its `agent_settings.agent_kind` "),
        ] {
            assert!(reason.to_string().starts_with(member), "{reason}");
        }
    }
}
