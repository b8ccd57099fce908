//! What is asked of a gateway: a trait, so that tests have gateways that lose answers. It does not know how the calls
//! travel, and which of its toolgroups are ours.

use futures_util::future::BoxFuture;

use super::Failure;

/// A toolgroup as a gateway has it.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolGroup {
    /// Its id. It may hold anything, slashes too.
    pub id: String,
    /// Which provider serves it.
    pub provider_id: String,
    /// Where its MCP server is. It may hold a secret.
    pub url: Option<String>,
    /// Whether it has arguments, which no call of ours sends.
    pub has_args: bool,
}

/// The toolgroups of one gateway.
pub trait Gateway: Send + Sync {
    /// Registers a toolgroup. The same one again is no failure.
    fn register<'a>(
        &'a self,
        id: &'a str,
        provider_id: &'a str,
        url: &'a str,
    ) -> BoxFuture<'a, Result<(), Failure>>;

    /// Removes a toolgroup. One that is not there is no failure.
    fn unregister<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Failure>>;

    /// The toolgroup of this id.
    fn read<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<ToolGroup>, Failure>>;

    /// All toolgroups.
    fn list(&self) -> BoxFuture<'_, Result<Vec<ToolGroup>, Failure>>;
}

/// Without the URL, which may hold a secret.
impl std::fmt::Debug for ToolGroup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ToolGroup").field("id", &self.id).finish_non_exhaustive()
    }
}
