//! `/api/instances/{name}`: approvals and policies.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::{LaunchApproval, LaunchId, RunPolicy, RunPolicyAnswer};
use crate::http::problem_kind::ProblemKind::{self, *};
use crate::openapi::{Body, Parameter, Place, Response, Shape};

use super::problems::{Problems, problems};
use super::{Description, about, example, fields, json_body, not_modified, success};

const TAG: &str = "instances";

const LAUNCH: &str = "0b6f1f0f3f9d5a1f7c9be0a3a3a54d0e8f0f4c7c1a2b3c4d5e6f708192a3b4c5";

/// `GET` of an approval.
pub(in crate::http) fn approval() -> Description {
    let exposure = fields::expose_settings_secrets();
    Description {
        id: "get_approval",
        summary: "Show what would be executed",
        description: "What would be started for a server, or connected to, and whether that is approved. Variables whose values decide which code runs are in clear. Other values are said to be set, and whether they differ from what was approved last; with the scope `reveal` and `X-Expose-Secrets: plaintext` they are shown. Needs the scope `run`.",
        parameters: vec![name(), exposure],
        successes: success("What would be executed.", Shape::of::<LaunchApproval>(), vec![shown()]),
        problems: of_reads(),
        ..about(TAG)
    }
}

/// `POST` of an approval.
pub(in crate::http) fn approve() -> Description {
    let id = json!({ "launch": LAUNCH });
    Description {
        id: "create_approval",
        summary: "Approve what would be executed",
        description: "Approves what was shown with this id, and nothing else: `launch-changed` means that something else would be executed now. An approval is for this command in this place, with these arguments and this environment, references as they are typed; not for the file behind the path, or what that fetches. Needs the scope `run`.",
        parameters: vec![name()],
        request: vec![json_body(
            Shape::of::<LaunchId>(),
            vec![example("launch_id", "The id that was shown", id)],
        )],
        successes: success("It is approved.", Shape::of::<LaunchApproval>(), vec![shown()]),
        problems: of_changes().with(&[NoMcpServers, LaunchChanged]),
        ..about(TAG)
    }
}

/// `DELETE` of an approval.
pub(in crate::http) fn withdraw() -> Description {
    Description {
        id: "delete_approval",
        summary: "Withdraw an approval",
        description: "Nothing of this name is approved from then on, whatever is answered. `outcome-unknown` means that this could not be stored: until it is, another service on these settings, or this one after a restart, may still take it for approved. Needs the scope `run`.",
        parameters: vec![name()],
        successes: vec![empty("Nothing is approved.")],
        problems: of_changes(),
        ..about(TAG)
    }
}

/// `GET` of a policy.
pub(in crate::http) fn policy() -> Description {
    Description {
        id: "get_run_policy",
        summary: "Show how a server is to be run",
        description: "Every member, with its default where nothing was chosen. Needs the scope `read`.",
        parameters: vec![name()],
        successes: vec![chosen("How it is to be run."), not_modified()],
        problems: of_reads(),
        ..about(TAG)
    }
}

/// `PUT` of a policy.
pub(in crate::http) fn replace_policy() -> Description {
    let policy = json!({ "start": "on_demand", "idle_seconds": 600, "tools": { "deny": ["delete_issue"] } });
    Description {
        id: "replace_run_policy",
        summary: "Choose how a server is to be run",
        description: "Replaces the whole policy: what is left out has its default. Needs the scope `write`; to start a server always, or to offer more tools, `run` too; to change the health check, `use` too.",
        parameters: vec![name()],
        request: vec![json_body(
            Shape::of::<RunPolicy>(),
            vec![example("run_policy", "A longer idle time", policy)],
        )],
        successes: vec![chosen("It is to be run like this.")],
        problems: of_writes().with(&[InvalidPolicy]),
        ..about(TAG)
    }
}

/// `PATCH` of a policy.
pub(in crate::http) fn patch_policy() -> Description {
    let patch = json!({ "idle_seconds": 0, "tools": { "deny": null } });
    let body = |media_type| Body {
        media_type,
        shape: Shape::named(
            "RunPolicyPatch",
            |_| json!({ "type": "object", "description": "A merge patch of a policy.", "additionalProperties": true }),
        ),
        examples: vec![example("policy_patch", "Change one member, reset another", patch.clone())],
    };
    Description {
        id: "patch_run_policy",
        summary: "Change how a server is to be run",
        description: "A merge patch (RFC 7396) of what a `GET` shows: null resets a member to its default; so `health_check` is as the configuration says then. Scopes are those of a `PUT`.",
        parameters: vec![name()],
        request: vec![body("application/merge-patch+json"), body("application/json")],
        successes: vec![chosen("It is to be run like this.")],
        problems: of_writes().with(&[InvalidPolicy]),
        ..about(TAG)
    }
}

/// `DELETE` of a policy.
pub(in crate::http) fn delete_policy() -> Description {
    Description {
        id: "delete_run_policy",
        summary: "Choose nothing of how a server is to be run",
        description: "The defaults hold again. Scopes are those of a `PUT`.",
        parameters: vec![name()],
        successes: vec![empty("The defaults hold.")],
        problems: of_writes(),
        ..about(TAG)
    }
}

/// Any name that a file may have.
/// The name of a server, as a file may have it.
pub(super) fn name() -> Parameter {
    Parameter {
        component: "InstanceName",
        name: "name",
        place: Place::Path,
        description: "The server's name in the file; a slash in it is sent as `%2F`.",
        shape: Shape::inline(json!({ "type": "string", "minLength": 1 })),
        example: json!("issues"),
    }
}

const OF_ALL: [ProblemKind; 6] =
    [InvalidName, UnknownServer, DocumentVanished, StoreBusy, StoreUnavailable, StateUnavailable];

fn of_reads() -> Problems {
    problems(&OF_ALL).with(&[DocumentUnreadable]).with_status(NoMcpServers, StatusCode::NOT_FOUND)
}

/// Of what changes something. Who withdraws an approval needs no servers in the document.
fn of_changes() -> Problems {
    problems(&OF_ALL).with(&[OutcomeUnknown]).with_status(DocumentUnreadable, StatusCode::CONFLICT)
}

fn of_writes() -> Problems {
    of_changes().with(&[NoMcpServers, PreconditionRequired])
}

fn empty(description: &'static str) -> Response {
    Response { status: 204, description, headers: Vec::new(), bodies: Vec::new() }
}

fn chosen(description: &'static str) -> Response {
    let policy = json!({
        "start": "on_demand", "idle_seconds": 600, "start_timeout_seconds": null,
        "tools": { "allow": null, "deny": ["delete_issue"], "pinned": false },
        "limits": { "memory_mb": null, "open_files": null, "processes": null }, "sessions": "shared",
    });
    let answer = json!({
        "name": "issues", "policy": policy, "source": "policy", "etag": "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"",
    });
    let bodies = vec![json_body(
        Shape::of::<RunPolicyAnswer>(),
        vec![example("run_policy_answer", "A policy", answer)],
    )];
    Response { status: 200, description, headers: vec![fields::etag()], bodies }
}

fn shown() -> crate::openapi::Example {
    let value = |value: &str| json!({ "value": value, "changed": false });
    let shown: Value = json!({
        "name": "issues", "etag": "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"", "launch": LAUNCH,
        "needs_approval": true, "approved": false, "reason": "launch-changed",
        "last": { "by": "anna", "at": 1_795_900_000 }, "kind": "stdio",
        "command": { "command": "npx", "path": "/usr/bin/npx", "real_path": "/usr/lib/node_modules/npm/bin/npx-cli.js", "changed": false },
        "args": [value("-y"), json!({ "value": "issues-mcp@1.2.3", "changed": true })],
        "env": [
            { "name": "ISSUES_TOKEN", "value": null, "changed": false, "decides_code": false },
            { "name": "NODE_OPTIONS", "value": "--no-warnings", "changed": false, "decides_code": true },
        ],
    });
    example("launch_approval", "A program whose arguments have changed", shown)
}
