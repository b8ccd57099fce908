//! The harness of `tests/it` holds every answer against our OpenAPI document. Here two services answer, and one
//! of them by a document of its own, so that nothing is held here.

use crate::response::Response;

/// Claims nothing.
pub(crate) fn check(_method: &str, _target: &str, _answer: &Response) {}
