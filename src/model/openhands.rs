//! A server in the words of OpenHands' own settings routes (OPENHANDS §5.1), which are the same
//! for documents of both dialects. Pure; it does not know what is secret and how anything is sent.

mod shape;
mod words;

pub use shape::{MEMBERS, shape};
pub use words::{for_patch, restore, reword};

/// The members that an `auth` of this strategy has beside `strategy`, in OpenHands' order.
pub fn strategy_members(strategy: &str) -> Option<&'static [&'static str]> {
    Some(match strategy {
        "none" => &[],
        "api_key" => &["value", "header_name"],
        "bearer" => &["value"],
        "basic" => &["username", "password"],
        "header" => &["headers"],
        "oauth2" => &["authentication", "state"],
        _ => return None,
    })
}
