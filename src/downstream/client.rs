//! A client of Llama Stack's toolgroups, as its versions up to 0.6 have them. No redirect is followed and no proxy used, and
//! nothing that a gateway says reaches a client of ours: it is in the log, under an id. It does not know which
//! toolgroups are ours.

use std::time::Duration;

use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{Base, Failure, FailureKind, Gateway, ToolGroup};
use crate::blocking;
use crate::service::audit;
use crate::tls::client_builder;

/// How long one call may take, its body included.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a list is read. Bytes.
const LARGEST_LIST: usize = 16 << 20;

/// How much of any other body is read. Bytes.
const LARGEST_ANSWER: usize = 64 << 10;

/// How much of what a gateway says is logged. Characters.
const LONGEST_DETAIL: usize = 300;

/// The gateway may close a connection that was idle for 5 s, and a call that meets that is lost.
const LONGEST_IDLE: Duration = Duration::from_secs(3);

/// What is escaped in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One gateway, called over HTTP.
pub struct Client {
    base: Base,
    patience: Duration,
    http: OnceCell<reqwest::Client>,
}

/// What came back.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    identifier: String,
    provider_id: String,
    #[serde(default)]
    mcp_endpoint: Option<Endpoint>,
    #[serde(default)]
    args: Option<Value>,
}

#[derive(Deserialize)]
struct Endpoint {
    uri: String,
}

impl Client {
    /// A client of the gateway with this base URL. It connects when it is used.
    pub fn new(base: Base) -> Self {
        Self::with_patience(base, PATIENCE)
    }

    /// The same with another limit for each call.
    pub fn with_patience(base: Base, patience: Duration) -> Self {
        Self { base, patience, http: OnceCell::new() }
    }

    /// Sends one request, and reads the answer within the limit.
    async fn call(
        &self,
        method: Method,
        id: Option<&str>,
        body: Option<Value>,
        largest: usize,
    ) -> Result<Answer, Failure> {
        let place = id.map(|id| format!("/{}", segments(id))).unwrap_or_default();
        let url = format!("{}/v1/toolgroups{place}", self.base);
        let name = method.clone();
        let exchange = async {
            let mut request = self.http().await?.request(method, url);
            if let Some(body) = body {
                request = request.header("Content-Type", "application/json").body(body.to_string());
            }
            let mut response = request.send().await.map_err(|error| broken(&error))?;
            let status = response.status();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
                if largest < body.len() + chunk.len() {
                    return Err((FailureKind::Unreadable, format!("more than {largest} bytes")));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { status, body })
        };
        match tokio::time::timeout(self.patience, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err((kind, detail))) => Err(self.failure(&name, kind, &detail)),
            Err(_) => Err(self.failure(&name, FailureKind::Timeout, "no answer in time")),
        }
    }

    async fn http(&self) -> Result<&reqwest::Client, (FailureKind, String)> {
        let make = || async {
            blocking::run(client_builder)
                .await
                .connect_timeout(self.patience)
                .pool_idle_timeout(LONGEST_IDLE)
                .build()
        };
        self.http.get_or_try_init(make).await.map_err(|error| broken(&error))
    }

    /// The failure that an answer without success is.
    fn refused(&self, method: &Method, answer: &Answer) -> Failure {
        let text = String::from_utf8_lossy(&answer.body);
        let already_exists = match answer.status.as_u16() {
            409 => true,
            400 => detail(&text).contains("already exists"),
            _ => false,
        };
        let kind = match already_exists {
            true => FailureKind::AlreadyExists,
            false => FailureKind::Refused(answer.status.as_u16()),
        };
        self.failure(method, kind, &detail(&text))
    }

    /// Writes to the log what went wrong, and returns what may be shown of it.
    fn failure(&self, method: &Method, kind: FailureKind, detail: &str) -> Failure {
        let error_id = audit::new_id();
        tracing::warn!(
            gateway = %self.base,
            method = %method,
            error_id,
            detail = redacted(detail),
            "a call of a gateway failed: {kind}"
        );
        Failure { kind, error_id: error_id.into() }
    }

    fn unreadable(&self, method: &Method, detail: &str) -> Failure {
        self.failure(method, FailureKind::Unreadable, detail)
    }

    async fn register(&self, id: &str, provider_id: &str, url: &str) -> Result<(), Failure> {
        let body = json!({"toolgroup_id": id, "provider_id": provider_id, "mcp_endpoint": {"uri": url}});
        let answer = self.call(Method::POST, None, Some(body), LARGEST_ANSWER).await?;
        // What a success says differs between versions.
        if answer.status.is_success() { Ok(()) } else { Err(self.refused(&Method::POST, &answer)) }
    }

    async fn unregister(&self, id: &str) -> Result<(), Failure> {
        if !is_addressable(id) {
            return Err(self.unreadable(&Method::DELETE, "no URL can name this id"));
        }
        let answer = self.call(Method::DELETE, Some(id), None, LARGEST_ANSWER).await?;
        let is_gone = answer.status.is_success() || answer.status == StatusCode::NOT_FOUND;
        if is_gone { Ok(()) } else { Err(self.refused(&Method::DELETE, &answer)) }
    }

    async fn read(&self, id: &str) -> Result<Option<ToolGroup>, Failure> {
        if !is_addressable(id) {
            return Ok(self.list().await?.into_iter().find(|group| group.id == id));
        }
        let answer = self.call(Method::GET, Some(id), None, LARGEST_ANSWER).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !answer.status.is_success() {
            return Err(self.refused(&Method::GET, &answer));
        }
        let entry: Entry = serde_json::from_slice(&answer.body)
            .map_err(|error| self.unreadable(&Method::GET, &place_of(&error)))?;
        if entry.identifier != id {
            return Err(self.unreadable(&Method::GET, "it is the answer about another id"));
        }
        Ok(Some(entry.into()))
    }

    async fn list(&self) -> Result<Vec<ToolGroup>, Failure> {
        let answer = self.call(Method::GET, None, None, LARGEST_LIST).await?;
        if !answer.status.is_success() {
            return Err(self.refused(&Method::GET, &answer));
        }
        let listing: Listing = serde_json::from_slice(&answer.body)
            .map_err(|error| self.unreadable(&Method::GET, &place_of(&error)))?;
        Ok(listing.data.into_iter().map(ToolGroup::from).collect())
    }
}

impl Gateway for Client {
    fn register<'a>(
        &'a self,
        id: &'a str,
        provider_id: &'a str,
        url: &'a str,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.register(id, provider_id, url))
    }

    fn unregister<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.unregister(id))
    }

    fn read<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<ToolGroup>, Failure>> {
        Box::pin(self.read(id))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<ToolGroup>, Failure>> {
        Box::pin(self.list())
    }
}

impl From<Entry> for ToolGroup {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.identifier,
            provider_id: entry.provider_id,
            url: entry.mcp_endpoint.map(|endpoint| endpoint.uri),
            has_args: entry.args.is_some_and(|args| !args.is_null()),
        }
    }
}

/// An id as segments of a path: a gateway takes slashes as they are.
fn segments(id: &str) -> String {
    let segments: Vec<String> =
        id.split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string()).collect();
    segments.join("/")
}

/// Whether a path can name this id: segments of dots are taken out of URLs, and the empty id is the list.
fn is_addressable(id: &str) -> bool {
    !id.is_empty() && !id.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Why no answer came. The text of the error may hold the URL; its innermost cause is of the system or of TLS.
fn broken(error: &reqwest::Error) -> (FailureKind, String) {
    let causes = std::iter::successors(std::error::Error::source(error), |&cause| cause.source());
    let detail = causes.last().map(ToString::to_string).unwrap_or_default();
    let kind = if error.is_timeout() { FailureKind::Timeout } else { FailureKind::Unreachable };
    (kind, detail)
}

/// Where a body could not be read. What serde says otherwise may quote the body.
fn place_of(error: &serde_json::Error) -> String {
    format!("not what was expected at line {}, column {}", error.line(), error.column())
}

/// What an error says, in either of the two shapes.
fn detail(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    match &value["detail"] {
        Value::String(detail) => detail.clone(),
        _ => {
            let errors = value["error"]["detail"]["errors"].as_array();
            let messages = errors.into_iter().flatten().filter_map(|error| error["msg"].as_str());
            messages.collect::<Vec<_>>().join("; ")
        }
    }
}

/// A text for the log: of each URL in it the scheme and the host, and not without end.
fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let is_end = |character: char| character.is_whitespace() || "'\"`<>,;)]}".contains(character);
        let end = after.find(is_end).unwrap_or(after.len());
        let (url, more) = after.split_at(end);
        let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        out.push_str(host);
        if host.len() < url.len() {
            out.push_str("/…");
        }
        rest = more;
    }
    out.push_str(rest);
    let is_shown = |character: &char| !character.is_control();
    out.chars().filter(is_shown).take(LONGEST_DETAIL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_path_whatever_it_holds() {
        for (id, path) in [("a.b_c-d", "a.b_c-d"), ("a/b", "a/b"), ("@a:b +%?#", "%40a%3Ab%20%2B%25%3F%23")] {
            assert_eq!(segments(id), path);
            assert!(is_addressable(id));
        }
        for id in ["", ".", "..", "a/../b", "./a"] {
            assert!(!is_addressable(id), "{id}");
        }
    }

    #[test]
    fn an_error_of_either_shape_is_read() {
        assert_eq!(detail(r#"{"detail":"Invalid value: no"}"#), "Invalid value: no");
        let validation = r#"{"error":{"detail":{"errors":[{"loc":["body"],"msg":"Field required","type":"missing"},
            {"msg":"and this"}]}}}"#;
        assert_eq!(detail(validation), "Field required; and this");
        for other in ["", "null", "[]", "<html>", r#"{"detail":{}}"#] {
            assert_eq!(detail(other), "");
        }
    }

    #[test]
    fn the_log_has_the_host_of_a_url_and_nothing_else_of_it() {
        let text = "bad: 'http://u:canary@h:1/canary?k=canary', https://h2#canary and ftp://canary@h3\n";
        assert_eq!(redacted(text), "bad: 'http://h:1/…', https://h2/… and ftp://h3/…");
        assert_eq!(redacted("http://h/ ok"), "http://h/… ok");
        assert_eq!(redacted(&"x".repeat(1000)).len(), LONGEST_DETAIL);
    }
}
