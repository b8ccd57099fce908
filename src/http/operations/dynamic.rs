//! Registration at run time: `/v1/mcp-servers` and `/v1/mcp-auth/client-options`.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::api::{ClientOptionList, RegisteredServer, RegisteredServerList, UnregisteredServer};
use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::ServerRegistration;
use crate::openapi::{Parameter, Place, Shape};

use super::problems::{Problems, problems};
use super::{Description, about, example, json_body, success};

const TAG: &str = "registration";

/// `GET /v1/mcp-servers`
pub(in crate::http) fn list() -> Description {
    let listed = json!({
        "servers": [
            { "name": "search", "url": "http://search.example:3000", "provider_id": "model-context-protocol", "source": "config" },
            { "name": "issues", "url": "https://mcp.example/v1", "provider_id": "model-context-protocol", "source": "api" },
        ],
    });
    Description {
        id: "list_registered_servers",
        summary: "List the servers of the file, and those that were registered",
        description: "First those of `lightspeed-stack.yaml` in its order, then those that were registered here, in theirs. Other servers are not listed, but their names are in use. Secrets in URLs are masked. Needs the scope `read`.",
        successes: success(
            "The servers.",
            Shape::of::<RegisteredServerList<'_>>(),
            vec![example("registered_servers", "One of the file, and one that was registered", listed)],
        ),
        problems: of_reads(),
        ..about(TAG)
    }
}

/// `POST /v1/mcp-servers`
pub(in crate::http) fn register() -> Description {
    let server = json!({
        "name": "issues", "url": "https://mcp.example/v1",
        "authorization_headers": { "Authorization": "client" }, "headers": ["x-rh-identity"], "timeout": 30,
    });
    let registered = json!({
        "name": "issues", "url": "https://mcp.example/v1", "provider_id": "model-context-protocol",
        "message": "MCP server 'issues' registered successfully",
    });
    let mut created = success(
        "The server was registered.",
        Shape::of::<RegisteredServer<'_>>(),
        vec![example("registered_server", "A server that was registered", registered)],
    );
    created[0].status = 201;
    Description {
        id: "create_registered_server",
        summary: "Register a server",
        description: "Creates only: a name in use is 409, and so is the same request once more. It takes no conditions. A body that is not JSON, or has a name twice, is one fault of the type `json_invalid`. Needs the scope `write`.",
        request: vec![json_body(
            Shape::of::<ServerRegistration>(),
            vec![example("server_registration", "A server that asks clients for a header", server)],
        )],
        successes: created,
        problems: of_writes().with(&[NameTaken, InvalidConfig]),
        ..about(TAG)
    }
}

/// `DELETE /v1/mcp-servers/{name}`
pub(in crate::http) fn unregister() -> Description {
    let deleted = json!({ "deleted": true, "name": "issues", "response": "MCP server deleted successfully" });
    let absent = json!({ "deleted": false, "name": "none", "response": "MCP server not found" });
    let name = Parameter {
        component: "RegisteredName",
        name: "name",
        place: Place::Path,
        description: "The server's name. One that holds a slash is not found.",
        shape: Shape::inline(json!({ "type": "string", "minLength": 1 })),
        example: json!("issues"),
    };
    Description {
        id: "delete_registered_server",
        summary: "End a registration, and delete its server",
        description: "Where nothing is registered under the name it says so, be there a server of this name or not. A server of the file is 403. Needs the scope `write`.",
        parameters: vec![name],
        successes: success(
            "There is no such registration now.",
            Shape::of::<UnregisteredServer<'_>>(),
            vec![
                example("unregistered_server", "There was one", deleted),
                example("unregistered_nothing", "There was none", absent),
            ],
        ),
        problems: of_writes()
            .with(&[NotFound, InvalidName])
            .with_status(DocumentReadOnly, StatusCode::FORBIDDEN),
        ..about(TAG)
    }
}

/// `GET /v1/mcp-auth/client-options`
pub(in crate::http) fn client_options() -> Description {
    let options = json!({ "servers": [{ "name": "issues", "client_auth_headers": ["Authorization"] }] });
    Description {
        id: "list_client_options",
        summary: "List which headers servers ask their clients for",
        description: "The servers of `GET /v1/mcp-servers` that have an authorization header of the value `client`, and those headers. Needs the scope `read`.",
        successes: success(
            "The servers.",
            Shape::of::<ClientOptionList<'_>>(),
            vec![example("client_options", "One server, and one header", options)],
        ),
        problems: of_reads(),
        ..about(TAG)
    }
}

fn of_reads() -> Problems {
    problems(&[DocumentUnreadable, DocumentVanished, StoreUnavailable])
}

fn of_writes() -> Problems {
    problems(&[DocumentReadOnly, NoMcpServers, MalformedSettings, Ownership]).of_change()
}
