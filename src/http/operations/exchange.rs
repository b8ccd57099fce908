//! `/api/import` and `/api/export`.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::{ExportResult, ExportedSecrets, ImportResult};
use crate::formats::Format;
use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::ImportRequest;
use crate::openapi::{Body, Parameter, Place, Shape};

use super::mcp_servers::OF_CONTENT;
use super::problems::problems;
use super::{Description, about, example, json_body, success};

const TAG: &str = "import and export";

/// `POST /api/import`
pub(in crate::http) fn import() -> Description {
    let request = json!({
        "text": TEXT, "file": "mcp.json", "choices": { "issues": { "action": "rename", "name": "issues-2" } },
    });
    let text = Body {
        media_type: "text/plain",
        shape: Shape::inline(json!({ "type": "string" })),
        examples: vec![example("import_text", "The text alone", json!(TEXT))],
    };
    let body = json_body(
        Shape::of::<ImportRequest>(),
        vec![example("import_request", "A text and a choice", request)],
    );
    Description {
        id: "import_servers",
        summary: "Import the servers of a text",
        description: "The text is the file of a client, a snippet of one, or lines with links and commands. All servers that are to be stored are stored in one commit, or none is. A server that is new is added; one that is stored already in the same form is left alone; for one that differs a choice is needed. A text is at most 16 MiB, and the body at most 33 MiB. Nothing is approved but what `approve` names. Needs the scope `write`.",
        parameters: vec![
            Parameter {
                description: "In which format the text is; it is detected where nothing is said.",
                ..format()
            },
            Parameter {
                component: "TextFile",
                name: "file",
                place: Place::Query,
                description: "The name or the path of the text's file, as a hint.",
                shape: Shape::inline(json!({ "type": "string" })),
                example: json!("mcp.json"),
            },
        ],
        request: vec![body, text],
        successes: success(
            "What was found, and what became of it, or would.",
            Shape::of::<ImportResult>(),
            vec![example("import_result", "A server that was added", result())],
        ),
        problems: problems(&[DocumentReadOnly, NoMcpServers, Ownership, MalformedServer])
            .with(&[UnreadableText, ImportRefused, ChoiceNeeded, PreconditionFailed, PreconditionRequired])
            .with(&OF_CONTENT)
            .of_change(),
        ..about(TAG)
    }
}

/// `GET /api/export`
pub(in crate::http) fn export() -> Description {
    let exported = json!({
        "format": "cursor", "file": "mcp.json", "media_type": "application/json", "text": TEXT, "losses": [
            { "server": "issues", "pointer": "/cwd", "about": "this client has no member for it" },
        ],
        "variables": [{ "name": "API_KEY", "server": "issues", "pointer": "/env/API_KEY" }],
    });
    Description {
        id: "export_servers",
        summary: "Write servers for another client",
        description: "As a file of the client with nothing else in it, as links, or as command lines. Secrets are written as references to variables: one of `env` under its own name, others under the server's and the member's in upper case. What a server keeps for clients is written only for keys with the scope `reveal`, which else are not shown it. Needs the scope `read`, and `reveal` for `secrets=plaintext`.",
        parameters: vec![
            Parameter {
                component: "ExportFormat",
                description: "In which format they are written; `plain`, which most clients read, where nothing is said.",
                shape: Shape::inline(json!({
                    "type": "string",
                    "enum": Format::all().filter(|format| format.is_written()).map(Format::as_str).collect::<Vec<_>>(),
                })),
                ..format()
            },
            Parameter {
                component: "ExportNames",
                name: "names",
                place: Place::Query,
                description: "The names of the servers, separated by commas; all where nothing is said.",
                shape: Shape::inline(json!({ "type": "string", "pattern": "^[^,]+(,[^,]+)*$" })),
                example: json!("issues,search"),
            },
            Parameter {
                component: "ExportSecrets",
                name: "secrets",
                place: Place::Query,
                description: "What is written in the place of secrets.",
                shape: Shape::of::<ExportedSecrets>(),
                example: json!("references"),
            },
        ],
        successes: success(
            "The servers in the form of the client.",
            Shape::of::<ExportResult>(),
            vec![example("export_result", "A server for Cursor", exported)],
        ),
        problems: problems(&[
            DocumentUnreadable,
            DocumentVanished,
            StoreUnavailable,
            UnknownServer,
            MalformedServer,
            SecretUnreadable,
        ])
        .with_status(NoMcpServers, StatusCode::NOT_FOUND),
        ..about(TAG)
    }
}

const TEXT: &str =
    r#"{ "mcpServers": { "issues": { "command": "issues-mcp", "env": { "API_KEY": "${env:API_KEY}" } } } }"#;

fn format() -> Parameter {
    Parameter {
        component: "TextFormat",
        name: "format",
        place: Place::Query,
        description: "",
        shape: Shape::of::<Format>(),
        example: json!("cursor"),
    }
}

fn result() -> Value {
    json!({
        "format": "cursor",
        "also_fits": ["kiro"],
        "is_dry_run": false,
        "servers": [{
            "name": "issues",
            "place": { "at": "/mcpServers/issues", "pointer": "/mcpServers/issues", "line": 1, "column": 21 },
            "client": "cursor",
            "config": { "command": "issues-mcp", "env": { "API_KEY": "[REDACTED]" } },
            "kept": [],
            "references": [{ "pointer": "/env/API_KEY", "kind": "env", "name": "API_KEY" }],
            "inputs": [],
            "findings": [],
            "stored": "new",
            "action": "add",
            "needs_choice": false,
            "stored_as": "issues",
            "etag_after": "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"",
        }],
        "refused": [],
        "ignored": [],
        "notes": [],
    })
}
