//! What time it is: a trait, so that tests move the time. It does not know what is timed.

use std::time::{Instant, SystemTime};

use futures_util::future::BoxFuture;

/// What time it is, and a way to wait.
pub trait Clock: Send + Sync {
    /// The time that only goes forward.
    fn now(&self) -> Instant;

    /// The time of the calendar, which is what outlives a restart.
    fn calendar(&self) -> SystemTime;

    /// Ready at this time, or at once where it has passed.
    fn until(&self, time: Instant) -> BoxFuture<'static, ()>;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::now()
    }

    fn until(&self, time: Instant) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep_until(time.into()))
    }
}
