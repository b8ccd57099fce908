//! The base URL of a gateway, as it is configured. It is the gateway's identity: one spelling for one gateway.

use std::fmt;
use std::sync::Arc;

use url::Url;

/// Where a gateway is: scheme, host, port and path, without credentials, and without `/v1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base(Arc<str>);

/// The text is no base URL of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotABase {
    /// It is no URL with a host.
    #[error("each must be a URL that begins with `http://` or `https://` and has a host")]
    Url,
    /// It would be shown and stored.
    #[error("no URL may have credentials, a query or a fragment")]
    More,
}

impl Base {
    /// Reads a base URL. `/` and `/v1` at its end mean nothing.
    ///
    /// # Errors
    ///
    /// Where no gateway can have this one. The error holds nothing of the text.
    pub fn parse(text: &str) -> Result<Self, NotABase> {
        let url = Url::parse(text.trim()).map_err(|_| NotABase::Url)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(NotABase::Url);
        }
        let has_more = !url.username().is_empty() || url.password().is_some();
        if has_more || url.query().is_some() || url.fragment().is_some() {
            return Err(NotABase::More);
        }
        let text = url.as_str().trim_end_matches('/');
        let text = text.strip_suffix("/v1").unwrap_or(text);
        Ok(Self(text.trim_end_matches('/').into()))
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gateway_has_one_spelling() {
        for (text, expected) in [
            ("http://Localhost:8321", "http://localhost:8321"),
            (" http://localhost:8321/ ", "http://localhost:8321"),
            ("http://localhost:8321/v1", "http://localhost:8321"),
            ("https://llama.example:443/stack/v1/", "https://llama.example/stack"),
            ("http://[::1]:1/v1x", "http://[::1]:1/v1x"),
        ] {
            assert_eq!(Base::parse(text).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_would_be_shown_with_a_secret_in_it_is_refused() {
        for text in ["http://u:canary@h", "http://canary@h", "http://h/?key=canary", "http://h/#canary"] {
            assert_eq!(Base::parse(text), Err(NotABase::More));
            assert!(!NotABase::More.to_string().contains("canary"));
        }
        for text in ["", "localhost:8321", "ftp://h", "http://", "file:///h"] {
            assert_eq!(Base::parse(text), Err(NotABase::Url), "{text}");
        }
    }
}
