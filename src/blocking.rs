//! Work that takes time (a disk, a decryption), kept off the runtime that asks for it. It does not know what the work is.

use std::future::pending;
use std::panic::resume_unwind;

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
    fn a_panic_reaches_the_caller() {
        let work = || -> u8 { panic!("a test is running: this panic is meant") };
        let outcome = catch_unwind(AssertUnwindSafe(|| runtime().block_on(async { run(work).await })));
        assert!(outcome.is_err());
    }
}
