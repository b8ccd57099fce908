//! What is shown of a state, and what distinguishes states: canonical form, entity-tags, preconditions, views.
//! Pure; it does not know where states are kept and how answers travel.

mod canonical;
mod entity_tag;
mod launch_digest;
mod precondition;
mod request_diff;
mod settings_view;
mod state_diff;
mod state_digest;
mod substitutes;
mod summary;
mod verbatim;
mod view;

pub use canonical::canonical;
pub use entity_tag::{
    EntityTag, OpaqueTag, collection_tag, policy_tag, public_tag, server_tag, unreadable_server_tag,
};
pub use launch_digest::{launch_digest, launch_id, member_digest, member_digests};
pub use precondition::{Condition, MalformedCondition, Precondition, Verdict};
pub use request_diff::{Request, changed};
pub use settings_view::SettingsView;
pub use state_diff::{Secrets, differing};
pub use state_digest::{state_digest, unreadable_state_digest};
pub use substitutes::{Substitutes, stays};
pub use summary::{Summary, summary};
pub use verbatim::is_verbatim;
pub use view::{cautious_view, needs_reentry, needs_reentry_below, view, view_masked};
