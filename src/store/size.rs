//! How large a document may become. A change that would make it larger than the limit is refused alone; one that
//! makes a document smaller is not, however large it is. It does not know what the bytes mean.

use crate::document::Document;
use crate::json::{Json, to_compact};
use crate::model::Edit;

/// How many bytes a document may have where nothing else is chosen.
pub const LARGEST: usize = 64 << 20;

/// How many times its compact text the text of a value takes at most, spread over lines of its own.
const MOST_SPREAD: usize = 1_024;

/// How many bytes a document may have to be read, where so many may be written. What is larger than may be written is
/// read, so that it can be made smaller; but not without end, as it is held in memory.
pub(super) fn most_read(largest: usize) -> usize {
    largest.saturating_mul(2)
}

/// Whether these edits would make the document larger than it may be.
pub(super) fn exceeds(document: &Document, edits: &[Edit], largest: usize) -> bool {
    let most = edits.iter().map(most_added).fold(document.text_len(), usize::saturating_add);
    if most <= largest {
        return false;
    }
    let mut edited = document.clone();
    edits.iter().for_each(|edit| edited.apply(edit, None));
    let (before, after) = (document.render().len(), edited.render().len());
    largest < after && before < after
}

/// More than an edit can add.
fn most_added(edit: &Edit) -> usize {
    let spread = |value: &Json| to_compact(value).len().saturating_add(64).saturating_mul(MOST_SPREAD);
    match edit {
        Edit::Put { key, config } => spread(&Json::Object(config.clone())) + MOST_SPREAD * key.as_str().len(),
        Edit::Outside { member, value } => spread(value) + MOST_SPREAD * member.len(),
        Edit::Rename { to, .. } => 6 * to.as_str().len(),
        Edit::Remove { .. } => 0,
        Edit::Reseal { .. } => usize::MAX,
    }
}
