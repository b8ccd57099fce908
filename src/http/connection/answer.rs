//! The body of an answer, which ends the exchange on its connection when it is complete.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::exchange::Handling;

/// The body of an answer. The stack drops it when it has taken all of it.
pub(in crate::http) struct AnswerBody {
    body: BoxBody,
    _handling: Handling,
}

impl AnswerBody {
    /// This body, as the answer to the request that is being handled.
    pub(in crate::http) fn new(body: BoxBody, handling: Handling) -> Self {
        Self { body, _handling: handling }
    }
}

impl MessageBody for AnswerBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
