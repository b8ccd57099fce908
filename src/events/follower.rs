//! The thread that looks for changes. Commits of this process wake it. Other processes send no notice,
//! so it looks again and again, but only while somebody reads. It decides nothing.

use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::select;
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

use crate::service::Service;

use super::stream::ChangeStream;

/// How often it looks while somebody reads: changes by others must be reported within 200 ms. One `stat`, unless
/// something has changed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long it rests after a look, so that a burst of commits comes as a few differences.
const REST: Duration = Duration::from_millis(10);

/// How long it rests after a defect of ours, which may be there still.
const RECOVERY: Duration = Duration::from_secs(1);

impl ChangeStream {
    /// A stream of this service for at most so many readers, and the thread that follows it as soon as somebody reads.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread, or no random numbers.
    pub fn start(service: Arc<Service>, most_readers: usize) -> io::Result<Arc<Self>> {
        let stream = Arc::new(Self::new(service, most_readers)?);
        let followed = Arc::clone(&stream);
        let runtime = Builder::new_current_thread().enable_time().build()?;
        // The thread ends when the stream is closed.
        thread::Builder::new().name("follower".into()).spawn(move || runtime.block_on(follow(&followed)))?;
        Ok(stream)
    }
}

async fn follow(feed: &Arc<ChangeStream>) {
    // Nobody reads yet, so there is nothing to tell.
    feed.joined.notified().await;
    let mut changes = feed.service.changes();
    while !feed.is_closed() {
        // A new reader gets what went wrong as its response; the others get it as an event.
        let looked = AssertUnwindSafe(feed.look()).catch_unwind().await;
        if looked.is_err() {
            tracing::error!("event follower panicked; goes on in 1 s");
            sleep(RECOVERY).await;
        }
        sleep(REST).await;
        if feed.is_followed() {
            drop(timeout(LOOK_EVERY, changes.changed()).await);
        } else {
            next_of(changes.changed(), feed.joined.notified()).await;
        }
    }
}

async fn next_of(one: impl Future, other: impl Future) {
    drop(select(pin!(one), pin!(other)).await);
}
