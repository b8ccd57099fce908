//! The two ways to the settings behind one trait. A command makes a request of the API and does not know which way it
//! goes.

use futures_util::future::LocalBoxFuture;

use super::super::failure::Failure;
use super::request::{Request, Response};

/// A way to the settings.
pub(in crate::cli) trait Way {
    /// Makes a request. A problem is a response too.
    ///
    /// # Errors
    ///
    /// Where nothing answers, or it is not known what has become of the request.
    fn call(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, Failure>>;

    /// Waits until what the requests have left to be stored is stored.
    fn close(&self);
}
