//! What documentation puts where a reader's own value belongs, and masks of values. A guess: it is asked for, and refuses nothing.

use std::ops::Range;

use crate::model::{mask, url_parts};

use super::words;

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

/// What of a text has to be replaced: ranges of bytes, and what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Missing {
    pub(in crate::formats) ranges: Vec<Range<usize>>,
    pub(in crate::formats) about: &'static str,
}

impl Missing {
    /// What is missing in a text of this member of a configuration.
    pub(in crate::formats) fn of(member: &str, text: &str) -> Option<Self> {
        let found = [(masks(member, text), words::MASK), (placeholders(text), words::PLACEHOLDER)];
        let found = found.into_iter().find(|(ranges, _)| !ranges.is_empty());
        found.map(|(ranges, about)| Self { ranges, about })
    }

    /// The text with a value in the place of what is missing. One that begins as the text does is all of it.
    pub(in crate::formats) fn entered(&self, text: &str, value: &str) -> String {
        let before = self.ranges.first().map_or("", |first| &text[..first.start]);
        if !before.is_empty() && value.starts_with(before) {
            return value.to_owned();
        }
        replaced(text, &self.ranges, value)
    }
}

/// The text with a value in these places.
pub(in crate::formats) fn replaced(text: &str, ranges: &[Range<usize>], value: &str) -> String {
    let mut entered = String::new();
    let mut end = 0;
    for range in ranges {
        entered.push_str(&text[end..range.start]);
        entered.push_str(value);
        end = range.end;
    }
    entered + &text[end..]
}

/// The parts that are masks: where the member holds other texts than secrets, only where nothing else is in the text.
fn masks(member: &str, text: &str) -> Vec<Range<usize>> {
    let whole = 0..text.len();
    if mask::is_whole_mask(text) {
        return vec![whole];
    }
    match member {
        "args" => Vec::new(),
        "url" => {
            let parts = url_parts::secret_places(text);
            parts.filter(|part| mask::is_certainly_masked(&text[part.clone()])).collect()
        }
        _ if mask::is_certainly_masked(text) => {
            let last = last_word(text);
            vec![if mask::is_certainly_masked(&text[last.clone()]) { last } else { whole }]
        }
        _ => Vec::new(),
    }
}

/// The parts that look as if they were meant to be replaced.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    if text.is_empty() || LONGEST < text.len() {
        return Vec::new();
    }
    if text.contains("://") {
        let mut start = 0;
        let parts = text.split(['/', '?', '&', '=', '@', '#']).map(|part| {
            let range = start..start + part.len();
            start = range.end + 1;
            range
        });
        return parts
            .filter(|part| !text[part.clone()].ends_with(':') && is_one(&text[part.clone()]))
            .collect();
    }
    let value = text.find('=').map_or(text.len(), |at| at + 1)..text.len();
    let found = [value, last_word(text), 0..text.len()].into_iter().find(|part| is_one(&text[part.clone()]));
    found.into_iter().collect()
}

fn last_word(text: &str) -> Range<usize> {
    text.rfind(' ').map_or(0, |at| at + 1)..text.len()
}

/// Whether a text looks like one that was meant to be replaced.
fn is_one(text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    inside(text, "<", ">").contains(|character: char| character.is_ascii_alphabetic())
        || is_capital(inside(text, "[", "]"))
        || is_word(inside(text, "{{", "}}").trim())
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
            assert!(!placeholders(text).is_empty(), "{text}");
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
            assert_eq!(placeholders(text), [], "{text}");
        }
    }

    #[test]
    fn a_value_takes_the_place_of_what_is_missing_and_what_is_around_it_stays() {
        for (member, text, value, entered) in [
            ("headers", "Bearer <YOUR_TOKEN>", "t", "Bearer t"),
            ("headers", "Bearer <YOUR_TOKEN>", "Bearer t", "Bearer t"),
            ("headers", "Bearer [REDACTED]", "t", "Bearer t"),
            ("env", "••••••", "t", "t"),
            ("env", "[API KEY]", "a b", "a b"),
            ("args", "--api-key=YOUR_KEY", "k", "--api-key=k"),
            ("args", "--name=my_changeme", "k", "--name=k"),
            ("url", "https://<your-host>/mcp", "h.example", "https://h.example/mcp"),
            ("url", "https://<your-host>/mcp", "https://h.example/v1", "https://h.example/v1"),
            ("url", "https://h/mcp?a=b&api_key=YOUR_KEY#x", "k", "https://h/mcp?a=b&api_key=k#x"),
            ("url", "https://h/mcp?api_key=********", "k", "https://h/mcp?api_key=k"),
            ("url", "https://h/********?api_key=********", "k", "https://h/********?api_key=k"),
        ] {
            let missing = Missing::of(member, text).unwrap();
            assert_eq!(missing.entered(text, value), entered, "{text}");
        }
        assert_eq!(Missing::of("args", "a [REDACTED] word"), None);
    }
}
