//! What a program writes on stderr: its newest lines, whole, without secrets. A reader that is slower than the program
//! misses lines, and holds nothing up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::watch;

use super::lines::{Line, Lines};
use crate::instances::redaction::Redactor;

/// How much is kept. Bytes.
const CAPACITY: usize = 64 << 10;

/// What each line counts beside its text, so that empty lines take room too. Bytes.
const OVERHEAD: usize = 32;

/// How long a line is kept. Bytes.
const LONGEST: usize = 8 << 10;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Which it is: one more than the line before.
    pub number: u64,
    /// When it was complete.
    pub at: SystemTime,
    /// Its text, redacted.
    pub text: Arc<str>,
}

/// The newest lines of one program.
pub struct Log {
    redactor: Arc<Redactor>,
    inner: Mutex<Inner>,
    /// Changes with each piece that was taken, and says whether it was the last.
    is_closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Inner {
    partial: Lines,
    lines: VecDeque<LogLine>,
    size: usize,
    next: u64,
}

/// A reader of a log. It begins with the oldest line that is kept.
pub struct LogFollower {
    log: Arc<Log>,
    changes: watch::Receiver<bool>,
    next: u64,
}

impl Log {
    pub(super) fn new(redactor: Arc<Redactor>) -> Arc<Self> {
        let (is_closed, _) = watch::channel(false);
        Arc::new(Self { redactor, inner: Mutex::default(), is_closed })
    }

    /// What is kept, the oldest line first.
    pub fn lines(&self) -> Vec<LogLine> {
        self.inner().lines.iter().cloned().collect()
    }

    /// The newest line that is not blank.
    pub fn last_line(&self) -> Option<String> {
        let inner = self.inner();
        let mut texts = inner.lines.iter().rev().map(|line| &*line.text);
        texts.find(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    /// The newest lines that have room in so many bytes. A single line that has not is cut.
    pub fn tail(&self, bytes: usize) -> String {
        let inner = self.inner();
        let mut texts: Vec<&str> = Vec::new();
        let mut room = bytes;
        for line in inner.lines.iter().rev() {
            let needed = line.text.len() + usize::from(!texts.is_empty());
            match room.checked_sub(needed) {
                Some(left) => room = left,
                None if texts.is_empty() => return cut(&line.text, bytes).to_owned(),
                None => break,
            }
            texts.push(&line.text);
        }
        texts.reverse();
        texts.join("\n")
    }

    /// Reads it from its oldest line on, and waits for more.
    pub fn follow(self: &Arc<Self>) -> LogFollower {
        LogFollower { log: Arc::clone(self), changes: self.is_closed.subscribe(), next: 0 }
    }

    pub(super) fn take(&self, piece: &[u8]) {
        let mut inner = self.inner();
        let mut partial = std::mem::take(&mut inner.partial);
        partial.take(piece, |line| inner.append(&self.redactor, line));
        inner.partial = partial;
        drop(inner);
        self.is_closed.send_replace(false);
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        let mut inner = self.inner();
        if let Some(line) = inner.partial.rest() {
            inner.append(&self.redactor, line);
        }
        drop(inner);
        self.is_closed.send_replace(true);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn append(&mut self, redactor: &Redactor, line: Line) {
        // The whole line is redacted: half a secret is not found.
        let text = redactor.line(&line.text, line.is_cut);
        let text: Arc<str> = cut(&text, LONGEST).into();
        self.size += text.len() + OVERHEAD;
        self.lines.push_back(LogLine { number: self.next, at: SystemTime::now(), text });
        self.next += 1;
        while CAPACITY < self.size {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.size -= oldest.text.len() + OVERHEAD;
        }
    }
}

impl LogFollower {
    /// The next line; nothing once the program has ended and all is read.
    pub async fn next(&mut self) -> Option<LogLine> {
        loop {
            let is_closed = *self.changes.borrow_and_update();
            if let Some(line) = self.log.inner().from(self.next) {
                self.next = line.number + 1;
                return Some(line);
            }
            if is_closed || self.changes.changed().await.is_err() {
                return None;
            }
        }
    }
}

impl Inner {
    /// The oldest line that is kept and has at least this number.
    fn from(&self, number: u64) -> Option<LogLine> {
        let oldest = self.lines.front()?.number;
        let index = usize::try_from(number.saturating_sub(oldest)).ok()?;
        self.lines.get(index).cloned()
    }
}

/// The beginning of a text, at most so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(secrets: &[&str]) -> Arc<Log> {
        Log::new(Arc::new(Redactor::new(secrets.iter().copied())))
    }

    fn texts(log: &Log) -> Vec<String> {
        log.lines().iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn a_secret_is_redacted_however_its_line_was_written() {
        let text = b"before\ntoken hunter2-hunter2 is bad\nafter";
        for size in 1..text.len() {
            let log = log(&["hunter2-hunter2"]);
            text.chunks(size).for_each(|piece| log.take(piece));
            log.close();
            assert_eq!(texts(&log), ["before", "token *** is bad", "after"], "{size}");
        }
    }

    #[test]
    fn a_line_that_is_cut_does_not_end_in_half_a_secret() {
        let secret = "abcdefgh".repeat(8);
        for hidden in 0..secret.len() {
            let log = log(&[&secret]);
            // As many secrets as make the line short once they are replaced, and the last one is cut.
            let mut line = secret.repeat(super::super::lines::LONGEST / secret.len() - 1).into_bytes();
            line.resize(super::super::lines::LONGEST - hidden, b'.');
            line.extend_from_slice(secret.as_bytes());
            log.take(&line);
            log.take(b"\n");
            let text = &texts(&log)[0];
            assert!(!text.contains("abcdef"), "{hidden}: {}", &text[text.len().saturating_sub(80)..]);
        }
    }

    #[test]
    fn the_newest_64_kib_are_kept() {
        let log = log(&[]);
        for number in 0..20_000 {
            log.take(format!("{number}\n").as_bytes());
        }
        let lines = log.lines();
        let size: usize = lines.iter().map(|line| line.text.len() + OVERHEAD).sum();
        assert!((CAPACITY - 64..=CAPACITY).contains(&size), "{size}");
        assert_eq!(lines.last().unwrap().number, 19_999);
        assert_eq!(log.last_line().unwrap(), "19999");
        log.take(&vec![b'\n'; 100_000]);
        assert!(log.lines().len() <= CAPACITY / OVERHEAD);
    }

    #[test]
    fn the_tail_has_whole_lines_as_far_as_there_is_room() {
        let log = log(&[]);
        log.take("first\nsecond\nthïrd\n\n".as_bytes());
        assert_eq!(log.tail(1000), "first\nsecond\nthïrd\n");
        assert_eq!(log.tail(14), "second\nthïrd\n");
        assert_eq!(log.tail(13), "thïrd\n");
        log.take("äöü\n".as_bytes());
        assert_eq!(log.tail(3), "ä");
        assert_eq!(log.tail(0), "");
    }

    #[tokio::test]
    async fn a_follower_reads_what_is_kept_and_then_what_comes_until_the_end() {
        let log = log(&[]);
        log.take(b"one\n");
        let mut follower = log.follow();
        assert_eq!(&*follower.next().await.unwrap().text, "one");
        let writer = Arc::clone(&log);
        let written = tokio::spawn(async move {
            writer.take(b"two\nthr");
            tokio::task::yield_now().await;
            writer.take(b"ee");
            writer.close();
        });
        assert_eq!(&*follower.next().await.unwrap().text, "two");
        assert_eq!(&*follower.next().await.unwrap().text, "three");
        assert_eq!(follower.next().await, None);
        written.await.unwrap();
    }

    #[tokio::test]
    async fn a_slow_follower_misses_lines_and_gets_the_next_that_is_kept() {
        let log = log(&[]);
        let mut follower = log.follow();
        (0..10_000).for_each(|number| log.take(format!("{number}\n").as_bytes()));
        let first = log.lines()[0].number;
        assert!(0 < first);
        assert_eq!(follower.next().await.unwrap().number, first);
    }
}
