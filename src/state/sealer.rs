//! Encrypts texts for the state store: a trait, since the store does not know keys.

/// What encrypts texts that are stored, and opens them.
pub trait TextSealer: Send + Sync {
    /// The text, encrypted; none where no key can.
    fn seal(&self, text: &str) -> Option<String>;

    /// The text that was encrypted; none where no key opens it.
    fn open(&self, token: &str) -> Option<String>;
}

/// Where there are no keys: texts are not stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSealer;

impl TextSealer for NoSealer {
    fn seal(&self, _: &str) -> Option<String> {
        None
    }

    fn open(&self, _: &str) -> Option<String> {
        None
    }
}
