//! What a server of MCP can offer, as far as it is listed.

/// A feature of servers (MCP, "Server Features").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Tools.
    Tools,
    /// Resources, and templates of resources.
    Resources,
    /// Prompts.
    Prompts,
}

impl Feature {
    /// As it is called on the wire and in the state store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::Prompts => "prompts",
        }
    }
}
