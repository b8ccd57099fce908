//! Requests to the API and their answers, as commands make and read them. It does not know which way they go.

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

use crate::api::Problem;
use crate::json::{Json, Rules, parse};
use crate::model::ServerName;

use super::super::failure::{Exit, Failure};

/// How long a response may take, unless a command expects more.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a segment of a path may hold without being escaped (RFC 3986 §2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The collection of servers.
const SERVERS: &str = "/api/settings/mcp-servers";

/// The servers in OpenHands' settings.
const STORED: &str = "/api/settings/mcp";

/// The instances of the servers.
const INSTANCES: &str = "/api/instances";

/// A request.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Request {
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    pub(super) patience: Duration,
}

/// A response, whatever its status.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Response {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) body: Bytes,
}

/// A text as one segment of a path, or as a value of a query.
pub(in crate::cli) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The path of all servers.
pub(in crate::cli) fn servers() -> String {
    SERVERS.to_owned()
}

/// The path of one server.
pub(in crate::cli) fn server(name: &str) -> String {
    format!("{SERVERS}/{}", escaped(name))
}

/// The path under which a server of any stored name can be renamed and deleted: one whose name breaks the rule for names
/// is reached in OpenHands' settings only.
pub(in crate::cli) fn stored(name: &str) -> String {
    match name.parse::<ServerName>() {
        Ok(_) => server(name),
        Err(_) => format!("{STORED}/{}", escaped(name)),
    }
}

/// The path of all instances.
pub(in crate::cli) fn instances() -> String {
    INSTANCES.to_owned()
}

/// The path of the instance of one server.
pub(in crate::cli) fn instance(name: &str) -> String {
    format!("{INSTANCES}/{}", escaped(name))
}

impl Request {
    fn new(method: &'static str, target: String) -> Self {
        Self { method, target, headers: Vec::new(), body: Bytes::new(), patience: PATIENCE }
    }

    pub(in crate::cli) fn get(target: String) -> Self {
        Self::new("GET", target)
    }

    pub(in crate::cli) fn put(target: String) -> Self {
        Self::new("PUT", target)
    }

    pub(in crate::cli) fn post(target: String) -> Self {
        Self::new("POST", target)
    }

    pub(in crate::cli) fn patch(target: String) -> Self {
        Self::new("PATCH", target)
    }

    pub(in crate::cli) fn delete(target: String) -> Self {
        Self::new("DELETE", target)
    }

    /// The same with this body.
    pub(in crate::cli) fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// The same with a body of JSON.
    pub(in crate::cli) fn json(self, body: impl Into<Bytes>) -> Self {
        self.body("application/json", body)
    }

    pub(in crate::cli) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same under the condition that the state still has this tag.
    pub(in crate::cli) fn if_match(self, tag: Option<&str>) -> Self {
        match tag {
            Some(tag) => self.header("If-Match", tag),
            None => self,
        }
    }

    /// The same, tried only.
    pub(in crate::cli) fn dry_run(mut self) -> Self {
        self.target.push_str("?dry_run=true");
        self
    }

    /// The same for a response that may take longer than usual.
    pub(in crate::cli) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// That each name in its path is one that a path can have: `.` and `..` are not names there (RFC 3986 §3.3), and
    /// an empty one is that of the collection.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let path = self.target.split('?').next().unwrap_or_default();
        match path.split('/').skip(1).find(|segment| ["", ".", ".."].contains(segment)) {
            None => Ok(()),
            Some("") => Err(Failure::new("a name can't be empty")),
            Some(segment) => Err(Failure::new(format!("`{segment}` can't be a name"))),
        }
    }

    /// Whether the response says what has become of something.
    pub(super) fn is_write(&self) -> bool {
        self.method != "GET"
    }
}

impl Response {
    pub(in crate::cli) fn status(&self) -> u16 {
        self.status
    }

    /// Its tag, where it has one.
    pub(in crate::cli) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    pub(in crate::cli) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as one of the types of the API.
    pub(in crate::cli) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::new(NOT_OURS).because(error).exit(Exit::Unreachable))
    }

    /// The body without loss.
    pub(in crate::cli) fn value(&self) -> Result<Json, Failure> {
        let text = str::from_utf8(&self.body).unwrap_or_default();
        parse(text, &Rules::STORED)
            .map_err(|error| Failure::new(NOT_OURS).because(error).exit(Exit::Unreachable))
    }

    /// The problem that this response is.
    pub(in crate::cli) fn problem(&self) -> Option<Problem> {
        serde_json::from_slice(&self.body).ok().filter(|problem: &Problem| !problem.r#type.is_empty())
    }

    /// The same if it is a success, else what it refuses.
    pub(in crate::cli) fn expect_success(self) -> Result<Self, Failure> {
        if self.is_success() { Ok(self) } else { Err(self.refusal()) }
    }

    /// What it refuses, for people.
    pub(in crate::cli) fn refusal(&self) -> Failure {
        let Some(problem) = self.problem() else {
            return Failure::new(format!("{NOT_OURS} (status {})", self.status)).exit(Exit::Unreachable);
        };
        let slug = problem.r#type.rsplit('/').next().unwrap_or_default();
        let what = format!("{} ({slug}, status {})", problem.detail, problem.status);
        let mut failure = Failure::new(what).exit(exit_of(slug));
        for fault in problem.errors.iter().flatten() {
            let pointer =
                if fault.pointer.as_str().is_empty() { "the whole" } else { fault.pointer.as_str() };
            let place = match (fault.line, fault.column) {
                (Some(line), Some(column)) => format!("line {line}, column {column}: {pointer}"),
                _ => pointer.to_owned(),
            };
            failure = failure.detail(format!("{place}: {}", fault.message));
        }
        if let Some(changed) = problem.changed.filter(|changed| !changed.is_empty()) {
            let places: Vec<&str> = changed.iter().map(|pointer| pointer.as_str()).collect();
            failure = failure.detail(format!("it differs at {}", places.join(", ")));
        }
        if let Some(tag) = &problem.current_etag {
            failure = failure.detail(format!("the current tag is {}", tag.as_str()));
        }
        if let Some(fault) = &problem.fault {
            failure = failure.detail(format!("the server: {}", fault.message));
        }
        match slug {
            "unauthorized" => failure.hint("set `MCP_SETTINGS_API_KEY`, or name a file with `--key-file`"),
            "insufficient-scope" => failure.hint("use a key that has this scope"),
            "outcome-unknown" => failure.hint("look whether the change was made before you repeat it"),
            _ => failure,
        }
    }
}

const NOT_OURS: &str = "what answers is not this service";

/// Which exit code a type of problem has.
fn exit_of(slug: &str) -> Exit {
    match slug {
        "precondition-failed"
        | "patch-conflict"
        | "name-taken"
        | "choice-needed"
        | "launch-changed"
        | "tools-changed" => Exit::Conflict,
        "outcome-unknown" => Exit::Unreachable,
        _ => Exit::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &'static str) -> Response {
        Response { status, etag: None, body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn a_refusal_names_the_place_of_each_fault_and_controls_no_terminal() {
        let body = r#"{"type":"/problems/invalid-config","title":"t","status":422,"detail":"It is\u001b wrong.",
            "errors":[{"pointer":"/env/A","message":"must be a string"},{"pointer":"","message":"m"}]}"#;
        let failure = response(422, body).expect_success().unwrap_err();
        assert_eq!(failure.code(), Exit::Refused);
        let expected =
            "It is\\u{1b} wrong. (invalid-config, status 422): /env/A: must be a string: the whole: m";
        assert_eq!(failure.line(), expected);
    }

    #[test]
    fn scripts_can_distinguish_a_conflict_and_an_unknown_outcome() {
        let of = |slug: &str| {
            let body = format!(r#"{{"type":"/problems/{slug}","title":"t","status":412,"detail":"d"}}"#);
            Response { status: 412, etag: None, body: body.into() }.refusal().code()
        };
        assert_eq!(of("precondition-failed"), Exit::Conflict);
        assert_eq!(of("outcome-unknown"), Exit::Unreachable);
        assert_eq!(of("unknown-server"), Exit::Refused);
        assert_eq!(response(502, "<html>").refusal().code(), Exit::Unreachable);
    }

    #[test]
    fn a_name_is_one_segment() {
        assert_eq!(server("a:b/c?d"), "/api/settings/mcp-servers/a%3Ab%2Fc%3Fd");
        assert_eq!(stored("a:b"), server("a:b"));
        assert_eq!(stored("a b"), "/api/settings/mcp/a%20b");
    }
}
