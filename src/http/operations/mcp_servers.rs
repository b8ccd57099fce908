//! `/api/settings/mcp-servers` and its items.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::api::{McpServer, McpServerList, McpServerSummary, WrittenMcpServer};
use crate::http::body::JSON_PATCH;
use crate::http::problem_kind::ProblemKind::{self, *};
use crate::http::schemas::{McpServerConfig, McpServerConfigPatch, NewName, json_patch};
use crate::openapi::{Body, Example, Response, Shape};

use super::problems::{Problems, problems};
use super::{Description, about, example, fields, json_body, not_modified};

const TAG: &str = "mcp-servers";
const ETAG: &str = "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"";

/// `GET` of the collection.
pub(in crate::http) fn list() -> Description {
    Description {
        id: "list_mcp_servers",
        summary: "List the servers",
        description: "Sorted by name. `view=full` says all of each, secrets masked; `limit` and `after` ask for a page. The list has one tag, however it is asked for. Needs the scope `read`.",
        parameters: fields::of_the_list(),
        successes: vec![list_answer(), not_modified()],
        problems: problems(&OF_READS),
        ..about(TAG)
    }
}

/// `GET` of a server.
pub(in crate::http) fn read() -> Description {
    Description {
        id: "get_mcp_server",
        summary: "Show a server",
        description: "Secrets are masked as `[REDACTED]`, within a URL as `**********`; sent back, a mask keeps what is stored. Needs the scope `read`, and `reveal` to see secrets.",
        parameters: vec![fields::name(), fields::expose_secrets()],
        successes: vec![
            ok("The server.", Shape::of::<McpServer>(), vec![server()]),
            not_modified(),
            without_slash(),
        ],
        problems: problems(&OF_READS)
            .with(&[InvalidName, UnknownServer, MalformedServer, SecretUnreadable])
            .with_status(NoMcpServers, StatusCode::NOT_FOUND),
        ..about(TAG)
    }
}

/// `PUT` of a server.
pub(in crate::http) fn replace() -> Description {
    let mut created = written(201, "The server was created.");
    created.headers.push(fields::location());
    Description {
        id: "replace_mcp_server",
        summary: "Create or replace a server",
        description: "With `If-None-Match: *` it only creates, with `If-Match` it only replaces the state that was read. The answer is what is stored now, redacted. A mask keeps the secret that is stored there. Repeating a write under `If-Match` whose answer was lost gives the same answer. Needs the scope `write`.",
        parameters: vec![fields::name(), fields::prefer()],
        request: vec![json_body(Shape::of::<McpServerConfig>(), configurations())],
        successes: vec![
            written(200, "The server was replaced, or was so already."),
            created,
            short(),
            without_slash(),
        ],
        problems: of_writes().with(&OF_CONTENT),
        ..about(TAG)
    }
}

/// `PATCH` of a server.
pub(in crate::http) fn patch() -> Description {
    let body = |media_type| Body {
        media_type,
        shape: Shape::of::<McpServerConfigPatch>(),
        examples: vec![Example {
            name: "patch".to_owned(),
            summary: "Change one member, remove another",
            value: json!({ "description": "Finds issues", "env": { "OLD_KEY": null } }),
        }],
    };
    let first = json!({ "op": "test", "path": "/args/0", "value": "-v" });
    let second = json!({ "op": "remove", "path": "/args/0" });
    let operations = Body {
        media_type: JSON_PATCH,
        shape: json_patch(),
        examples: vec![example(
            "operations",
            "Remove an argument, if it is still there",
            json!([first, second]),
        )],
    };
    Description {
        id: "patch_mcp_server",
        summary: "Change a server",
        description: "A merge patch (RFC 7396), in which null removes and what is left out stays; or a JSON Patch (RFC 6902) on what a `GET` shows. Secrets that are kept do not follow a server to another destination. Needs the scope `write`.",
        parameters: vec![fields::name(), fields::prefer()],
        request: vec![body("application/merge-patch+json"), body("application/json"), operations],
        successes: vec![written(200, "The server was changed, or was so already."), short(), without_slash()],
        problems: of_writes().with(&[PatchConflict, UnknownServer, MalformedServer]).with(&OF_CONTENT),
        ..about(TAG)
    }
}

/// `DELETE` of a server.
pub(in crate::http) fn delete() -> Description {
    let deleted = Response {
        status: 204,
        description: "The server was deleted.",
        headers: Vec::new(),
        bodies: Vec::new(),
    };
    Description {
        id: "delete_mcp_server",
        summary: "Delete a server",
        description: "Needs the scope `write`.",
        parameters: vec![fields::name()],
        successes: vec![deleted, without_slash()],
        problems: of_writes().with(&[UnknownServer]),
        ..about(TAG)
    }
}

/// `POST` of another name.
pub(in crate::http) fn rename() -> Description {
    let to = example("new_name", "Another name", json!({ "to": "tickets" }));
    let mut renamed = written(200, "The server has the new name, or had it already.");
    renamed.headers.push(fields::content_location());
    Description {
        id: "rename_mcp_server",
        summary: "Give a server another name",
        description: "One step: nobody sees both names or neither, and secrets stay. Conditions are judged against the tag under the old name. No other server is replaced. Needs the scope `write`.",
        parameters: vec![fields::name(), fields::prefer()],
        request: vec![json_body(Shape::of::<NewName>(), vec![to])],
        successes: vec![renamed, short()],
        problems: of_changes()
            .with(&[UnknownServer, NameTaken, InvalidConfig])
            .with_status(InvalidName, StatusCode::UNPROCESSABLE_ENTITY),
        ..about(TAG)
    }
}

/// `POST` of the name of a copy.
pub(in crate::http) fn copy() -> Description {
    let to = example("name_of_the_copy", "The copy's name", json!({ "to": "issues-2" }));
    let mut created = written(201, "The copy was created.");
    created.headers.push(fields::location());
    Description {
        id: "copy_mcp_server",
        summary: "Copy a server under another name",
        description: "The copy has the same configuration and the same secrets, which nobody needs to see or send. Conditions are judged against the server that is copied. No server is replaced. Needs the scope `write`, and `run` where a run policy keeps tools of that server from being called: the copy has no policy.",
        parameters: vec![fields::name(), fields::prefer()],
        request: vec![json_body(Shape::of::<NewName>(), vec![to])],
        successes: vec![created],
        problems: of_changes()
            .with(&[UnknownServer, MalformedServer, NameTaken, InvalidConfig])
            .with_status(InvalidName, StatusCode::UNPROCESSABLE_ENTITY),
        ..about(TAG)
    }
}

const OF_READS: [ProblemKind; 3] = [DocumentUnreadable, DocumentVanished, StoreUnavailable];

/// What a new configuration can be refused for.
pub(super) const OF_CONTENT: [ProblemKind; 7] =
    [InvalidConfig, UnrestorableMask, ForeignToken, BoundSecret, KeyMissing, KeyNotShared, WrongKey];

fn of_writes() -> Problems {
    of_changes().with(&[MethodNotAllowed])
}

fn of_changes() -> Problems {
    problems(&[InvalidName, PreconditionRequired, DocumentReadOnly, NoMcpServers, Ownership]).of_change()
}

fn list_answer() -> Response {
    let mut answer = ok("The servers.", Shape::of::<McpServerList<McpServerSummary>>(), listing());
    answer.headers.push(fields::next_page());
    answer
}

/// The server as a write has left it.
fn written(status: u16, description: &'static str) -> Response {
    let headers = vec![fields::written_etag(), fields::preference_applied()];
    let bodies = vec![json_body(Shape::of::<WrittenMcpServer>(), vec![server()])];
    Response { status, description, headers, bodies }
}

/// A write that was asked to say little, or that has nothing to show.
fn short() -> Response {
    let description = "The write was made. Its answer has no body, because that was preferred or the server can't be shown.";
    Response { bodies: Vec::new(), ..written(204, description) }
}

fn ok(description: &'static str, shape: Shape, examples: Vec<Example>) -> Response {
    let headers = vec![fields::etag()];
    Response { status: 200, description, headers, bodies: vec![json_body(shape, examples)] }
}

fn without_slash() -> Response {
    let headers = vec![fields::target()];
    let description =
        "The name was empty or a dot, which URL normalisation removes: the collection is meant then.";
    Response { status: 307, description, headers, bodies: Vec::new() }
}

fn listing() -> Vec<Example> {
    let row = json!({ "name": "issues", "transport_kind": "remote", "transport": null, "description": "Finds issues", "icon": null });
    vec![example("listing", "One server", json!({ "servers": [row] }))]
}

fn server() -> Example {
    let config = json!({ "url": "https://mcp.example/v1", "headers": { "X-Token": "[REDACTED]" } });
    let value = json!({ "name": "issues", "config": config, "etag": ETAG });
    example("server", "A remote server, redacted", value)
}

fn configurations() -> Vec<Example> {
    let remote = json!({
        "url": "https://mcp.example/v1",
        "transport": "streamable-http",
        "headers": { "X-Token": "an-example" },
        "description": "Finds issues",
    });
    let stdio = json!({ "command": "uvx", "args": ["issues-mcp"], "env": { "API_KEY": "an-example" }, "timeout": 30 });
    let bearer =
        json!({ "url": "https://mcp.example/v1", "auth": { "strategy": "bearer", "value": "an-example" } });
    vec![
        example("remote", "A server that answers elsewhere", remote),
        example("stdio", "A server that is started here", stdio),
        example("bearer", "With a bearer token", bearer),
    ]
}
