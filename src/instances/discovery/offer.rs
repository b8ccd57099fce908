//! Which tools of a server may be called: those that its run policy offers and, where they are pinned, only as they were
//! accepted. It does not know who calls.

use std::sync::Arc;

use super::Listing;
use crate::api::ListedTool;
use crate::instances::{Fault, FaultKind};
use crate::model::run_policy::ToolRules;
use crate::state::{Run, ToolDigests};

/// What is offered of a server; all of it by default.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    rules: ToolRules,
    first: Option<Arc<ToolDigests>>,
}

impl Offer {
    /// By these rules, and where they pin it by what is remembered of the server.
    pub fn of(rules: ToolRules, run: Option<&Run>) -> Self {
        let known = run.and_then(|run| run.known_tools.as_ref());
        Self { rules, first: known.map(|known| Arc::clone(&known.tools)) }
    }

    /// The tools as they are shown.
    pub fn tools(&self, listing: &Listing) -> Vec<ListedTool> {
        listing.tools(&self.rules, self.first.as_deref())
    }

    /// Whether a tool may be called that is listed so.
    pub fn admits(&self, tool: &str, listing: &Listing) -> bool {
        let accepted = self.first.as_ref().and_then(|first| first.get(tool));
        let is_as_accepted = || accepted.is_some() && listing.digests().get(tool) == accepted;
        self.rules.offers(tool) && (!self.rules.pinned || is_as_accepted())
    }
}

/// What a test says of a tool that it may not call.
pub(in crate::instances) fn withheld() -> Fault {
    FaultKind::Policy.because(
        "the run policy of the server does not allow this tool, or it has changed since it was accepted",
    )
}
