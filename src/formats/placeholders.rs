//! What documentation puts where a reader's own value belongs. A guess: it is asked for, and refuses nothing.

/// Words after `your` or `my` that make a placeholder.
const THINGS: [&str; 17] = [
    "key",
    "token",
    "secret",
    "password",
    "pat",
    "id",
    "name",
    "value",
    "credential",
    "credentials",
    "account",
    "org",
    "url",
    "host",
    "here",
    "api",
    "access",
];

/// Ends of placeholders.
const ENDS: [&str; 6] = ["changeme", "change-me", "change_me", "placeholder", "todo", "fixme"];

/// The longest text that is looked at. Bytes.
const LONGEST: usize = 200;

/// Whether a value looks like one that was meant to be replaced.
pub(in crate::formats) fn is_placeholder(text: &str) -> bool {
    if text.is_empty() || LONGEST < text.len() {
        return false;
    }
    if text.contains("://") {
        // A URL is one where a part of it is.
        return text.split(['/', '?', '&', '=', '@', '#']).any(|part| !part.ends_with(':') && is_one(part));
    }
    is_one(text) || text.split_once('=').is_some_and(|(_, value)| is_one(value))
}

fn is_one(text: &str) -> bool {
    if is_capital(inside(text, "[", "]")) || is_word(inside(text, "{{", "}}").trim()) {
        return true;
    }
    let bare = text.rsplit(' ').next().unwrap_or(text);
    let lower = bare.to_ascii_lowercase();
    inside(bare, "<", ">").contains(|character: char| character.is_ascii_alphabetic())
        || is_capital(inside(bare, "[", "]"))
        || is_your(&lower)
        || ENDS.iter().any(|end| {
            lower == *end || lower.ends_with(&format!("_{end}")) || lower.ends_with(&format!("-{end}"))
        })
        || is_filling(&lower)
}

/// What is between two signs that a text begins and ends with.
fn inside<'t>(text: &'t str, open: &str, close: &str) -> &'t str {
    text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap_or_default()
}

/// `API-KEY`, `API KEY`.
fn is_capital(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || b"_- ".contains(&byte))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// `your-api-key`, `YOUR_TOKEN_HERE`, `my-secret`.
fn is_your(lower: &str) -> bool {
    let mut words = lower.split(['-', '_']).filter(|word| !word.is_empty());
    words.any(|word| word == "your") && words.any(|word| THINGS.contains(&word))
}

/// `xxxx`, `sk-xxxxxx`, `...`.
fn is_filling(lower: &str) -> bool {
    let rest =
        lower.trim_start_matches(|character: char| character != 'x' && character != '.' && character != '…');
    let is_same =
        rest.bytes().all(|byte| byte == b'x') || rest.bytes().all(|byte| byte == b'.') || rest == "…";
    let is_prefix = lower.len() - rest.len() <= 12;
    is_same && is_prefix && (4 <= rest.len() || rest == "..." || rest == "…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_and_values_are_not() {
        for text in [
            "<your-token>",
            "YOUR_API_KEY",
            "your-key-here",
            "Bearer YOUR_TOKEN",
            "xxxx",
            "sk-xxxxxxxx",
            "...",
            "changeme",
            "ghp_...",
            "[API-KEY]",
            "Bearer <token>",
            "[API KEY]",
            "{{key}}",
            "{{ api-key }}",
            "--api-key=YOUR_KEY",
            "https://h/?api_key=YOUR_KEY",
            "https://<your-host>/mcp",
            "https://h/xxxx/mcp",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "a",
            "example",
            "xxl",
            "yours",
            "https://h/x",
            "1.2.3",
            "[a]",
            "youtube",
            "0.0.0.0",
            "<>",
            "{{}}",
            "{{#if a}}",
            "https://h/a?b=c#d",
            "https://h/{{a}}x",
            "A=b",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
