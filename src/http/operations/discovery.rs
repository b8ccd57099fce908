//! `/api/instances/{name}/tools` and its siblings, and the tests of servers.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::api::{PromptListing, ResourceListing, TestResult, ToolListing};
use crate::http::problem_kind::ProblemKind::*;
use crate::http::schemas::{OpenHandsTest, OpenHandsTestResult, ServerTest, ToolFingerprint};
use crate::openapi::Shape;

use super::instances::name;
use super::problems::{Problems, problems};
use super::running::{asking, one};
use super::{Description, about, example, fields, json_body, success};

const FINGERPRINT: &str = "9c1185a5c5e9fc54612808977ee8f548";

/// `GET …/tools`
pub(in crate::http) fn tools() -> Description {
    let mut successes =
        success("The tools.", Shape::of::<ToolListing>(), vec![example("tools", "One tool", listing())]);
    successes[0].headers.push(fields::age());
    Description {
        id: "list_tools",
        summary: "List the tools of a server",
        description: "What the server listed last, without secrets; also where it does not run, with `stale: true`. Nothing is started. A running server is asked where what is known is older than a minute, or it said that its list has changed; one that does not answer is not asked again for ten seconds. `drift` says how the tools differ from those that were seen first, or accepted.",
        parameters: vec![name(), fields::refresh()],
        successes,
        problems: listed(),
        ..about("instances")
    }
}

/// `GET …/resources`
pub(in crate::http) fn resources() -> Description {
    let mut shown = frame();
    shown["resources"] = json!([{ "name": "file:///notes.md", "title": "Notes", "description": null, "entry": { "uri": "file:///notes.md", "title": "Notes", "name": "notes" }, "findings": [] }]);
    shown["templates"] = json!([]);
    let shown = vec![example("resources", "One resource", shown)];
    let mut successes = success("The resources.", Shape::of::<ResourceListing>(), shown);
    successes[0].headers.push(fields::age());
    Description {
        id: "list_resources",
        summary: "List the resources of a server",
        description: "As its tools, with the templates of resources.",
        parameters: vec![name(), fields::refresh()],
        successes,
        problems: listed(),
        ..about("instances")
    }
}

/// `GET …/prompts`
pub(in crate::http) fn prompts() -> Description {
    let mut shown = frame();
    shown["prompts"] = json!([{ "name": "review", "title": null, "description": "Reviews code", "entry": { "name": "review", "description": "Reviews code" }, "findings": [] }]);
    let shown = vec![example("prompts", "One prompt", shown)];
    let mut successes = success("The prompts.", Shape::of::<PromptListing>(), shown);
    successes[0].headers.push(fields::age());
    Description {
        id: "list_prompts",
        summary: "List the prompts of a server",
        description: "As its tools.",
        parameters: vec![name(), fields::refresh()],
        successes,
        problems: listed(),
        ..about("instances")
    }
}

/// `POST …/tools/acceptance`
pub(in crate::http) fn accept() -> Description {
    let fingerprint = json!({ "fingerprint": FINGERPRINT });
    let mut successes = success(
        "They are accepted.",
        Shape::of::<ToolListing>(),
        vec![example("accepted_tools", "One tool", listing())],
    );
    successes[0].headers.push(fields::age());
    Description {
        id: "accept_tools",
        summary: "Accept the tools of a server",
        description: "Accepts the tools that were shown with this fingerprint, and no others: `tools-changed` means that the server lists others by now. Where the run policy pins tools, those that differ from the accepted ones can't be called. Needs the scope `run`.",
        parameters: vec![name()],
        request: vec![json_body(
            Shape::of::<ToolFingerprint>(),
            vec![example("tool_fingerprint", "The fingerprint that was shown", fingerprint)],
        )],
        successes,
        problems: asking()
            .with(&[NoList, ServerFault, ToolsChanged, OutcomeUnknown])
            .with_status(ServerFault, StatusCode::GATEWAY_TIMEOUT),
        ..about("instances")
    }
}

/// `POST /api/instances/test`
pub(in crate::http) fn test() -> Description {
    let draft = json!({ "config": { "command": "uvx", "args": ["mcp-server-time"] } });
    let stage = |stage: &str, ms: u64| json!({ "stage": stage, "ok": true, "ms": ms, "kind": null, "message": null, "hint": null });
    let failed = json!({
        "ok": false, "ms": 60_420,
        "stages": [stage("resolve", 0), stage("spawn", 14), {
            "stage": "initialize", "ok": false, "ms": 60_000, "kind": "timeout",
            "message": "there was no answer in time",
            "hint": "The server does not answer `initialize`: check that it speaks MCP over this transport. A first start that downloads a package takes longer.",
        }],
        "server": null, "protocol_version": null, "tools": null, "result": null,
    });
    let works = json!({
        "ok": true, "ms": 812,
        "stages": [stage("resolve", 0), stage("spawn", 14), stage("initialize", 790), stage("list_tools", 3)],
        "server": { "name": "mcp-time", "version": "2.3.0" }, "protocol_version": "2025-11-25",
        "tools": [tool()], "result": null,
    });
    Description {
        id: "test_server",
        summary: "Test a server",
        description: "Whether a server works, stage by stage, up to the first that fails. With `name` only, the stored server is tested through its live instance: the stages of its start are those of the last one, and the last stage is what a probe would do. With `config`, an instance of its own is started, and has ended when this is answered; nothing is stored. A test that fails is answered with status 200 and `ok: false`. At most two at a time for each caller. Needs the scope `write` or `run`; `run` where it starts a program or resolves a reference, and `use` for `call_tool`, which calls nothing that the run policy of the server of this name withholds.",
        request: vec![json_body(
            Shape::of::<ServerTest>(),
            vec![example("server_test", "A configuration that is not stored", draft)],
        )],
        successes: success(
            "What came of it.",
            Shape::of::<TestResult>(),
            vec![
                example("server_works", "It works", works),
                example("server_fails", "It does not answer", failed),
            ],
        ),
        problems: testing(),
        ..about("instances")
    }
}

/// `POST /api/mcp/test`
pub(in crate::http) fn test_theirs() -> Description {
    let draft = json!({ "name": "issues", "server": { "type": "stdio", "command": "uvx", "args": ["mcp-server-time"] } });
    let answer = json!({ "ok": true, "tools": ["get_current_time"] });
    Description {
        id: "test_mcp_server",
        summary: "Test a configuration, in the words of OpenHands",
        description: "The same as `POST /api/instances/test` of a configuration, as the OpenHands agent-server has it: for its own screens.",
        request: vec![json_body(
            Shape::of::<OpenHandsTest>(),
            vec![example("openhands_test", "A program", draft)],
        )],
        successes: success(
            "What came of it.",
            Shape::of::<OpenHandsTestResult>(),
            vec![example("openhands_test_result", "It works", answer)],
        ),
        problems: of_drafts(),
        ..about("settings")
    }
}

/// A configuration is tested whether there is such a server or not.
fn of_drafts() -> Problems {
    problems(&[DocumentVanished, StoreUnavailable, StoreBusy])
        .with_status(DocumentUnreadable, StatusCode::CONFLICT)
        .with(&[
            NoMcpServers,
            NotRunnable,
            NotTheRunner,
            InvalidConfig,
            UnrestorableMask,
            ForeignToken,
            BoundSecret,
            TooManyTests,
        ])
}

fn testing() -> Problems {
    of_drafts().with(&[UnknownServer, InvalidName, InstanceStarting, NotRunning])
}

fn listed() -> Problems {
    one().with(&[NoList, ServerFault]).with_status(ServerFault, StatusCode::GATEWAY_TIMEOUT)
}

fn frame() -> Value {
    json!({
        "generation": 3, "at_ms": 1_795_219_200_000_u64, "stale": false, "fingerprint": FINGERPRINT,
        "fault": null, "dropped": 0,
    })
}

fn tool() -> Value {
    json!({
        "name": "get_current_time", "title": null, "description": "Get the current time in a time zone",
        "read_only": true, "input_schema": { "type": "object", "properties": { "timezone": { "type": "string" } } },
        "offered": true, "held_back": false, "drift": null, "findings": [],
    })
}

fn listing() -> Value {
    let mut listing = frame();
    listing["accepted"] = json!(FINGERPRINT);
    listing["drift"] = Value::Null;
    listing["tools"] = json!([tool()]);
    listing
}
