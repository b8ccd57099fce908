//! The id of a request: made before everything else, kept with the request, repeated in the response and the log.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{HttpMessage, HttpRequest};

use crate::service::audit;

/// Identifies one request of this process, in the response and in the log.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub Rc<str>);

/// Makes request ids: a random part for the process, and a number.
pub struct RequestIds {
    process: String,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self { process: audit::new_id(), next: AtomicU64::new(1) }
    }
}

impl RequestIds {
    /// The id of the next request.
    pub(super) fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        // Every request pays for this, and `format!` costs four times as much.
        RequestId([&self.process, "-", &number].concat().into())
    }
}

/// The id that the middleware gave to a request.
pub(super) fn of(request: &HttpRequest) -> Rc<str> {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}
