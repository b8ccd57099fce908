//! Holds every answer that these tests receive against the OpenAPI document: its status is described, and so are
//! its headers and its body. What was seen is written down, so that `make test` can tell what never was.

mod coverage;
mod document;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::response::Response;
use document::Document;

/// What clients of OpenHands may ask for and are refused: it is no part of our API.
const REFUSED: [&str; 3] =
    ["/api/settings/agent-schema", "/api/settings/conversation-schema", "/api/mcp/oauth/"];

/// The files that the page loads are no part of the API.
const LOADED: [&str; 4] = ["/app.js", "/editing.js", "/app.css", "/favicon.svg"];

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::read);

struct Contract {
    document: Document,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// Claims that the service may answer this request so.
#[track_caller]
pub(crate) fn check(method: &str, target: &str, answer: &Response) {
    if let Err(fault) = CONTRACT.judge(method, target, answer) {
        panic!(
            "{method} {target} is answered {}, but {fault}\n{}{}",
            answer.status,
            answer.head_text(),
            answer.text()
        );
    }
}

/// Claims that the service may tell this event so.
#[track_caller]
pub(crate) fn check_event(name: &str, event: &Value) {
    let schema = match name {
        "opened" => "OpenedEvent",
        "server" => "ServerEvent",
        "document" => "DocumentEvent",
        "instances" => "InstancesEvent",
        "origins" => "OriginsEvent",
        _ => panic!("no event `{name}` is described"),
    };
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    if let Err(fault) = CONTRACT.validate(&schema, event) {
        panic!("{event} was sent, but {fault}");
    }
}

impl Contract {
    fn read() -> Self {
        Self { document: Document::read(), validators: Mutex::default() }
    }

    fn judge(&self, method: &str, target: &str, answer: &Response) -> Result<(), String> {
        if method == "OPTIONS" && answer.status == 204 {
            // CORS belongs to the Fetch standard, not to an API's document.
            return Ok(());
        }
        let path = document::path_of(target);
        let asked = if method == "HEAD" { "GET" } else { method };
        if let Some(operation) = self.document.operation(asked, &path) {
            return self.judge_described(method, operation, answer);
        }
        self.judge_undescribed(method, &path, answer)?;
        match self.document.operation_of_eaten_name(asked, &path) {
            Some((template, operation))
                if operation["responses"].get(answer.status.to_string()).is_some() =>
            {
                self.judge_described(method, (template, operation), answer)
            }
            _ => Ok(()),
        }
    }

    fn judge_described(
        &self,
        method: &str,
        (template, operation): (&str, &Value),
        answer: &Response,
    ) -> Result<(), String> {
        let asked = if method == "HEAD" { "GET" } else { method };
        let key = format!("{} {asked} {template}", answer.status);
        let described = operation["responses"].get(answer.status.to_string());
        let described = described.ok_or_else(|| format!("`{key}` is not described"))?;
        self.judge_headers(described, answer)?;
        if method != "HEAD" {
            self.judge_body(described, answer)?;
        }
        coverage::note(&key);
        Ok(())
    }

    /// A path or method that is not described has no other answers than these.
    fn judge_undescribed(&self, method: &str, path: &str, answer: &Response) -> Result<(), String> {
        let methods = self.document.methods(path);
        if REFUSED.iter().any(|refused| path.starts_with(refused)) {
            return if 400 <= answer.status { Ok(()) } else { Err("it should be refused".to_owned()) };
        }
        if LOADED.contains(&path) && ["GET", "HEAD"].contains(&method) {
            return Ok(());
        }
        match answer.status {
            403 => {}
            404 if methods.is_empty() => {}
            // Without a path it is the base path alone.
            307 if path.is_empty() || path.ends_with('/') => return Ok(()),
            405 if !methods.contains(&method.to_ascii_lowercase()) => {
                let mut allowed = answer.list("allow");
                allowed.retain(|method| method != "head");
                allowed.sort();
                if allowed != methods {
                    return Err(format!("`Allow` names {allowed:?}, described are {methods:?}"));
                }
            }
            // What is no HTTP at all is answered before any route.
            400 if answer.body.is_empty() => return Ok(()),
            _ => return Err("the path or method is not described".to_owned()),
        }
        match method {
            "HEAD" => Ok(()),
            _ if path == "/v1" || path.starts_with("/v1/") => self.judge_detail(answer),
            _ => self.judge_problem(answer, None),
        }
    }

    fn judge_headers(&self, described: &Value, answer: &Response) -> Result<(), String> {
        let headers = described["headers"].as_object().into_iter().flatten();
        for (name, header) in headers {
            let header = self.document.resolve(header);
            let Some(value) = answer.header(name) else {
                if header["required"] == true {
                    return Err(format!("the header `{name}` is missing"));
                }
                continue;
            };
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number)),
                _ => json!(value),
            };
            self.validate(&header["schema"], &value)
                .map_err(|fault| format!("in the header `{name}` {fault}"))?;
        }
        Ok(())
    }

    fn judge_body(&self, described: &Value, answer: &Response) -> Result<(), String> {
        if answer.header("preference-applied") == Some("return=minimal") && answer.body.is_empty() {
            return Ok(());
        }
        let Some(content) = described["content"].as_object() else {
            let is_empty = answer.body.is_empty();
            return if is_empty { Ok(()) } else { Err("no body is described".to_owned()) };
        };
        let media_type = answer.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let described = content.get(media_type).ok_or_else(|| format!("no `{media_type}` is described"))?;
        if media_type == "application/problem+json" {
            return self.judge_problem(answer, Some(described));
        }
        if !media_type.ends_with("json") {
            return Ok(());
        }
        self.validate(&described["schema"], &answer.json())
    }

    /// Below `/v1` errors have a form of their own.
    fn judge_detail(&self, answer: &Response) -> Result<(), String> {
        let schema = if answer.status == 403 { "CauseError" } else { "TextError" };
        let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
        self.validate(&schema, &answer.json())
    }

    /// The examples of a response are the problems that it may have.
    fn judge_problem(&self, answer: &Response, described: Option<&Value>) -> Result<(), String> {
        let problem = answer.json();
        if problem["status"] != answer.status {
            return Err("the member `status` is another".to_owned());
        }
        let slug = problem["type"].as_str().and_then(|kind| kind.strip_prefix("/problems/"));
        let slug = slug.ok_or("its `type` is not one of ours")?;
        let schema = match described {
            Some(described) => {
                let named = [slug.to_owned(), format!("{slug}-{}", answer.status)];
                if !named.iter().any(|name| described["examples"].get(name).is_some()) {
                    return Err(format!("`{slug}` is not among the described problems"));
                }
                described["schema"].clone()
            }
            None => json!({ "$ref": self.document.schema_of_problem(slug) }),
        };
        coverage::note(&format!("problem {slug}"));
        self.validate(&schema, &problem)
    }

    fn validate(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let key = schema.to_string();
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(key).or_insert_with(|| {
            let schema = self.document.closed(schema);
            Arc::new(jsonschema::validator_for(&schema).expect("the document has legal schemas"))
        });
        let validator = Arc::clone(validator);
        drop(validators);
        let faults: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("`{}`: {error}", error.instance_path()))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(format!("the schema is broken: {}", faults.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "/api/settings/mcp-servers/a";

    fn answer(status: u16, media_type: &str, further: &[(&str, &str)], body: &str) -> Response {
        let every = [
            ("cache-control", "no-store"),
            ("vary", "Origin"),
            ("x-request-id", "1"),
            ("content-type", media_type),
        ];
        let headers =
            every.iter().chain(further).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut answer = Response::new(status, headers.collect());
        answer.body = body.as_bytes().to_owned();
        answer
    }

    fn judge(method: &str, target: &str, answer: &Response) -> Result<(), String> {
        CONTRACT.judge(method, target, answer)
    }

    #[test]
    fn an_answer_that_is_not_as_described_is_found() {
        let json = "application/json";
        let problem = "application/problem+json";
        let tag = [("etag", "\"0123456789abcdef0123456789abcdef\"")];
        let server = r#"{"name":"a","config":{},"etag":"\"0123456789abcdef0123456789abcdef\""}"#;
        assert_eq!(judge("GET", ITEM, &answer(200, json, &tag, server)), Ok(()));
        for (what, method, target, answer) in [
            ("a status", "GET", ITEM, answer(202, json, &tag, server)),
            ("no tag", "GET", ITEM, answer(200, json, &[], server)),
            ("a tag of another form", "GET", ITEM, answer(200, json, &[("etag", "\"x\"")], server)),
            ("a media type", "GET", ITEM, answer(200, "text/plain", &tag, server)),
            ("no body", "GET", ITEM, answer(200, json, &tag, "{}")),
            ("a member of another type", "GET", ITEM, answer(200, json, &tag, &server.replace("{}", "[]"))),
            ("a body that should not be", "DELETE", ITEM, answer(204, json, &[], "{}")),
            ("a path", "GET", "/nowhere", answer(200, json, &tag, server)),
            ("a method", "POST", ITEM, answer(200, json, &tag, server)),
            ("a wrong Allow", "POST", ITEM, answer(405, problem, &[("allow", "GET")], "{}")),
        ] {
            assert!(judge(method, target, &answer).is_err(), "{what}");
        }
    }

    #[test]
    fn a_problem_that_is_not_as_described_is_found() {
        let judge = |status: u16, body: &str| {
            judge("GET", ITEM, &answer(status, "application/problem+json", &[], body))
        };
        let problem = |slug: &str, rest: &str| {
            format!(r#"{{"type":"/problems/{slug}","title":"t","detail":"d"{rest}}}"#)
        };
        assert_eq!(judge(404, &problem("unknown-server", r#","status":404"#)), Ok(()));
        for (what, status, body) in [
            ("a problem that another route has", 409, problem("key-missing", r#","status":409"#)),
            ("another status", 404, problem("unknown-server", r#","status":400"#)),
            ("no status", 404, problem("unknown-server", "")),
            ("a member that is missing", 400, problem("invalid-header", r#","status":400"#)),
            ("a type that there is not", 404, problem("lost", r#","status":404"#)),
        ] {
            assert!(judge(status, &body).is_err(), "{what}");
        }
    }
}
