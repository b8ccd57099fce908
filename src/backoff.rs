//! When what has failed is tried again: five times after half a minute, then every five minutes. It does not know what
//! was tried.

use std::time::Duration;

/// After each of the first failures.
const SHORT: Duration = Duration::from_secs(30);

/// After each that follows.
const LONG: Duration = Duration::from_secs(300);

/// How many failures have the short delay.
const SHORT_ONES: u32 = 5;

/// The longest delay that can be, with what jitter adds to it. A time that was stored is not believed beyond it: the
/// calendar may have been set since.
pub const LONGEST: Duration = Duration::from_secs(330);

/// The delay after this many failures in a row. `jitter` is from 0 to 1, and adds up to a tenth, so that what failed
/// together is not tried again together.
pub fn delay(count: u32, jitter: f64) -> Duration {
    let delay = if count <= SHORT_ONES { SHORT } else { LONG };
    delay + delay.mul_f64(jitter.clamp(0.0, 1.0) / 10.0)
}

/// A random number from 0 to 1 for [`delay`]. Where the system gives none there is no jitter.
pub fn jitter() -> f64 {
    getrandom::u32().map_or(0.0, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_short_delays_are_followed_by_long_ones_and_jitter_adds_a_tenth_at_most() {
        for (count, shortest) in [(1, 30), (5, 30), (6, 300), (u32::MAX, 300)] {
            let shortest = Duration::from_secs(shortest);
            assert_eq!(delay(count, 0.0), shortest);
            assert_eq!(delay(count, 1.0), shortest + shortest / 10);
            assert_eq!(delay(count, 7.0), delay(count, 1.0));
        }
        assert!((0..100).all(|_| delay(u32::MAX, jitter()) <= LONGEST));
    }
}
