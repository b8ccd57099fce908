//! A configuration that comes from outside and is shown before it is stored. It does not know where it comes from.

use crate::json::Object;
use crate::model::config::of_clear;
use crate::projection::cautious_view;

/// A configuration in clear as it may be shown: what is a secret, or seems to be one, is masked.
pub fn masked(config: &Object) -> Object {
    cautious_view(&of_clear(config))
}
