//! What the document's versions mean for the servers in it: which dialect, what is encrypted, whether
//! they may be written. Found by `document`, used by everyone; it knows no text.

use std::borrow::Cow;
use std::fmt;

use crate::json::Object;

use super::{SettingsKey, is_server_value};

const OWNERSHIP: &str = "The owner, group or mode of the settings document can't be kept, so nothing was written. Let the service run as the document's owner.";

/// Which members a server may have (DESIGN §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Unknown members are kept.
    Open,
    /// The reader refuses the whole file for one unknown member, so nobody may write one.
    Closed,
}

/// Which secret leaves are encrypted in the document: what the reader of its layout opens (DESIGN §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Our own documents, without `agent_settings.schema_version`: every masked string but URLs.
    EverySecret,
    /// Schema versions 1 to 4: string values of `env` and `headers`.
    EnvAndHeaders,
    /// From schema version 5 on: the list of OPENHANDS §4.
    Listed,
}

/// Whether servers may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// They may.
    Writable,
    /// They may be read only: the document is newer or stranger than this build knows, or its place can't be written.
    ReadOnly(ReadOnlyReason),
    /// The agent variant of this document has no MCP servers (DESIGN §2.3).
    NoCollection,
}

/// Why a document may not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnlyReason {
    /// The root's `schema_version` is above 6.
    SchemaVersion,
    /// `agent_settings.schema_version` is above 9.
    AgentSchemaVersion,
    /// This build does not know the `agent_settings.agent_kind`.
    AgentKind,
    /// Nothing can be written at the document's place.
    Place(PlaceReason),
}

/// Why nothing can be written at a document's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceReason {
    /// The document is a mount of its own: such a file can't be replaced.
    FileMount,
    /// The file system, or this mount of it, is read-only.
    FileSystem,
    /// The document or its folder is immutable or append-only.
    Immutable,
    /// The account of the service may not write in the folder.
    Folder,
    /// The lock file can neither be opened nor created.
    LockFile,
    /// The account of the service can't keep the document's owner and group.
    Ownership,
}

impl PlaceReason {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::FileMount, Self::FileSystem, Self::Immutable, Self::Folder, Self::LockFile, Self::Ownership];

    /// What is wrong and what to do about it. Never a path: every client sees it.
    pub fn text(self) -> &'static str {
        match self {
            Self::FileMount => {
                "it is mounted as a single file, and such a file can't be replaced. Mount its folder instead"
            }
            Self::FileSystem => "its file system is mounted read-only. Mount it writable",
            Self::Immutable => {
                "the file or its folder is marked immutable or append-only. Remove the mark (`chattr -i -a`)"
            }
            Self::Folder => {
                "the service may not write in its folder. Permit that on the folder; on the file alone it is not enough"
            }
            Self::LockFile => {
                "the service can neither open nor create its lock file. Permit that, or remove a lock file that belongs to another account"
            }
            Self::Ownership => {
                "its owner or group can't be kept by the account of the service. Let the service run as the file's owner"
            }
        }
    }
}

impl ReadOnlyReason {
    /// What a client that wants to write may read of it.
    pub fn detail(self) -> Cow<'static, str> {
        match self {
            Self::Place(PlaceReason::Ownership) => OWNERSHIP.into(),
            reason => format!("The settings document is read-only: {reason}.").into(),
        }
    }
}

impl fmt::Display for ReadOnlyReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SchemaVersion => "its `schema_version` is newer than this build knows",
            Self::AgentSchemaVersion => "its `agent_settings.schema_version` is newer than this build knows",
            // On the wire: the wording stays.
            Self::AgentKind => "its `agent_settings.agent_kind` is none that this build knows",
            Self::Place(reason) => reason.text(),
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
    /// Whether the document is OpenHands', so that a key that it does not have would cost it its secrets.
    pub belongs_to_openhands: bool,
}

impl Layout {
    /// Whether the document can hold this server under this name. A flat map can't hold every `mcpServers`:
    /// below schema version 5 its reader would take it for the map of servers, from 5 on it must be a server
    /// for a map that is not wrapped (DESIGN §6.1, rows 7 and 11). A write that breaks this would cost all the
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
