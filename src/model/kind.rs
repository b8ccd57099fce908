//! The kinds of MCP servers, as the listing names them.

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A command is started and spoken to over its standard streams.
    Stdio,
    /// A URL is called.
    Remote,
    /// Neither is configured.
    Unknown,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stdio, Self::Remote, Self::Unknown];

    /// The word of the API's `transport_kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::Remote => "remote",
            Self::Unknown => "unknown",
        }
    }
}
