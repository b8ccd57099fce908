//! What looks like a secret in a text although nobody named it: values behind telling names, tokens of well-known shapes,
//! parts of URLs. The second net: what is configured is found by its value.

use std::ops::Range;

use crate::model::secret_shapes::{has_known_prefix, is_random_run, is_uuid};
use crate::model::suspect::{is_scheme, is_telling, is_value};
use crate::model::url_parts;

/// How long a word is at most behind a colon that is treated as a word of a sentence: `invalid token: expired`.
const LONGEST_WORD: usize = 12;

/// How long the credentials behind the name of a scheme are at least. Bytes.
const SHORTEST_CREDENTIALS: usize = 8;

/// Where they are.
pub(super) fn suspects(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    pairs(text, &mut found);
    words(text, &mut found);
    urls(text, &mut found);
    found
}

/// `NAME=value`, `Name: value`, `"name": "value"`, `Authorization: Bearer value`.
fn pairs(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, separator) in text.match_indices(['=', ':']) {
        let name = name_before(&text[..at]);
        let rest = &text[at + 1..];
        if name.is_empty() || !is_telling(name) || rest.starts_with("//") {
            continue;
        }
        let value = value_of(rest);
        // Where a sentence goes on; behind a quotation mark or the name of a scheme it does not.
        let is_word = separator == ":"
            && rest.trim_start().starts_with(value)
            && value.len() <= LONGEST_WORD
            && value.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_word && is_value(value) {
            found.push(place(text, value));
        }
    }
}

/// The name that ends a text, with a quotation mark or blanks behind it.
fn name_before(text: &str) -> &str {
    let text = text.trim_end_matches(' ');
    let text = text.strip_suffix(['"', '\'']).unwrap_or(text).trim_end_matches('\\');
    let is_name = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let start = text.trim_end_matches(is_name).len();
    text[start..].trim_start_matches('-')
}

/// The value at the beginning of a text, without quotation marks and the name of a scheme.
fn value_of(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t']).trim_start_matches('\\');
    let (quote, text) = match text.chars().next().filter(|first| "\"'`".contains(*first)) {
        Some(quote) => (Some(quote), &text[1..]),
        None => (None, text),
    };
    let text = match text.split_once(' ') {
        Some((word, rest)) if is_scheme(word) => rest.trim_start(),
        _ => text,
    };
    let end = match quote {
        Some(quote) => text.find(quote),
        None => text.find(|character: char| character.is_whitespace() || "\"'`,;&)}]<>".contains(character)),
    };
    text[..end.unwrap_or(text.len())].trim_end_matches('\\')
}

/// Words that are tokens, and credentials behind the name of a scheme.
fn words(text: &str, found: &mut Vec<Range<usize>>) {
    let is_separator = |character: char| character.is_whitespace() || "\"'`,;|&()[]{}<>=".contains(character);
    let mut is_after_scheme = false;
    for word in text.split(is_separator).filter(|word| !word.is_empty()) {
        let bare = word.trim_end_matches(['.', ':', '!', '?']);
        // `KEY:token`
        let tail = bare.rsplit(':').next().unwrap_or_default();
        let is_credentials = is_after_scheme
            && SHORTEST_CREDENTIALS <= bare.len()
            && bare.bytes().any(|byte| byte.is_ascii_digit());
        if is_credentials || is_token(bare) {
            found.push(place(text, bare));
        } else if is_token(tail) {
            found.push(place(text, tail));
        }
        is_after_scheme = ["bearer", "basic"].iter().any(|scheme| bare.eq_ignore_ascii_case(scheme));
    }
}

fn is_token(word: &str) -> bool {
    let is_digest = word.contains("sha256:") || word.contains('@');
    let is_path = word.contains(['/', '\\']);
    has_known_prefix(word) || !is_digest && !is_path && !is_uuid(word) && is_random_run(word)
}

/// The secret parts of URLs, and segments of their paths that are tokens.
fn urls(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = text[..at]
            .trim_end_matches(|letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
            .len();
        let is_end = |character: char| character.is_whitespace() || "\"'`<>".contains(character);
        let end = text[at..].find(is_end).map_or(text.len(), |length| at + length);
        let url = &text[start..end];
        found.extend(url_parts::secrets(url).map(|part| place(text, part)).filter(|part| !part.is_empty()));
        let path = &text[at + 3..end];
        found.extend(
            path.split(['/', '?', '#']).skip(1).filter(|part| is_token(part)).map(|part| place(text, part)),
        );
    }
}

/// Where a part of a text is in it.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        super::super::without(text, suspects(text))
    }

    #[test]
    fn values_behind_telling_names_are_redacted() {
        for (text, expected) in [
            ("API_KEY=abc", "API_KEY=***"),
            ("fatal: DB_PASSWORD = 'a b c' is wrong", "fatal: DB_PASSWORD = '***' is wrong"),
            (r#"{"token":"abc","name":"x"}"#, r#"{"token":"***","name":"x"}"#),
            (r#"{\"apiKey\": \"abc\"}"#, r#"{\"apiKey\": \"***\"}"#),
            ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
            ("authorization: Basic dXNlcjpwYXNz, next", "authorization: Basic ***, next"),
            ("password: hunter2", "password: ***"),
            ("sent Bearer abcdefg1 to it", "sent Bearer *** to it"),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn tokens_and_parts_of_urls_are_redacted() {
        for (text, expected) in [
            ("bad token sk-live-0123456789abc.", "bad token ***."),
            ("using ghp_0123456789abcdef0123!", "using ***!"),
            ("key 9f8e7d6c5b4a39281706f5e4d3c2b1a0 refused", "key *** refused"),
            ("https://user:pass@example.org/x?api_key=1234&q=a", "https://***@example.org/x?api_key=***&q=a"),
            (
                "GET https://hooks.example.org/T0/xoxb-0123456789-abc failed",
                "GET https://hooks.example.org/T0/*** failed",
            ),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn what_says_what_is_wrong_stays() {
        for text in [
            "token is required",
            "invalid token: expired",
            "Error: Cannot find module '/srv/app/node_modules/x/dist/index.js'",
            "listening on http://127.0.0.1:8710/mcp",
            "max_tokens: 4096",
            "session 0b9d5b0e-6f4e-4f6a-9e55-0d9d3b1c2a77 not found",
            "npm warn exec The following package was not found: mcp-server-everything@2026.8.31",
            "at Object.<anonymous> (/srv/index.js:12:34)",
            "API_KEY=${API_KEY}",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}
