//! What stands in the place of a secret in a view, and what counts as such on the way in (DESIGN §4, views).

/// The mask of every leaf but those inside a URL.
pub const MASK: &str = "[REDACTED]";

/// The mask inside a URL, where a bracket is not legal.
pub const URL_MASK: &str = "**********";

/// The mask of OpenHands' settings, which their clients know.
pub const SETTINGS_MASK: &str = URL_MASK;

/// Whether a text is a mask that this or another version of the API shows.
pub fn is_mask(text: &str) -> bool {
    text == MASK || text == "<redacted>" || (text.len() >= 10 && text.bytes().all(|byte| byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_told_from_secrets() {
        for mask in ["[REDACTED]", "<redacted>", "**********", "************"] {
            assert!(is_mask(mask));
        }
        for secret in ["", "*********", "[redacted]", " [REDACTED]", "**********a", "***"] {
            assert!(!is_mask(secret), "{secret}");
        }
    }
}
