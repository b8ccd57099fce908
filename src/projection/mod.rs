//! What is shown of a state and what tells states apart: canonical form, entity-tags, preconditions, views.
//! Pure; it refuses to know where states are kept and how answers travel.

mod as_sent;
mod canonical;
mod difference;
mod differing;
mod entity_tag;
mod precondition;
mod settings_view;
mod summary;
mod view;

pub use as_sent::is_as_sent;
pub use canonical::canonical;
pub use difference::{Request, changed};
pub use differing::{Secrets, differing};
pub use entity_tag::{EntityTag, OpaqueTag, collection_tag, public_tag, server_tag, unreadable_server_tag};
pub use precondition::{Condition, MalformedCondition, Precondition, Verdict};
pub use settings_view::SettingsView;
pub use summary::{Summary, summary};
pub use view::{needs_reentry, needs_reentry_below, view, view_masked, view_named};
