//! The headers of requests to a remote server: those that are configured, and those of the protocol over them.

use reqwest::header::{
    ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TE,
    TRANSFER_ENCODING, UPGRADE,
};

use crate::instances::fault::{Fault, FaultKind};
use crate::secrets::Plaintext;

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub(super) const METHOD: HeaderName = HeaderName::from_static("mcp-method");
pub(super) const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// Headers that say how this connection works, so that they are not for a configuration to set.
const OURS: [HeaderName; 10] = [
    ACCEPT,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
    SESSION_ID,
    PROTOCOL_VERSION,
    METHOD,
];

/// The configured headers. The error names one that is not valid, never its value.
pub(super) fn configured(headers: &[(String, Plaintext)]) -> Result<HeaderMap, Fault> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let wrong =
            |what| FaultKind::Policy.because(format!("the {what} of the header `{name}` is not valid"));
        let key = HeaderName::try_from(name.as_str()).map_err(|_| wrong("name"))?;
        let mut value =
            HeaderValue::from_bytes(value.expose().trim().as_bytes()).map_err(|_| wrong("value"))?;
        value.set_sensitive(true);
        if !OURS.contains(&key) {
            map.append(key, value);
        }
    }
    Ok(map)
}

/// The same for a request with a JSON body.
pub(super) fn for_message(configured: &HeaderMap) -> HeaderMap {
    let mut headers = configured.clone();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
}

/// The same for a stream of events.
pub(super) fn for_stream(configured: &HeaderMap) -> HeaderMap {
    let mut headers = configured.clone();
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> (String, Plaintext) {
        (name.to_owned(), Plaintext::new(value.to_owned()))
    }

    #[test]
    fn configured_headers_are_sent_and_those_of_the_connection_are_ours() {
        let map = configured(&[
            header("Authorization", "Bearer x "),
            header("X-A", "1"),
            header("X-A", "2"),
            header("Content-Length", "5"),
            header("Mcp-Session-Id", "stolen"),
        ])
        .unwrap();
        let headers = for_message(&map);
        assert_eq!(headers.get("authorization").unwrap(), "Bearer x");
        assert_eq!(headers.get_all("x-a").iter().count(), 2);
        assert!(!headers.contains_key("content-length") && !headers.contains_key("mcp-session-id"));
        assert_eq!(headers.get("content-type").unwrap(), "application/json");
        assert_eq!(for_stream(&map).get("accept").unwrap(), "text/event-stream");
    }

    #[test]
    fn a_header_that_is_not_valid_is_named_and_its_value_is_not() {
        for (name, value) in [("X-A", "canary\r\nX-B: y"), ("a b", "canary")] {
            let fault = configured(&[header(name, value)]).unwrap_err();
            assert!(fault.message.contains(name) && !fault.message.contains("canary"), "{}", fault.message);
        }
    }
}
