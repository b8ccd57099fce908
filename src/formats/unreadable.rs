//! That a text can't be read, and where: nothing of it is imported. It does not know in which syntax it is.

use std::borrow::Cow;

use super::place::Position;

/// A text that can't be read: nothing of it is imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {why}")]
pub struct Unreadable {
    /// Where.
    pub position: Position,
    /// What is wrong there, or what would be right.
    pub why: Cow<'static, str>,
}

impl Unreadable {
    pub(in crate::formats) fn new(position: Position, why: impl Into<Cow<'static, str>>) -> Self {
        Self { position, why: why.into() }
    }
}
