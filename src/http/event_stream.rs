//! `GET /api/settings/events`: the stream of changes, over one answer that does not end by itself (server-sent
//! events, WHATWG HTML §9.2). It refuses to know what has changed.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::time::timeout;
use actix_web::web;
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream::{self, Stream};

use crate::events::{Refused, Subscription};
use crate::service::ServiceError;
use crate::store::StoreError;

use super::endpoint::{Answer, Call};
use super::event_text;
use super::failures::RETRY_AFTER;
use super::problem::{Problem, ProblemKind};

/// What a stream says when there is nothing to say, so that each side notices when the other is gone.
const HEARTBEAT: &str = ": heartbeat\n\n";

/// Asks proxies to hand on what comes as it comes.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How a stream keeps time.
#[derive(Clone, Copy)]
struct Pace {
    /// How long nothing is said.
    heartbeat: Duration,
    /// How long a stream lasts. Its reader goes on in another one, with a key that is still good.
    life: Duration,
}

const PACE: Pace = Pace { heartbeat: Duration::from_secs(15), life: Duration::from_secs(60 * 60) };

/// `GET` and `HEAD` of the stream; the latter judges all that the former does, and takes no seat.
pub(super) fn follow(call: Call) -> Answer {
    Box::pin(async move {
        let (app, position) = (call.app.clone(), call.position.clone());
        let is_head = call.method == Method::HEAD;
        let opened = web::block(move || match is_head {
            true => app.events.place(position.as_ref()).map(|_| None),
            false => app.events.open(position.as_ref()).map(Some),
        });
        let opened =
            opened.await.map_err(|error| Problem::of_ours(ProblemKind::Internal, error.to_string()))?;
        let opened = opened.map_err(|refused| problem(&call, refused))?;
        let mut answer = answer();
        Ok(match opened {
            Some((subscription, opened)) => {
                let first = event_text::opened(&subscription.position(), &opened);
                answer.streaming(body(first.into(), subscription, PACE))
            }
            None => answer.streaming(stream::empty::<Result<Bytes, Infallible>>()),
        })
    })
}

/// A stream is no representation of anything, so that nobody may keep it; and its connection ends with it.
fn answer() -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((BUFFERING, "no"))
        .force_close();
    answer
}

fn problem(call: &Call, refused: Refused) -> Problem {
    match refused {
        Refused::Gone => Problem::new(
            ProblemKind::EventsGone,
            "The events after this position are not kept, or the service was started anew. List the servers again, then open a new stream.",
        ),
        Refused::Full => {
            Problem::new(ProblemKind::TooManyStreams, "All streams of this service are taken. Try again.")
                .header(header::RETRY_AFTER, RETRY_AFTER)
        }
        Refused::Closed => call.failed(ServiceError::Store(StoreError::Closed)),
        Refused::Failed(error) => call.failed(error),
    }
}

/// What the answer says: the first event, then each as it happens, and in between that it is still there.
fn body(
    first: Bytes,
    subscription: Subscription,
    pace: Pace,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let end = Instant::now() + pace.life;
    stream::unfold((Some(first), subscription), move |(first, mut subscription)| async move {
        if let Some(first) = first {
            return Some((Ok(first), (None, subscription)));
        }
        let left = end.checked_duration_since(Instant::now())?;
        let text = match timeout(pace.heartbeat.min(left), subscription.next()).await {
            Ok(entry) => event_text::entry(&subscription.position(), &entry?.event).into(),
            Err(_) => Bytes::from_static(HEARTBEAT.as_bytes()),
        };
        Some((Ok(text), (None, subscription)))
    })
}
