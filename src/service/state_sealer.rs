//! Encrypts the texts of the state store with the keys of the settings. It does not know what they say.

use std::sync::Arc;

use crate::secrets::{Keys, Plaintext};
use crate::state::TextSealer;

/// The keys, as the state store knows them.
pub struct StateSealer(Arc<Keys>);

impl StateSealer {
    /// With these keys.
    pub fn new(keys: Arc<Keys>) -> Self {
        Self(keys)
    }
}

impl TextSealer for StateSealer {
    fn seal(&self, text: &str) -> Option<String> {
        let sealed = self.0.ring().seal(&Plaintext::new(text.to_owned()))?;
        Some(sealed.as_str().to_owned())
    }

    fn open(&self, token: &str) -> Option<String> {
        self.0.ring().open(token).map(|plaintext| plaintext.expose().to_owned())
    }
}
