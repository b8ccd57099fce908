//! `/api/instances`: what runs, and what can be done with it.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::{Instance, InstanceList, InstanceLog, ProbeResult, ToolResult};
use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::ToolCall;
use crate::openapi::{Body, Shape};

use super::instances::name;
use super::problems::{Problems, problems};
use super::{Description, about, example, fields, json_body, success};

const TAG: &str = "\"5d7e1b9c20f34a68b1d2c3e4f5061728\"";

/// `GET /api/instances`
pub(in crate::http) fn list() -> Description {
    let list = json!({ "runner": true, "instances": [instance()] });
    Description {
        id: "list_instances",
        summary: "List the instances of all servers",
        description: "An instance is the live session with a server: its program, or its HTTP session. Says of each server whether it runs, how healthy it is, and what to do. Nothing is started or called by it. Of several services on one document one runs the instances; the others show what that one reports, with `runner: false`.",
        successes: success(
            "All instances, sorted by name.",
            Shape::of::<InstanceList>(),
            vec![example("instances", "One server that runs", list)],
        ),
        problems: reading(),
        ..about("instances")
    }
}

/// `GET /api/instances/{name}`
pub(in crate::http) fn read() -> Description {
    let mut failed = instance();
    let fault = json!({ "kind": "resolution", "message": "secret resolution failed: environment variable MCP_SECRET_GH: is not set" });
    failed["state"] = json!("error");
    failed["attention"] = json!("fix");
    failed["health"] = json!({ "status": "unhealthy", "since_ms": 1_795_219_200_000_u64, "checked_at_ms": 1_795_219_200_000_u64, "fault": fault, "last": null });
    failed["retry"] = json!({
        "attempt_count": 2, "last_attempt_at_ms": 1_795_219_200_000_u64, "next_retry_at_ms": 1_795_219_231_000_u64,
        "error": "secret resolution failed: environment variable MCP_SECRET_GH: is not set", "fault": fault,
    });
    for name in ["protocol_version", "server", "running_since_ms"] {
        failed[name] = Value::Null;
    }
    failed["events"] = json!([{
        "n": 7, "at_ms": 1_795_219_200_000_u64, "kind": "start", "status": "unhealthy", "generation": 3, "ms": null, "fault": fault,
    }]);
    Description {
        id: "get_instance",
        summary: "Read the instance of a server",
        description: "The same as in the list, and the last 50 events. Addresses and errors of the operating system are shown for the scope `run`, what its program wrote for `run` and `reveal`.",
        parameters: vec![name()],
        successes: success(
            "The instance.",
            Shape::of::<Instance>(),
            vec![example("failed_instance", "A server whose secret is missing", failed)],
        ),
        problems: one(),
        ..about("instances")
    }
}

/// `GET /api/instances/test`
pub(in crate::http) fn read_called_test() -> Description {
    Description {
        id: "get_instance_called_test",
        summary: "Read the instance of the server that is called `test`",
        description: "The same as of any other server. The path is also that of tests.",
        parameters: Vec::new(),
        problems: reading().with(&[UnknownServer]),
        ..read()
    }
}

/// `POST /api/instances/{name}/probe`
pub(in crate::http) fn probe() -> Description {
    let probed = json!({
        "ok": false, "ms": 12, "fault": { "kind": "json_rpc", "message": "token is required" },
        "health": {
            "status": "degraded", "since_ms": 1_795_219_200_000_u64, "checked_at_ms": 1_795_219_200_000_u64,
            "fault": { "kind": "json_rpc", "message": "token is required" }, "last": null,
        },
    });
    Description {
        id: "probe_instance",
        summary: "Probe a server that runs",
        description: "Makes the probe now that is made at intervals, through the same session as calls, and answers what came of it. It starts nothing. At most once a second for each server. Needs the scope `write`.",
        parameters: vec![name()],
        successes: success(
            "What came of it; `ok` says whether the server answered as it should.",
            Shape::of::<ProbeResult>(),
            vec![example("probed", "A server that wants a token", probed)],
        ),
        problems: asking().with(&[NotRunnable, NotRunning, NotTheRunner, TooOften]),
        ..about("instances")
    }
}

/// `POST /api/instances/{name}/restart`
pub(in crate::http) fn restart() -> Description {
    Description {
        id: "restart_instance",
        summary: "Start a server again",
        description: "Ends the wait for the next attempt, whose count goes on; what runs is ended and started. It starts only what is approved. At most once a second for each server. Needs the scope `write`.",
        parameters: vec![name()],
        successes: success(
            "The instance, as it is at that moment.",
            Shape::of::<Instance>(),
            vec![example("restarted", "It runs", instance())],
        ),
        problems: asking().with(&[NotTheRunner, TooOften]),
        ..about("instances")
    }
}

/// `GET /api/instances/{name}/log`
pub(in crate::http) fn log() -> Description {
    let log = json!({ "lines": [{ "at_ms": 1_795_219_200_000_u64, "text": "listening" }] });
    let mut shown = success(
        "What is kept; with `follow=true` a stream of events.",
        Shape::of::<InstanceLog>(),
        vec![example("log", "One line", log)],
    );
    let line = json!({ "at_ms": 1_795_219_200_000_u64, "text": "listening" });
    let stream = Body {
        media_type: "text/event-stream",
        shape: Shape::text_of("text/event-stream", vec![Shape::of::<crate::api::LogLine>()]),
        examples: vec![example("log_event", "A line", Value::from(format!("event: line\ndata: {line}\n\n")))],
    };
    shown[0].bodies.push(stream);
    Description {
        id: "get_instance_log",
        summary: "Read what a server writes to stderr",
        description: "The last 64 KiB of lines of its program, redacted: those of the present process, or of the last one. With `follow=true` the answer is a stream of server-sent events, one for each line. Needs the scope `run` or `reveal`.",
        parameters: vec![name(), fields::follow()],
        successes: shown,
        problems: one(),
        ..about("instances")
    }
}

/// `POST /api/instances/{name}/tools/{tool}/call`
pub(in crate::http) fn call_tool() -> Description {
    let result = json!({ "result": { "content": [{ "type": "text", "text": "hello" }] }, "ms": 3 });
    Description {
        id: "call_tool",
        summary: "Call a tool of a server",
        description: "Starts the server where it does not run, waits up to 25 seconds for that, and calls the tool once. The result is passed on as it came, also where it says that the tool failed (`isError`). Needs the scope `use`.",
        parameters: vec![name(), fields::tool()],
        request: vec![json_body(
            Shape::of::<ToolCall>(),
            vec![example("tool_call", "With an argument", json!({ "arguments": { "message": "hello" } }))],
        )],
        successes: success(
            "The result of the tool.",
            Shape::of::<ToolResult>(),
            vec![example("tool_result", "A text", result)],
        ),
        problems: asking()
            .with(&[NotRunnable, InstanceFailed, InstanceStarting, NotTheRunner, ToolNotAllowed, ServerFault])
            .with_status(ServerFault, StatusCode::GATEWAY_TIMEOUT),
        ..about("instances")
    }
}

fn instance() -> Value {
    json!({
        "name": "issues", "state": "running", "reason": null, "since_ms": 1_795_219_200_000_u64, "attention": "none",
        "health": {
            "status": "healthy", "since_ms": 1_795_219_200_000_u64, "checked_at_ms": 1_795_219_260_000_u64, "fault": null, "last": null,
        },
        "retry": null, "etag": TAG, "generation": 3, "approved": true, "drift": false, "protocol_version": "2025-11-25",
        "server": { "name": "mcp-time", "version": "2.3.0" }, "running_since_ms": 1_795_219_200_000_u64,
        "restarts": 0, "calls": 4, "failed_calls": 0, "runner": true,
    })
}

/// What every read of instances can come to.
pub(super) fn reading() -> Problems {
    problems(&[DocumentUnreadable, DocumentVanished, StoreUnavailable, StoreBusy])
}

/// And every request about one server.
pub(super) fn one() -> Problems {
    reading().with(&[InvalidName, UnknownServer])
}

/// And every request that does something with one: there the state of the document is a conflict.
pub(super) fn asking() -> Problems {
    problems(&[DocumentVanished, StoreUnavailable, StoreBusy, InvalidName, UnknownServer])
        .with_status(DocumentUnreadable, StatusCode::CONFLICT)
}
