//! Work that takes time (a disk, a decryption), kept off the runtime that asks for it; and waiting on a thread of one's
//! own for what a future brings. It does not know what the work is.

use std::future::pending;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::Instant;

use tokio::runtime::Handle;

/// Starts the work now, on a thread that may block; the future is ready with its outcome. A caller without a runtime
/// has nothing to hold up: there the work is done at once, in place.
///
/// # Panics
///
/// The future does where the work did.
pub fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> + Send + 'static {
    let begun = match Handle::try_current() {
        Ok(runtime) => Err(runtime.spawn_blocking(work)),
        Err(_) => Ok(work()),
    };
    async move {
        match begun {
            Ok(outcome) => outcome,
            Err(task) => match task.await {
                Ok(outcome) => outcome,
                Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                // The runtime is ending, and the task that waits here with it.
                Err(_) => pending().await,
            },
        }
    }
}

/// Waits for a future on this thread, which must not be one of a runtime. None where it was not ready by the deadline.
pub fn wait_until<T>(deadline: Instant, future: impl Future<Output = T>) -> Option<T> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            return Some(outcome);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use futures_util::FutureExt;
    use futures_util::future::join;
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }

    #[test]
    fn work_leaves_the_runtime_free_for_what_the_work_waits_for() {
        let (send, receive) = channel();
        let work = async { run(move || receive.recv_timeout(Duration::from_secs(60))).await };
        let (received, ()) = runtime().block_on(join(work, async move { send.send(7).unwrap() }));
        assert_eq!(received, Ok(7));
    }

    #[test]
    fn without_a_runtime_the_work_is_done_in_place() {
        let caller = thread::current().id();
        assert_eq!(run(|| thread::current().id()).now_or_never(), Some(caller));
    }

    #[test]
    fn a_thread_waits_until_its_deadline_and_no_longer() {
        let soon = || Instant::now() + Duration::from_secs(60);
        let (send, receive) = tokio::sync::oneshot::channel();
        let sender = thread::spawn(move || send.send(7));
        assert_eq!(wait_until(soon(), receive), Some(Ok(7)));
        assert_eq!(sender.join().unwrap(), Ok(()));
        let late = Instant::now() + Duration::from_millis(20);
        assert_eq!(wait_until(late, pending::<u8>()), None);
        assert!(late <= Instant::now());
        assert_eq!(wait_until(late, async { 8 }), Some(8), "what is ready needs no time");
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let work = || -> u8 { panic!("a test is running: this panic is meant") };
        let outcome = catch_unwind(AssertUnwindSafe(|| runtime().block_on(async { run(work).await })));
        assert!(outcome.is_err());
    }
}
