//! Whether the service is alive and ready, what it is, and its page.

use serde_json::json;

use crate::api::{Readiness, ServerInfo, Status};
use crate::http::problem_kind::ProblemKind::*;
use crate::metrics::MEDIA_TYPE;
use crate::openapi::{Body, Example, Response, Shape};
use crate::service::Degradation;

use super::documentation::tagged;
use super::problems::problems;
use super::{Description, about, example, success};

const TAG: &str = "service";

/// `GET /health`
pub(in crate::http) fn health() -> Description {
    Description {
        id: "get_health",
        summary: "Whether the service answers",
        description: "Touches nothing, so that it answers whatever the store does.",
        successes: success("It answers.", Shape::of::<Status>(), vec![status("ok")]),
        ..about(TAG)
    }
}

/// `GET /alive`
pub(in crate::http) fn alive() -> Description {
    Description {
        id: "get_alive",
        description: "Another name of `/health`, for clients of OpenHands.",
        ..health()
    }
}

/// `GET /ready`
pub(in crate::http) fn ready() -> Description {
    Description {
        id: "get_ready",
        summary: "Whether the settings can be read",
        description: "Gives the reason if they can't. `degraded` means that they can, but that something else is wrong; `reasons` says what.",
        successes: success("They can.", Shape::of::<Readiness>(), ready_or_not()),
        problems: problems(&[DocumentUnreadable, DocumentVanished, StoreUnavailable]),
        ..about(TAG)
    }
}

/// `GET /metrics`
pub(in crate::http) fn metrics() -> Description {
    let text = [
        "# HELP mcp_settings_commits Batches of changes, by what came of them.",
        "# TYPE mcp_settings_commits counter",
        r#"mcp_settings_commits_total{outcome="written"} 3"#,
        "# EOF\n",
    ];
    let body = Body {
        media_type: MEDIA_TYPE,
        shape: Shape::inline(json!({ "type": "string", "pattern": "# EOF\\n$" })),
        examples: vec![example("metrics", "One counter", json!(text.join("\n")))],
    };
    Description {
        id: "get_metrics",
        summary: "What is counted and measured",
        description: "OpenMetrics 1.0, for Prometheus; docs/METRICS.md lists the metrics. No metric holds a secret or anything that a caller may choose freely, but for names of servers. Needs the scope `read`. `MCP_SETTINGS_METRICS_LISTEN` serves the same on a listener of its own without a key.",
        successes: vec![Response {
            status: 200,
            description: "The metrics.",
            headers: Vec::new(),
            bodies: vec![body],
        }],
        ..about(TAG)
    }
}

/// `GET /server_info`
pub(in crate::http) fn info() -> Description {
    let value = json!({ "version": "1.58.0", "mcp_settings": { "version": "0.1.0" } });
    let shown = example("server_info", "Both versions", value);
    Description {
        id: "get_server_info",
        summary: "Which versions are spoken",
        description: "Clients of OpenHands refuse versions that are too old.",
        successes: success("The versions.", Shape::of::<ServerInfo>(), vec![shown]),
        ..about(TAG)
    }
}

/// `GET /`
pub(in crate::http) fn page() -> Description {
    Description {
        id: "get_page",
        summary: "The page for people",
        description: "The settings page. It uses this API only; the files that it loads are no part of the API.",
        successes: tagged("The page.", "text/html", Shape::inline(json!({ "type": "string" }))),
        ..about(TAG)
    }
}

fn ready_or_not() -> Vec<Example> {
    let reason = Degradation::WrongKey;
    let reasons = json!([{ "code": reason.code(), "detail": reason.detail() }]);
    let degraded = json!({ "status": "degraded", "reasons": reasons });
    vec![status("ready"), example("degraded", "Not with all that it should do", degraded)]
}

fn status(word: &'static str) -> Example {
    example(word, "Yes", json!({ "status": word }))
}
