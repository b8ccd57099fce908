//! The tasks of one session, which end with it.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How many replies to the server are under way at once; a server that asks for more gets none.
const MOST_REPLIES: usize = 16;

/// Tasks that are ended when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    /// Starts one on the runtime that calls; without a runtime there is nothing that could run it.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.spawn_below(usize::MAX, task);
    }

    fn spawn_below(&self, most: usize, task: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are done are forgotten.
        while tasks.try_join_next().is_some() {}
        if tasks.len() < most {
            tasks.spawn_on(task, &runtime);
        }
    }

    /// The same of a reply to the server, unless there are too many.
    pub(super) fn spawn_reply(&self, reply: impl Future<Output = ()> + Send + 'static) {
        self.spawn_below(MOST_REPLIES, reply);
    }

    /// Ends them all.
    pub(super) fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}
