//! How many may read at once, and how many of them with one key: no key keeps out the holders of others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Author;

/// Which part of all places one key may have.
const SHARE: usize = 4;

/// The places of readers, and who has taken them.
pub(super) struct ReaderLimit {
    most: usize,
    taken: Mutex<HashMap<Author, usize>>,
}

/// A place that is taken; free again when dropped.
pub(super) struct Reservation {
    limit: Arc<ReaderLimit>,
    holder: Author,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitReached {
    /// All are taken.
    Full,
    /// As many are taken with this key as one key may have.
    ShareTaken,
}

impl ReaderLimit {
    /// So many places.
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// Takes a place.
    pub(super) fn take(self: &Arc<Self>, holder: &Author) -> Result<Reservation, LimitReached> {
        let mut taken = self.taken();
        self.free(&taken, holder)?;
        *taken.entry(holder.clone()).or_default() += 1;
        Ok(Reservation { limit: Arc::clone(self), holder: holder.clone() })
    }

    /// Whether there is a place.
    pub(super) fn check(&self, holder: &Author) -> Result<(), LimitReached> {
        self.free(&self.taken(), holder)
    }

    /// Whether any is taken.
    pub(super) fn is_any_taken(&self) -> bool {
        !self.taken().is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Author, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free(&self, taken: &HashMap<Author, usize>, holder: &Author) -> Result<(), LimitReached> {
        if self.most.div_ceil(SHARE) <= taken.get(holder).copied().unwrap_or_default() {
            return Err(LimitReached::ShareTaken);
        }
        if self.most <= taken.values().sum::<usize>() { Err(LimitReached::Full) } else { Ok(()) }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut taken = self.limit.taken();
        if let Some(held) = taken.get_mut(&self.holder) {
            *held -= 1;
            if *held == 0 {
                taken.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_has_its_share_and_all_keys_have_the_places() {
        let readers = Arc::new(ReaderLimit::new(20));
        let key = |number: usize| Author::of_key("ci", &number.to_string(), false);
        let mut taken: Vec<Reservation> = Vec::new();
        for number in 0..4 {
            taken.extend((0..5).map(|_| readers.take(&key(number)).unwrap()));
            assert_eq!(readers.check(&key(number)).err(), Some(LimitReached::ShareTaken));
        }
        assert_eq!(readers.take(&key(9)).err(), Some(LimitReached::Full));
        taken.pop();
        assert!(readers.check(&key(9)).is_ok());
        drop(taken);
        assert!(!readers.is_any_taken() && readers.take(&key(0)).is_ok());
    }
}
