//! What is shown of a URL or of an unknown value in a message (MUST 4): enough to recognise it, and no credentials.

use crate::model::{mask, suspect};

use super::resolution::referenced;

/// How many characters are shown of a value that looks harmless.
const LONGEST: usize = 32;

const CONNECTION_STRING: &str = "[redacted-connection-string]";

/// A URL or an id as messages show it. The host of a URL is hidden too.
pub fn redact(text: &str) -> String {
    if let Some(scheme_end) = text.find("://") {
        return format!("{}://...", &text[..scheme_end]);
    }
    if has_password(text) {
        return CONNECTION_STRING.to_owned();
    }
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value that was expected to be one of a few words and is not: it may be a secret in the wrong variable.
pub fn redact_unknown(text: &str) -> String {
    let is_url = text.contains("://") || has_password(text);
    if !is_url && suspect::is_secret_like(text) { "[redacted]".to_owned() } else { redact(text) }
}

/// Someone else's message: every URL in it and everything with a password is hidden, and the rest is kept.
pub fn redact_message(message: &str) -> String {
    let words = message.split_inclusive(char::is_whitespace).map(|word| {
        let text = word.trim_end();
        let start = text.find(|character: char| !"('\"[<`".contains(character)).unwrap_or_default();
        let (opening, rest) = text.split_at(start);
        let is_hidden = rest.contains("://") || has_password(rest);
        if is_hidden { format!("{opening}{}{}", redact(rest), &word[text.len()..]) } else { word.to_owned() }
    });
    words.collect()
}

/// The value of a variable as listings show it: a reference as it is written, a literal never.
pub fn shown_value(value: &str) -> &str {
    let is_name = |name: &str| !suspect::is_secret_like(name);
    if value.is_empty() || referenced(value).is_some_and(is_name) { value } else { mask::MASK }
}

/// `user:password@host`, whatever the password holds.
fn has_password(text: &str) -> bool {
    let Some(colon) = text.find(':') else { return false };
    // At least one character between the two.
    text.rfind('@').is_some_and(|at| at > colon + 1)
}
