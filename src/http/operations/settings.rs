//! OpenHands' own settings routes: `/api/settings` and `/api/settings/mcp/{settings_key}`.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::http::problem_kind::ProblemKind::{self, *};
use crate::http::schemas::{
    OpenHandsServer, OpenHandsServerPatch, OpenHandsSettings, OpenHandsSettingsPatch,
};
use crate::openapi::{Body, Parameter, Place, Response, Shape};

use super::mcp_servers::OF_CONTENT;
use super::problems::{Problems, problems};
use super::{Description, about, example, fields, json_body};

const TAG: &str = "openhands";

/// `GET /api/settings`
pub(in crate::http) fn read() -> Description {
    Description {
        id: "get_settings",
        summary: "Show all settings",
        description: "As the OpenHands agent-server shows them, for its clients: the servers, and the rest of the document. Secrets are masked as `**********`. The schemas of the rest are the agent-server's: `/api/settings/agent-schema` and `/api/settings/conversation-schema` are answered 501. Needs the scope `read`, and `reveal` to see secrets.",
        parameters: vec![fields::expose_settings_secrets()],
        successes: vec![Response { headers: Vec::new(), ..shown(200, "The settings.") }],
        problems: problems(&[
            DocumentUnreadable,
            DocumentVanished,
            StoreUnavailable,
            MalformedSettings,
            SecretUnreadable,
        ]),
        ..about(TAG)
    }
}

/// `PATCH /api/settings`
pub(in crate::http) fn patch_all() -> Description {
    let patch = json!({ "conversation_settings_diff": { "max_iterations": 100 } });
    let body = |media_type| Body {
        media_type,
        shape: Shape::of::<OpenHandsSettingsPatch>(),
        examples: vec![example("settings_patch", "Change one setting", patch.clone())],
    };
    let headers = vec![fields::deprecation(), fields::successor()];
    let patched = shown(200, "The settings were changed, or were so already.");
    Description {
        id: "patch_settings",
        summary: "Change all settings at once",
        description: "One commit of all that it says. Needs the scope `admin`; where it says nothing but `agent_settings_diff.mcp_config`, `write`. It takes no conditions: what it does to servers is done better on their own resources, where each has a tag.",
        request: vec![body("application/merge-patch+json"), body("application/json")],
        successes: vec![Response { headers, ..patched }],
        problems: of_writes(&[NotImplemented, UnnamedLoss, MalformedServer])
            .with(&OF_CONTENT)
            .with_status(MalformedBody, StatusCode::BAD_REQUEST)
            .with_status(InvalidName, StatusCode::UNPROCESSABLE_ENTITY),
        ..about(TAG)
    }
}

/// `POST` of a server.
pub(in crate::http) fn create() -> Description {
    let mut created = shown(201, "The server was created; these are the settings now.");
    created.headers.push(fields::location());
    let name = Parameter { component: "NewSettingsKey", name: "settings_key", ..fields::name() };
    Description {
        id: "create_settings_server",
        summary: "Create a server in OpenHands' words",
        description: "Creates only. It takes OpenHands' members and no others. Needs the scope `write`.",
        parameters: vec![name],
        request: vec![json_body(
            Shape::of::<OpenHandsServer>(),
            vec![example("openhands_server", "A remote server", server())],
        )],
        successes: vec![created],
        problems: of_writes(&[InvalidName, NameTaken]).with(&OF_CONTENT),
        ..about(TAG)
    }
}

/// `PATCH` of a server.
pub(in crate::http) fn patch() -> Description {
    let patch = json!({ "description": "Finds issues", "headers": { "X-Old": null } });
    let body = |media_type| Body {
        media_type,
        shape: Shape::of::<OpenHandsServerPatch>(),
        examples: vec![example("openhands_patch", "Change one member, remove another", patch.clone())],
    };
    Description {
        id: "patch_settings_server",
        summary: "Change a server in OpenHands' words",
        description: "Merged into what is shown, as RFC 7396 says: null removes, also inside `auth`. Members of `auth` that another strategy does not have are dropped. Needs the scope `write`.",
        parameters: vec![key()],
        request: vec![body("application/merge-patch+json"), body("application/json")],
        successes: vec![shown(200, "The server was changed, or was so already; these are the settings now.")],
        problems: of_writes(&[InvalidName, UnknownServer, MalformedServer]).with(&OF_CONTENT),
        ..about(TAG)
    }
}

/// `DELETE` of a server.
pub(in crate::http) fn delete() -> Description {
    let deleted = shown(200, "The server was deleted; these are the settings now.");
    let deleted = Response { headers: Vec::new(), ..deleted };
    Description {
        id: "delete_settings_server",
        summary: "Delete a server, and show the settings",
        description: "Needs the scope `write`.",
        parameters: vec![key()],
        successes: vec![deleted],
        problems: of_writes(&[InvalidName, UnknownServer]),
        ..about(TAG)
    }
}

/// `POST` of another name for a server of any stored name.
pub(in crate::http) fn rename() -> Description {
    Description {
        id: "rename_settings_server",
        summary: "Give a server of any stored name a legal one",
        description: "For servers of a file whose names break the rule for names, so that they can be reached under `/api/settings/mcp-servers` from then on. Otherwise as `POST /api/settings/mcp-servers/{name}/rename`. Needs the scope `write`.",
        tag: TAG,
        parameters: vec![key(), fields::prefer()],
        ..super::mcp_servers::rename()
    }
}

fn of_writes(further: &[ProblemKind]) -> Problems {
    problems(&[DocumentReadOnly, NoMcpServers, MalformedSettings, Ownership]).with(further).of_change()
}

/// Any name that a file may have.
fn key() -> Parameter {
    Parameter {
        component: "SettingsKey",
        name: "settings_key",
        place: Place::Path,
        description: "The server's name in the file; a slash in it is sent as `%2F`.",
        shape: Shape::inline(json!({ "type": "string", "minLength": 1 })),
        example: json!("issues"),
    }
}

/// The settings, with the tag of the server that was written.
fn shown(status: u16, description: &'static str) -> Response {
    let headers = vec![fields::etag()];
    let settings = json!({
        "agent_settings": {
            "schema_version": 9,
            "agent_kind": "openhands",
            "mcp_config": { "issues": { "url": "https://mcp.example/v1", "headers": { "X-Token": "**********" }, "enabled": true } },
        },
        "conversation_settings": {},
        "llm_api_key_is_set": false,
        "active_profile": null,
        "active_agent_profile_id": null,
        "active_meta_profile": null,
        "misc_settings": {},
    });
    let body = json_body(
        Shape::of::<OpenHandsSettings>(),
        vec![example("settings", "A document with one server", settings)],
    );
    Response { status, description, headers, bodies: vec![body] }
}

fn server() -> Value {
    json!({ "url": "https://mcp.example/v1", "transport": "http", "headers": { "X-Token": "an-example" }, "timeout": 30 })
}
