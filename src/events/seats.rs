//! How many may read at once, and how many of them with one key: no key keeps out the holders of others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Author;

/// Which part of the seats one key may have.
const SHARE: usize = 4;

/// The seats, and who has taken them.
pub(super) struct Seats {
    most: usize,
    taken: Mutex<HashMap<Author, usize>>,
}

/// One taken seat; free again when dropped.
pub(super) struct Seat {
    seats: Arc<Seats>,
    holder: Author,
}

/// Why there is no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSeat {
    /// All are taken.
    Full,
    /// As many are taken with this key as one key may have.
    ShareTaken,
}

impl Seats {
    /// So many seats.
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// Takes a seat.
    pub(super) fn take(self: &Arc<Self>, holder: &Author) -> Result<Seat, NoSeat> {
        let mut taken = self.taken();
        self.free(&taken, holder)?;
        *taken.entry(holder.clone()).or_default() += 1;
        Ok(Seat { seats: Arc::clone(self), holder: holder.clone() })
    }

    /// Whether there is a seat.
    pub(super) fn check(&self, holder: &Author) -> Result<(), NoSeat> {
        self.free(&self.taken(), holder)
    }

    /// Whether any is taken.
    pub(super) fn is_any_taken(&self) -> bool {
        !self.taken().is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Author, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free(&self, taken: &HashMap<Author, usize>, holder: &Author) -> Result<(), NoSeat> {
        if self.most.div_ceil(SHARE) <= taken.get(holder).copied().unwrap_or_default() {
            return Err(NoSeat::ShareTaken);
        }
        if self.most <= taken.values().sum::<usize>() { Err(NoSeat::Full) } else { Ok(()) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
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
    fn one_key_has_its_share_and_all_keys_have_the_seats() {
        let seats = Arc::new(Seats::new(20));
        let key = |number: usize| Author::of_key("ci", &number.to_string(), false);
        let mut taken: Vec<Seat> = Vec::new();
        for number in 0..4 {
            taken.extend((0..5).map(|_| seats.take(&key(number)).unwrap()));
            assert_eq!(seats.check(&key(number)).err(), Some(NoSeat::ShareTaken));
        }
        assert_eq!(seats.take(&key(9)).err(), Some(NoSeat::Full));
        taken.pop();
        assert!(seats.check(&key(9)).is_ok());
        drop(taken);
        assert!(!seats.is_any_taken() && seats.take(&key(0)).is_ok());
    }
}
