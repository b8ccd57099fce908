//! The stream, and the use-cases below it, over a store of which every answer takes time: nothing blocks the one thread
//! that serves them all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all, select};
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::ChangeStream;
use crate::document::NewDocument;
use crate::events::Event;
use crate::json::{Json, Object};
use crate::model::{Author, SettingsKey};
use crate::projection::Precondition;
use crate::secrets::{KeySources, Keys, SecretKey};
use crate::service::access::Caller;
use crate::service::{Options, ServerWrite, Service, Write};
use crate::store::memory::{MemoryPlace, MemoryStore, MemoryStoreOptions};
use crate::store::{Change, Committed, Pending, Seen, Snapshot, Store};

const DELAY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);

/// A store that is far away.
struct DistantStore {
    inner: MemoryStore,
    /// How many answers are on their way, and how many have been at once.
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl DistantStore {
    fn new() -> Self {
        let inner = MemoryPlace::new(NewDocument::Own).open(MemoryStoreOptions::default());
        Self { inner, under_way: Arc::default(), most: Arc::default() }
    }

    fn delayed<T: Send + 'static>(&self, answer: Pending<T>) -> Pending<T> {
        let (under_way, most) = (Arc::clone(&self.under_way), Arc::clone(&self.most));
        Box::pin(async move {
            most.fetch_max(1 + under_way.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
            sleep(DELAY).await;
            under_way.fetch_sub(1, Ordering::SeqCst);
            answer.await
        })
    }
}

impl Store for DistantStore {
    fn peek(&self) -> Option<Seen> {
        None
    }

    fn read(&self) -> Pending<Arc<Snapshot>> {
        self.delayed(self.inner.read())
    }

    fn examine(&self, change: Change) -> Pending<Committed> {
        self.delayed(self.inner.examine(change))
    }

    fn commit(&self, change: Change) -> Pending<Committed> {
        self.delayed(self.inner.commit(change))
    }

    fn changes(&self) -> watch::Receiver<Seen> {
        self.inner.changes()
    }

    fn close(&self, deadline: Instant) {
        self.inner.close(deadline);
    }
}

fn write() -> (Write, ServerWrite) {
    let write =
        Write { key: SettingsKey::new("a"), precondition: Precondition::default(), caller: Caller::anyone() };
    let body = Object::from_iter([("command", Json::string("x"))]);
    (write, ServerWrite::replace(body))
}

#[test]
fn reads_writes_and_events_are_served_while_the_store_takes_its_time() {
    let store = Arc::new(DistantStore::new());
    let keys = Keys::load(KeySources::without_files(SecretKey::new("a secret"), Vec::new())).unwrap();
    let options = Options { require_preconditions: false, lock_timeout: PATIENCE };
    let service = Arc::new(Service::new(Arc::clone(&store) as _, Arc::new(keys), options));
    let stream = ChangeStream::start(Arc::clone(&service), 4).unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (mut subscription, _) = stream.open(&Author::new("ann"), None).await.unwrap();
        // All of them at once, on this one thread.
        let reads = join_all((0..20).map(|_| service.load()));
        let (tried, body) = write();
        let (written, same) = write();
        let writes = join(service.try_update(tried, body), service.update(written, same));
        let (read, (tried, written)) = join(reads, writes).await;
        assert!(read.iter().all(Result::is_ok) && tried.is_ok() && written.is_ok(), "{tried:?} {written:?}");
        assert!(22 <= store.most.load(Ordering::SeqCst), "one waited for another");
        let entry = timeout(PATIENCE, subscription.next()).await.unwrap().unwrap();
        assert!(matches!(&entry.event, Event::Server(change) if change.name.as_str() == "a"), "{entry:?}");
        // A look that takes time does not keep the stream from ending.
        let mut next = Box::pin(subscription.next());
        let look = Box::pin(stream.look());
        drop(select(look, &mut next).await);
        stream.close();
        assert!(timeout(PATIENCE, next).await.unwrap().is_none());
    });
}
