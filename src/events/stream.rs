//! The one stream of a process: looks at the states of the service, keeps what differs, and wakes its readers.
//! Looks take turns and may wait for the store; the readers' lock is never held for long.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{Notify, OwnedMutexGuard, watch};

use crate::blocking;
use crate::model::Author;
use crate::service::{LastChange, ReadModel, Service, ServiceError};

use super::difference::Differ;
use super::event::{Opened, Recent};
use super::position::Position;
use super::reader_limit::{LimitReached, ReaderLimit, Reservation};
use super::window::{Entry, OutOfWindow, Window};

/// The stream.
pub struct ChangeStream {
    pub(super) service: Arc<Service>,
    epoch: String,
    /// Held by a task while it looks, so that an older state never follows a newer one. It is absent before the first
    /// reader comes.
    differ: Arc<tokio::sync::Mutex<Option<Differ>>>,
    window: Mutex<Option<Window>>,
    /// Whether the stream is over; sent again with all news.
    news: watch::Sender<bool>,
    readers: Arc<ReaderLimit>,
    /// Notifies the follower that somebody reads.
    pub(super) joined: Notify,
}

/// One reader's place in the stream.
pub struct Subscription {
    feed: Arc<ChangeStream>,
    n: u64,
    news: watch::Receiver<bool>,
    _reservation: Reservation,
}

/// Why somebody may not read.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The position is too old, or none of this process.
    #[error("the position is not in the stream")]
    OutOfWindow,
    /// As many callers read as may.
    #[error("too many streams are open")]
    Full,
    /// The key of this caller reads as often as one key may.
    #[error("too many streams are open with this key")]
    ShareTaken,
    /// The stream is over: the service stops.
    #[error("the service is stopping")]
    Closed,
    /// There is no state to begin with.
    #[error(transparent)]
    Failed(ServiceError),
}

impl ChangeStream {
    /// A stream of this service for at most so many readers. Nothing follows the service yet.
    ///
    /// # Errors
    ///
    /// Where the system gives no random numbers.
    pub(super) fn new(service: Arc<Service>, most_readers: usize) -> io::Result<Self> {
        let epoch = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
        let epoch = format!("{epoch:016x}");
        Ok(Self {
            service,
            epoch,
            differ: Arc::default(),
            window: Mutex::default(),
            news: watch::Sender::new(false),
            readers: Arc::new(ReaderLimit::new(most_readers)),
            joined: Notify::new(),
        })
    }

    /// Begins to read: behind this position, or with what comes next, which is what follows the newest state.
    ///
    /// # Errors
    ///
    /// Where there is no such position, no room, or no state.
    pub async fn open(
        self: &Arc<Self>,
        reader: &Author,
        position: Option<&Position>,
    ) -> Result<(Subscription, Opened), Refused> {
        let (n, opened) = self.place(reader, position).await?;
        let reservation = self.readers.take(reader)?;
        self.joined.notify_one();
        Ok((
            Subscription {
                feed: Arc::clone(self),
                n,
                news: self.news.subscribe(),
                _reservation: reservation,
            },
            opened,
        ))
    }

    /// Where [`ChangeStream::open`] would begin now, and what it would tell first. Takes no place.
    ///
    /// # Errors
    ///
    /// Those of [`ChangeStream::open`].
    pub async fn place(
        self: &Arc<Self>,
        reader: &Author,
        position: Option<&Position>,
    ) -> Result<(u64, Opened), Refused> {
        if self.is_closed() {
            return Err(Refused::Closed);
        }
        if position.is_none() {
            self.look().await.map_err(Refused::Failed)?;
        }
        let place = self.window().as_ref().ok_or(OutOfWindow).and_then(|window| window.open(position));
        let (n, mut opened) = place.map_err(|OutOfWindow| Refused::OutOfWindow)?;
        self.readers.check(reader)?;
        // What was seen here has no author where another process made it, and nothing was before the first reader.
        let known = self.service.last_changes().await.into_iter();
        let known = known.map(|(name, LastChange { by, at_ms })| (name, Recent { at_ms, by: Some(by) }));
        opened.recent.extend(known);
        Ok((n, opened))
    }

    /// Ends the stream for all readers, and lets nobody begin.
    pub fn close(&self) {
        self.news.send_replace(true);
        self.joined.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.news.borrow()
    }

    /// Whether somebody reads.
    pub(super) fn is_followed(&self) -> bool {
        self.readers.is_any_taken()
    }

    /// Looks at the newest state and reports what differs.
    pub(super) async fn look(self: &Arc<Self>) -> Result<(), ServiceError> {
        let differ = Arc::clone(&self.differ).lock_owned().await;
        let seen = self.service.newest().await;
        if differ.as_ref().is_some_and(|differ| differ.is_at(&seen)) {
            return Ok(());
        }
        let stream = Arc::clone(self);
        blocking::run(move || stream.tell(differ, seen)).await
    }

    /// Reports what differs. Secrets are opened to be compared, which takes time.
    fn tell(
        &self,
        mut differ: OwnedMutexGuard<Option<Differ>>,
        seen: Result<Arc<ReadModel>, ServiceError>,
    ) -> Result<(), ServiceError> {
        let outcome = seen.as_ref().map(drop).map_err(Clone::clone);
        match &mut *differ {
            None => {
                let begun = Differ::new(seen?);
                *self.window() = Some(Window::new(self.epoch.clone(), begun.current()));
                *differ = Some(begun);
            }
            Some(differ) => {
                let events = differ.step(seen, now_ms());
                if let (false, Some(window)) = (events.is_empty(), &mut *self.window()) {
                    window.extend(events, differ.current());
                    self.news.send_modify(|_| {});
                }
            }
        }
        outcome
    }

    fn window(&self) -> MutexGuard<'_, Option<Window>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<LimitReached> for Refused {
    fn from(reason: LimitReached) -> Self {
        match reason {
            LimitReached::Full => Self::Full,
            LimitReached::ShareTaken => Self::ShareTaken,
        }
    }
}

impl Subscription {
    /// The next event, as soon as it happens; none where the stream is over, or where this reader was so slow that
    /// it has fallen out of the window. A call that is given up loses nothing.
    pub async fn next(&mut self) -> Option<Arc<Entry>> {
        loop {
            // Before the look into the window, so that what comes meanwhile wakes us.
            if *self.news.borrow_and_update() {
                return None;
            }
            let entry = self.feed.window().as_ref()?.after(self.n);
            match entry {
                Ok(Some(entry)) => {
                    self.n = entry.n;
                    return Some(entry);
                }
                Ok(None) => self.news.changed().await.ok()?,
                Err(OutOfWindow) => return None,
            }
        }
    }

    /// The position behind what was read so far.
    pub fn position(&self) -> Position {
        Position { epoch: self.feed.epoch.clone(), n: self.n }
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
