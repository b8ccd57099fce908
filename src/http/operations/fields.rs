//! The headers and parameters that operations share.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::http::query::LARGEST_PAGE;
use crate::http::schemas::{ENTRY_NAME, SERVER_NAME};
use crate::openapi::{HeaderField, Parameter, Place, Shape};

const TAG: &str = "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"";

/// The name of a server, in the path.
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
            "pattern": SERVER_NAME,
        })),
        example: json!("issues"),
    }
}

/// The conditions that any request may have.
pub(super) fn conditions() -> Vec<Parameter> {
    // `*` in quotes is a tag of no state, and refused where it would replace what it is meant to protect.
    let tag = r#"(W/)?"([!#-)+-~][!#-~]*|\*[!#-~]+)?""#;
    let tags = format!(r"{tag}(\s*,\s*{tag})*");
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

/// How much of the secrets a read of a server shows.
pub(super) fn expose_secrets() -> Parameter {
    Parameter {
        component: "ExposeSecrets",
        name: "X-Expose-Secrets",
        place: Place::Header,
        description: "Show secrets: `named` variables and headers of plain names only; `encrypted` all as they are stored, `plaintext` all in the clear; `true` is `encrypted`. All but `named` need the scope `reveal`. Without it they are masked.",
        shape: Shape::of::<Exposure>(),
        example: json!("plaintext"),
    }
}

/// How secrets are shown.
#[derive(JsonSchema)]
#[schemars(rename = "ExposeSecrets", rename_all = "lowercase")]
#[expect(dead_code, reason = "a type that is described, and never made")]
enum Exposure {
    Named,
    Encrypted,
    Plaintext,
    True,
}

/// How much of the secrets a read of OpenHands' settings shows.
pub(super) fn expose_settings_secrets() -> Parameter {
    Parameter {
        component: "ExposeSettingsSecrets",
        description: "Show secrets: `encrypted` as they are stored, `plaintext` in the clear; `true` is `encrypted`. Needs the scope `reveal`. Without it they are masked.",
        shape: Shape::of::<SettingsExposure>(),
        ..expose_secrets()
    }
}

/// How secrets are shown in OpenHands' settings.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
#[expect(dead_code, reason = "a type that is described, and never made")]
enum SettingsExposure {
    Encrypted,
    Plaintext,
    True,
}

/// The name of a tool, in the path.
pub(super) fn tool() -> Parameter {
    Parameter {
        component: "ToolName",
        name: "tool",
        place: Place::Path,
        description: "The tool's name; a slash in it is sent as `%2F`.",
        shape: Shape::inline(json!({ "type": "string", "minLength": 1 })),
        example: json!("echo"),
    }
}

/// Whether a log is followed.
pub(super) fn follow() -> Parameter {
    Parameter {
        component: "Follow",
        name: "follow",
        place: Place::Query,
        description: "Go on with each line as it comes.",
        shape: Shape::inline(json!({ "type": "boolean", "default": false })),
        example: json!(true),
    }
}

/// Whether a running server is asked again.
pub(super) fn refresh() -> Parameter {
    Parameter {
        component: "Refresh",
        name: "refresh",
        place: Place::Query,
        description: "Ask a running server again, however new what is known is. Needs the scope `write`.",
        shape: Shape::inline(json!({ "type": "boolean", "default": false })),
        example: json!(true),
    }
}

/// The name of an entry of the catalog.
pub(super) fn entry() -> Parameter {
    Parameter {
        component: "RegistryName",
        name: "entry",
        place: Place::Path,
        description: "The server's name in the scope.",
        shape: Shape::inline(json!({
            "type": "string",
            "minLength": 1,
            "pattern": ENTRY_NAME,
        })),
        example: json!("issues"),
    }
}

/// Which entries of the catalog are meant.
pub(super) fn agent_scope() -> Parameter {
    Parameter {
        component: "AgentScope",
        name: "agent_scope",
        place: Place::Query,
        description: "Which agent mounts the servers: those whose names begin with it and `:`. `default`: those whose names hold no `:`.",
        shape: Shape::inline(json!({
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": r"^[A-Za-z0-9_.@-]+$",
            "default": "default",
        })),
        example: json!("default"),
    }
}

/// Whether a list says what the servers are started with.
pub(super) fn expand() -> Parameter {
    Parameter {
        component: "Expand",
        name: "expand",
        place: Place::Query,
        description: "`spec`: say what each server is started with.",
        shape: Shape::inline(json!({ "type": "string", "enum": ["spec"] })),
        example: json!("spec"),
    }
}

/// Where in the stream of changes the reader was cut off.
pub(super) fn last_event_id() -> Parameter {
    Parameter {
        component: "LastEventId",
        name: "Last-Event-ID",
        place: Place::Header,
        description: "The `id` of the last event that was received: go on behind it.",
        shape: event_id(),
        example: json!("5f3a9c01d2e4b687-41"),
    }
}

/// A position in the stream of changes.
pub(super) fn event_id() -> Shape {
    Shape::named("EventId", |_| {
        json!({
            "description": "A position in the stream: the process, and the number of the event.",
            "type": "string",
            "pattern": r"^[0-9a-f]{16}-(0|[1-9][0-9]*)$",
        })
    })
}

/// Whether a short answer is preferred.
pub(super) fn prefer() -> Parameter {
    Parameter {
        component: "Prefer",
        name: "Prefer",
        place: Place::Header,
        description: "`return=minimal` asks for no body (RFC 7240): 204, or 201 with `Location`. Anything else means nothing.",
        shape: Shape::inline(json!({ "type": "string" })),
        example: json!("return=minimal"),
    }
}

/// Whether a write is only tried.
pub(super) fn dry_run() -> Parameter {
    Parameter {
        component: "DryRun",
        name: "dry_run",
        place: Place::Query,
        description: "Judge and answer as the write would be, and store nothing.",
        shape: Shape::inline(json!({ "type": "boolean" })),
        example: json!(true),
    }
}

/// How the list is asked for.
pub(super) fn of_the_list() -> Vec<Parameter> {
    let parameter = |component, name, description, shape, example| Parameter {
        component,
        name,
        place: Place::Query,
        description,
        shape,
        example,
    };
    let limit = Shape::inline(json!({ "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE }));
    let any_text = Shape::inline(json!({ "type": "string" }));
    vec![
        parameter("View", "view", "How much is said of each server.", Shape::of::<View>(), json!("full")),
        parameter(
            "Limit",
            "limit",
            "How many servers are listed at most; `Link` leads to the others.",
            limit,
            json!(100),
        ),
        parameter(
            "After",
            "after",
            "List those whose names come after this text, be it a name or not.",
            any_text,
            json!("issues"),
        ),
    ]
}

/// How much the list says of each server.
#[derive(JsonSchema)]
#[schemars(rename = "View", rename_all = "lowercase")]
#[expect(dead_code, reason = "a type that is described, and never made")]
enum View {
    Summary,
    Full,
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

/// The tag of what a write has left.
pub(super) fn written_etag() -> HeaderField {
    let description = "Names the state that the write has left. It is missing from a short answer if what was sent was not stored exactly, and from a dry run without the scope `reveal`.";
    HeaderField { shape: tag(), ..text("WrittenETag", "ETag", description, false, TAG) }
}

/// How old a list is.
pub(super) fn age() -> HeaderField {
    text("Age", "Age", "How many seconds ago it was listed (RFC 9111 §5.1).", true, "12")
}

/// The place of what was created.
pub(super) fn location() -> HeaderField {
    let description = "The path of what was created; missing from a dry run.";
    text("Location", "Location", description, false, "/api/settings/mcp-servers/issues")
}

/// Where a server is now.
pub(super) fn content_location() -> HeaderField {
    let description = "The path of the server under its new name; missing from a dry run.";
    text("ContentLocation", "Content-Location", description, false, "/api/settings/mcp-servers/tickets")
}

/// Whether a short answer was asked for.
pub(super) fn preference_applied() -> HeaderField {
    let description = "`return=minimal`, where that was asked for.";
    text("PreferenceApplied", "Preference-Applied", description, false, "return=minimal")
}

/// Where the next page is.
pub(super) fn next_page() -> HeaderField {
    let description = "`rel=\"next\"`: where the servers are that follow (RFC 8288); missing where none do.";
    text(
        "NextPage",
        "Link",
        description,
        false,
        "</api/settings/mcp-servers?limit=100&after=issues>; rel=\"next\"",
    )
}

/// Since when a way is deprecated.
pub(super) fn deprecation() -> HeaderField {
    let description = "Where servers were changed this way: since when there is a better one (RFC 9745).";
    text("Deprecation", "Deprecation", description, false, "@1795219200")
}

/// What to use instead.
pub(super) fn successor() -> HeaderField {
    let description = "Where servers were changed this way: the better one.";
    text("Successor", "Link", description, false, "</api/settings/mcp-servers>; rel=\"successor-version\"")
}

/// Which types a patch may have.
pub(super) fn accept_patch() -> HeaderField {
    let description = "The media types of patches (RFC 5789 §3.1), where the path takes some.";
    text("AcceptPatch", "Accept-Patch", description, false, "application/merge-patch+json, application/json")
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
