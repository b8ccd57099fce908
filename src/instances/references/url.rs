//! The URL of a server, its references resolved in the path and the query only: elsewhere they would choose who gets
//! the credentials.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::model::url_parts;

/// What is written as it is in a value of the query (RFC 3986 §2.3).
pub(super) const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is written as it is in a path: a value may be several parts of it.
const PATH: &AsciiSet = &VALUE.remove(b'/');

/// The component in which a reference is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Component {
    Path,
    /// The query, or the fragment.
    Query,
}

impl Component {
    /// Where the text behind this one is.
    pub(super) fn behind(self, text: &str) -> Self {
        if text.contains(['?', '#']) { Self::Query } else { self }
    }

    /// A value as it is written here, so that it ends neither the component nor the value that it is a part of.
    pub(super) fn encode(self, value: &str) -> String {
        let set = match self {
            Self::Path => PATH,
            Self::Query => VALUE,
        };
        utf8_percent_encode(value, set).to_string()
    }
}

/// A URL without its userinfo, and what that says.
pub(super) struct Split {
    pub(super) url: String,
    pub(super) userinfo: Option<Userinfo>,
}

/// A user and a password.
pub(super) struct Userinfo {
    pub(super) user: String,
    pub(super) password: String,
}

/// Takes a URL apart; nothing where it is not one.
pub(super) fn split(text: &str) -> Option<Split> {
    let mut url = Url::parse(text).ok().filter(Url::has_host)?;
    if url.username().is_empty() && url.password().is_none() {
        return Some(Split { url: text.to_owned(), userinfo: None });
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decoded(url.username());
    let password = decoded(url.password().unwrap_or_default());
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    Some(Split { url: url.into(), userinfo: Some(Userinfo { user, password }) })
}

/// The secret parts of a URL, as they are written and as they are meant.
pub(super) fn secrets(url: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in url_parts::secrets(url) {
        let decoded = percent_decode_str(part).decode_utf8_lossy().into_owned();
        for text in [part, &decoded] {
            found.push(text.to_owned());
            // A user and a password.
            found.extend(
                text.split_once(':').into_iter().flat_map(|(one, two)| [one.to_owned(), two.to_owned()]),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_is_taken_out_and_another_url_stays_as_it_was_written() {
        for (text, url, userinfo) in [
            ("https://H.example/mcp", "https://H.example/mcp", None),
            ("https://u:p%40s@h.example/mcp?x=1", "https://h.example/mcp?x=1", Some("u p@s")),
            ("https://u@h.example", "https://h.example/", Some("u ")),
        ] {
            let split = split(text).unwrap();
            assert_eq!(split.url, url);
            let found = split.userinfo.map(|Userinfo { user, password }| format!("{user} {password}"));
            assert_eq!(found.as_deref(), userinfo, "{text}");
        }
        for text in ["", "h.example/mcp", "mailto:a@b", "https://"] {
            assert!(split(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_value_ends_neither_its_component_nor_itself() {
        assert_eq!(Component::Path.encode("a/b?c#d e%"), "a/b%3Fc%23d%20e%25");
        assert_eq!(Component::Query.encode("a+b&c=d/é"), "a%2Bb%26c%3Dd%2F%C3%A9");
        assert!(
            Component::Path.behind("/a") == Component::Path
                && Component::Path.behind("/?x=") == Component::Query
        );
    }

    #[test]
    fn secret_parts_are_listed_in_each_form() {
        let found = secrets("https://user:pa%40ss@h.example/?api_key=k%20k&x=1");
        for part in ["user:pa%40ss", "user", "pa@ss", "pa%40ss", "k%20k", "k k"] {
            assert!(found.iter().any(|text| text == part), "{part}: {found:?}");
        }
    }
}
