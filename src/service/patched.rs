//! A JSON Patch (RFC 6902) in a use-case: applied to what its caller is shown of a state, and what it is where
//! it can't be applied.

use crate::json::Pointer;
use crate::model::config::Config;
use crate::model::json_patch::{JsonPatch, NotApplied, Patched, apply};
use crate::model::validate::Violation;
use crate::projection::view;
use crate::secrets::Exposure;

use super::ServiceError;

/// What the patch makes of a state, as the whole configuration that would be sent for it.
pub(super) fn patched(patch: &JsonPatch, before: &Config) -> Result<Patched, ServiceError> {
    apply(patch, view(before, Exposure::Redacted), before).map_err(|error| match error {
        NotApplied::Misfit(misfit) => ServiceError::PatchConflict(misfit),
        NotApplied::TooDeep(fault) => ServiceError::BeyondLimits(fault),
        NotApplied::TooLarge => ServiceError::ResultTooLarge,
        NotApplied::NotAnObject => ServiceError::Invalid(vec![Violation {
            pointer: Pointer::root(),
            message: "a configuration is an object",
        }]),
    })
}
