//! The headers and parameters that operations share.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::openapi::{HeaderField, Parameter, Place, Shape};

const TAG: &str = "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"";

/// The name of a server, in the path. The pattern leaves out `.` and `..`, which URL normalisation eats.
pub(super) fn name() -> Parameter {
    Parameter {
        component: "ServerName",
        name: "name",
        place: Place::Path,
        description: "The server's name.",
        shape: Shape::inline(json!({
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "pattern": r"^(\.*[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]*|\.{3,})$",
        })),
        example: json!("issues"),
    }
}

/// The conditions that any request may have.
pub(super) fn conditions() -> Vec<Parameter> {
    let tags = r#"(W/)?"[!#-~]*"(\s*,\s*(W/)?"[!#-~]*")*"#;
    let condition = |component, name, description, example: &str| Parameter {
        component,
        name,
        place: Place::Header,
        description,
        shape: Shape::inline(json!({ "type": "string", "pattern": format!(r"^(\*|{tags})$") })),
        example: json!(example),
    };
    vec![
        condition(
            "IfMatch",
            "If-Match",
            "Go on only where one of these tags is the current one; `*`: only where there is a server (RFC 9110 §13.1.1).",
            TAG,
        ),
        condition(
            "IfNoneMatch",
            "If-None-Match",
            "Go on only where none of these tags is the current one; `*`: only where there is no server. A read is answered 304 then (RFC 9110 §13.1.2).",
            "*",
        ),
    ]
}

/// How much of the secrets a read shows.
pub(super) fn expose_secrets() -> Parameter {
    Parameter {
        component: "ExposeSecrets",
        name: "X-Expose-Secrets",
        place: Place::Header,
        description: "Show secrets: `encrypted` as they are stored, `plaintext` in the clear; `true` is `encrypted`. Needs the scope `reveal`. Without it they are masked.",
        shape: Shape::of::<Exposure>(),
        example: json!("plaintext"),
    }
}

/// How secrets are shown.
#[derive(JsonSchema)]
#[schemars(rename = "ExposeSecrets", rename_all = "lowercase")]
#[expect(dead_code, reason = "a type that is described, and never made")]
enum Exposure {
    Encrypted,
    Plaintext,
    True,
}

/// The headers of every answer.
pub(super) fn of_every_answer() -> Vec<HeaderField> {
    let caching = "`private, no-cache`; `no-store` where secrets are shown.";
    let vary = "Which request headers the answer depends on.";
    vec![
        text("CacheControl", "Cache-Control", caching, true, "private, no-cache"),
        text("Vary", "Vary", vary, true, "X-Expose-Secrets, Authorization, X-Session-API-Key, Origin"),
        text("RequestId", "X-Request-Id", "The log's lines repeat it.", true, "5f3a9c01d2e4b687-12"),
    ]
}

/// The tag of the state that is answered.
pub(super) fn etag() -> HeaderField {
    let description = "Names the state of what is answered (RFC 9110 §8.8.3).";
    HeaderField { shape: tag(), ..text("ETag", "ETag", description, true, TAG) }
}

/// The tag of the current state, where there is one.
pub(super) fn current_etag() -> HeaderField {
    let description = "The current tag; absent where there is no such server.";
    HeaderField { shape: tag(), ..text("CurrentETag", "ETag", description, false, TAG) }
}

/// Where what was created stands.
pub(super) fn location() -> HeaderField {
    let description = "The path of what was created.";
    text("Location", "Location", description, true, "/api/settings/mcp-servers/issues")
}

/// Where the request is to be sent instead.
pub(super) fn target() -> HeaderField {
    let description = "The path without the slash at its end.";
    text("Target", "Location", description, true, "/api/settings/mcp-servers")
}

/// How to present a key.
pub(super) fn www_authenticate() -> HeaderField {
    let description = "How a key is presented (RFC 9110 §11.6.1).";
    text("WWWAuthenticate", "WWW-Authenticate", description, true, "Bearer realm=\"mcp-settings\"")
}

/// Which methods a path has.
pub(super) fn allow() -> HeaderField {
    text("Allow", "Allow", "The methods of the path.", true, "GET, HEAD")
}

/// Which media types a route takes.
pub(super) fn accept() -> HeaderField {
    let description = "The media types that are taken (RFC 9110 §12.5.1).";
    text("Accept", "Accept", description, true, "application/json")
}

/// When to try again.
pub(super) fn retry_after() -> HeaderField {
    let description = "In how many seconds to try again, where that may help.";
    let shape = Shape::inline(json!({ "type": "integer", "minimum": 0 }));
    let example = json!(1);
    HeaderField { shape, example, ..text("RetryAfter", "Retry-After", description, false, "") }
}

fn text(
    component: &'static str,
    name: &'static str,
    description: &'static str,
    is_required: bool,
    example: &str,
) -> HeaderField {
    let shape = Shape::inline(json!({ "type": "string" }));
    HeaderField { component, name, description, is_required, shape, example: Value::from(example) }
}

fn tag() -> Shape {
    Shape::inline(json!({ "type": "string", "pattern": "^\"[0-9a-f]{32}\"$" }))
}
