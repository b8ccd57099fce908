//! An answer as it came over the wire, and the claims that tests make about it.

use mcp_settings::api::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api_types;

/// One answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16, headers: Vec<(String, String)>) -> Self {
        Self { status, headers, body: Vec::new() }
    }

    /// The value of a header that may come once at most.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let values = self.headers(name);
        assert!(values.len() < 2, "`{name}` comes {} times: {values:?}", values.len());
        values.first().copied()
    }

    /// Every value of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// The comma-separated elements of all lines of a header, in lower case.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let lines = self.headers(name);
        lines.iter().flat_map(|line| line.split(',')).map(|word| word.trim().to_ascii_lowercase()).collect()
    }

    /// Every header line as one text, to search in.
    pub(crate) fn head_text(&self) -> String {
        self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {self:?}: {}", self.text()))
    }

    /// The body, read with the type that the service builds it of.
    #[track_caller]
    pub(crate) fn read<Body: Serialize + DeserializeOwned>(&self) -> Body {
        api_types::read(&self.text())
    }

    /// The entity-tag; an answer that should have one has a strong, quoted one.
    #[track_caller]
    pub(crate) fn etag(&self) -> String {
        let tag = self.header("etag").unwrap_or_else(|| panic!("no ETag: {} {}", self.status, self.text()));
        assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "not a strong tag: {tag}");
        tag.to_owned()
    }

    /// Claims the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}{}", self.head_text(), self.text());
        self
    }

    /// Claims that the write was accepted.
    #[track_caller]
    pub(crate) fn expect_success(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self
    }

    /// Claims that this is a well-formed problem of this status and type.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, slug: &str) -> Self {
        let (found, text) = (self.problem(), self.text());
        assert_eq!((self.status, found.as_str()), (status, slug), "{text}");
        self
    }

    /// The slug of the problem type; panics where this is no well-formed problem (RFC 9457).
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        let shown = format!("{} {}{}", self.status, self.head_text(), self.text());
        let content_type = self.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with("application/problem+json"), "not a problem: {shown}");
        let Problem { r#type, title, status, detail, error_id, .. } = self.read();
        assert_eq!(status, self.status, "the status differs: {shown}");
        assert!(!title.is_empty() && !detail.is_empty(), "nothing is said: {shown}");
        assert!(!detail.ends_with(".."), "two full stops: {shown}");
        assert_eq!(error_id.is_some(), self.status >= 500, "a 5xx has an `error_id`, no other does: {shown}");
        let slug = r#type.strip_prefix("/problems/").unwrap_or_else(|| panic!("`type` is {type}: {shown}"));
        slug.to_owned()
    }

    /// The pointers in the problem's `errors`.
    #[track_caller]
    pub(crate) fn error_pointers(&self) -> Vec<String> {
        let errors = self.read::<Problem>().errors;
        let errors = errors.unwrap_or_else(|| panic!("no `errors`: {}", self.text()));
        errors.iter().map(|error| error.pointer.as_str().to_owned()).collect()
    }
}
