//! Where changes wait until the committer takes them: in order, not too many, each leaving exactly once:
//! into a batch, or given up at its deadline. It does not know what a change does.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::time::timeout_at;

use super::{Change, Committed, Pending, StoreError};

type Outcome = Result<Committed, StoreError>;
type Answer = Box<dyn FnOnce(Outcome) + Send>;

/// The changes that wait, shared by those who ask and the one who commits.
pub(super) struct Queue {
    bound: usize,
    state: Mutex<QueueState>,
    /// Notified when a change arrives or the queue is closed.
    arrived: Condvar,
    /// Notified when no change waits any more.
    emptied: Condvar,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Waiting>,
    is_closed: bool,
}

struct Waiting {
    pending: PendingChange,
    arrived: Instant,
    answer: Answer,
}

/// A change that waits. It is taken out once, and that decides what becomes of it: the committer runs it, or its
/// requester gives it up.
#[derive(Clone)]
struct PendingChange(Arc<Mutex<Option<Change>>>);

/// A change that the committer has taken. It must be answered; dropping it says that nobody knows.
pub(super) struct TakenChange {
    pub(super) change: Change,
    answer: Answer,
}

impl TakenChange {
    pub(super) fn answer(self, outcome: Outcome) {
        (self.answer)(outcome);
    }
}

impl Queue {
    pub(super) fn new(bound: usize) -> Arc<Self> {
        Arc::new(Self { bound, state: Mutex::default(), arrived: Condvar::new(), emptied: Condvar::new() })
    }

    /// Takes the change into the queue now; the future is ready with its outcome or at its deadline.
    pub(super) fn submit(&self, change: Change) -> Pending<Committed> {
        let (sender, mut receiver) = oneshot::channel();
        let deadline = change.deadline;
        // Nobody listens where the future was dropped meanwhile.
        let answer = Box::new(move |outcome| drop(sender.send(outcome)));
        let request = match self.push(change, answer) {
            Ok(request) => request,
            Err(error) => return Box::pin(std::future::ready(Err(error))),
        };
        Box::pin(async move {
            // A store that needs no time has answered by now, and needs no clock.
            match receiver.try_recv() {
                Ok(outcome) => return outcome,
                Err(TryRecvError::Closed) => return Err(StoreError::unanswered()),
                Err(TryRecvError::Empty) => {}
            }
            if let Ok(answer) = timeout_at(deadline.into(), &mut receiver).await {
                return answer.unwrap_or_else(|_| Err(StoreError::unanswered()));
            }
            match request.give_up() {
                Some(busy) => Err(busy),
                None => receiver.await.unwrap_or_else(|_| Err(StoreError::unanswered())),
            }
        })
    }

    /// Blocks until a change waits. False once the queue is closed and empty.
    pub(super) fn wait_for_work(&self) -> bool {
        let mut state = self.state();
        loop {
            state.forget_the_gone();
            if !state.waiting.is_empty() {
                return true;
            }
            if state.is_closed {
                self.emptied.notify_all();
                return false;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether the queue is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Takes all changes that wait, in the order of their arrival.
    pub(super) fn take(&self) -> Vec<TakenChange> {
        let mut state = self.state();
        state.forget_the_gone();
        let tickets = state.waiting.drain(..).filter_map(|waiting| {
            Some(TakenChange { change: waiting.pending.take()?, answer: waiting.answer })
        });
        let tickets = tickets.collect();
        if state.is_closed {
            self.emptied.notify_all();
        }
        tickets
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.arrived.notify_all();
    }

    /// Blocks until the queue is empty or until the deadline, when the changes that still wait are refused.
    pub(super) fn drain(&self, deadline: Instant) {
        let mut state = self.state();
        while !state.waiting.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        for waiting in state.waiting.drain(..) {
            if waiting.pending.take().is_some() {
                (waiting.answer)(Err(StoreError::closed()));
            }
        }
    }

    fn push(&self, change: Change, answer: Answer) -> Result<Request, StoreError> {
        let arrived = Instant::now();
        let pending = PendingChange(Arc::new(Mutex::new(Some(change))));
        let mut state = self.state();
        if state.is_closed {
            return Err(StoreError::closed());
        }
        if state.waiting.len() >= self.bound {
            state.forget_the_gone();
        }
        if state.waiting.len() >= self.bound {
            return Err(StoreError::queue_full());
        }
        state.waiting.push_back(Waiting { pending: pending.clone(), arrived, answer });
        drop(state);
        self.arrived.notify_one();
        Ok(Request { pending, arrived })
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueState {
    /// Drops those who gave up, and sends those away whose deadline is over but who have not noticed.
    fn forget_the_gone(&mut self) {
        let now = Instant::now();
        if self.waiting.iter().all(|waiting| waiting.pending.is_waiting_at(now)) {
            return;
        }
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.pending.is_waiting_at(now) {
                self.waiting.push_back(waiting);
            } else if waiting.pending.take().is_some() {
                (waiting.answer)(Err(busy(waiting.arrived)));
            }
        }
    }
}

impl PendingChange {
    fn take(&self) -> Option<Change> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn is_waiting_at(&self, now: Instant) -> bool {
        let change = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change.as_ref().is_some_and(|change| now < change.deadline)
    }
}

/// The requester's side of a change. Dropped, it gives the change up if that still waits.
struct Request {
    pending: PendingChange,
    arrived: Instant,
}

impl Request {
    /// Nothing if the change was taken already: then its outcome will come.
    fn give_up(&self) -> Option<StoreError> {
        self.pending.take().map(|_| busy(self.arrived))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.pending.take();
    }
}

fn busy(arrived: Instant) -> StoreError {
    StoreError::busy(arrived.elapsed())
}
