//! `/registry`.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::{RegistryCapabilities, RegistryEntry, RegistryList, RegistryServer, RegistryValidation};
use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::RegistryServerSpec;
use crate::openapi::{Response, Shape};

use super::mcp_servers::OF_CONTENT;
use super::problems::{Problems, problems};
use super::{Description, about, example, fields, json_body, success};

const TAG: &str = "registry";

/// `GET /registry/capabilities`
pub(in crate::http) fn capabilities() -> Description {
    let all = json!({
        "tier": 3, "supports_install": true, "supports_uninstall": true, "supports_audit": true, "wire_version": "1.0",
    });
    Description {
        id: "get_registry_capabilities",
        summary: "What the catalog can do",
        description: "The same for every key; what a key does not allow is refused when it is tried. Needs the scope `read`.",
        successes: success(
            "What it can do.",
            Shape::of::<RegistryCapabilities>(),
            vec![example("registry_capabilities", "All of it", all)],
        ),
        ..about(TAG)
    }
}

/// `OPTIONS` of the list.
pub(in crate::http) fn options() -> Description {
    let methods = Response {
        status: 200,
        description: "The methods of the list and of the servers in it.",
        headers: vec![fields::allow()],
        bodies: Vec::new(),
    };
    Description {
        id: "get_registry_methods",
        summary: "Which methods the catalog has",
        description: "For clients that do not ask for capabilities. Needs the scope `read`.",
        successes: vec![methods],
        ..about(TAG)
    }
}

/// `GET` of the list.
pub(in crate::http) fn list() -> Description {
    let servers = vec![
        example("registry_entries", "Entries", json!({ "servers": [entry()] })),
        example("registry_servers", "With `expand=spec`", json!({ "servers": [server()] })),
    ];
    Description {
        id: "list_registry_servers",
        summary: "List the servers of an agent",
        description: "The programs of the scope that are enabled, sorted by name. With `expand=spec` a server is left out that has no form here which the key may see. Needs the scope `read`.",
        parameters: vec![fields::agent_scope(), fields::expand()],
        successes: success("The servers.", Shape::of::<RegistryList>(), servers),
        problems: of_reads(),
        ..about(TAG)
    }
}

/// `GET` of a server.
pub(in crate::http) fn read() -> Description {
    let shown = vec![example("registry_server", "A server", server())];
    Description {
        id: "get_registry_server",
        summary: "What a server is started with",
        description: "References to variables are `$NAME`, for the agent to resolve. Any other secret is shown only to a key with the scope `reveal`; for others the server has no form here. Needs the scope `read`.",
        parameters: vec![fields::entry(), fields::agent_scope()],
        successes: success("The server.", Shape::of::<RegistryServer>(), shown),
        problems: of_reads().with(&[InvalidName, UnknownServer, NoRegistryForm]),
        ..about(TAG)
    }
}

/// `GET …/validate`
pub(in crate::http) fn validate() -> Description {
    let message = "/env/TOKEN: is a secret, which only a key with the scope `reveal` is shown: keep it as a reference to a variable, or use such a key";
    let shown = vec![
        example("registry_valid", "It is in order", json!({ "ok": true, "errors": [], "warnings": [] })),
        example(
            "registry_withheld",
            "It is not shown",
            json!({ "ok": false, "errors": [message], "warnings": [] }),
        ),
    ];
    Description {
        id: "validate_registry_server",
        summary: "Whether a server can be shown",
        description: "What keeps the server from having a form here that the key may see, and what may be wrong with it all the same. Nothing is started, and no variable is looked up. Needs the scope `read`.",
        parameters: vec![fields::entry(), fields::agent_scope()],
        successes: success("What was found.", Shape::of::<RegistryValidation>(), shown),
        problems: of_reads().with(&[InvalidName, UnknownServer]),
        ..about(TAG)
    }
}

/// `POST` of a server.
pub(in crate::http) fn install() -> Description {
    let bodies =
        vec![json_body(Shape::of::<RegistryEntry>(), vec![example("registry_entry", "The server", entry())])];
    let installed = Response {
        status: 201,
        description: "The server was installed.",
        headers: vec![fields::location()],
        bodies,
    };
    Description {
        id: "install_registry_server",
        summary: "Install a server",
        description: "Creates only: where there is any server of this name, it is refused. Conditions are not judged. Needs the scope `write`.",
        parameters: vec![fields::agent_scope()],
        request: vec![json_body(
            Shape::of::<RegistryServerSpec>(),
            vec![example("registry_server_spec", "A server", server())],
        )],
        successes: vec![installed],
        problems: of_writes()
            .with(&[NameTaken])
            .with(&OF_CONTENT)
            .with_status(InvalidName, StatusCode::UNPROCESSABLE_ENTITY),
        ..about(TAG)
    }
}

/// `DELETE` of a server.
pub(in crate::http) fn uninstall() -> Description {
    let gone = Response {
        status: 204,
        description: "The scope lists no server of this name any more, or never did.",
        headers: Vec::new(),
        bodies: Vec::new(),
    };
    Description {
        id: "uninstall_registry_server",
        summary: "Uninstall a server",
        description: "What the scope does not list, such as a remote server, stays as it is. Conditions are not judged. Needs the scope `write`.",
        parameters: vec![fields::entry(), fields::agent_scope()],
        successes: vec![gone],
        problems: of_writes().with(&[InvalidName]),
        ..about(TAG)
    }
}

fn of_reads() -> Problems {
    problems(&[DocumentUnreadable, DocumentVanished, StoreUnavailable])
}

fn of_writes() -> Problems {
    problems(&[DocumentReadOnly, NoMcpServers, Ownership]).of_change()
}

fn entry() -> Value {
    json!({ "name": "issues", "description": "Finds issues", "transport": "stdio", "version": null, "source": "" })
}

fn server() -> Value {
    json!({
        "name": "issues", "command": "npx", "args": ["-y", "issue-server@1.4.2"],
        "env": { "ISSUES_TOKEN": "$ISSUES_TOKEN", "LOG_LEVEL": "info" }, "transport": "stdio", "description": "Finds issues",
    })
}
