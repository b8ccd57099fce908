//! What the encrypted values of a state say about a set of keys, worked out once for both. It does not know keys: the
//! caller says which they are and what they open.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What the encrypted values of a state say about a set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// There is no encrypted value.
    None,
    /// One of the keys opens one of them.
    Opens,
    /// No key opens any.
    OpensNone,
}

/// The keys that were asked about last, and the answer.
type Known = Option<(Arc<dyn Any + Send + Sync>, Tokens)>;

/// The last answer about a state. Clones share it; a state that is edited gets a new one.
#[derive(Clone, Default)]
pub(super) struct TokenMemo(Arc<Mutex<Known>>);

impl TokenMemo {
    /// The answer about these keys, which `work_out` gives where it is not known. Two sets of keys are the same only if
    /// they are the same value in memory; holding it keeps its place from being used again.
    pub(super) fn of<K: Any + Send + Sync>(
        &self,
        keys: &Arc<K>,
        work_out: impl FnOnce() -> Tokens,
    ) -> Tokens {
        let is_of =
            |known: &Arc<dyn Any + Send + Sync>| std::ptr::addr_eq(Arc::as_ptr(known), Arc::as_ptr(keys));
        if let Some((known, tokens)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && is_of(known)
        {
            return *tokens;
        }
        let tokens = work_out();
        let keys: Arc<dyn Any + Send + Sync> = Arc::clone(keys) as _;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((keys, tokens));
        tokens
    }
}

/// Keys are not shown.
impl fmt::Debug for TokenMemo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenMemo").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn an_answer_is_worked_out_once_for_each_set_of_keys() {
        let (memo, count) = (TokenMemo::default(), Cell::new(0));
        let (one, other) = (Arc::new(1), Arc::new(1));
        for (keys, expected) in [(&one, 1), (&one, 1), (&other, 2), (&other, 2), (&one, 3)] {
            let tokens = memo.clone().of(keys, || {
                count.set(count.get() + 1);
                Tokens::Opens
            });
            assert_eq!((tokens, count.get()), (Tokens::Opens, expected));
        }
    }
}
