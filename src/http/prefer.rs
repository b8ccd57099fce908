//! The header `Prefer` (RFC 7240), as far as it is honoured: `return=minimal`. A preference is not a demand, so one
//! that is unknown or can't be parsed is ignored.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header with the client's preferences.
pub(super) const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The header that says which preference was applied.
pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The one preference that is applied.
pub(super) const RETURN_MINIMAL: &str = "return=minimal";

/// A preference and its value, empty where it has none. Parameters change nothing that we know.
type Preference = (String, String);

/// Whether an answer without a body is preferred.
pub(super) fn is_minimal(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(&PREFER).filter_map(|line: &HeaderValue| line.to_str().ok());
    let preferences: Vec<String> = lines
        .filter_map(preferences)
        .flatten()
        .filter(|(name, _)| name.eq_ignore_ascii_case("return"))
        .map(|(_, value)| value.to_ascii_lowercase())
        .collect();
    // The first of several counts (§2), but these two together are a mistake, and mean nothing (§4.2).
    preferences.first().is_some_and(|first| first == "minimal")
        && !preferences.iter().any(|preference| preference == "representation")
}

/// The preferences of one line; nothing where it can't be parsed.
fn preferences(line: &str) -> Option<Vec<Preference>> {
    let mut found = Vec::new();
    let mut rest = trim(line);
    while !rest.is_empty() {
        // Elements of a list may be empty (RFC 9110 §5.6.1.2).
        if let Some(after) = rest.strip_prefix(',') {
            rest = trim(after);
            continue;
        }
        let preference;
        (preference, rest) = pair(rest)?;
        while let Some(after) = rest.strip_prefix(';') {
            rest = trim(after);
            if !rest.is_empty() && !rest.starts_with([';', ',']) {
                (_, rest) = pair(rest)?;
            }
        }
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
        found.push(preference);
    }
    Some(found)
}

/// `token [ BWS "=" BWS word ]`, and the text behind it.
fn pair(text: &str) -> Option<(Preference, &str)> {
    let (name, rest) = token(text)?;
    let rest = trim(rest);
    let (value, rest) = match rest.strip_prefix('=') {
        None => (String::new(), rest),
        Some(rest) => word(trim(rest))?,
    };
    Some(((name.to_owned(), value), trim(rest)))
}

fn word(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(token, rest)| (token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut symbols = quoted.char_indices();
    while let Some((at, symbol)) = symbols.next() {
        match symbol {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(symbols.next()?.1),
            _ => value.push(symbol),
        }
    }
    None
}

/// `1*tchar` (RFC 9110 §5.6.2).
fn token(text: &str) -> Option<(&str, &str)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_part(byte)).unwrap_or(text.len());
    (0 < end).then(|| text.split_at(end))
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_minimal_in(lines: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(PREFER, HeaderValue::from_static(line));
        }
        is_minimal(&headers)
    }

    #[test]
    fn the_preference_is_found_as_the_rfc_writes_it() {
        for lines in [
            &["return=minimal"][..],
            &["RETURN = \"Minimal\""],
            &[" , respond-async , wait=10;x , return=minimal"],
            &["return=minimal; foo=\"a,b;c\"; ; bar"],
            &["handling=\"a\\\"b\", return=minimal"],
            &["wait=10", "return=minimal"],
            &["return=minimal", "return=other"],
            &["=broken", "return=minimal"],
        ] {
            assert!(is_minimal_in(lines), "{lines:?}");
        }
    }

    #[test]
    fn all_else_means_nothing() {
        for lines in [
            &[][..],
            &[""],
            &[",;"],
            &["return"],
            &["return="],
            &["return=representation"],
            &["return=minimal, return=representation"],
            &["return=representation", "return=minimal"],
            &["return=other, return=minimal"],
            &["return=\"minimal"],
            &["return=\"return=minimal\""],
            &["foo=\"return=minimal\""],
            &["foo; return=minimal"],
            &["return=minimal extra"],
            &["return=minimal, =broken"],
            &["return==minimal"],
            &["minimal"],
        ] {
            assert!(!is_minimal_in(lines), "{lines:?}");
        }
    }
}
