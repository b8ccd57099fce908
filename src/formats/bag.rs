//! What is kept for a client, in its words: which of it is no secret, and how a variable is referred to there.

use crate::model::config::Members;

use super::client::MEMBERS_WITH_TEXTS;
use super::clients;
use super::format::Format;
use super::plain::mark;
use super::references;

/// Takes what is known to be no secret of what is kept for the format's client out of the secrets.
pub fn mark_plain(format: Format, bags: &mut Members) {
    let plain = clients::of(format).plain;
    for (_, node) in bags.iter_mut().filter(|(bag, _)| *bag == format.bag()) {
        mark(node, plain);
    }
}

/// A reference to a variable as the client writes it in its own members, which are not in our words; nothing where it
/// has no such reference, or replaces none there.
pub fn variable_of(format: Format, name: &str) -> Option<String> {
    let client = clients::of(format);
    references::variable(name, client.forms).filter(|_| client.replaced == MEMBERS_WITH_TEXTS)
}
