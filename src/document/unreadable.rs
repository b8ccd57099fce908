//! Why a document can't be used. The reasons are for the person who has to fix the file: they name the place
//! or the member, never a path and never a value.

use crate::json::{SyntaxError, line_and_column};

/// Why a document makes no sense (DESIGN §6.1, rows 2, 3, 4, 8 and 11).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No byte but white space.
    #[error("it is empty")]
    Empty,
    /// Larger than is read.
    #[error("it is larger than {most} bytes, and so is not read")]
    TooLarge {
        /// The most bytes that are read.
        most: usize,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8 at line {line}")]
    NotUtf8 {
        /// Counted from 1.
        line: usize,
    },
    /// A byte order mark, which JSON does not allow.
    #[error("it begins with a byte order mark")]
    ByteOrderMark,
    /// Not JSON.
    #[error("it is not JSON at line {line}, column {column}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// JSON that ends too early.
    #[error("it is cut off: it ends in line {line}, within a value")]
    CutOff {
        /// Counted from 1.
        line: usize,
    },
    /// JSON, but no object.
    #[error("its root is not an object")]
    RootNotObject,
    /// An object has two members of one name.
    #[error("{within} has two members named `{name}`")]
    DuplicateMember {
        /// Which object.
        within: Within,
        /// The name, unescaped.
        name: String,
    },
    /// A version that is no integer or below 0.
    #[error("`schema_version` in {within} is not an integer from 0 on")]
    BadVersion {
        /// Which object.
        within: Within,
    },
    /// One of the objects on the way to the servers is something else.
    #[error("{0} is not an object")]
    NotAnObject(Within),
    /// The root has what belongs into `agent_settings`.
    #[error("its root has `{member}`, which belongs into `agent_settings`, and there is no `agent_settings`")]
    Bare {
        /// The first such member.
        member: &'static str,
    },
    /// The version says that the servers are in `mcp_config`, but they are in its `mcpServers`.
    #[error(
        "its version has the servers in {}, but they are still wrapped in `mcpServers`",
        Within::McpConfig
    )]
    StillWrapped,
}

/// An object on the way to the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The whole document.
    Root,
    /// `agent_settings`
    AgentSettings,
    /// `agent_settings.mcp_config`
    McpConfig,
    /// `agent_settings.mcp_config.mcpServers`
    McpServers,
}

impl std::fmt::Display for Within {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Root => "the root",
            Self::AgentSettings => "`agent_settings`",
            Self::McpConfig => "`agent_settings.mcp_config`",
            Self::McpServers => "`agent_settings.mcp_config.mcpServers`",
        })
    }
}

impl Unreadable {
    /// The reason for a text that is not JSON.
    pub(super) fn syntax(text: &str, error: SyntaxError) -> Self {
        let (line, column) = line_and_column(text, error.offset);
        if error.offset >= text.len() {
            return Self::CutOff { line };
        }
        Self::Syntax { line, column }
    }

    /// The reason for bytes of which only the first `valid` are UTF-8.
    pub(super) fn not_utf8(bytes: &[u8], valid: usize) -> Self {
        Self::NotUtf8 { line: bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1 }
    }
}
