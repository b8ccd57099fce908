//! `GET /api/settings/events`: the stream of changes, over one answer that does not end by itself (server-sent
//! events, WHATWG HTML §9.2). It does not know what has changed.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::time::timeout;
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream::{self, Stream};

use crate::events::{Position, Refused};
use crate::metrics::StreamKind;
use crate::service::ServiceError;
use crate::store::StoreError;

use super::endpoint::{Answer, Call};
use super::error_mapping::RETRY_AFTER;
use super::event_text;
use super::origins::OriginFeed;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// What a stream says when there is nothing to say, so that each side notices when the other is gone.
const HEARTBEAT: &str = ": heartbeat\n\n";

/// Asks proxies to hand on what comes as it comes.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How a stream keeps time.
#[derive(Clone, Copy)]
struct StreamTiming {
    /// How long nothing is said.
    heartbeat: Duration,
    /// How long a stream lasts. Its reader goes on in another one, with a key that is still good.
    life: Duration,
}

const PACE: StreamTiming =
    StreamTiming { heartbeat: Duration::from_secs(15), life: Duration::from_secs(60 * 60) };

/// `GET` and `HEAD` of the stream; the latter judges all that the former does, and takes no seat.
pub(super) fn follow(call: Call, position: Option<Position>) -> Answer {
    Box::pin(async move {
        let (events, position, reader) = (&call.app.events, position.as_ref(), &call.caller.author);
        let may_reveal = call.caller.may_reveal();
        let (authenticated, caller) = (call.app.clone(), call.caller.clone());
        let goes_on = move || authenticated.authentication.is_current(&caller);
        let opened = match call.method == Method::HEAD {
            true => events.place(reader, position).await.map(|_| None),
            false => events.open(reader, position).await.map(Some),
        };
        let opened = opened.map_err(|refused| problem(&call, refused))?;
        let mut answer = answer();
        let (mut feed, mut origins) = (call.app.instances.feed(), OriginFeed::new(call.app.clone()));
        Ok(match opened {
            Some((mut subscription, opened)) => {
                let open = call.app.metrics.requests.stream(StreamKind::Changes);
                let first = event_text::opened(&subscription.position(), &opened);
                let next = async move || {
                    // It is open until the reader is gone.
                    let _ = &open;
                    tokio::select! {
                        biased;
                        origins = origins.next() => Some(event_text::origins(&origins).into()),
                        statuses = feed.next() => Some(event_text::instances(&statuses).into()),
                        entry = subscription.next() => {
                            let entry = entry?;
                            Some(event_text::entry(&subscription.position(), &entry.event, may_reveal).into())
                        }
                    }
                };
                answer.streaming(body(first.into(), next, goes_on, PACE))
            }
            None => answer.streaming(stream::empty::<Result<Bytes, Infallible>>()),
        })
    })
}

/// A stream of its own, with the same pace.
pub(super) fn text_stream(
    first: Bytes,
    next: impl AsyncFnMut() -> Option<Bytes> + 'static,
    goes_on: impl Fn() -> bool + 'static,
) -> HttpResponse {
    answer().streaming(body(first, next, goes_on, PACE))
}

/// A stream is not a representation that anyone may keep; and its connection ends with it. A proxy that compressed it
/// (RFC 9110 §7.7) would hold events back until a block is full.
fn answer() -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header((BUFFERING, "no"))
        .force_close();
    answer
}

fn problem(call: &Call, refused: Refused) -> Problem {
    match refused {
        Refused::OutOfWindow => Problem::new(
            ProblemKind::EventsGone,
            // On the wire: the wording stays.
            "The events after this position are not kept, or the service was started anew. List the servers again, then open a new stream.",
        ),
        Refused::Full => {
            Problem::new(ProblemKind::TooManyStreams, "All streams of this service are taken. Try again.")
                .header(header::RETRY_AFTER, RETRY_AFTER)
        }
        Refused::ShareTaken => Problem::new(
            ProblemKind::StreamShareTaken,
            "This key has a quarter of all streams of this service open, and may not open more. Close some of them.",
        )
        .header(header::RETRY_AFTER, RETRY_AFTER),
        Refused::Closed => call.failed(ServiceError::Store(StoreError::closed())),
        Refused::Failed(error) => call.failed(error),
    }
}

/// What the answer says: the first event, then each as it happens, and in between that it is still there. Nothing is
/// said to a session that has ended.
fn body(
    first: Bytes,
    next: impl AsyncFnMut() -> Option<Bytes>,
    goes_on: impl Fn() -> bool,
    pace: StreamTiming,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let end = Instant::now() + pace.life;
    stream::unfold((Some(first), next, goes_on), move |(first, mut next, goes_on)| async move {
        if let Some(first) = first {
            return Some((Ok(first), (None, next, goes_on)));
        }
        let left = end.checked_duration_since(Instant::now())?;
        let text = match timeout(pace.heartbeat.min(left), next()).await {
            Ok(text) => text?,
            Err(_) => Bytes::from_static(HEARTBEAT.as_bytes()),
        };
        goes_on().then_some((Ok(text), (None, next, goes_on)))
    })
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use actix_web::rt::System;
    use futures_util::{FutureExt, StreamExt};

    use super::*;

    /// What is said, one word for each thing, until the end or until so much was said.
    fn said(next: impl AsyncFnMut() -> Option<Bytes>, pace: StreamTiming, most: usize) -> Vec<String> {
        let body = body(Bytes::from_static(b"first"), next, || true, pace).take(most);
        let all = System::new().block_on(body.collect::<Vec<_>>());
        all.into_iter().map(|Ok(text)| String::from_utf8(text.to_vec()).unwrap()).collect()
    }

    const LONG: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_stream_says_at_times_that_it_is_still_there() {
        let pace = StreamTiming { heartbeat: Duration::from_millis(1), life: LONG };
        assert_eq!(said(async || pending().await, pace, 4), ["first", HEARTBEAT, HEARTBEAT, HEARTBEAT]);
        assert!(PACE.heartbeat == Duration::from_secs(15) && HEARTBEAT.starts_with(':'));
    }

    #[test]
    fn what_happens_is_said_in_its_order_and_the_end_of_it_ends_the_stream() {
        let mut events = ["a", "b"].into_iter();
        let next = async move || events.next().map(|text| Bytes::from_static(text.as_bytes()));
        assert_eq!(said(next, StreamTiming { heartbeat: LONG, life: LONG }, 9), ["first", "a", "b"]);
    }

    #[test]
    fn a_stream_ends_after_its_time_be_it_busy_or_silent() {
        let life = Duration::from_secs(1);
        let pace = StreamTiming { heartbeat: Duration::from_millis(20), life };
        let silent = said(async || pending().await, pace, usize::MAX);
        assert!(2 < silent.len() && silent[1..].iter().all(|text| text == HEARTBEAT), "{silent:?}");
        let began = Instant::now();
        let busy = said(async || Some(Bytes::from_static(b"a")), pace, usize::MAX);
        assert!(life <= began.elapsed() && busy[1..].iter().all(|text| text == "a"), "{}", busy.len());
    }

    #[test]
    fn nothing_is_said_to_a_session_that_has_ended() {
        let pace = StreamTiming { heartbeat: Duration::from_millis(1), life: LONG };
        let said = |next: fn() -> std::future::Ready<Option<Bytes>>, heartbeat| {
            let left = std::cell::Cell::new(2);
            let goes_on = || left.replace(left.get() - 1) != 0;
            let next = async || match heartbeat {
                true => pending().await,
                false => next().await,
            };
            System::new()
                .block_on(body(Bytes::from_static(b"first"), next, goes_on, pace).collect::<Vec<_>>())
                .len()
        };
        for heartbeat in [true, false] {
            let event = || std::future::ready(Some(Bytes::from_static(b"a")));
            assert_eq!(said(event, heartbeat), 3, "the first thing, and two more");
        }
    }

    #[test]
    fn nothing_is_said_before_it_is_asked_for() {
        let mut is_asked = false;
        let next = async || {
            is_asked = true;
            None
        };
        let mut body = Box::pin(body(Bytes::new(), next, || true, PACE));
        assert!(body.next().now_or_never().is_some());
        drop(body);
        assert!(!is_asked, "a slow reader would be read ahead for");
    }
}
