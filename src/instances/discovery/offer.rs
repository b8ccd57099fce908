//! Which tools of a server may be called: those that its run policy offers and, where they are pinned, only as they were
//! accepted. It does not know who calls.

use std::sync::Arc;

use super::Listing;
use crate::api::ListedTool;
use crate::instances::{Fault, FaultKind};
use crate::model::run_policy::ToolRules;
use crate::state::ToolDigests;

/// What is offered of a server; all of it by default.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    rules: ToolRules,
    first: Option<Arc<ToolDigests>>,
}

/// Why a tool may not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The policy does not offer it.
    NotAllowed,
    /// It is not as it was accepted.
    HeldBack,
}

impl Offer {
    /// By these rules, and by these tools where they are pinned.
    pub fn new(rules: ToolRules, first: Option<Arc<ToolDigests>>) -> Self {
        Self { rules, first }
    }

    /// The tools as they are shown.
    pub fn tools(&self, listing: &Listing) -> Vec<ListedTool> {
        listing.tools(&self.rules, self.first.as_deref())
    }

    /// Whether a tool may be called that is listed so.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn admit(&self, tool: &str, listing: &Listing) -> Result<(), Withheld> {
        if !self.rules.offers(tool) {
            return Err(Withheld::NotAllowed);
        }
        if !self.rules.pinned {
            return Ok(());
        }
        let accepted = self.first.as_ref().and_then(|first| first.get(tool));
        match accepted.is_some() && listing.digests().get(tool) == accepted {
            true => Ok(()),
            false => Err(Withheld::HeldBack),
        }
    }
}

/// What a test says of a tool that it may not call.
pub(in crate::instances) fn withheld() -> Fault {
    FaultKind::Policy.because(
        "the run policy of the server does not allow this tool, or it has changed since it was accepted",
    )
}
