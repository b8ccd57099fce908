//! What identifies a state of a server for the service itself: a digest of its name and canonical form. Unlike an
//! entity-tag it depends on no key, so that it outlives them; so it never leaves the process as it is.

use sha2::{Digest, Sha256};

use crate::model::{SettingsKey, StateDigest};

/// The digest of a server: `SHA-256(name ‖ 0x00 ‖ canonical)`.
pub fn state_digest(name: &SettingsKey, canonical: &str) -> StateDigest {
    digest(name, &[0], canonical)
}

/// The digest of a stored server whose value can't be read as a configuration: by its text.
pub fn unreadable_state_digest(name: &SettingsKey, text: &str) -> StateDigest {
    // The byte 1 begins no canonical form, so such a digest is no readable state's.
    digest(name, &[0, 1], text)
}

fn digest(name: &SettingsKey, between: &[u8], state: &str) -> StateDigest {
    let digest = Sha256::new().chain_update(name.as_str()).chain_update(between).chain_update(state);
    StateDigest::new(digest.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_covers_the_name_the_state_and_whether_it_can_be_read() {
        let of = |name: &str, form: &str| state_digest(&SettingsKey::new(name), form);
        let unreadable = |text: &str| unreadable_state_digest(&SettingsKey::new("a"), text);
        assert_eq!(of("a", "{}"), of("a", "{}"));
        let all = [of("a", "{}"), of("b", "{}"), of("a", "{1}"), unreadable("{}"), unreadable("[]")];
        let is_alone = |one: &StateDigest| all.iter().filter(|other| *other == one).count() == 1;
        assert!(all.iter().all(is_alone));
        assert_eq!(format!("{:?}", of("a", "{}")), "StateDigest");
    }
}
