//! What is found at places of a value, each with its pointer: so many and no more. A body of 1 MiB can be
//! wrong in a hundred thousand places below one long name, and nobody reads the second hundred.

use crate::json::{Path, Pointer};

/// How many findings are reported.
const MOST: usize = 100;

/// How long their pointers may be together, the first one aside. Bytes.
const LONGEST: usize = 1 << 16;

/// Findings in the order in which they were made.
#[derive(Debug)]
pub struct Findings<T> {
    found: Vec<T>,
    room: usize,
}

impl<T> Findings<T> {
    /// None yet.
    pub fn new() -> Self {
        Self { found: Vec::new(), room: LONGEST }
    }

    /// Notes one at this place, if there is room for it or it is the first.
    pub fn note(&mut self, path: &Path<'_>, finding: impl FnOnce(Pointer) -> T) {
        if self.found.len() < MOST && 0 < self.room {
            self.note_pointer(path.pointer(), finding);
        }
    }

    /// Notes one at the place that a pointer names, if there is room for it or it is the first.
    pub fn note_pointer(&mut self, pointer: Pointer, finding: impl FnOnce(Pointer) -> T) {
        if self.found.len() < MOST && 0 < self.room {
            let length = pointer.as_str().len();
            if length <= self.room || self.found.is_empty() {
                self.found.push(finding(pointer));
            }
            self.room = self.room.saturating_sub(length);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether there may be more than were noted.
    pub fn is_full(&self) -> bool {
        self.found.len() == MOST || self.room == 0
    }

    /// Hands them out.
    pub fn into_vec(self) -> Vec<T> {
        self.found
    }
}

impl<T> Default for Findings<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_are_reported_and_the_first_however_long_its_name() {
        let mut findings = Findings::new();
        assert!(findings.is_empty() && !findings.is_full());
        for index in 0..1_000 {
            findings.note(&Path::Root.element(index), |pointer| pointer.to_string());
        }
        assert!(findings.is_full() && !findings.is_empty());
        assert_eq!(findings.into_vec().last().unwrap(), "/99");

        let long = "x".repeat(LONGEST);
        let mut findings = Findings::new();
        for name in [&*long, "short"] {
            findings.note(&Path::Root.member(name), |pointer| pointer.as_str().len());
        }
        assert!(findings.is_full());
        assert_eq!(findings.into_vec(), [LONGEST + 1]);
    }
}
