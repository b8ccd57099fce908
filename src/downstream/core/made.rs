//! One row: what was made under one id at one gateway, as far as is known. It is written before the call that makes it
//! true. It does not know what is wanted.

use std::fmt;
use std::sync::Arc;

use crate::backoff;
use crate::downstream::Failure;
use crate::state::EntryState;

/// How long a call that was not answered may still be carried out. Milliseconds.
pub const LATE_MS: i64 = 10 * 60 * 1000;

/// How many contents a row claims. More than that many within [`LATE_MS`] are not kept apart from foreign ones.
const MOST_DIGESTS: usize = 32;

/// What identifies a registration: a keyed digest of id, provider and URL. It prints nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// The request that waits for what becomes of a name; none where no request does.
pub type Ask = Option<Arc<str>>;

/// What was made under one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// How much is known of it.
    pub state: EntryState,
    /// Every content that the gateway may have of us, the newest last. Empty where no call was made.
    pub digests: Vec<Digest>,
    /// For which request the last attempt was made.
    pub ask: Ask,
    /// When the row changed last. Milliseconds of Unix time.
    pub at_ms: i64,
    /// How many attempts for this request have failed one after the other.
    pub failures: u32,
    /// When the next may be made. Milliseconds of Unix time.
    pub next_ms: i64,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
}

impl Made {
    /// A call is about to be made that leaves this content.
    pub fn attempting(before: Option<&Self>, digest: Digest, ask: &Ask, now_ms: i64) -> Self {
        let mut made = Self::about(before, ask, now_ms);
        made.state = EntryState::Attempted;
        made.claim(digest);
        made
    }

    /// What somebody else has put there is claimed, so that it is replaced at once by what is wanted.
    pub fn adopting(before: Option<&Self>, digest: Digest, ask: &Ask, now_ms: i64) -> Self {
        let mut made = Self::about(before, ask, now_ms);
        match made.digests.is_empty() {
            true => made.claim(digest),
            false => made.claim_remnant(digest),
        }
        made.doubted(now_ms)
    }

    /// The gateway has the newest content.
    #[must_use]
    pub fn confirmed(self, ask: &Ask, now_ms: i64) -> Self {
        Self { state: EntryState::Confirmed, ..self.settled(ask, now_ms) }
    }

    /// The gateway has nothing of it.
    #[must_use]
    pub fn gone(self, ask: &Ask, now_ms: i64) -> Self {
        Self { state: EntryState::Gone, ..self.settled(ask, now_ms) }
    }

    /// What is known is wrong: it must be tried again, at once.
    #[must_use]
    pub fn doubted(self, now_ms: i64) -> Self {
        Self { state: EntryState::Attempted, next_ms: now_ms, at_ms: now_ms, ..self }
    }

    /// An attempt failed. `jitter` is that of [`backoff::delay`].
    pub fn failed(before: Option<&Self>, ask: &Ask, failure: Failure, now_ms: i64, jitter: f64) -> Self {
        let mut made = Self::about(before, ask, now_ms);
        made.failures = made.failures.saturating_add(1);
        let delay = backoff::delay(made.failures, jitter).as_millis();
        made.next_ms = now_ms.saturating_add(i64::try_from(delay).unwrap_or(i64::MAX));
        made.failure = Some(failure);
        made
    }

    /// Adds a content that the gateway may have.
    pub fn claim(&mut self, digest: Digest) {
        self.digests.retain(|own| *own != digest);
        self.digests.push(digest);
        let more = self.digests.len().saturating_sub(MOST_DIGESTS);
        self.digests.drain(..more);
    }

    /// Adds what the newest attempt may have left in the place of its content.
    pub fn claim_remnant(&mut self, digest: Digest) {
        let newest = self.newest();
        self.claim(digest);
        newest.into_iter().for_each(|newest| self.claim(newest));
    }

    /// The content of the newest attempt.
    pub fn newest(&self) -> Option<Digest> {
        self.digests.last().copied()
    }

    /// Whether this content is ours.
    pub fn has(&self, digest: Option<Digest>) -> bool {
        digest.is_some_and(|digest| self.digests.contains(&digest))
    }

    /// Whether no call of before the last change can be carried out any more. Where the gateway could not be reached
    /// meanwhile nothing is known of its queue: it counts from `reached_ms`.
    pub fn is_settled(&self, reached_ms: i64, now_ms: i64) -> bool {
        LATE_MS <= now_ms.saturating_sub(self.at_ms.max(reached_ms))
    }

    /// When the next attempt may be made. A stored time that cannot be is one of a calendar that was set since.
    pub fn next(&self, now_ms: i64) -> i64 {
        let longest = i64::try_from(backoff::LONGEST.as_millis()).unwrap_or(i64::MAX);
        if self.next_ms <= now_ms.saturating_add(longest) { self.next_ms } else { now_ms }
    }

    /// The row as another attempt finds it: failures of another request don't count.
    fn about(before: Option<&Self>, ask: &Ask, now_ms: i64) -> Self {
        let new = || Self {
            state: EntryState::Attempted,
            digests: Vec::new(),
            ask: ask.clone(),
            at_ms: now_ms,
            failures: 0,
            next_ms: now_ms,
            failure: None,
        };
        let mut made = before.cloned().unwrap_or_else(new);
        if made.ask != *ask {
            made = Self { ask: ask.clone(), failures: 0, failure: None, ..made };
        }
        Self { at_ms: now_ms, ..made }
    }

    fn settled(self, ask: &Ask, now_ms: i64) -> Self {
        Self { ask: ask.clone(), at_ms: now_ms, failures: 0, next_ms: now_ms, failure: None, ..self }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Digest")
    }
}
